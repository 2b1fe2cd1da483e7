"""Secrets in running text: logs, events, exec output, error messages, commands.

Recall comes first: what is named like a secret or shaped like one is hidden, ordinary log lines stay as they are
(`tests/corpus` holds both). `mask` is idempotent: masking masked text changes nothing.
"""

import re
from collections.abc import Iterable

from executor.reason import Frozen
from executor.redact.coded import mask_coded
from executor.redact.commands import COMMANDS
from executor.redact.diffs import mask_diffs
from executor.redact.keys import ANCHORS, MASK, announces_secret
from executor.redact.manifest import mask_manifests
from executor.redact.nested import mask_nested
from executor.redact.pairs import mask_pairs
from executor.redact.pem import mask_private_keys
from executor.redact.shape import Judge
from executor.redact.shapes import SHAPES
from executor.redact.spoken import SPOKEN

MAX_TEXT = 256 * 1024
"""Characters that are looked at and given back. Of longer text the end is kept: the newest lines of a log.
The whole of it costs a tenth of a second, and up to a second where every line speaks of secrets."""

_ROUNDS = 8

_SHAPES = (*SHAPES, *COMMANDS, *SPOKEN)
_ANCHORS = tuple(frozenset().union(*(shape.anchors for shape in _SHAPES)))


class Masked(Frozen):
    """`count` is how many secrets were hidden."""

    text: str
    count: int


def mask(text: str) -> Masked:
    """Hide every secret in `text`, of which at most the last MAX_TEXT characters come back."""
    count = 0
    for _ in range(_ROUNDS):
        before = text
        text, hidden = mask_diffs(_cut(text), _pass)
        count += hidden
        text, hidden = _pass(text)
        count += hidden
        if text == before:
            break
    return Masked(text=text, count=count)


def mask_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines with every secret hidden. A key that spans lines becomes one line, so there may be fewer."""
    joined = "\n".join(lines)
    return tuple(mask(joined).text.split("\n")) if joined else ()


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    kept = text[-(MAX_TEXT - 2) :]
    _, newline, rest = kept.partition("\n")
    return "…\n" + (rest if newline else kept)


def _pass(text: str) -> tuple[str, int]:
    text, count = _plain(text)
    text, hidden = mask_coded(text, _plain)
    return text, count + hidden


def _plain(text: str) -> tuple[str, int]:
    text, count = mask_private_keys(text)
    for hide in (mask_manifests, mask_nested):
        text, hidden = hide(text)
        count += hidden
    lower = text.lower()
    present = [anchor for anchor in _ANCHORS if anchor in lower]
    for shape in _SHAPES:
        if not shape.anchors.isdisjoint(present):
            text, hidden = _hide(shape.pattern, text, shape.judge)
            count += hidden
    if any(anchor in lower for anchor in ANCHORS):
        text, hidden = mask_pairs(text)
        count += hidden
    return text, count


def _hide(pattern: re.Pattern[str], text: str, judge: Judge | None) -> tuple[str, int]:
    named = "key" in pattern.groupindex
    groups = [name for name in ("secret", "rest") if name in pattern.groupindex]
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        group: str | int = next((name for name in groups if match[name] is not None), 0)
        value = match[group]
        if MASK in value and value.replace(MASK, "").strip(" ;,.") == "":
            return match[0]
        if (judge is not None and not judge(value)) or (named and not announces_secret(match["key"])):
            return match[0]
        count += 1
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + MASK + match[0][end:]

    return pattern.sub(replace, text), count
