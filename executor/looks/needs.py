"""What pods need besides their image: ConfigMaps and Secrets, by name, and which are not there.

No Secret is read, not even its metadata: that one is missing is known from what the kubelet says."""

from collections.abc import Iterable, Iterator

from executor.analysers.references import references
from executor.fields import Raw, mapping, name_of, objects, text, uid_of
from executor.happenings import concerns, event_line, newest
from executor.kinds import kind_named
from executor.looks.telling import one_line, rows, told
from executor.operations import Target
from executor.pods import containers
from executor.related import related
from executor.sight import Sight, Sparing

_CONFIG_MAP, _ACCOUNT = kind_named("ConfigMap"), kind_named("ServiceAccount")
_MOST = 20
_MOST_SOUGHT = 15
_TELLING = ("FailedMount", "Failed", "FailedCreate")

Needed = dict[tuple[str, str], tuple[set[str], set[str], bool]]
"""(kind, name) → keys, fields, whether all of it may be missing."""


async def needs(sight: Sight, target: Target) -> tuple[str, ...]:
    """Of a workload or a pod. Raises NotFound, Forbidden (of the object itself), Unreachable."""
    reader = Sparing(sight)
    found = await related(reader, target)
    spec = mapping(found.object, "spec", "template", "spec") or mapping(
        found.object, "spec", "jobTemplate", "spec", "template", "spec"
    )
    needed = _needed({"spec": spec or mapping(found.object, "spec")})
    lines = []
    for number, ((kind, name), (keys, fields, optional)) in enumerate(sorted(needed.items())):
        state = "not looked at"
        if kind == "Secret":
            state = "not read (Secrets never are)"
        elif number < _MOST_SOUGHT:
            state = _state(await reader.sought(_CONFIG_MAP, name, target.namespace), keys)
        lines.append(_line(kind, name, state, fields, optional=optional))
    said = _said(found.pods, found.events)
    about = rows("needed ConfigMaps and Secrets", sorted(lines, key=lambda line: "MISSING" not in line), _MOST)
    about += rows("what the kubelet says of them", said, _MOST)
    return told(reader, [*about, *await _account(reader, target, spec or mapping(found.object, "spec"))])


def _needed(pod: Raw) -> Needed:
    needed: Needed = {}
    for path, kind, name, key, optional in references(pod):
        keys, fields, all_optional = needed.get((kind, name), (set(), set(), True))
        needed[kind, name] = (keys | ({key} - {""}), fields | {path}, all_optional and optional)
    return needed


def _state(found: Raw | None, keys: set[str]) -> str:
    if found is None:
        return "could not be read"
    if not found:
        return "MISSING"
    lacking = sorted(keys - mapping(found, "data").keys() - mapping(found, "binaryData").keys())
    return f"there, keys MISSING: {', '.join(lacking)}" if lacking else "there"


def _line(kind: str, name: str, state: str, fields: Iterable[str], *, optional: bool) -> str:
    first, *others = sorted(fields)
    return f"{kind} {name}: {state}{' (optional)' if optional else ''}, for {first}" + (
        f" and {len(others)} more fields" if others else ""
    )


def _said(pods: tuple[Raw, ...], events: tuple[Raw, ...]) -> Iterator[str]:
    for pod in pods:
        for state in containers(pod):
            if text(state.waiting, "reason") == "CreateContainerConfigError":
                yield f"pod {name_of(pod)}/{state.name}: {one_line(text(state.waiting, 'message'))[:200]}"
    uids = {uid_of(pod) for pod in pods}
    telling = [event for event in events if concerns(event, uids) and text(event, "reason") in _TELLING]
    yield from map(event_line, reversed(newest(telling, 5, warnings=True)))


async def _account(reader: Sparing, target: Target, spec: Raw) -> list[str]:
    lines = []
    name = text(spec, "serviceAccountName")
    if name and name != "default" and await reader.sought(_ACCOUNT, name, target.namespace) == {}:
        lines.append(f"ServiceAccount {name}: MISSING")
    if pulls := [text(each, "name") for each in objects(spec, "imagePullSecrets")]:
        lines.append(f"imagePullSecrets: {', '.join(pulls)} (not read)")
    return lines
