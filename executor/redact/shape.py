"""One shape of a secret, and how a value is judged that stands where a secret may stand.

Every pattern is linear: bounded quantifiers, and a look-behind that lets a run of characters be tried only from its start.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from executor.redact.keys import MASK, harmless

Judge = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Shape:
    """The group called `secret` (or the whole match) is hidden, if `judge` says that it is one.

    `anchors` are lower-case pieces without which the pattern cannot match, so that ordinary text costs a substring search."""

    name: str
    anchors: frozenset[str]
    pattern: re.Pattern[str]
    judge: Judge | None = None


def shape(name: str, anchors: str, pattern: str, *, flags: int = 0, judge: Judge | None = None) -> Shape:
    return Shape(name, frozenset(anchors.split()), re.compile(pattern, flags), judge)


_RANDOM = re.compile(r"[0-9]|[a-z][A-Z]|[/+=_~]")
_NO_SECRET = re.compile(
    r"v?\d+(?:\.\d+)+\S*"  # a version, an address
    r"|\d+(?:\.\d+)?[A-Za-zµ%]{1,6}"  # a duration, a size
    r"|\d{2,4}[-/:]\d{1,2}\S*"  # a day, a time
    r"|[A-Za-z][A-Za-z0-9]*(?:[-./:][A-Za-z0-9]+)+"  # a name, a path, a host with its port
    r"|[A-Za-z]{2,12}\d{1,2}"  # oauth2, sha256, base64
    r"|[/.~].*|\w+://.*|sha\d+.*|[\w.-]+\(.*"
)


def looks_random(value: str) -> bool:
    """Against prose: `Bearer authentication` is none. A digit or mixed case within 8 characters, or a very long word."""
    return value != MASK and (len(value) >= 24 or _RANDOM.search(value) is not None)


def looks_made_up(value: str) -> bool:
    """Stricter, for places where a word is the rule: letters and digits in one, and neither a name nor a number of something."""
    return (
        len(value) >= 6
        and MASK not in value
        and any(char.isdigit() for char in value)
        and any(char.isalpha() for char in value)
        and _NO_SECRET.fullmatch(value) is None
    )


def no_plain_word(value: str) -> bool:
    """For places where only a secret can stand, or a word that says that there is none."""
    return MASK not in value and not harmless("password", value)
