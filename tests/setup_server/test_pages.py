"""Both languages say everything, and every page is complete in itself."""

import re
import string
from pathlib import Path

import pytest

from setup_server.audit_book import PERIODS
from setup_server.card_book import STATES
from setup_server.card_view import STATUSES as CARD_STATUSES
from setup_server.card_view import VERBS
from setup_server.pages import STATUSES, Words, preferred
from setup_server.site import Site

_OF_SETUP = r"setup_((name|title|lead|help|field|hint|state|strength|from|found)_|password_(too_|holds_name|guessable))"
"""Sentences of /setup that are found by the name of a step, a field, a state or a weakness."""
PACKAGE = Path(__file__).parents[2] / "setup_server"


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_both_languages_have_the_same_sentences_and_placeholders() -> None:
    zh, en = Words("zh"), Words("en")
    assert zh.keys() == en.keys()
    assert {name for name in zh if placeholders(zh[name]) != placeholders(en[name])} == set()


def test_every_sentence_is_used_and_every_one_that_is_used_exists() -> None:
    words = Words("en")
    text = "".join(path.read_text("utf-8") for path in (*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py")))
    in_templates = set(re.findall(r"\bwords\.([a-z_0-9]+)", text)) - {"language", "get"}
    in_source = set(re.findall(r"words(?:\(request\))?\[\"([a-z_0-9]+)\"\]", text))
    assert in_templates | in_source <= words.keys()
    of_statuses = {f"{kind}_{status}" for status in STATUSES for kind in ("title", "text")}
    of_the_provider = {f"provider_{why}{rest}" for why in ("refused", "away", "late") for rest in ("", "_lead")}
    of_the_steps = {name for name in words if re.match(_OF_SETUP, name)}
    of_cards = {f"did_{verb}" for verb in VERBS} | {f"status_{status.lower()}" for status in CARD_STATUSES}
    of_the_list = {f"shelf_{state}" for state in STATES} | {f"audit_period_{period}" for period in PERIODS}
    assert of_cards | of_the_list <= words.keys()
    used = in_templates | in_source | of_statuses | of_the_provider | of_the_steps | of_cards | of_the_list
    assert words.keys() - used == set()


def test_no_template_has_a_script_a_style_or_anything_from_elsewhere() -> None:
    for path in PACKAGE.rglob("*.html"):
        text = path.read_text("utf-8")
        text = re.sub(r'<script src="/static/(live|strength)\.js" defer></script>', "", text)  # those that there are
        assert not re.search(r"<script|<style|style=|\son[a-z]+=|https?://|\|\s*safe|autoescape", text), path.name
    for path in (PACKAGE / "static").glob("*.css"):
        assert not re.search(r"@import|url\(", path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("EN-us,en;q=0.9", "en"),
        ("zh-Hans-CN, en;q=0.9", "zh"),
        ("en;q=0.5, zh;q=0.8", "zh"),
        ("fr-FR, de;q=0.9", "zh"),
        ("en;q=0", "zh"),
        ("*;q=1, english", "zh"),
        ("en" + ",en" * 10_000, "en"),
    ],
)
def test_the_language_that_a_browser_likes_best(accepted: str, language: str) -> None:
    assert preferred(accepted, "zh") == language


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("aiops.example", True),
        ("AIOPS.example.", True),
        ("aiops.example:8443", True),
        ("localhost:8080", True),
        ("10.0.0.7:8080", True),
        ("[fe80::1]:8080", True),
        ("aiops.example.evil", False),
        ("evil.example", False),
        ("aiops.example@evil.example", False),
        ("[aiops.example", False),
        ("", False),
    ],
)
def test_which_host_is_ours(host: str, *, ours: bool) -> None:
    assert Site(public_url="https://aiops.example").hosts(host) is ours


def test_which_origin_is_ours() -> None:
    site = Site(public_url="https://aiops.example")
    assert site.is_ours("https://aiops.example", "aiops.example")
    assert site.is_ours("http://127.0.0.1:8080", "127.0.0.1:8080")
    for origin in ("null", "", "https://evil.example", "http://10.0.0.8:8080", "https://aiops.example.evil"):
        assert not site.is_ours(origin, "127.0.0.1:8080")
    assert not site.is_ours("http://aiops.example", "aiops.example"), "somebody on the wire can make such a page"
    assert Site(public_url="https://AIOPS.example:443").is_ours("https://aiops.example", "aiops.example")
    assert Site(public_url="http://aiops.local").is_ours("http://aiops.local:8080", "aiops.local:8080")
