"""The catalogues: both languages say the same things, and every code in the source has a sentence."""

import re
import string
from pathlib import Path

from bot.words import Words

ROOT = Path(__file__).parents[2]


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def codes_in_source() -> set[str]:
    """Every literal that is handed to `reason(…)` or looked up in a catalogue."""
    found: set[str] = set()
    for package in ("adapters", "bot", "executor"):
        for path in (ROOT / package).rglob("*.py"):
            asked = re.findall(
                r"(?:\breason|\b_?words|\bsay)\(\s*\"([a-z]+(?:\.[a-z0-9_]+)+)\"", path.read_text("utf-8")
            )
            found.update(asked)
    return found


def test_both_languages_have_the_same_sentences_and_placeholders() -> None:
    zh, en = Words("zh").sentences, Words("en").sentences
    assert zh.keys() == en.keys()
    assert {code for code in zh if placeholders(zh[code]) != placeholders(en[code])} == set()


def test_every_code_in_the_source_has_a_sentence() -> None:
    assert codes_in_source() - Words("zh").sentences.keys() == set()


def test_a_value_is_inserted_and_never_read_as_a_template() -> None:
    words = Words("zh")
    words.sentences["x.y"] = "名字 {name}"
    assert words("x.y", name="{secret}") == "名字 {secret}"
