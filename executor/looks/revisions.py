"""What the newest revision of a workload changed in its pods."""

from executor.analysers.rollout import changes
from executor.fields import Raw, mapping, name_of, number, owned_by, text, uid_of
from executor.kinds import kind_named
from executor.looks.telling import rows, told
from executor.operations import Target
from executor.readiness import REVISION
from executor.related import REPLICA_SET, selector_of
from executor.sight import Sight, Sparing

_CONTROLLER_REVISION = kind_named("ControllerRevision")
_MOST = 12


async def revisions(sight: Sight, target: Target) -> tuple[str, ...]:
    """The template of the last revision beside the one before. Raises NotFound, Forbidden (of the object itself), Unreachable."""
    reader = Sparing(sight)
    live = await reader.get(kind_named(target.kind), target.name, target.namespace)
    kind = REPLICA_SET if target.kind == "Deployment" else _CONTROLLER_REVISION
    made = await reader.listed(kind, target.namespace, labels=selector_of(live))
    mine = sorted((each for each in made if owned_by(each, uid_of(live))), key=_number)
    if len(mine) < 2:
        return told(reader, ["no earlier revision is kept: nothing to compare"])
    before, after = mine[-2:]
    what = f"changed in the pods' template from revision {_number(before)} to {_number(after)} ({name_of(after)})"
    return told(reader, rows(what, changes(_templated(before), _templated(after)), _MOST))


def _number(raw: Raw) -> int:
    return number(raw, "metadata", "annotations", REVISION) or number(raw, "revision")


def _templated(raw: Raw) -> Raw:
    """A ControllerRevision holds the template under `data`."""
    if text(raw, "kind") == _CONTROLLER_REVISION.kind:
        return {"spec": mapping(raw, "data", "spec")}
    return raw
