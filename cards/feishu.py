"""Cards as Feishu shows them: Card JSON 2.0, and a post for when no card goes through. Pure."""

from typing import Any

from cards.cutting import Kept, cut
from cards.feishu_buttons import buttons
from cards.feishu_components import (
    Element,
    grey,
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
from cards.feishu_limits import BUDGET, MOST_BUTTONS, MOST_ELEMENTS, MOST_TABLES, content, count, sent_size
from cards.feishu_post import post, post_lines
from cards.markdown import fence, link
from cards.model import Card, Tone
from cards.parts import LABEL_CHARS, TITLE_CHARS, VALUE_CHARS, Part, preview_text, shortened, small_print, step, summary
from cards.phrases import Phrases, bar, phrases
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
    tables = [number for number, section in enumerate(card.sections) if section.body.type == "table"]
    tables = [number for number in tables if not card.sections[number].folded][:MOST_TABLES]
    pieces: dict[tuple[int, int], list[Element]] = {}
    costs: dict[tuple[int, int], tuple[int, int]] = {}

    def piece(part: Part, name: str, *, boxed: bool = False) -> list[Element]:
        at = (id(part), part.shown)
        if at not in pieces:
            if part.kind == "facts":
                pieces[at] = _facts(card, part, words, persons=persons)
            else:
                pieces[at] = _part(part, name, words, boxed=boxed)
            costs[at] = _cost(pieces[at])
        return pieces[at]

    def body(kept: Kept) -> list[tuple[Part, str, bool]]:
        named = [(part, f"section_{number}", number in tables) for number, part in enumerate(kept.sections)]
        return [
            (kept.facts, "facts", False),
            *(each for each in named if not each[0].folded),
            (kept.log, "log", False),
            *(each for each in named if each[0].folded),
        ]

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
    fixed_size, fixed_count = sent_size(frame), count(frame)

    def fits(kept: Kept) -> bool:
        bytes_left, elements_left = budget - fixed_size, MOST_ELEMENTS - fixed_count
        for part, name, boxed in body(kept):
            piece(part, name, boxed=boxed)
            cost = costs[id(part), part.shown]
            bytes_left, elements_left = bytes_left - cost[0], elements_left - cost[1]
        noted = _cost(notes(kept))
        return bytes_left >= noted[0] and elements_left >= noted[1]

    kept = cut(card, folded_lines=_FOLDED_LINES, open_lines=_OPEN_LINES, log_lines=_LOG_LINES, fits=fits)
    shown = [each for part, name, boxed in body(kept) for each in piece(part, name, boxed=boxed)]
    return whole([*top, *shown, *notes(kept), *foot])


def render_message(card: Card, *, budget: int = BUDGET) -> tuple[str, str]:
    """The whole card as a post, with its buttons as what to type instead: `msg_type` and `content`."""
    return "post", content(post(card, budget=budget))


def render_plain_message(text: str, *, budget: int = BUDGET) -> tuple[str, str]:
    """A post as well: in a `text` message `<at user_id="all">` would call everybody."""
    return "post", content(post_lines(text, budget=budget))


def _cost(elements: list[Element]) -> tuple[int, int]:
    """The brackets of the list stand for the comma that joins it to the rest."""
    return (sent_size(elements) - 3, count(elements)) if elements else (0, 0)


def _header(card: Card) -> Element:
    title = shortened(one_line(card.title), TITLE_CHARS, phrases(card))
    header: Element = {"title": plain(title), "template": _TEMPLATES[card.tone]}
    if tag := clip(one_line(card.tag or ""), LABEL_CHARS):
        header["text_tag_list"] = [{"tag": "text_tag", "text": plain(tag), "color": _TAGS[card.tone]}]
    return header


def _progress(card: Card) -> list[Element]:
    """The bar is drawn as text too, for clients without charts."""
    if card.progress is None:
        return []
    percent = card.progress.percent
    if percent is None:
        return [paragraph(f"⏳ {step(card)}".rstrip(), "step")]
    drawn = progress_bar(percent, _BARS.get(card.tone, "#3370FF"), "progress")
    return [drawn, paragraph(f"{bar(percent)} {percent}%  {step(card)}".rstrip(), "step")]


def _facts(card: Card, part: Part, words: Phrases, *, persons: bool) -> list[Element]:
    """One line each, the label in grey: columns would squeeze long values on a phone."""
    lines = []
    for fact, (label, value) in zip(card.facts, part.visible(), strict=False):
        shown = inert(value)
        if persons and fact.person is not None and (drawn := person(fact.person)):
            shown = " ".join(filter(None, [drawn, inert(shortened(one_line(fact.value), VALUE_CHARS, words))]))
        lines.append(f"{grey(inert(label) + words.colon)}{shown}")
    if note := part.note(words):
        lines.append(grey(inert(note)))
    return [markdown("\n".join(lines), "facts")] if lines else []


def _part(part: Part, name: str, words: Phrases, *, boxed: bool) -> list[Element]:
    """`boxed`: as a table component. A part of which nothing is left is one line that says so."""
    if not part.units:
        return []
    if not part.shown:
        return [paragraph(f"{part.title}{words.hidden.format(count=part.hidden)}", name, colour="grey")]
    inside = f"{name}_in"
    if part.folded:
        return [panel(_counted(part, words), [_body(part, inside, words)], name)]
    titled = [markdown(strong(part.title), name)] if part.title else []
    if not boxed or not part.columns:
        return [*titled, _body(part, inside, words)]
    note = part.note(words)
    noted = [paragraph(note, f"{name}_more", size="notation", colour="grey")] if note else []
    return [*titled, table(part.columns, part.visible(), inside), *noted]


def _body(part: Part, name: str, words: Phrases) -> Element:
    match part.kind:
        case "prose":
            return paragraph("\n".join(part.lines(words)), name)
        case "table":
            note = part.note(words)
            rows = aligned([part.columns, *part.visible()], _CELL_COLUMNS)
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
    said = small_print(card)
    shown = [paragraph(said, "footer", size="notation", colour="grey")] if said else []
    deeper = link(f"{words.whole} ›", card.link) if card.link else ""
    return [*shown, *([markdown(deeper, "whole", size="notation")] if deeper else [])]
