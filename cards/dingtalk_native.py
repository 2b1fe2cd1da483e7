"""Cards as DingTalk shows them in templates of one's own: the variables of the three files in deploy/dingtalk.

Pure. Every value keeps to the kilobyte that is documented (create-and-deliver-cards), though clients are seen to take more: who
pays for a template of his own wants it to work by the book. What is longer goes on in a further variable, whole lines at a time
and each a block of markdown of its own, as a fence that is cut in two would take the rest of the card with it; what is longer
still is cut with a count, and the link leads to the whole.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cards.dialects import font
from cards.dingtalk import COLOURS, label
from cards.markdown import bold, link, phrase
from cards.model import Button, Card, Tone
from cards.parts import facts_part, log_part, section_part, small_print, step, summary, title
from cards.phrases import Phrases, phrases
from cards.plain import size
from cards.values import VALUE_BYTES, fit, split

Form = Literal["approval", "diagnosis", "status"]
"""Which template. A card's template cannot be changed once it is made: `approval` carries an action through its whole life."""

FORMS: tuple[Form, ...] = ("approval", "diagnosis", "status")
PANELS = 4
"""Sections that start closed."""
PIECES = 3
"""Values that one panel's text may take."""
OPEN = 4
"""Values that all open sections share."""
FACTS = 2
BUTTONS = 2
"""Values, each a button group."""
MOST_BUTTONS = 10
STREAM = "stream"
"""The variable that is only ever streamed: nothing else writes to it, and it is only seen while `flowStatus` says so."""
LIVE, DONE = "2", "3"
"""`flowStatus`: text is coming in; complete. The state that says "processing" is not used, as a crash would leave it for ever."""

_FOLDED_LINES = 60
_OPEN_LINES = 40
_LOG_LINES = 10
_FONTS = {
    Tone.WAITING: "common_orange1_color",
    Tone.RUNNING: "common_blue1_color",
    Tone.VERIFYING: "common_purple1_color",
    Tone.SUCCESS: "common_green1_color",
    Tone.FAILURE: "common_red1_color",
    Tone.WARNING: "common_yellow1_color",
    Tone.MUTED: "common_level2_base_color",
}
"""The colour of the sign in the title, as documented (markdown-variable-new)."""


def numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name}_{number}" for number in range(1, count + 1))


def has_log(form: Form) -> bool:
    """Templates of what goes on: they have a progress bar and a log, and a state in which text streams in."""
    return form != "diagnosis"


def variables(form: Form) -> tuple[str, ...]:
    """Every variable of the template but `stream`: the renderer gives each of them a value each time."""
    panels = (name for panel in numbered("panel", PANELS) for name in (f"{panel}_title", *numbered(panel, PIECES)))
    return (
        *("title", "summary", *numbered("facts", FACTS), *numbered("open", OPEN), *panels, "more"),
        *(*numbered("buttons", BUTTONS), "tips"),
        *(("flowStatus", "progress", "progress_shown", "progress_text", "log") if has_log(form) else ()),
        *(("reason_action", "reason_title", "digest") if form == "approval" else ()),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """`values` is the `cardParamMap`; `stream` what the streamed variable says, None where the log is an ordinary value."""

    values: dict[str, str]
    stream: str | None = None


def render_native(card: Card, form: Form, *, streaming: bool = False) -> Shown:
    """`streaming`: the log of a card that is not final is left to the streamed variable."""
    words = phrases(card)
    opened, dropped = _opened(card, words)
    panels, unfolded = _panels(card, words)
    groups, missing = _groups(card)
    shown = {
        "title": fit(title(card), phrase),
        "summary": fit(summary(card), lambda text: _coloured(bold(text), card.tone)),
        **_named("facts", FACTS, split(facts_part(card), words, FACTS)),
        **_named("open", OPEN, opened),
        **panels,
        "more": _more(card, words, sections=dropped + unfolded, buttons=missing),
        **_named("buttons", BUTTONS, groups, empty="[]"),
        "tips": fit(small_print(card), phrase),
    }
    stream = None
    if has_log(form):
        log = "".join(split(log_part(card, most=_LOG_LINES), words, 1))
        live = streaming and bool(log) and not card.final
        stream = log if live else None
        shown |= {**_progress(card), "flowStatus": LIVE if live else DONE, "log": "" if live else log}
    if form == "approval":
        shown |= _reason(card)
    return Shown(shown, stream)


def _named(name: str, count: int, values: list[str], empty: str = "") -> dict[str, str]:
    return dict(zip(numbered(name, count), [*values, *[empty] * count], strict=False))


def _coloured(text: str, tone: Tone) -> str:
    colour = _FONTS.get(tone)
    return font(text, colour) if colour else text


def _progress(card: Card) -> dict[str, str]:
    """The bar's number is also in the text, which old clients show."""
    percent = card.progress.percent if card.progress else None
    sign = "⏳ " if percent is None else f"**{percent}%** · "
    return {
        "progress": str(percent or 0),
        "progress_shown": "" if percent is None else "1",
        "progress_text": fit(step(card), lambda text: f"{sign}{phrase(text)}".rstrip()) if card.progress else "",
    }


# Sections


def _opened(card: Card, words: Phrases) -> tuple[list[str], int]:
    """The open sections' values, and how many sections found no room."""
    sections = [section for section in card.sections if not section.folded]
    values: list[str] = []
    for done, section in enumerate(sections):
        if len(values) == OPEN:
            return values, len(sections) - done
        part = section_part(section, words, folded_lines=_FOLDED_LINES, open_lines=_OPEN_LINES)
        later = len(sections) - done - 1
        values += split(part, words, max(OPEN - len(values) - later, 1))
    return values, 0


def _panels(card: Card, words: Phrases) -> tuple[dict[str, str], int]:
    folded = [section for section in card.sections if section.folded]
    parts = [section_part(one, words, folded_lines=_FOLDED_LINES, open_lines=_OPEN_LINES) for one in folded[:PANELS]]
    shown: dict[str, str] = {}
    for number, panel in enumerate(numbered("panel", PANELS)):
        part = parts[number] if number < len(parts) else None
        heading = fit(part.title, phrase) if part else ""
        if part:
            part.title = ""
        shown[f"{panel}_title"] = heading
        shown |= _named(panel, PIECES, split(part, words, PIECES) if part else [])
    return shown, max(len(folded) - PANELS, 0)


def _more(card: Card, words: Phrases, *, sections: int, buttons: int) -> str:
    lines = [
        phrase(words.more_sections.format(count=sections)) if sections else "",
        phrase(words.more_buttons.format(count=buttons)) if buttons else "",
        link(f"{words.whole} ›", card.link) if card.link and size(card.link) < VALUE_BYTES // 2 else "",
    ]
    return "\n\n".join(filter(None, lines))


# Buttons


def _groups(card: Card) -> tuple[list[str], int]:
    """Button groups of a kilobyte each, and how many buttons found no room. A group is as wide as the card, so that what only
    shows a decision would be the largest thing on it: the title and the facts say that."""
    groups: list[list[object]] = [[]]
    placed = 0
    for item in (_item(card, button) for button in card.choices[:MOST_BUTTONS]):
        if size(_compact([*groups[-1], item])) > VALUE_BYTES and groups[-1]:
            groups.append([])
        if len(groups) > BUTTONS or size(_compact([item])) > VALUE_BYTES:
            break
        groups[-1].append(item)
        placed += 1
    return [_compact(group) for group in groups[:BUTTONS] if group], len(card.choices) - placed


def _item(card: Card, button: Button) -> dict[str, object]:
    """The id is in `params` too: clients differ in what they bring back."""
    digest = {"digest": card.digest} if card.digest else {}
    call = {"actionId": button.id, "params": {"id": button.id, **digest}}
    event = (
        {"type": "openLink", "params": {"url": button.url}}
        if button.url
        else {"type": "sendCardRequest", "params": call}
    )
    return {
        "text": label(button),
        "color": COLOURS[button.style],
        "status": "normal",
        "event": event,
    }


def _reason(card: Card) -> dict[str, str]:
    """The input that goes with a button: sending the text presses the button, so that is what it says."""
    asked: Iterable[Button] = (one for one in card.buttons if one.input and not one.disabled and not one.url)
    button = next(iter(asked), None)
    if button is None or button.input is None:
        return {"reason_action": "", "reason_title": "", "digest": card.digest}
    said = phrases(card).reason_for.format(button=label(button))
    return {"reason_action": button.id, "reason_title": said, "digest": card.digest}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
