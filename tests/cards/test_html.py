"""A card on a web page: all of it, and nothing that acts."""

import re
from html.parser import HTMLParser

from hypothesis import given

from cards.elements import ATTRIBUTES, TAGS
from cards.html import LINES, ROWS, render_html
from cards.model import Button, Card, Code, Diff, DiffLine, LogLines, Section, Table
from tests.cards.strategies import cards


class Seen(HTMLParser):
    """What a parser finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.strange: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.strange.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@given(cards)
def test_nothing_foreign_becomes_an_element_or_an_attribute(card: Card) -> None:
    seen = Seen(render_html(card))
    assert seen.open == [] and seen.strange == []
    for tag, attributes in seen.elements:
        assert tag in TAGS
        for name, value in attributes.items():
            assert name in ATTRIBUTES or re.fullmatch("(aria|data)-[a-z]+", name), name
            if name == "href":
                assert value is not None and re.match("https?://", value)


def card(**values: object) -> Card:
    return Card.model_validate({"id": "c", "kind": "status", "title": "T", "summary": "S", **values})


def test_the_whole_value_of_a_change_is_shown() -> None:
    """What the approver approves is not cut as it is in chat."""
    before, after = "a" * 5000, "first\nsecond " + "b" * 5000
    diff = Diff(lines=(DiffLine(path="spec.x", before=before, after=after),))
    shown = render_html(card(sections=(Section(title="D", body=diff, folded=True),)))
    assert before in shown and after in shown


def test_what_is_left_away_is_counted() -> None:
    log = tuple(f"line {number}" for number in range(LINES + 7))
    table = Table(columns=("a",), rows=tuple((str(number),) for number in range(ROWS + 3)))
    sections = (Section(title="T", body=table), Section(title="L", body=LogLines(lines=log)))
    text = Seen(render_html(card(log=log, sections=sections, language="en"))).text
    assert "… 7 earlier" in text and "… 7 more" in text and "… 3 more" in text
    assert f"line {LINES + 6}" in text, "the newest of the live log"


def test_no_choice_acts_and_each_says_what_to_type() -> None:
    choices = (
        Button(id="approve", text="Approve", twin="approve 7F3K"),
        Button(id="docs", text="Docs", url="https://docs.example/x?a=1&b=2"),
        Button(id="bad", text="Bad", url="javascript:alert(1)"),
        Button(id="old", text="Decided", disabled=True),
    )
    shown = render_html(card(buttons=choices))
    assert "<kbd>approve 7F3K</kbd>" in shown and "Decided" not in shown and "javascript:" not in shown
    assert [each for tag, each in Seen(shown).elements if tag == "a"] == [
        {"href": "https://docs.example/x?a=1&b=2", "rel": "noopener noreferrer"}
    ]


def test_a_first_empty_line_of_a_block_is_kept() -> None:
    shown = render_html(card(sections=(Section(title="C", body=Code(text="\nx")),)))
    assert "<pre" in shown and "\n<code>\nx</code>" in shown
