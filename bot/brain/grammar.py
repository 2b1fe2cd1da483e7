"""A small grammar engine: rules over word categories, matched by the longest phrase.

A rule is written as in a book: `FROM? ns=NAME (nsw=NAMESPACE | INSIDE) DE?`. Upper case is a category (`FLAG.n` also asks for its
member), lower case another rule; `label=` captures the word; `?`, `*`, `|`, `( )` mean what they always mean, `!` that the
next thing must not follow. Words are matched, never characters.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.brain.spelling import Token
from bot.brain.tags import Tag

_Symbol = tuple[str, str, str]
"""Label with its `=`, word, mark; "" where there is none."""
Captures = tuple[tuple[str, Token], ...]
_SYMBOLS = re.compile(r"\s*(?:([A-Za-z_]+=)?([A-Za-z_]+(?:\.[A-Za-z_-]+)?)|([()|?*!]))")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words that belong together. `role` is the rule's name, or the category of a word that no rule took."""

    role: str
    tokens: tuple[Token, ...]
    captures: Captures = ()

    def get(self, label: str) -> Token | None:
        return next((token for name, token in self.captures if name == label), None)

    def has(self, label: str) -> bool:
        return self.get(label) is not None

    def value(self, label: str) -> str | None:
        token = self.get(label)
        return None if token is None else token.value


class _Node(Protocol):
    def starts(self) -> tuple[frozenset[str], bool]:
        """The categories that a match can begin with, and whether it can be empty."""
        ...

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]: ...


@dataclass(frozen=True, slots=True)
class _Word:
    tag: str
    value: str | None
    label: str

    def starts(self) -> tuple[frozenset[str], bool]:
        return frozenset({self.tag}), False

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:
        if at < len(tokens) and tokens[at].tag == self.tag and self.value in (None, tokens[at].value):
            yield at + 1, ((self.label, tokens[at]),) if self.label else ()


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    rules: Mapping[str, _Node]

    def starts(self) -> tuple[frozenset[str], bool]:
        return self.rules[self.name].starts()

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:
        yield from self.rules[self.name].match(tokens, at)


@dataclass(frozen=True, slots=True)
class _Nothing:
    def starts(self) -> tuple[frozenset[str], bool]:
        return frozenset(), True

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:  # noqa: ARG002 - it looks at none
        yield at, ()


@dataclass(frozen=True, slots=True)
class _Pair:
    head: _Node
    rest: _Node

    def starts(self) -> tuple[frozenset[str], bool]:
        head, empty = self.head.starts()
        rest, rest_empty = self.rest.starts() if empty else (frozenset(), False)
        return head | rest, empty and rest_empty

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:
        for middle, head in self.head.match(tokens, at):
            for end, tail in self.rest.match(tokens, middle):
                yield end, head + tail


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Node, ...]
    by_first: dict[str, tuple[_Node, ...]] = field(default_factory=dict, compare=False)
    """The options that can begin with a category, filled as it is met: every rule is known by then."""

    def starts(self) -> tuple[frozenset[str], bool]:
        found = [option.starts() for option in self.options]
        return frozenset().union(*(tags for tags, _ in found)), any(empty for _, empty in found)

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:
        first = str(tokens[at].tag) if at < len(tokens) else ""
        if (options := self.by_first.get(first)) is None:
            starts = ((option, *option.starts()) for option in self.options)
            options = tuple(option for option, tags, empty in starts if empty or first in tags)
            self.by_first[first] = options
        for option in options:
            yield from option.match(tokens, at)


@dataclass(frozen=True, slots=True)
class _Repeat:
    part: _Node
    most: int

    def starts(self) -> tuple[frozenset[str], bool]:
        return self.part.starts()[0], True

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:
        if self.most > 0:
            for middle, head in self.part.match(tokens, at):
                if middle > at:
                    for end, tail in _Repeat(self.part, self.most - 1).match(tokens, middle):
                        yield end, head + tail
        yield at, ()


@dataclass(frozen=True, slots=True)
class _Absent:
    part: _Node

    def starts(self) -> tuple[frozenset[str], bool]:
        return frozenset(), True

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Captures]]:
        if next(self.part.match(tokens, at), None) is None:
            yield at, ()


def _sequence(parts: Sequence[_Node]) -> _Node:
    return _Pair(parts[0], _sequence(parts[1:])) if parts else _Nothing()


class Grammar:
    """Rules by name. `phrases` are the names that `chunk` looks for, in order of preference for phrases of equal length."""

    def __init__(self, rules: Mapping[str, str], phrases: Sequence[str]) -> None:
        self._rules: dict[str, _Node] = {}
        self._used: set[str] = set(phrases)
        self._phrases = tuple(phrases)
        for name, text in rules.items():
            self._rules[name] = self._compile(name, text)
        missing = self._used - set(rules)
        if missing:
            raise ValueError(f"rules without a definition: {missing}")
        self._starts = {role: self._rules[role].starts()[0] for role in self._phrases}

    def _compile(self, name: str, text: str) -> _Node:
        symbols: list[_Symbol] = [(m[1] or "", m[2] or "", m[3] or "") for m in _SYMBOLS.finditer(text.strip())]
        if "".join("".join(symbol) for symbol in symbols) != re.sub(r"\s", "", text):
            raise ValueError(f"rule {name} cannot be read")
        node, rest = self._options(symbols)
        if rest:
            raise ValueError(f"rule {name} has an unbalanced bracket")
        return node

    def _options(self, symbols: list[_Symbol]) -> tuple[_Node, list[_Symbol]]:
        options: list[_Node] = []
        parts: list[_Node] = []
        while symbols and symbols[0][2] != ")":
            if symbols[0][2] == "|":
                options.append(_sequence(parts))
                parts, symbols = [], symbols[1:]
                continue
            part, symbols = self._part(symbols)
            parts.append(part)
        options.append(_sequence(parts))
        return (options[0] if len(options) == 1 else _Choice(tuple(options))), symbols

    def _part(self, symbols: list[_Symbol]) -> tuple[_Node, list[_Symbol]]:
        (label, word, mark), symbols = symbols[0], symbols[1:]
        node: _Node
        if mark == "!":
            node, symbols = self._part(symbols)
            return _Absent(node), symbols
        if mark == "(":
            node, symbols = self._options(symbols)
            if not symbols:
                raise ValueError("a rule has an unbalanced bracket")
            symbols = symbols[1:]
        elif word[0].islower():
            node = _Rule(word, self._rules)
            self._used.add(word)
        else:
            tag, _, value = word.partition(".")
            node = _Word(Tag[tag], value or None, label.rstrip("="))
        if symbols and symbols[0][2] in ("?", "*"):
            node = _Repeat(node, 1 if symbols[0][2] == "?" else 4)
            symbols = symbols[1:]
        return node, symbols

    def chunk(self, tokens: Sequence[Token]) -> tuple[Phrase, ...]:
        """The words as phrases, left to right, the longest first; words that fit no rule stand alone."""
        found: list[Phrase] = []
        at = 0
        while at < len(tokens):
            best = Phrase(tokens[at].tag, (tokens[at],))
            for role in (role for role in self._phrases if tokens[at].tag in self._starts[role]):
                for end, captures in self._rules[role].match(tokens, at):
                    if end - at > len(best.tokens) or (end - at == len(best.tokens) == 1 and not best.captures):
                        best = Phrase(role, tuple(tokens[at:end]), captures)
            found.append(best)
            at += len(best.tokens)
        return tuple(found)
