"""`审计 @李雷 本周`, `审计 王伟 昨天`, `王伟的操作记录`, `audit of lilei today`: a page of the audit book, and whose rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.brain.characters import is_han
from bot.brain.planner import ME, Reply
from bot.brain.spelling import Token
from bot.brain.tags import Tag
from bot.brain.tokens import tokenise

_SAYS_NOTHING = frozenset(
    {
        Tag.LOOK,
        Tag.WHICH,
        Tag.RECENT,
        Tag.LISTING,
        Tag.HISTORY,
        Tag.NOISE,
        Tag.BENEFIT,
        Tag.SOFT,
        Tag.PERFECT,
        Tag.WANT,
        Tag.DE,
    }
) | {Tag.OF, Tag.BY, Tag.FROM, Tag.BA, Tag.STOP, Tag.COMMA, Tag.COLON, Tag.QUESTION}
_UNKNOWN = frozenset({Tag.NAME, Tag.CASED, Tag.BAD, Tag.NUMBER, Tag.IMAGE})
_PIECE = re.compile(r"[^\s,，：;；。、?？!！]+")
_ID = re.compile(r"[\w.:@$+/=-]{2,64}", re.ASCII)
_OWNER = re.compile(r"(?:的|['’]s)\Z")
_EARLIER = re.compile(r"(?P<week>上周|上一周|上个?星期|\blast week\b)|(?P<month>上个?月|\blast month\b)", re.IGNORECASE)
"""Beside a change these are a report of the past (`上周重启的 web`), so that no word list has them as a time."""
_MINE = {"我", "我自己", "自己", "me", "my", "mine", "myself"}
_TO_ME = re.compile(r"\b(?:show|give|get|send|tell|let)\s+me\b", re.IGNORECASE)
_LONGEST_HAN = 8


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    owner: bool
    """It was followed by `的` or `'s`."""
    ahead: bool
    """It stands before the word for the book."""
    called: bool
    """Nothing stands before it: `@张三 审计 今天` calls somebody to look."""


def book(text: str, tokens: Sequence[Token]) -> Reply | None:
    """The page that is asked for; None when the message is about something else than the book, a time and one person."""
    first = next((token for token in tokens if token.tag is Tag.AUDIT), None) or _operations(tokens)
    if first is None:
        return None
    periods = [(token.start, token.end, token.value) for token in tokens if token.tag is Tag.PERIOD]
    periods += [(match.start(), match.end(), f"last-{match.lastgroup}") for match in _EARLIER.finditer(text)]
    taken = [(first.start, first.end), *((start, end) for start, end, _ in periods)]
    person = _person([piece for piece in _pieces(text, taken, first.start) if not _says_nothing(piece)])
    if person is None or len(periods) > 1:
        return None
    return Reply(topic="audit", argument=periods[0][2] if periods else "", person=person)


def _operations(tokens: Sequence[Token]) -> Token | None:
    """`@李雷 上周的操作`: the last word, of somebody or of a time."""
    said = [token for token in tokens if token.tag not in (Tag.NOISE, Tag.STOP, Tag.QUESTION, Tag.WHICH)]
    ends = len(said) >= 2 and said[-1].text in ("操作", "变更", "动作") and said[-2].tag is Tag.DE
    return said[-1] if ends else None


def _pieces(text: str, taken: Sequence[tuple[int, int]], first: int) -> Iterator[_Piece]:
    """What is left between spaces and marks without the words for the book and the time."""
    owned = text[:first].rstrip().endswith("的") or text[first : first + 1] in "做干"  # @张三 上周的操作
    for start, end in taken:
        text = text[:start] + " " * (end - start) + text[end:]
    for match in _PIECE.finditer(_TO_ME.sub(lambda said: said[0][:-2] + "  ", text)):
        ahead = match.start() < first
        word = _unasked(match[0]) if ahead else match[0]
        bare = _OWNER.sub("", word.strip(":"))
        if bare:
            yield _Piece(
                bare, owned or _OWNER.search(word) is not None, ahead, ahead and not text[: match.start()].strip()
            )


def _unasked(word: str) -> str:
    """Without what asks for it: `帮我查下王伟`. Not behind the word for the book: 查良镛 is a name."""
    at = 0
    for token in tokenise(word):
        if token.start > at or token.tag not in _SAYS_NOTHING:
            break
        at = token.end
    return word[at:]


def _says_nothing(piece: _Piece) -> bool:
    if piece.text.startswith("@"):
        return piece.called and not piece.owner
    if piece.text.lower() in _MINE:
        return False
    return all(token.tag in _SAYS_NOTHING for token in tokenise(piece.text))


def _person(pieces: Sequence[_Piece]) -> str | None:
    """ "" when nobody was named; None when what is left is no person."""
    if not pieces:
        return ""
    if len(pieces) > 1:
        full = " ".join(piece.text for piece in pieces)  # John Smith
        named = all(piece.text.istitle() and piece.text.isascii() for piece in pieces) and pieces[0].text[:1] != "@"
        return full if named and len(pieces) <= 3 else None
    text = pieces[0].text
    if text.lower() in _MINE:
        return ME
    if text.startswith("@"):
        return text if len(text) > 1 else None
    tokens = tokenise(text)
    if all(is_han(character) or character == "·" for character in text):
        return text if len(text) <= _LONGEST_HAN and any(token.tag is Tag.HAN for token in tokens) else None
    return text if _ID.fullmatch(text) and all(token.tag in _UNKNOWN for token in tokens) else None
