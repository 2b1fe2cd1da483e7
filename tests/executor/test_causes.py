"""Every cause that a card can name has an ailment that shows it."""

import re
import tomllib
from pathlib import Path

import bot.words
import executor
from tests.cluster.ailments import ALL

WORDS = Path(bot.words.__file__).parent
RULES = sorted(Path(executor.__file__).parent.glob("analysers/*.py"))


def causes(language: str) -> set[str]:
    """Less the tables: what evidence and facts are called."""
    told = tomllib.loads((WORDS / language / "triage.toml").read_text(encoding="utf-8"))
    return {code for code, words in told.items() if isinstance(words, str)}


def test_every_cause_has_an_ailment_and_every_ailment_a_cause() -> None:
    shown = {code for ailment in ALL for code in (ailment.code, *ailment.also)}
    assert causes("en") - shown == set(), "give these an ailment in tests/cluster/ailments"
    assert shown - causes("en") == set()
    assert causes("zh") == causes("en")


def test_every_file_of_rules_has_an_ailment() -> None:
    """By the causes that it spells out."""
    shown = {code for ailment in ALL for code in (ailment.code, *ailment.also)}
    for path in RULES:
        told = set(re.findall(r"triage\.([a-z_]+)", path.read_text(encoding="utf-8"))) & causes("en")
        assert not told or told & shown, path.name


def test_every_ailment_shows_a_line_or_field() -> None:
    assert [ailment.name for ailment in ALL if not ailment.shows] == []
    assert len({ailment.name for ailment in ALL}) == len(ALL)


def test_what_is_only_feigned_says_why() -> None:
    feigned = {ailment.name: ailment.feigned for ailment in ALL if ailment.feigned}
    assert all(len(why.split()) > 5 for why in feigned.values()), feigned
    assert len(feigned) <= 2, "the real API can show nearly all"
