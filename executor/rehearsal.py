"""The dry run of an operation on the live object: the same for the preview and right before the real run (I2)."""

from typing import Any, NamedTuple

from executor.diff import DiffLine, Leaf, leaves, lines, outcome
from executor.fields import Raw, deleting, field, objects, text
from executor.operations import Change, Delete, Exec, Restart
from executor.reason import Reason, reason
from executor.writer import Writer
from executor.writes import Unwritable, Write, bears_mark, moment_now, send, write_of


class Rehearsal(NamedTuple):
    """`write` is what a real run sends: the very request that was tried. An exec has none, and nothing to compare."""

    write: Write | None
    changed: tuple[Leaf, ...] = ()
    diff: tuple[DiffLine, ...] = ()
    outcome: str = ""


def obstacle(operation: Change, live: Raw) -> Reason | None:
    """Why this cannot be done to the object as it is, where the API server would not say so itself."""
    target = str(operation.target)
    if deleting(live):
        return reason("preview.deleting", target=target)
    if isinstance(operation, Restart) and field(live, "spec", "paused") is True:
        return reason("preview.paused_restart", target=target)
    if isinstance(operation, Exec):
        names = [text(container, "name") for container in objects(live, "spec", "containers")]
        container = operation.container
        if container is None and len(names) > 1:
            return reason("preview.which_container", containers=", ".join(names))
        if container is not None and container not in names:
            return reason("preview.no_container", container=container)
        if not _running(live, container):
            return reason("preview.not_running", target=target)
    return None


def _running(pod: Raw, container: str | None) -> bool:
    return any(
        container in (None, text(state, "name")) and isinstance(field(state, "state", "running"), dict)
        for state in objects(pod, "status", "containerStatuses")
    )


async def rehearse(writer: Writer, operation: Change, live: Raw, *, action_id: str) -> Rehearsal:
    """Ask the API server for the outcome; nothing changes. Raises Unwritable, or what the server answers."""
    if isinstance(operation, Exec):
        return Rehearsal(None)
    moment = moment_now()
    write = write_of(operation, live, action_id=action_id, moment=moment)
    result: Any = (await send(writer, write, dry_run=True)).content
    if isinstance(operation, Delete):
        return Rehearsal(write)
    if not bears_mark(result, action_id):
        raise Unwritable(reason("preview.mark_lost"))
    changed = leaves(live, result, moment=moment)
    return Rehearsal(write, changed, lines(changed, text(live, "kind")), outcome(changed))
