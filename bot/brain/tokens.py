"""From the text of a message to words with categories."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from bot.brain import characters
from bot.brain.complements import failing
from bot.brain.lexicon import han_word, kind_sense, latin_phrase
from bot.brain.numerals import NUMERALS, number_of
from bot.brain.spelling import Token, form_of, spell
from bot.brain.tags import VERBS, Tag
from bot.brain.traditional import simplified

_WORD = Tag.FILLER  # stands for "not looked up yet" between the two passes
_UNREAD = "\0"


def tokenise(text: str, most: int | None = None) -> tuple[Token, ...]:
    """All words of a message in order, or the first `most`. Mentions, emoji and brackets are left out; nothing else is dropped."""
    return tuple(islice(_name_words(tuple(islice(_scan(simplified(text)), most))), most))


def _scan(text: str) -> Iterator[Token]:
    at, json_failed = 0, False
    while at < len(text):
        character = text[at]
        if character in "{[" and not json_failed:
            value = _json(text, at)
            json_failed = value is None and character == "{"
            if value is not None:
                yield value
                at = value.end
                continue
        if (skipped := _skipped(text, at)) > at:
            at = skipped
        elif (token := _marked(text, at)) is not None:
            yield token
            at = token.end
        else:
            end = _run_end(text, at)
            yield from _run(text, at, end)
            at = max(end, at + 1)


def _skipped(text: str, at: int) -> int:
    """The end of what carries no meaning here: spaces, emoji, stickers, mentions of others."""
    character = text[at]
    if character.isspace() and character != "\n":
        return at + 1
    if character == "@":
        return _mention_end(text, at)
    if character == "[" and (sticker := _sticker(text, at)) is not None:
        return sticker
    return at if character in characters.MARKS else characters.picture_end(text, at)


def _marked(text: str, at: int) -> Token | None:
    """A quotation, a bracket, a mark or a Chinese word."""
    character = text[at]
    if character in characters.QUOTES and (quoted := _quoted(text, at)) is not None:
        return quoted
    if character in "{}[]":
        return Token(Tag.HAN, character, at, at + 1)
    if (mark := characters.MARKS.get(character)) is not None:
        return Token(mark, character, at, at + 1)
    return _han(text, at) if characters.is_han(character) else None


def _quoted(text: str, at: int) -> Token | None:
    opening = text[at]
    if opening == "'" and at > 0 and characters.is_word(text[at - 1]):
        return None
    fence = "```" if text.startswith("```", at) else opening
    closing = fence if fence == "```" else characters.QUOTES[opening]
    end = text.find(closing, at + len(fence))
    if end < 0:
        return None
    inner = text[at + len(fence) : end].strip()
    whole = text[at : end + len(closing)]
    tag, value = form_of(inner) if inner else (Tag.NOISE, "")
    if tag in (Tag.NAME, Tag.OBJECT, Tag.PATH, Tag.IMAGE):
        return Token(tag, whole, at, at + len(whole), value)
    return Token(Tag.QUOTED if inner else Tag.NOISE, whole, at, at + len(whole), inner)


def _json(text: str, at: int) -> Token | None:
    rest = text[at + 1 :].lstrip()
    if not rest.startswith('"' if text[at] == "{" else "{"):
        return None
    try:
        _, length = json.JSONDecoder().raw_decode(text[at:])
    except (ValueError, RecursionError):
        return None
    return Token(Tag.JSON, text[at : at + length], at, at + length, text[at : at + length])


def _sticker(text: str, at: int) -> int | None:
    """DingTalk writes its own emoji as `[微笑]`."""
    end = text.find("]", at, at + 8)
    inside = text[at + 1 : end] if text[at] == "[" and end > 0 else ""
    return end + 1 if inside and all(characters.is_han(character) for character in inside) else None


def _han(text: str, at: int) -> Token:
    end = at
    while end < len(text) and text[end] in NUMERALS:
        end += 1
    known = han_word(text, at)
    if known is None or end > known[0]:
        for stop in range(end, at, -1):
            if (number := number_of(text[at:stop])) is not None:
                return Token(Tag.NUMBER, text[at:stop], at, stop, str(number))
    verb = at + 1 if known is None else known[0]
    begins = known is None or known[1][0] in VERBS | {Tag.LOOSE} or text[at] == "过"
    if begins and (failed := failing(text, verb, text[at:verb])) is not None:
        return Token(Tag.FAULT, text[at:failed], at, failed)
    if known is not None:
        stop, (tag, value) = known
        return Token(tag, text[at:stop], at, stop, value)
    return Token(Tag.HAN, text[at], at, at + 1)


def _mention_end(text: str, at: int) -> int:
    """`@张三`: somebody else who is called; ends at a space or mark."""
    while at < len(text) and not text[at].isspace() and text[at] not in characters.MARKS:
        at += 1
    return at


def _run_end(text: str, at: int) -> int:
    end = at
    while end < len(text) and (
        characters.is_word(text[end])
        or (text[end] in "'’" and text[end - 1].isalpha() and text[end + 1 : end + 2].isalpha())
    ):
        end += 1
    return end


def _run(text: str, start: int, end: int) -> Iterator[Token]:
    run = text[start:end]
    if "~~" in run:
        yield Token(Tag.HAN, run, start, end)  # struck out
        return
    if run == "-":
        return  # the bullet of a list
    bare = run.strip("—–―…·•~～") if not run.isascii() else run
    if not bare or all(c in characters.INVISIBLE or characters.is_skipped(c) for c in bare):
        return
    if run[0] in "—–―" and run[1:2].isalnum():
        bare = run  # a dash that a word processor put in place of the hyphen of a flag
    start = text.index(bare, start)
    word = bare.rstrip(".:") if bare.strip(".:") else bare
    if word in (".", ":", "...", "。"):
        yield Token(Tag.STOP if "." in word else Tag.COLON, word, start, start + len(word))
        return
    if not word.isascii() and word.isdecimal() and (number := number_of(word)) is not None:
        yield Token(Tag.NUMBER, word, start, start + len(word), str(number))
    elif (odd := characters.odd_character(word.replace("×", "x").replace("’", "'"))) is not None:
        yield Token(Tag.ODD, word, start, start + len(word), odd)
    else:
        yield Token(_WORD, word, start, start + len(word), _UNREAD)
    tail = bare[len(word) :]
    if tail:
        yield Token(Tag.COLON if ":" in tail else Tag.STOP, tail, start + len(word), start + len(bare))


def _name_words(tokens: tuple[Token, ...]) -> Iterable[Token]:
    at = 0
    while at < len(tokens):
        if tokens[at].value != _UNREAD:
            yield tokens[at]
            at += 1
            continue
        words: list[str] = []
        for token in tokens[at : at + 6]:
            if token.value != _UNREAD:
                break
            words.append(token.text.lower().replace("’", "'"))
        if (phrase := latin_phrase(words)) is not None:
            count, (tag, value) = phrase
            last = tokens[at + count - 1]
            text = " ".join(token.text for token in tokens[at : at + count])
            yield Token(tag, text, tokens[at].start, last.end, value)
            at += count
        else:
            yield from _single(tokens[at])
            at += 1


def _single(token: Token) -> Iterator[Token]:
    word = token.text
    lower = word.lower()
    if (kind := kind_sense(lower)) is not None:
        yield Token(kind[0], word, token.start, token.end, kind[1])
    elif lower.endswith(("'s", "’s")) and len(lower) > 2:
        inner = Token(token.tag, word[:-2], token.start, token.end - 2, token.value)
        yield from _name_words((inner,))
        yield Token(Tag.DE, word[-2:], token.end - 2, token.end)
    else:
        yield from spell(word.replace("’", "'"), token.start)
