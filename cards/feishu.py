"""Cards as Feishu shows them: Card JSON 2.0, and a post for when no card goes through. Pure."""

from typing import Any

from cards.cutting import Kept, cut, remembered
from cards.feishu_buttons import buttons
from cards.feishu_components import (
    Element,
    coloured,
    inert,
    markdown,
    panel,
    paragraph,
    person,
    plain,
    progress_bar,
    strong,
    table,
)
from cards.feishu_limits import BUDGET, MOST_BUTTONS, MOST_ELEMENTS, MOST_TABLES, content, cost, count, sent_size
from cards.feishu_post import post, post_lines
from cards.markdown import fence, link
from cards.model import Card, Section, Tone
from cards.parts import LABEL_CHARS, TITLE_CHARS, VALUE_CHARS, Part, preview_text, shortened, small_print, step, summary
from cards.phrases import Phrases, phrases
from cards.plain import aligned, clip, one_line

PREVIEW_CHARS = 190

_FOLDED_LINES = 60
_OPEN_LINES = 40
_LOG_LINES = 12
_CELL_COLUMNS = 48

_TEMPLATES = {
    Tone.NEUTRAL: "wathet",
    Tone.WAITING: "orange",
    Tone.RUNNING: "blue",
    Tone.VERIFYING: "purple",
    Tone.SUCCESS: "green",
    Tone.FAILURE: "red",
    Tone.WARNING: "yellow",
    Tone.MUTED: "grey",
}
_TAGS = {**_TEMPLATES, Tone.NEUTRAL: "blue", Tone.MUTED: "neutral"}
_BARS = {Tone.VERIFYING: "#7F3BF5", Tone.SUCCESS: "#2EA121", Tone.FAILURE: "#E22E28", Tone.WARNING: "#DC9B04"}


def render(card: Card, key: str, *, persons: bool = True, budget: int = BUDGET) -> dict[str, Any]:
    """The card as an object. `key` names it in clicks; without `persons` people are names only: Feishu refuses a card for an id
    that it does not know (100290)."""
    words = phrases(card)
    top = [paragraph(summary(card), "summary", size="heading"), *_progress(card)]
    foot = [*buttons(card, key), *_footer(card, words)]
    tables = [f"section_{n}" for n, section in enumerate(card.sections) if _is_table(section)][:MOST_TABLES]

    @remembered
    def piece(part: Part) -> tuple[list[Element], int, int]:
        if part.kind == "facts":
            drawn = _facts(card, part, words, persons=persons)
        else:
            drawn = _part(part, words, boxed=part.name in tables)
        return drawn, cost(drawn), count(drawn)

    def notes(kept: Kept) -> list[Element]:
        more = len(card.buttons) - MOST_BUTTONS
        said = [words.more_sections.format(count=kept.dropped)] if kept.dropped else []
        said += [words.more_buttons.format(count=more)] if more > 0 else []
        return [paragraph("\n".join(said), "notes", size="notation", colour="grey")] if said else []

    def whole(elements: list[Element]) -> dict[str, Any]:
        return {
            "schema": "2.0",
            "config": {
                "update_multi": True,
                "enable_forward_interaction": False,
                "width_mode": "fill",
                "summary": {"content": preview_text(card, PREVIEW_CHARS)},
            },
            "header": _header(card),
            "body": {"vertical_spacing": "8px", "padding": "12px 12px 12px 12px", "elements": elements},
        }

    frame = whole([*top, *foot])
    bytes_left, elements_left = budget - sent_size(frame), MOST_ELEMENTS - count(frame)

    def fits(kept: Kept) -> bool:
        noted = notes(kept)
        pieces = [piece(part) for part in kept]
        return (
            cost(noted) + sum(taken for _, taken, _ in pieces) <= bytes_left
            and count(noted) + sum(number for _, _, number in pieces) <= elements_left
        )

    kept = cut(card, folded_lines=_FOLDED_LINES, open_lines=_OPEN_LINES, log_lines=_LOG_LINES, fits=fits)
    return whole([*top, *(element for part in kept for element in piece(part)[0]), *notes(kept), *foot])


def render_message(card: Card, *, budget: int = BUDGET) -> tuple[str, str]:
    """The whole card as a post, with its buttons as what to type instead: `msg_type` and `content`."""
    return "post", content(post(card, budget=budget))


def render_plain_message(text: str, *, budget: int = BUDGET) -> tuple[str, str]:
    """A post as well: in a `text` message `<at user_id="all">` would call everybody."""
    return "post", content(post_lines(text, budget=budget))


def _is_table(section: Section) -> bool:
    """That may be shown as one: not inside a panel."""
    return section.body.type == "table" and not section.folded


def _header(card: Card) -> Element:
    title = shortened(one_line(card.title), TITLE_CHARS, phrases(card))
    header: Element = {"title": plain(title), "template": _TEMPLATES[card.tone]}
    if tag := clip(one_line(card.tag or ""), LABEL_CHARS):
        header["text_tag_list"] = [{"tag": "text_tag", "text": plain(tag), "color": _TAGS[card.tone]}]
    return header


def _progress(card: Card) -> list[Element]:
    """The figure is in words too: a client that is too old for charts shows a note in the bar's place, and nothing in Card JSON
    2.0 could be shown to that one alone."""
    if card.progress is None:
        return []
    percent = card.progress.percent
    if percent is None:
        return [paragraph(f"⏳ {step(card)}".rstrip(), "step")]
    drawn = progress_bar(percent, _BARS.get(card.tone, "#3370FF"), "progress")
    return [drawn, paragraph(" · ".join(filter(None, (f"{percent}%", step(card)))), "step")]


def _facts(card: Card, part: Part, words: Phrases, *, persons: bool) -> list[Element]:
    """One line each, the label in grey: columns would squeeze long values on a phone."""
    lines = []
    for fact, (label, value) in zip(card.facts, part.visible(), strict=False):
        shown = inert(value)
        if persons and fact.person is not None and (drawn := person(fact.person)):
            shown = " · ".join(filter(None, [drawn, inert(shortened(one_line(fact.value), VALUE_CHARS, words))]))
        elif fact.alarm:
            shown = coloured(strong(value), "red")
        labelled = inert(f"{label}{words.colon}")  # together: a label `:OK` and our colon would be a picture
        lines.append(f"{coloured(labelled, 'grey')}{' ' * words.colon.endswith(' ')}{shown}")
    if note := part.note(words):
        lines.append(coloured(inert(note), "grey"))
    return [markdown("\n".join(lines), "facts")] if lines else []


def _part(part: Part, words: Phrases, *, boxed: bool) -> list[Element]:
    """`boxed`: as a table component. A part of which nothing is left is one line that says so."""
    if not part.units:
        return []
    if not part.shown:
        return [paragraph(f"{part.title}{words.hidden.format(count=part.hidden)}", part.name, colour="grey")]
    inside = f"{part.name}_in"
    if part.folded:
        return [panel(_counted(part, words), [_body(part, inside, words)], part.name)]
    titled = [markdown(strong(part.title), part.name)] if part.title else []
    if not boxed or not part.columns:
        return [*titled, _body(part, inside, words)]
    note = part.note(words)
    noted = [paragraph(note, f"{part.name}_more", size="notation", colour="grey")] if note else []
    return [*titled, table(part.columns, part.visible(), inside, part.roles), *noted]


def _body(part: Part, name: str, words: Phrases) -> Element:
    match part.kind:
        case "prose":
            return paragraph("\n".join(part.lines(words)), name)
        case "table":
            note = part.note(words)
            rows = aligned([part.columns, *part.signed()], _CELL_COLUMNS)
            return markdown(fence([*rows, *([note] if note else [])]), name)
        case kind:
            return markdown(fence(part.lines(words), "diff" if kind == "diff" else ""), name)


def _counted(part: Part, words: Phrases) -> str:
    """How much is behind the title, unless there is only one or the title says it."""
    if part.total < 2 or str(part.total) in part.title:
        return part.title
    counted = words.rows if part.kind in {"table", "diff"} else words.lines
    return f"{part.title}{counted.format(count=part.total)}"


def _footer(card: Card, words: Phrases) -> list[Element]:
    """On one line, where it fits."""
    said = coloured(inert(small_print(card)), "grey")
    deeper = link(f"{words.whole} ›", card.link) if card.link else ""
    shown = " · ".join(filter(None, (said, deeper)))
    return [markdown(shown, "footer", size="notation")] if shown else []
