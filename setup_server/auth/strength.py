"""How strong a new password is: rules that it must pass and an estimate to show beside the field.

No list of ten million leaked passwords is shipped; what people really pick is caught by its shape: a common word with digits behind
it, a run along the keyboard, one character over and over, their own name.
"""

import itertools
import math
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

SHORTEST, LONGEST = 12, 512
ENOUGH_BITS = 45
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
    "!@#$%^&*()",
)
COMMON = frozenset(
    {
        "password",
        "passwd",
        "passw0rd",
        "p@ssw0rd",
        "p@ssword",
        "admin",
        "administrator",
        "root",
        "login",
        "user",
        "guest",
    }
    | {
        "letmein",
        "welcome",
        "iloveyou",
        "monkey",
        "dragon",
        "master",
        "changeme",
        "secret",
        "default",
        "qwerty",
        "test",
    }
    | {"woaini", "huawei", "alibaba", "steward", "kubernetes", "cluster", "devops", "dingtalk", "feishu"}
)
LEET = str.maketrans("@$!013457", "asioleast")


RULES: Mapping[str, object] = {
    "shortest": SHORTEST,
    "longest": LONGEST,
    "enough": ENOUGH_BITS,
    "runs": RUNS,
    "common": sorted(COMMON),
    "leet": {chr(sign): chr(int(letter)) for sign, letter in LEET.items()},
}
"""For the page, which judges in the same way while somebody types (static/strength.js)."""


class Weakness(StrEnum):
    """Why a password is refused; each has a sentence on the page."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    HOLDS_NAME = "holds_name"
    GUESSABLE = "guessable"


class Strength(NamedTuple):
    bits: int
    """Guesses that it takes, as a power of two; an estimate that errs low."""
    level: int
    """For a bar, 0 to 4: 0 useless, 2 just enough, 4 strong."""
    weakness: Weakness | None


def strength(password: str, username: str = "") -> Strength:
    """Judge a password that somebody wants to use. Pure and quick: it may run while they type."""
    text = unicodedata.normalize("NFKC", password)
    bits = _bits(text[:LONGEST], username)
    level = min(4, max(0, (bits - 15) // 15))
    return Strength(bits, level, _weakness(text, username, bits))


def _weakness(text: str, username: str, bits: int) -> Weakness | None:
    if len(text) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(text) > LONGEST:
        return Weakness.TOO_LONG
    if len(username) >= 3 and username.casefold() in text.casefold():
        return Weakness.HOLDS_NAME
    return Weakness.GUESSABLE if bits < ENOUGH_BITS else None


def _bits(text: str, username: str) -> int:
    """Every character is worth the size of its alphabet, those that can be foretold from what stands before them nearly nothing."""
    lowered = text.casefold()
    plain = lowered.translate(LEET)
    foretold = [False] * len(text)
    words = [*COMMON, *([username.casefold()] if len(username) >= 3 else [])]
    if len(plain) == len(text):
        for word, body in itertools.product(words, (lowered, plain)):
            for found in re.finditer(re.escape(word), body):
                foretold[found.start() + 1 : found.end()] = [True] * (len(word) - 1)
    if len(lowered) == len(text):
        for at in range(2, len(text)):
            foretold[at] |= _goes_on(lowered[at - 2 : at + 1])
    foretold = [known or text[at] in text[max(0, at - 3) : at] for at, known in enumerate(foretold)]
    fresh = [character for character, known in zip(text, foretold, strict=True) if not known]
    if not fresh:
        return 0
    each = math.log2(sum(size for size, belongs in _ALPHABETS if any(map(belongs, fresh))) or 2)
    variety = len(set(text)) / len(text)
    return int(each * len(fresh) * min(1.0, 0.4 + variety) + (len(text) - len(fresh)) * 0.5)


def _goes_on(three: str) -> bool:
    """Whether three characters run along the alphabet, the digits or the keyboard, in either direction."""
    return any(three in run or three[::-1] in run for run in RUNS)


_ALPHABETS = (
    (10, str.isdecimal),
    (26, lambda character: character.isascii() and character.islower()),
    (26, lambda character: character.isascii() and character.isupper()),
    (33, lambda character: character.isascii() and not character.isalnum()),
    (2000, lambda character: not character.isascii()),
)
