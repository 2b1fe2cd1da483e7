"""How a look is told: so many rows with what was left out, what could not be had, and everything masked."""

from collections.abc import Iterable

from executor.redact import mask
from executor.sight import Sparing

MOST_LINE = 400


def told(reader: Sparing, lines: Iterable[str]) -> tuple[str, ...]:
    """Masked as a whole, since a key may span lines, then cut line by line; at the end what was not to be seen, so that nobody
    concludes from absence."""
    shown = mask("\n".join([*lines, *_unseen(reader)])).text.split("\n")
    return tuple(line if len(line) <= MOST_LINE else f"{line[: MOST_LINE - 1]}…" for line in shown)


def rows(what: str, found: Iterable[str], most: int) -> list[str]:
    """A headline with the count, then the rows that fit."""
    every = list(found)
    count = f"{len(every)}" if len(every) <= most else f"{most} of {len(every)} are shown"
    return [f"{what}: {count}", *(f"  {row}" for row in every[:most])]


def one_line(words: str) -> str:
    return " ".join(words.split())


def _unseen(reader: Sparing) -> list[str]:
    said = (
        ("not permitted to read", reader.denied),
        ("not served by this cluster", reader.unserved),
        ("could not be read", reader.unread),
        ("only the first were listed", reader.partial),
    )
    return [f"({why}: {', '.join(sorted(kinds))})" for why, kinds in said if kinds]
