"""Where verification begins: what is there now, and what has to be watched."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from executor.errors import NotFound
from executor.fields import Raw, owned_by, text, uid_of
from executor.kinds import kind_named
from executor.operations import Target
from executor.preview import ChangeOrder
from executor.reader import Reader
from executor.related import EVENT, POD, REPLICA_SET, Controller, controller_of_pod, selector_of
from executor.run import Applied
from executor.standing import Aim, aim_of
from executor.watching import Source


class Outset(NamedTuple):
    live: Raw | None
    controller: Controller | None
    sources: tuple[Source, ...]


async def first_look(reader: Reader, order: ChangeOrder, applied: Applied, target: Target) -> Outset:
    """What there is to watch. Raises what `Reader.get` raises, less NotFound: gone is an answer."""
    kind, live, controller = kind_named(target.kind), None, None
    with suppress(NotFound):
        live = await reader.get(kind, target.name, target.namespace)
    sources = [Source("target", kind, target.namespace, fields=f"metadata.name={target.name}", limit=1, optional=False)]
    aim = aim_of(order)
    labels = selector_of(live) if live is not None and kind.kind not in ("Pod", "Service") else ""
    if aim is Aim.GONE and kind.kind == "Pod" and target.namespace:
        same = live is not None and uid_of(live) == (applied.uid or order.target_uid)
        controller = await controller_of_pod(reader, target.namespace, target.name, live if same else None)
        labels = controller.labels if controller is not None else ""
    if labels and aim is not Aim.FIELDS:
        sources.append(Source("pods", POD, target.namespace, labels=labels))
    elif aim is Aim.GONE and kind.kind != "Pod" and applied.baseline and target.namespace:
        sources.append(Source("pods", POD, target.namespace, keep=_child_of(order, applied)))
    if aim is not Aim.FIELDS and kind.namespaced:
        if kind.kind == "Deployment" and labels:
            sources.append(Source("replica sets", REPLICA_SET, target.namespace, labels=labels))
        names = (target.name, controller.name if controller is not None else target.name)
        sources.append(Source("events", EVENT, target.namespace, limit=500, keep=_about(names)))
    return Outset(live, controller, tuple(sources))


def _child_of(order: ChangeOrder, applied: Applied) -> Callable[[Raw], bool]:
    """The pods of an object that is gone, whose selector nobody knows any more."""
    before, uid = {key.partition("/")[0] for key in applied.baseline}, applied.uid or order.target_uid
    return lambda pod: uid_of(pod) in before or owned_by(pod, uid)


def _about(names: tuple[str, ...]) -> Callable[[Raw], bool]:
    """Events about the target, or about what it makes: their names begin with its own. Their uids are compared later."""
    prefixes = tuple(f"{name}-" for name in names)

    def keep(event: Raw) -> bool:
        name = text(event, "involvedObject", "name")
        return name in names or name.startswith(prefixes)

    return keep
