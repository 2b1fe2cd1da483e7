"""Words of a command as a POSIX shell would split them, with everything refused that a shell would act upon.

Nothing is normalised: a look-alike character is refused and named by its code point, not turned into what it looks like.
"""

import unicodedata
from dataclasses import dataclass

from executor.kubectl.rejected import Refused

MAX_TEXT = 4096
"""UTF-8 bytes."""

_META = frozenset(";&|$`<>(){}[]~#%^*?\\")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_ESCAPABLE = '"\\$`'


@dataclass(frozen=True, slots=True)
class Word:
    """`odd` holds the characters that stood in quotes and that only a patch body may have."""

    text: str
    odd: str = ""


def split(text: str) -> tuple[Word, ...]:
    """Raises Refused. Spaces around the text do not matter."""
    if len(text) > MAX_TEXT or len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT:
        raise Refused("kubectl.too_long", limit=MAX_TEXT)
    words: list[Word] = []
    position = 0
    text = text.strip(" ")
    while position < len(text):
        if text[position] == " ":
            position += 1
            continue
        word, position = _word(text, position)
        words.append(word)
    if not words:
        raise Refused("kubectl.empty")
    return tuple(words)


def _word(text: str, position: int) -> tuple[Word, int]:
    parts: list[str] = []
    odd: list[str] = []
    while position < len(text) and (char := text[position]) != " ":
        if char in "'\"":
            part, strange, position = _quoted(text, position)
            parts.append(part)
            odd.append(strange)
        else:
            _check_seen(char)
            if ord(char) > 0x7E:
                raise Refused("kubectl.character", code=f"U+{ord(char):04X}", character=char)
            if char in _META:
                raise Refused("kubectl.metacharacter", character=char)
            parts.append(char)
            position += 1
    return Word("".join(parts), "".join(odd)), position


def _quoted(text: str, start: int) -> tuple[str, str, int]:
    """The inside of a quoted piece, its odd characters, and where it ends."""
    quote = text[start]
    inside: list[str] = []
    position = start + 1
    while position < len(text):
        char = text[position]
        if char == quote:
            piece = "".join(inside)
            return piece, "".join(c for c in piece if c in _META or ord(c) > 0x7E), position + 1
        _check_seen(char)
        if quote == '"' and char in "$`":
            raise Refused("kubectl.metacharacter", character=char)
        if quote == '"' and char == "\\" and text[position + 1 : position + 2] in tuple(_ESCAPABLE):
            position += 1
            char = text[position]
        inside.append(char)
        position += 1
    raise Refused("kubectl.unbalanced", quote=quote)


def _check_seen(char: str) -> None:
    category = unicodedata.category(char)
    if char == "\n":
        raise Refused("kubectl.newline")
    if category in _UNSEEN or (category == "Zs" and char != " "):
        raise Refused("kubectl.unseen", code=f"U+{ord(char):04X}")
