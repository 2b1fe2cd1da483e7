"""Cards as DingTalk shows them: the variables of its public template, and a markdown message for when no card goes through.

Pure. The public template (title, body, small print, buttons) folds nothing and has no progress bar, no input and no dialog:
sections are shortened instead, progress is drawn in text, and what cannot be pressed is typed.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

from cards.cutting import Kept, cut, remembered
from cards.dialects import CARD, MESSAGE, Dialect
from cards.markdown import bold, link, phrase
from cards.model import Button, Card
from cards.parts import LABEL_CHARS, preview_text, small_print, step, summary, title
from cards.phrases import bar, phrases
from cards.plain import clip, one_line, size, without_sign

PUBLIC_TEMPLATE = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
"""Shipped with the official SDK. Its variables: title, logo, markdown, tips, sys_full_json_obj. A template of one's own that is
configured instead needs the same ones."""

BUDGET = 8 * 1024
"""Bytes of all values together. The documentation allows 1 KB a value (create-and-deliver-cards), which clients are seen to
exceed many times over without harm; a request is refused only far above this."""
MESSAGE_BUDGET = 14_000
"""Bytes of `msgParam`; 15 000 are documented."""
MOST_BUTTONS = 10
TWIN_CHARS = 160
PREVIEW_CHARS = 190
"""`lastMessageI18n` and the notification are cut at 200 by DingTalk."""

_FOLDED_LINES = 6
_OPEN_LINES = 40
_LOG_LINES = 10
COLOURS = {"primary": "blue", "danger": "red", "default": "gray"}


def render(card: Card, *, budget: int = BUDGET, value_bytes: int | None = None) -> dict[str, str]:
    """The card's `cardParamMap`. Without buttons the list is empty: an update that left it out would keep the old ones.
    `value_bytes` bounds each value, for where DingTalk insists on its kilobyte."""
    most = MOST_BUTTONS
    while value_bytes is not None and most and size(_buttons(card, most)) > value_bytes:
        most -= 1
    fixed = {
        "title": phrase(title(card)),
        "tips": phrase(small_print(card)),
        "sys_full_json_obj": _buttons(card, most),
    }
    left = min(budget - sum(map(size, fixed.values())), value_bytes or budget)
    return {**fixed, "markdown": _body(card, CARD, lambda text: size(text) <= left, most)}


class MarkdownMessage(NamedTuple):
    """The `msgParam` of `sampleMarkdown`. `title` is only seen in the list of chats."""

    title: str
    text: str

    def as_json(self) -> str:
        return _compact(self._asdict())


def render_markdown_message(card: Card, *, budget: int = MESSAGE_BUDGET) -> MarkdownMessage:
    """The whole card with its buttons as what to type instead."""
    words = phrases(card)
    head = phrase(title(card))
    twins = [clip(one_line(button.twin), TWIN_CHARS) for button in card.choices if button.twin]
    typed = "\n".join(f"- {phrase(twin)}" for twin in twins[:MOST_BUTTONS])
    foot = "\n\n".join(
        filter(
            None, [typed and f"{bold(words.type_instead)}{words.colon.rstrip()}\n\n{typed}", phrase(small_print(card))]
        )
    )

    def message(body: str) -> MarkdownMessage:
        return MarkdownMessage(head, "\n\n".join(filter(None, [f"#### {head}", body, foot])))

    return message(_body(card, MESSAGE, lambda body: size(message(body).as_json()) <= budget))


def render_plain_message(text: str, *, budget: int = MESSAGE_BUDGET) -> str:
    """The `msgParam` of `sampleText`."""
    while size(shown := _compact({"content": text})) > budget:
        text = clip(text, len(text) * budget // size(shown) - 1)
    return shown


def preview(card: Card) -> str:
    """For the list of chats and the notification: plain text."""
    return preview_text(card, PREVIEW_CHARS)


def without_details(card: Card) -> Card:
    """What is left when DingTalk's text audit refuses the details: they are the part that quotes the cluster."""
    return card.model_copy(update={"sections": (), "log": (), "footer": (*card.footer, phrases(card).withheld)})


def _buttons(card: Card, most: int) -> str:
    return _compact({"msgButtons": [_button(card, button) for button in card.choices[:most]]})


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _button(card: Card, button: Button) -> dict[str, object]:
    """Clients bring back `id` or `params`, never reliably both; so each carries the id."""
    face: dict[str, object] = {"text": label(button), "color": COLOURS[button.style]}
    if button.url:
        return {**face, "id": button.id, "url": button.url}
    digest = {"digest": card.digest} if card.digest else {}
    return {**face, "id": button.id, "request": True, "params": {"id": button.id, **digest}}


def label(button: Button) -> str:
    """A red cross is not seen on a red button, nor a green tick on a blue one: what is coloured needs no picture."""
    text = one_line(button.text)
    return clip(text if button.style == "default" else without_sign(text), LABEL_CHARS)


def _progress(card: Card) -> str:
    if card.progress is None:
        return ""
    percent = card.progress.percent
    return f"{'⏳' if percent is None else f'{bar(percent)} **{percent}%**'} {phrase(step(card))}".rstrip()


def _body(card: Card, dialect: Dialect, fits: Callable[[str], bool], most_buttons: int = MOST_BUTTONS) -> str:
    words = phrases(card)
    more_buttons = len(card.choices) - most_buttons
    piece = remembered(lambda part: dialect.draw(part, words))

    def drawn(kept: Kept) -> str:
        blocks = [
            bold(summary(card)),
            _progress(card),
            *map(piece, kept),
            phrase(words.more_sections.format(count=kept.dropped)) if kept.dropped else "",
            phrase(words.more_buttons.format(count=more_buttons)) if more_buttons > 0 else "",
            link(f"{words.whole} ›", card.link) if card.link else "",
        ]
        return "\n\n".join(filter(None, blocks))

    return drawn(
        cut(
            card,
            folded_lines=_FOLDED_LINES,
            open_lines=_OPEN_LINES,
            log_lines=_LOG_LINES,
            fits=lambda kept: fits(drawn(kept)),
        )
    )
