"""Every secret that a test plants or gives away, and where each is at home."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import quote, quote_plus

SHORTEST = 8
"""Shorter ones would be found by chance."""


@dataclass(frozen=True, slots=True)
class Secret:
    """`homes` are the ways that may carry it (as fnmatch has them): a credential goes to whom it is for, what a person typed is
    kept until it has been dealt with. What the cluster holds has no home."""

    name: str
    value: str
    homes: tuple[str, ...] = ()

    def at_home(self, way: str) -> bool:
        return any(fnmatchcase(way, home) for home in self.homes)

    @property
    def shown(self) -> str:
        """Enough to tell it from others, and not enough to use it."""
        return f"{self.name} ({self.value[0]}…{self.value[-1]}, {len(self.value)} characters)"


@lru_cache(maxsize=4096)
def spellings(value: str) -> frozenset[str]:
    """As it may come out: plain, escaped for JSON (once and twice), HTML or a URL, in base64 at any offset."""
    escaped = json.dumps(value)[1:-1]
    plain = {value, escaped, json.dumps(escaped)[1:-1], html.escape(value), quote(value, safe=""), quote_plus(value)}
    raw = value.encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        whole = coded[(0, 2, 3)[before] :]
        plain.add(whole if (len(raw) + before) % 3 == 0 else whole[:-1])
    return frozenset(spelling for spelling in plain if len(spelling) >= SHORTEST)


class Book:
    """The secrets by their spellings, and one look through a text for all of them."""

    def __init__(self) -> None:
        self._known: dict[str, list[Secret]] = {}
        self._pattern: re.Pattern[str] | None = None

    def learn(self, secrets: Iterable[Secret]) -> None:
        """Those too short to be told from chance are left out. A value known under two names is at home where either is."""
        for secret in secrets:
            for spelling in spellings(secret.value) if len(secret.value) >= SHORTEST else ():
                holders = self._known.setdefault(spelling, [])
                if secret not in holders:
                    holders.append(secret)
                    self._pattern = None

    def found_in(self, way: str, text: str) -> Iterator[tuple[Secret, int, int]]:
        """Each secret that should not be there, and where it stands."""
        if self._pattern is None:
            self._pattern = re.compile(_trie(self._known)) if self._known else re.compile(r"(?!)")
        for match in self._pattern.finditer(text):
            holders = self._known[match[0]]
            if not any(secret.at_home(way) for secret in holders):
                yield holders[0], match.start(), match.end()

    def veiled(self, text: str) -> str:
        """The text with every secret gone, at home or not."""
        spans = [(start, end) for _, start, end in self.found_in("", text)]
        for start, end in reversed(spans):
            text = f"{text[:start]}***{text[end:]}"
        return text


def _trie(words: Iterable[str]) -> str:
    """One pattern that steps through a text once, however many words there are; of two that begin alike, the longer one."""
    root: dict[str, dict] = {}  # type: ignore[type-arg]
    for word in words:
        node = root
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(root)


def _branches(node: dict[str, dict]) -> str:  # type: ignore[type-arg]
    run = ""
    while len(node) == 1 and "" not in node:
        ((char, node),) = node.items()
        run += re.escape(char)
    rest = [re.escape(char) + _branches(below) for char, below in node.items() if char]
    if not rest:
        return run
    return f"{run}(?:{'|'.join(rest)}){'?' if '' in node else ''}"
