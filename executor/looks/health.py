"""The API itself: its own checks, the APIs that others serve for it, and the webhooks that can stop every change."""

from collections.abc import Iterator

from executor.errors import ClusterError, Forbidden
from executor.fields import Raw, condition, field, mapping, name_of, objects, text
from executor.kinds import kind_named
from executor.looks.telling import one_line, rows, told
from executor.reader import Reader
from executor.sight import Sparing

_SERVICES = kind_named("APIService")
_WEBHOOKS = tuple(kind_named(f"{kind}WebhookConfiguration") for kind in ("Validating", "Mutating"))
_MOST = 10


async def health(reader: Reader) -> tuple[str, ...]:
    sparing = Sparing(reader)
    lines = [f"version {await reader.version()}", *await _ready(reader)]
    services = await sparing.listed(_SERVICES)
    bad = [each for each in services if condition(each, "Available").get("status") != "True"]
    lines += rows(f"of {len(services)} APIServices not available", map(_service, bad), _MOST)
    hooks = [
        (raw, hook) for kind in _WEBHOOKS for raw in await sparing.listed(kind) for hook in objects(raw, "webhooks")
    ]
    hooks.sort(key=lambda pair: text(pair[1], "failurePolicy") == "Ignore")
    lines += rows("webhooks, those that fail closed first", (_webhook(raw, hook) for raw, hook in hooks), _MOST)
    return told(sparing, lines)


async def _ready(reader: Reader) -> Iterator[str]:
    """Checks that fail, in the API server's own lines: `[-]etcd failed: reason withheld`."""
    try:
        said = (await reader.checks()).splitlines()
    except Forbidden:
        return iter(["/readyz: not permitted to read"])
    except ClusterError as error:
        return iter([f"/readyz: {one_line(str(error))[:200]}"])
    failed = [line for line in said if line.startswith("[-]")]
    good = sum(line.startswith("[+]") for line in said)
    verdict = [line for line in said[-1:] if not line.startswith("[")]
    return iter([f"/readyz: {good} checks ok, {len(failed)} failed {' '.join(verdict)}".rstrip(), *failed[:_MOST]])


def _service(raw: Raw) -> str:
    said = condition(raw, "Available")
    behind = mapping(raw, "spec", "service")
    where = f" behind {text(behind, 'namespace')}/{text(behind, 'name')}" if behind else ""
    return (
        f"{name_of(raw)}{where}: Available={text(said, 'status') or 'unknown'} {text(said, 'reason')}:"
        f" {one_line(text(said, 'message'))[:160]}"
    )


def _webhook(raw: Raw, hook: Raw) -> str:
    service = mapping(hook, "clientConfig", "service")
    where = f"{text(service, 'namespace')}/{text(service, 'name')}" if service else "a URL"
    kind = "validating" if raw.get("kind") == _WEBHOOKS[0].kind else "mutating"
    rules = sorted({each for rule in objects(hook, "rules") for each in field(rule, "resources") or ()})
    return (
        f"{kind} {text(hook, 'name')}: failurePolicy {text(hook, 'failurePolicy') or 'Fail'},"
        f" timeout {field(hook, 'timeoutSeconds') or 10}s, calls {where}, on {', '.join(map(str, rules[:6])) or '-'}"
    )
