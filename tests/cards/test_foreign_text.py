"""Text from the cluster, from chat and from a model stays text on every card (I8)."""

import json
import re

import pytest
from hypothesis import example, given

from cards.dingtalk import render, render_markdown_message
from cards.markdown import code_line, escape, link, phrase, table
from cards.model import Card, Code, Section
from cards.plain import without_sign
from cards.text import render_text
from tests.cards.samples import sample
from tests.cards.strategies import cards, nasty

ACTIVE = re.compile(r"<[A-Za-z/!?]|\]\(|\]\[|!\[", re.ASCII)
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def outside_fences(text: str) -> list[str]:
    """Fails when a fence is left open or a line looks like one without being ours."""
    shown, inside = [], False
    for line in text.split("\n"):
        if line.startswith("```"):
            assert line in {"```", "```diff"}, line
            assert not inside or line == "```"
            inside = not inside
        elif not inside:
            shown.append(line)
        else:
            assert "```" not in line
    assert not inside
    return shown


@given(cards)
def test_nothing_foreign_acts_on_a_card(card: Card) -> None:
    shown = render(card)
    for value in (shown["title"], shown["markdown"], shown["tips"]):
        assert not ACTIVE.search(value), value
        assert not HIDDEN.search(value), value
    for line in outside_fences(shown["markdown"]):
        assert "://" not in line
        assert "]:" not in line
        assert not re.match(r" {0,3}(#|>|={2,}|~{3,}|\d+[.)]\s)", line), line
        assert line.startswith(("- ", "| ")) or not re.match(r" {0,3}[-+*]\s", line), line
        assert "*" not in re.sub(r"\*\*[^*]+\*\*", "", line), line
        assert "`" not in line


@given(cards)
def test_nothing_foreign_acts_in_a_message(card: Card) -> None:
    text = render_markdown_message(card).text
    assert not ACTIVE.search(text)
    assert not HIDDEN.search(text)
    assert "://" not in text
    assert "`" not in text
    for line in text.split("\n")[1:]:
        assert not re.match(r" {0,3}#", line.removeprefix("> ").removeprefix("- ")), line


@given(cards)
def test_nothing_foreign_moves_a_terminal_s_cursor(card: Card) -> None:
    assert not HIDDEN.search(render_text(card))


@given(cards)
def test_buttons_are_what_the_card_says_and_nothing_else(card: Card) -> None:
    shown = json.loads(render(card)["sys_full_json_obj"])
    assert [button["id"] for button in shown["msgButtons"]] == [button.id for button in card.choices]
    for button in shown["msgButtons"]:
        assert button["request"] is True
        assert button["params"] == {"id": button["id"], "digest": "0123abcd"}


@given(nasty)
@example("]")
@example("<")
def test_an_escaped_text_is_harmless_next_to_anything(text: str) -> None:
    for before, after in (("[x", "](y)"), ("<", "a>"), ("!", "[x](y)"), ("*", "*"), ("`", "`")):
        own = before + after
        joined = before + escape(text) + after
        assert len(ACTIVE.findall(joined)) <= len(ACTIVE.findall(own)), joined


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nginx:1.27.3", "nginx:1.27.3"),
        ("1.27.0", "1.27.0"),
        ("-1", "-1"),
        ("2–6 个副本，逐个替换", "2–6 个副本，逐个替换"),
        ("MY_VAR=a_b", "MY_VAR=a_b"),
        ("__init__", "＿＿init＿＿"),
        ("*/5 * * * *", "＊/5 ＊ ＊ ＊ ＊"),
        ("containers[app]", "containers［app］"),
        ("<none>", "‹none›"),
        ("3 -> 5", "3 -> 5"),
        ('Get "https://10.0.0.1:443/"', 'Get "https：//10.0.0.1:443/"'),
        ("- a", "－ a"),
        ("1. a", "1． a"),
        ("&lt;", "＆lt;"),
        ("a && b", "a && b"),
        ("${title}", "＄{title}"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("evil\u202egnp.exe", "evil�gnp.exe"),
    ],
)
def test_prose_still_reads_the_same(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kubectl get pods -n shop | grep web", "kubectl get pods -n shop | grep web"),
        ('{"a":["b"],"c":"*_~"}', '{"a":["b"],"c":"*_~"}'),
        ("List<String> x", "List‹String› x"),
        ("if a < b", "if a < b"),
        ("https://x.example/", "https://x.example/"),
        ("```", "｀｀｀"),
        ("a\tb", "a    b"),
    ],
)
def test_code_is_kept_but_for_what_would_leave_the_fence(text: str, shown: str) -> None:
    assert code_line(text) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("❌ 拒绝", "拒绝"),
        ("↩️ Undo", "Undo"),
        ("✅ Approve", "Approve"),
        ("重启 web", "重启 web"),
        ("1. web", "1. web"),
        ("✅", "✅"),
        ("", ""),
    ],
)
def test_a_coloured_button_has_no_picture(said: str, shown: str) -> None:
    assert without_sign(said) == shown


def test_a_command_is_shown_as_it_can_be_copied() -> None:
    command = 'kubectl patch deployment web -n shop -p \'{"spec":{"template":{"spec":{"nodeSelector":{"a_b":"*"}}}}}\''
    card = sample("approval_waiting", "zh").model_copy(
        update={"sections": (Section(title="x", body=Code(text=command)),)}
    )
    assert f"```\n{command}\n```" in render(card)["markdown"]


def test_a_table_cell_cannot_begin_a_new_cell_or_row() -> None:
    assert table(["a"], [["x | y\nz"], [""]]).split("\n") == ["| a |", "| --- |", "| x ｜ y z |", "| - |"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "dtmd://x", "https://x/) [y](z", "https://x/ y", ""])
def test_only_a_plain_web_address_becomes_a_link(url: str) -> None:
    assert link("whole", url) == ""


def test_a_link_shows_its_text() -> None:
    assert link("whole ](", "https://x.example/cards/1") == "[whole ］(](https://x.example/cards/1)"


def test_a_phrase_is_one_line() -> None:
    assert phrase(" a\n\n b\t c ") == "a b c"
