"""What a character of a chat message is: space, mark, Chinese, an emoji to skip, or part of a word.

Everything that is none of the first four becomes part of a word, so that a look-alike (Cyrillic `е`, full-width `ｎ`, a zero-width
space) glued to a name is seen and refused instead of being normalised away (facts: names are ASCII).
"""

import unicodedata

from bot.brain.tags import Tag

MARKS = {
    ",": Tag.COMMA,
    "，": Tag.COMMA,
    ";": Tag.STOP,
    "；": Tag.STOP,
    "。": Tag.STOP,
    "．": Tag.STOP,
    "!": Tag.STOP,
    "！": Tag.STOP,
    "\n": Tag.STOP,
    "?": Tag.QUESTION,
    "？": Tag.QUESTION,
    "：": Tag.COLON,
    "、": Tag.AND,
}
MARKS |= dict.fromkeys("🚫❌⛔🙅✖❎", Tag.NEG)
QUOTES = {"`": "`", '"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "«": "»"}
_SKIPPED = frozenset("()（）【】《》〈〉…·~～•‧∙*#|")
"""Brackets and ornaments around words, also of Markdown; `*`, `#` and `|` only where they stand alone."""
_PICTURES = (
    (0x2190, 0x21FF),
    (0x2300, 0x23FF),
    (0x2460, 0x2BFF),
    (0x3030, 0x3030),
    (0x303D, 0x303D),
    (0x3297, 0x3299),
    (0xFE00, 0xFE0F),
    (0x1F000, 0x1FAFF),
    (0xE0020, 0xE007F),
)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")
INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def is_han(character: str) -> bool:
    return "一" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" or character == "〇"


def is_picture(character: str) -> bool:
    """Emoji and their modifiers."""
    point = ord(character)
    return any(low <= point <= high for low, high in _PICTURES)


def is_skipped(character: str) -> bool:
    return character in _SKIPPED


def is_word(character: str) -> bool:
    """Whether a character belongs to a name-like run, be it allowed in a name or not."""
    return not (
        character.isspace()
        or (character in MARKS)
        or character in QUOTES
        or character in QUOTES.values()
        or character in "()（）【】《》〈〉[]{}"
        or is_han(character)
        or is_picture(character)
    )


def picture_end(text: str, at: int) -> int:
    """Where an emoji sequence that starts at `at` ends; `at` itself when there is none."""
    if text[at] in "0123456789" and text[at + 1 : at + 3].endswith("\u20e3"):
        return at
    end = at
    while end < len(text) and (is_picture(text[end]) or (end > at and text[end] in _JOINERS)):
        end += 1
    return end


def odd_character(word: str) -> str | None:
    """The first character of a word that no name, image or number may hold; None when all are printable ASCII."""
    return next((character for character in word if not "!" <= character <= "~"), None)


def code_point(character: str) -> str:
    """`U+0435 CYRILLIC SMALL LETTER IE`"""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()
