"""Reading for people: lists, one object, logs, events. Nothing here writes, and no Secret is ever fetched."""

from datetime import UTC, datetime

from executor.digest import cut, digest, yaml_lines
from executor.errors import Invalid, NotFound, NotServed
from executor.evidence import find_container
from executor.fields import Raw, name_of, text, uid_of
from executor.glances import glance
from executor.happenings import merged
from executor.kinds import WORKLOADS, Kind, kind_named
from executor.logrank import rank
from executor.operations import Describe, Events, Get, Logs, Other, Target, canonical
from executor.pods import is_ready, restart_count
from executor.reader import Reader
from executor.reading import Hiding, NotReadable, Reading, TableView
from executor.reason import Reason, reason
from executor.redact import mask, mask_log, mask_object
from executor.related import EVENT, MAX_EVENTS, related
from executor.tables import counted, table_of

__all__ = ["NotReadable", "Reading", "TableView", "read"]

MAX_LISTED = 500
"""Objects that one list asks for; of more it says so."""
MAX_LOG_LINES = 400
_MAX_OBJECT_LINES = 200
_BEST = 240
_DEFAULT_NAMESPACE = "default"


async def read(reader: Reader, operation: Get | Describe | Logs | Events | Other) -> Reading:
    """Read what was asked. Raises NotReadable (with the reason), and of the cluster's errors NotFound, Forbidden, Unreachable,
    Throttled, Unauthorized."""
    try:
        if isinstance(operation, Get):
            if operation.name is None:
                return await _listed(reader, operation)
            target = Target(kind=operation.kind, name=operation.name, namespace=operation.namespace)
            return await _shown(reader, target, operation.output)
        if isinstance(operation, Describe):
            return await _shown(reader, operation.target, "table")
        if isinstance(operation, Logs):
            return await _logs(reader, operation)
        if isinstance(operation, Events):
            return await _events(reader, operation)
        return await glance(reader, operation)
    except NotServed as exc:
        kind = getattr(operation, "kind", None) or getattr(getattr(operation, "target", None), "kind", "")
        raise NotReadable(reason("read.not_served", kind=str(kind))) from exc
    except NotFound as exc:
        if (
            isinstance(operation, Get) and operation.name is None
        ):  # a list is empty, not missing, where the kind is known
            raise NotReadable(reason("read.not_served", kind=operation.kind)) from exc
        raise


def _readable(name: str) -> Kind:
    """Raises NotReadable for Secrets, in any form, and for kinds that are not known."""
    if name == "Secret":
        raise NotReadable(reason("read.secret"))
    try:
        return kind_named(name)
    except KeyError:
        raise NotReadable(reason("read.kind_unknown", kind=name)) from None


def _namespace(kind: Kind, namespace: str | None, *, everywhere: bool = False) -> str | None:
    if not kind.namespaced or everywhere:
        return None
    return namespace or _DEFAULT_NAMESPACE


def _where(namespace: str | None) -> str:
    """`-` for what is in no namespace."""
    return namespace or "-"


async def _listed(reader: Reader, operation: Get) -> Reading:
    kind = _readable(operation.kind)
    namespace = _namespace(kind, operation.namespace, everywhere=operation.all_namespaces)
    listing = await reader.list(
        kind, namespace, labels=operation.selector or "", fields=operation.fields or "", limit=MAX_LISTED
    )
    title = _list_title(kind, namespace)
    if not listing.items:
        return Reading(title=title, headline=reason("read.none", kind=kind.kind))
    if operation.output in ("yaml", "json", "name"):
        return _printed(title, kind, listing.items, operation.output)
    return _table(
        title, kind, listing.items, complete=listing.complete, namespaces=kind.namespaced and namespace is None
    )


def _list_title(kind: Kind, namespace: str | None) -> Reason:
    if not kind.namespaced:
        return reason("read.list_cluster", kind=kind.kind)
    if namespace is None:
        return reason("read.list_everywhere", kind=kind.kind)
    return reason("read.list", kind=kind.kind, namespace=namespace)


def _table(title: Reason, kind: Kind, items: tuple[Raw, ...], *, complete: bool, namespaces: bool) -> Reading:
    hiding = Hiding()
    items = merged(items) if kind.kind == "Event" else items
    table, rows = table_of(kind.kind, items, datetime.now(UTC), hiding, namespaces=namespaces)
    states = hiding(counted(rows))
    code = "read.counted" if states else "read.count"
    if not complete:
        code = "read.counted_first" if states else "read.count_first"
    headline = Reason(code=code, values={"count": len(rows), "kind": kind.kind, "states": states})
    return Reading(
        title=title, headline=headline, tables=(table,), more=len(rows) - len(table.rows), masked=hiding.count
    )


def _printed(title: Reason, kind: Kind, items: tuple[Raw, ...], output: str) -> Reading:
    lines: list[str] = []
    for item in items:
        if output == "name":
            lines.append(f"{kind.word}/{name_of(item)}")
        elif output == "json":
            lines.append(canonical(mask_object(item)))
        else:
            lines += [*(["---"] if lines else []), *yaml_lines(mask_object(item))]
        if len(lines) > _MAX_OBJECT_LINES * 10:
            break
    headline = reason("read.count", count=len(items), kind=kind.kind)
    return _said(title, headline, lines[:_MAX_OBJECT_LINES], len(lines) - min(len(lines), _MAX_OBJECT_LINES))


def _said(title: Reason, headline: Reason, lines: list[str], more: int, tables: tuple[TableView, ...] = ()) -> Reading:
    """Masked as a whole, since a key may span lines."""
    masked = mask("\n".join(lines))
    return Reading(
        title=title,
        headline=headline,
        tables=tables,
        lines=tuple(masked.text.split("\n")) if lines else (),
        more=more,
        masked=masked.count,
    )


async def _shown(reader: Reader, target: Target, output: str) -> Reading:
    kind = _readable(target.kind)
    target = target.model_copy(update={"namespace": _namespace(kind, target.namespace)})
    title = reason("read.object", target=str(target), namespace=_where(target.namespace))
    if output in ("yaml", "json", "name"):
        return _printed(title, kind, (await reader.get(kind, target.name, target.namespace),), output)
    now = datetime.now(UTC)
    found = await related(reader, target)
    lines, more = cut(digest(found, now))
    tables: tuple[TableView, ...] = ()
    hiding = Hiding()
    if found.pods and kind.kind != "Pod":
        table, rows = table_of("Pod", found.pods, now, hiding, namespaces=False)
        tables, more = (table,), more + len(rows) - len(table.rows)
    _, rows = table_of(kind.kind, (found.object,), now, hiding, namespaces=False)
    state = rows[0].state or "-"
    code = "read.state_with_pods" if tables else "read.state"
    headline = Reason(code=code, values={"state": hiding(state), "count": len(found.pods)})
    seen = _said(title, headline, lines, more, tables)
    return seen.model_copy(update={"masked": seen.masked + hiding.count})


async def _logs(reader: Reader, operation: Logs) -> Reading:
    target = operation.target
    namespace = target.namespace or _DEFAULT_NAMESPACE
    if target.kind not in ("Pod", *WORKLOADS):
        raise NotReadable(reason("read.no_logs", target=str(target)))
    found = await related(reader, target.model_copy(update={"namespace": namespace}))
    if not found.pods:
        raise NotReadable(reason("read.no_pods", target=str(target)))
    pod = min(found.pods, key=lambda pod: (is_ready(pod), -restart_count(pod), name_of(pod)))
    container = operation.container or find_container(pod)[0] or None
    try:
        said = await reader.logs(
            namespace,
            name_of(pod),
            container=container,
            tail=operation.tail,
            previous=operation.previous,
            since_seconds=operation.since_seconds,
        )
    except Invalid as exc:
        code = "read.no_previous" if operation.previous else "read.logs_refused"
        values: dict[str, str | int] = {"pod": name_of(pod), "container": container or "-", "message": exc.message}
        raise NotReadable(Reason(code=code, values=values)) from exc
    title = reason("read.logs", pod=name_of(pod), container=container or "-", namespace=namespace)
    shown, hidden = await mask_log(said)
    if not shown:
        return Reading(title=title, headline=reason("read.logs_empty"))
    ranked = rank(shown)
    headline = reason("read.logs_count", count=len(shown))
    if ranked.block:
        headline = reason("read.logs_best", count=len(shown), line=ranked.best[:_BEST])
    kept = shown[-MAX_LOG_LINES:]
    return Reading(title=title, headline=headline, lines=kept, more=len(shown) - len(kept), masked=hidden)


async def _events(reader: Reader, operation: Events) -> Reading:
    fields = "type=Warning" if operation.warnings_only else ""
    if operation.target is not None:
        kind = _readable(operation.target.kind)
        target = operation.target.model_copy(update={"namespace": _namespace(kind, operation.target.namespace)})
        title = reason("read.events_of", target=str(target), namespace=_where(target.namespace))
        found = await related(reader, target)
        if "Event" in found.denied:
            raise NotReadable(reason("read.events_denied", namespace=_where(target.namespace)))
        events: tuple[Raw, ...] = found.events
        if not kind.namespaced:
            about = f"involvedObject.uid={uid_of(found.object)}"
            events = (await reader.list(EVENT, None, fields=about, limit=MAX_EVENTS)).items
        if operation.warnings_only:
            events = tuple(event for event in events if text(event, "type") == "Warning")
        complete = found.complete
        everywhere = False
    else:
        namespace = _namespace(EVENT, operation.namespace, everywhere=operation.all_namespaces)
        title = _list_title(EVENT, namespace)
        listing = await reader.list(EVENT, namespace, fields=fields, limit=MAX_EVENTS)
        events, complete, everywhere = listing.items, listing.complete, namespace is None
    if not events:
        return Reading(title=title, headline=reason("read.no_events"))
    return _table(title, EVENT, events, complete=complete, namespaces=everywhere)
