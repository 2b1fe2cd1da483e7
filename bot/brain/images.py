"""Which image a clause wants a workload to run, and in which container."""

import re

from bot.brain.clauses import Clause
from bot.brain.readings import Ask, Unclear
from bot.brain.tags import Tag
from executor.names import valid_image
from executor.operations import ContainerImage
from executor.reason import reason

_VERSION = re.compile(r"v?\d+([.-][0-9a-z]+)*", re.ASCII)


def images_of(clause: Clause) -> tuple[ContainerImage, ...]:
    """Raises Unclear when there is no whole image reference, or more than one for a container."""
    inside = clause.first("container")
    container = inside.value("container") if inside is not None else None
    assigned = [value for phrase in clause.all("image") if (value := phrase.value("assign")) is not None]
    named = [value for phrase in clause.all("image") if (value := phrase.value("ref")) is not None]
    named += [value for phrase in clause.all("goal") if (value := phrase.value("ref")) is not None]
    if assigned and not named and container is None:
        pairs = [value.partition("=") for value in assigned]
        if len({pair[0] for pair in pairs}) == len(pairs):
            return tuple(ContainerImage(container=pair[0], image=pair[2]) for pair in pairs)
    if assigned or len(named) != 1:
        raise Unclear(Ask(reason("rules.which_image"), severity=1))
    image = named[0]
    bare = ":" not in image and "@" not in image
    if not valid_image(image) or _VERSION.fullmatch(image) or (bare and not clause.has(Tag.IMAGE_WORD)):
        raise Unclear(Ask(reason("rules.which_image"), severity=1))
    return (ContainerImage(container=container, image=image),)
