"""The inverse of a change, where a simple one exists. It is only a proposal: it gets its own preview and approval."""

from typing import Any

from executor.diff import ABSENT, Item, Leaf
from executor.fields import Raw, field, number, objects, text
from executor.operations import Change, ContainerImage, Operation, Patch, Scale, SetImage, canonical
from executor.redact import mask_value
from executor.writes import pod_spec_path


def undo_of(operation: Change, live: Raw, changed: tuple[Leaf, ...]) -> Operation | None:
    """None for what cannot be taken back (delete, exec, restart), and where the way back is not simple."""
    match operation:
        case Scale(target=target):
            return Scale(target=target, replicas=number(live, "spec", "replicas", absent=1))
        case SetImage(target=target, images=images):
            return SetImage(target=target, images=_images_before(images, live))
        case Patch(target=target) if target.kind != "Secret":
            body = inverse(changed)
            if body is None or mask_value(body) != body:  # a secret that was there before does not leave the cluster
                return None
            nested = any(isinstance(step, Item) for leaf in changed for step in leaf.path)
            return Patch(target=target, patch_type="strategic" if nested else "merge", body=canonical(body))
        case _:
            return None


def _images_before(images: tuple[ContainerImage, ...], live: Raw) -> tuple[ContainerImage, ...]:
    spec = field(live, *pod_spec_path(text(live, "kind")))
    wanted = {image.container for image in images}
    return tuple(
        ContainerImage(container=text(container, "name"), image=text(container, "image"))
        for place in ("containers", "initContainers")
        for container in objects(spec, place)
        if "*" in wanted or text(container, "name") in wanted
    )


def inverse(changed: tuple[Leaf, ...]) -> Raw | None:
    """A patch that sets every changed field back; None if that takes more than setting values and removing what came new."""
    body: Raw = {}
    for leaf in changed:
        if not _simple(leaf):
            return None
        _put(body, leaf)
    return body or None


def _simple(leaf: Leaf) -> bool:
    """Lists are set back only item by item, and only items that were there before and have a name to be found by."""
    if any(isinstance(step, Item) and step.key != "name" for step in leaf.path):
        return False
    if isinstance(leaf.path[-1], Item) or leaf.path[-1] == "name":
        return False
    return not isinstance(leaf.before, list | dict) and not isinstance(leaf.after, list | dict)


def _put(body: Raw, leaf: Leaf) -> None:
    place: Any = body
    for step, after in zip(leaf.path, (*leaf.path[1:], None), strict=True):
        if isinstance(step, Item):
            found = next((item for item in place if item["name"] == step.value), None)
            if found is None:
                found = {"name": step.value}
                place.append(found)
            place = found
        elif after is None:
            place[step] = None if leaf.before is ABSENT else leaf.before
        else:
            place = place.setdefault(step, [] if isinstance(after, Item) else {})
