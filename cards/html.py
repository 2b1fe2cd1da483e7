"""A card as a part of a web page: all of it, read-only.

There is no budget here: lists end somewhere only so that a browser stays quick, and say how much is missing. Nothing on it acts;
its choices say what to type in the group. Colours are classes, `tone-waiting` and so on, for the page's own style sheet.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, assert_never

from cards.elements import Element, Node, element, html
from cards.markdown import is_address
from cards.model import Button, Card, Code, Diff, DiffLine, Fact, LogLines, Prose, Role, Section, Table
from cards.parts import shortened
from cards.phrases import Phrases, phrases
from cards.plain import clean, one_line
from cards.states import signed

LINES = 1000
"""Of a log, a command, prose."""
ROWS = 500
"""Of a table, changed fields, facts."""
LINE_CHARS = 8000
VALUE_CHARS = 20_000

_LANG = {"zh": "zh-CN", "en": "en"}


def render_html(card: Card) -> str:
    """One `article`; the element with id `log` and each `details` keep their ids from version to version."""
    words = phrases(card)
    return html(
        element(
            "article",
            *_parts(card, words),
            class_=f"card tone-{card.tone} kind-{card.kind}",
            id="card",
            lang=_LANG[card.language],
            data_version=card.version,
            data_final=card.final,
        )
    )


def _parts(card: Card, words: Phrases) -> Iterator[Node]:
    state = one_line(card.tag or "")
    yield element(
        "header",
        element("p", state, class_="state") if state else None,
        element("h1", _value(card.title, words)),
        element("p", _value(card.summary, words), class_="summary"),
    )
    if card.progress is not None:
        yield _progress(card, words)
    if card.facts:
        yield _facts(card.facts, words)
    sections = [_section(section, f"section-{number}", words) for number, section in enumerate(card.sections)]
    yield from (part for part in sections if part.tag == "section")
    if card.log:
        title = element("h2", words.log, id="log-title")
        yield element("section", title, *_log(card.log, words, newest=True), class_="part")
    yield from (part for part in sections if part.tag == "details")
    if card.choices:
        yield _choices(card.choices, words)
    small = [element("li", _value(text, words)) for text in card.footer if one_line(text)]
    if small:
        yield element("footer", element("ul", *small))


def _progress(card: Card, words: Phrases) -> Element:
    assert card.progress is not None
    percent, step = card.progress.percent, _value(card.progress.step, words)
    counted = element("span", f"{percent}%", class_="percent") if percent is not None else None
    bar = element("progress", max=100, value=percent, aria_label=step)
    return element("div", bar, element("p", counted, step), class_="progress")


def _facts(facts: Sequence[Fact], words: Phrases) -> Element:
    rows = [
        element(
            "div",
            element("dt", _value(fact.label, words)),
            element("dd", *_fact(fact, words)),
            class_="alarm" if fact.alarm else None,
        )
        for fact in facts[:ROWS]
    ]
    if len(facts) > ROWS:
        rows.append(element("div", element("dt", words.more_facts.format(count=len(facts) - ROWS)), element("dd")))
    return element("dl", *rows, class_="facts")


def _fact(fact: Fact, words: Phrases) -> Iterator[Node]:
    if fact.person is not None:
        yield element("span", _value(fact.person.name, words), class_="person")
    if fact.value:
        yield f" · {_value(fact.value, words)}" if fact.person is not None else _value(fact.value, words)


def _section(section: Section, identifier: str, words: Phrases) -> Element:
    title, body = _value(section.title, words), _body(section.body, words)
    if section.folded:
        return element("details", element("summary", title), element("div", *body), class_="part", id=identifier)
    return element("section", element("h2", title), *body, class_="part", id=identifier)


def _body(body: Prose | Code | LogLines | Diff | Table, words: Phrases) -> Iterator[Node]:
    match body:
        case Prose():
            lines = [line for line in map(str.strip, clean(body.text).split("\n")) if line]
            yield from (element("p", shortened(line, VALUE_CHARS, words)) for line in lines[:LINES])
            yield from _note(len(lines) - LINES, "lines", words)
        case Code():
            lines = clean(body.text).rstrip().split("\n")
            yield _pre([shortened(line, VALUE_CHARS, words) for line in lines[:LINES]], "code", words.code)
            yield from _note(len(lines) - LINES, "lines", words)
        case LogLines():
            yield from _log(body.lines, words, newest=False)
        case Diff():
            changes = [_change(line, words) for line in body.lines[:ROWS]]
            yield element("ul", *changes, class_="diff")
            yield from _note(len(body.lines) - ROWS, "rows", words)
        case Table():
            yield _table(body, words)
            yield from _note(len(body.rows) - ROWS, "rows", words)
        case _:
            assert_never(body)


def _log(lines: Sequence[str], words: Phrases, *, newest: bool) -> Iterator[Node]:
    """A log's newest lines matter while it grows; evidence begins at its beginning."""
    shown = lines[-LINES:] if newest else lines[:LINES]
    note = _note(len(lines) - LINES, "earlier" if newest else "lines", words)
    block = _pre([_line(line, words) for line in shown], "log", words.log, identifier="log" if newest else None)
    yield from (*note, block) if newest else (block, *note)


def _pre(lines: Sequence[str], kind: Literal["code", "log"], label: str, *, identifier: str | None = None) -> Element:
    """It scrolls, so that it must be reachable by keyboard and say what it is."""
    text = "\n".join(lines)
    return element(
        "pre", element("code", text), class_=kind, id=identifier, tabindex=0, role="region", aria_label=label
    )


def _change(line: DiffLine, words: Phrases) -> Element:
    """Told by sign and by element, not by colour alone."""
    sides = [
        element(tag, element("span", sign, class_="sign"), shortened(clean(value), VALUE_CHARS, words))
        for tag, sign, value in (("del", "−", line.before), ("ins", "+", line.after))
        if value is not None
    ]
    return element("li", element("code", _value(line.path, words), class_="path"), *sides)


def _table(table: Table, words: Phrases) -> Element:
    head = [element("th", _value(name, words), scope="col") for name in table.columns]
    roles: Sequence[Role] = table.roles if len(table.roles) == len(table.columns) else ["text"] * len(table.columns)
    rows = [
        element(
            "tr", *(element("td", signed(_value(cell, words), role)) for cell, role in zip(row, roles, strict=False))
        )
        for row in table.rows[:ROWS]
    ]
    grid = element("table", element("thead", element("tr", *head)), element("tbody", *rows))
    return element("div", grid, class_="grid", tabindex=0, role="region", aria_label=words.table)


def _choices(buttons: Sequence[Button], words: Phrases) -> Element:
    return element(
        "section",
        element("h2", words.in_chat),
        element("ul", *(_choice(each, words) for each in buttons)),
        class_="choices",
    )


def _choice(button: Button, words: Phrases) -> Element:
    text = _value(button.text, words)
    if button.url is not None and is_address(button.url):
        return element("li", element("a", text, href=button.url, rel="noopener noreferrer"))
    twin = element("kbd", _value(button.twin, words)) if button.twin else None
    return element("li", element("span", text), twin)


def _note(missing: int, what: Literal["lines", "earlier", "rows"], words: Phrases) -> Iterator[Node]:
    if missing > 0:
        said = {"lines": words.more_lines, "earlier": words.earlier_lines, "rows": words.more_rows}[what]
        yield element("p", said.format(count=missing), class_="missing")


def _value(text: str, words: Phrases) -> str:
    return shortened(one_line(text), VALUE_CHARS, words)


def _line(line: str, words: Phrases) -> str:
    return shortened(clean(line).replace("\n", " ").rstrip(), LINE_CHARS, words)
