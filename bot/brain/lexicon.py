"""Looks words up: the longest known word at a place in Chinese text, the longest known turn of phrase among English words."""

from collections.abc import Iterable, Sequence

from bot.brain.particles_en import LATIN_PARTICLES
from bot.brain.particles_zh import HAN_PARTICLES
from bot.brain.prose_en import ADVERBS, NOUNS
from bot.brain.remarks_en import LATIN_REMARKS
from bot.brain.remarks_zh import HAN_REMARKS
from bot.brain.tags import Tag
from bot.brain.verbs_zh import HAN_VERBS
from bot.brain.vocabulary_en import LATIN_WORDS
from bot.brain.vocabulary_zh import HAN_WORDS
from executor.kinds import kind_of

Sense = tuple[Tag, str]
"""A category and which member of it: (Tag.SCALE, "up")."""

_NOT_KINDS = frozenset(
    {"no", "po", "ev", "events", "event", "rc", "sc", "pc", "sa", "ep", "limits", "quota", "lease", "role"}
)
"""Short names of kinds that mean something else in a sentence; kubectl text still knows them."""


class Lexicon:
    """Words of one script. Entries are (category, member, words); no word may have two senses."""

    def __init__(self, entries: Iterable[tuple[Tag, str, str]], separator: str) -> None:
        self._senses: dict[str, Sense] = {}
        for tag, value, words in entries:
            for word in filter(None, (part.strip() for part in words.replace("\n", separator).split(separator))):
                if self._senses.setdefault(word, (tag, value)) != (tag, value):
                    raise ValueError(f"{word!r} is {self._senses[word]} and {tag}")
        self._longest: dict[str, int] = {}
        for word in self._senses:
            first, length = (word[0], len(word)) if separator == " " else (word.partition(" ")[0], word.count(" ") + 1)
            self._longest[first] = max(length, self._longest.get(first, 0))

    def longest(self, first: str) -> int:
        """Of the entries that begin with this character or word: in characters for Chinese, in words for English; 0 without any."""
        return self._longest.get(first, 0)

    def sense(self, word: str) -> Sense | None:
        return self._senses.get(word)


HAN = Lexicon((*HAN_VERBS, *HAN_WORDS, *HAN_PARTICLES, *HAN_REMARKS), " ")
LATIN = Lexicon((*LATIN_WORDS, *LATIN_PARTICLES, *LATIN_REMARKS, (Tag.LOOSE, "", ADVERBS), (Tag.PROSE, "", NOUNS)), "|")


def han_word(text: str, at: int) -> tuple[int, Sense] | None:
    """The end and sense of the longest known Chinese word that starts at `at`."""
    for end in range(min(len(text), at + HAN.longest(text[at])), at, -1):
        if (sense := HAN.sense(text[at:end])) is not None:
            return end, sense
    return None


def latin_phrase(words: Sequence[str]) -> tuple[int, Sense] | None:
    """How many of the words, all lower-case, make the longest known turn of phrase, and its sense."""
    for count in range(min(len(words), LATIN.longest(words[0]) if words else 0), 0, -1):
        if (sense := LATIN.sense(" ".join(words[:count]))) is not None:
            return count, sense
    return None


def kind_sense(word: str) -> Sense | None:
    """The sense of a kind's name, plural or short name (`pods`, `deploy`, `ns`, `pvcs`)."""
    kind = None if word in _NOT_KINDS else kind_of(word) or kind_of(word.removesuffix("s"))
    if kind is None:
        return None
    return (Tag.NAMESPACE if kind.kind == "Namespace" else Tag.KIND), kind.kind
