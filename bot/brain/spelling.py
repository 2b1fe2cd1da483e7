"""What a word in Latin letters is by its form: a name, an image, `deployment/nginx`, a flag, a number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.brain.lexicon import kind_sense
from bot.brain.tags import Tag
from executor.kinds import kind_of
from executor.names import valid_container, valid_image, valid_name, valid_namespace


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its category. `text` is what was written at `start:end` of the message; `value` what it stands for."""

    tag: Tag
    text: str
    start: int
    end: int
    value: str = ""


_MULTIPLE = re.compile(r"(?:[x*×](\d{1,3})|(\d{1,3})[x×])", re.ASCII)
_DELTA = re.compile(r"[+-]\d{1,5}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,6}\.\d{1,6}", re.ASCII)
_FLAG = re.compile(r"--?[A-Za-z][A-Za-z-]*|--", re.ASCII)
_ASSIGN = re.compile(r"([a-z0-9][a-z0-9-]*|\*)=(.+)", re.ASCII)
_PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,3})?%", re.ASCII)
_DURATION = re.compile(r"(\d{1,6})(s|sec|secs|m|min|mins|h|hr|hrs|d|am|pm)", re.ASCII)
_QUANTITY = re.compile(r"\d{1,6}(?:\.\d{1,3})?(?:[KMGT]i?|[kmgt]i|[KMGT]B)", re.ASCII)
_TROUBLE = re.compile(r"[45](?:\d\ds|xx|XX)", re.ASCII)
_READY = re.compile(r"(\d{1,4})/(\d{1,4})", re.ASCII)
_PAIR = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*=\S*", re.ASCII)


def spell(word: str, start: int) -> Iterator[Token]:
    """The tokens of one ASCII word that no word list knows: usually one, two for `--tail=50` and `ns=shop`."""
    flag, equals, rest = word.partition("=")
    if _FLAG.fullmatch(flag):
        yield Token(Tag.FLAG, flag, start, start + len(flag), flag.lstrip("-") or "--")
        if equals:
            yield from spell(rest, start + len(flag) + 1) if rest else (_token(Tag.BAD, "=", start + len(flag)),)
        return
    key, mark, value = word.partition(":") if ":" in word else word.partition("=")
    if mark and valid_namespace(value) and kind_sense(key.lower()) == (Tag.NAMESPACE, "Namespace"):
        yield Token(Tag.FLAG, key, start, start + len(key), "namespace")
        yield _token(Tag.NAME, value, start + len(key) + 1)
        return
    if mark == "=" and key.lower() == "replicas" and value.isdecimal():
        yield Token(Tag.FLAG, key, start, start + len(key), "replicas")
        yield from spell(value, start + len(key) + 1)
        return
    if duration := _DURATION.fullmatch(word.lower()):
        middle = start + len(duration[1])
        yield Token(Tag.NUMBER, duration[1], start, middle, str(int(duration[1])))
        unit = Tag.LATER if duration[2] in ("am", "pm") else Tag.MINUTES
        yield Token(unit, duration[2], middle, start + len(word), duration[2])
        return
    tag, value = form_of(word)
    if tag is Tag.BAD and form_of(word.lower())[0] in (Tag.NAME, Tag.OBJECT, Tag.PATH):
        yield Token(Tag.CASED, word, start, start + len(word), word.lower())
    else:
        yield Token(tag, word, start, start + len(word), value)


def _token(tag: Tag, text: str, start: int) -> Token:
    return Token(tag, text, start, start + len(text), text)


def form_of(word: str) -> tuple[Tag, str]:
    """The category of a word by its form alone, and its value (`Deployment/nginx` for `deploy/nginx`)."""
    if (figure := _figure(word)) is not None:
        return figure
    if "/" in word and (slashed := _slashed(word)) is not None:
        return slashed
    if valid_name(word):
        return Tag.NAME, word
    if valid_image(word) and any(mark in word for mark in ":@/"):
        return Tag.IMAGE, word
    if (assigned := _ASSIGN.fullmatch(word)) and valid_image(assigned[2]):
        return (Tag.ASSIGN, word) if assigned[1] == "*" or valid_container(assigned[1]) else (Tag.BAD, word)
    return (Tag.PAIR if _PAIR.fullmatch(word) else Tag.BAD), word


def _figure(word: str) -> tuple[Tag, str] | None:
    """Numbers, and what has one in it: `+2`, `2x`, `95%`, `2Gi`, `503s`, `0/3`."""
    if word.isdecimal():
        return (Tag.NUMBER, str(int(word))) if len(word) <= 9 else (Tag.BAD, word)
    if _DECIMAL.fullmatch(word):
        return Tag.DECIMAL, word
    if _DELTA.fullmatch(word):
        return Tag.DELTA, str(int(word))
    if multiple := _MULTIPLE.fullmatch(word):
        return Tag.MULTIPLE, multiple[1] or multiple[2]
    if _PERCENT.fullmatch(word) or _QUANTITY.fullmatch(word):
        return Tag.LOOSE, word
    if ready := _READY.fullmatch(word):
        return (Tag.SOUND if int(ready[1]) >= int(ready[2]) else Tag.FAULT), word
    return (Tag.FAULT, word) if _TROUBLE.fullmatch(word) else None


def _slashed(word: str) -> tuple[Tag, str] | None:
    parts = word.split("/")
    head, name = parts[-2], parts[-1]
    kind = kind_of(head)
    if len(parts) == 2 and kind is not None and valid_name(name):
        return Tag.OBJECT, f"{kind.kind}/{name}"
    if len(parts) == 3 and kind is not None and valid_namespace(parts[0]) and valid_name(name) and kind.namespaced:
        return Tag.OBJECT, f"{kind.kind}/{name}/{parts[0]}"
    if len(parts) == 2 and valid_namespace(head) and valid_name(name):
        return Tag.PATH, word
    return None
