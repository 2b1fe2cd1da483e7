"""A card as a Feishu post: paragraphs of text nodes, which are shown as they are, so that nothing needs to be escaped in them.

Clients still make links of addresses by themselves; those lose their colon (I8).
"""

import json
from collections.abc import Callable, Iterator

from cards.cutting import Kept, cut
from cards.markdown import is_address, unlinked
from cards.model import Card
from cards.parts import Part, small_print, step, summary, title
from cards.phrases import Phrases, bar, phrases
from cards.plain import clean, clip, one_line, size

POST_BUDGET = 28 * 1024
"""Bytes as sent: a JSON string inside JSON; 30 KB are documented for the whole request."""
MOST_TWINS = 10
TWIN_CHARS = 160

_FOLDED_LINES = 8
_OPEN_LINES = 60
_LOG_LINES = 15

Paragraph = list[dict[str, object]]


def post(card: Card, fits: Callable[[str], bool]) -> str:
    words = phrases(card)

    def drawn(kept: Kept) -> str:
        return _content(card.language, title(card), list(_paragraphs(card, kept, words)))

    return drawn(
        cut(
            card,
            folded_lines=_FOLDED_LINES,
            open_lines=_OPEN_LINES,
            log_lines=_LOG_LINES,
            fits=lambda kept: fits(drawn(kept)),
        )
    )


def post_lines(text: str, *, budget: int = POST_BUDGET) -> str:
    """Without a title."""

    def drawn() -> str:
        return _content("zh", "", [_text(line or " ") for line in clean(text).split("\n")])

    while (sent := size(json.dumps(shown := drawn(), ensure_ascii=False))) > budget:
        text = clip(text, len(text) * budget // sent - 1)
    return shown


def _content(language: str, title: str, paragraphs: list[Paragraph]) -> str:
    shown = {"zh_cn" if language == "zh" else "en_us": {"title": title, "content": paragraphs}}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def _text(text: str) -> Paragraph:
    return [{"tag": "text", "text": text}]


def _bold(text: str) -> dict[str, object]:
    return {"tag": "text", "text": text, "style": ["bold"]}


def _paragraphs(card: Card, kept: Kept, words: Phrases) -> Iterator[Paragraph]:
    yield [_bold(unlinked(summary(card)) or "…")]
    if card.progress is not None:
        percent = card.progress.percent
        yield _text(f"{'⏳' if percent is None else f'{bar(percent)} {percent}%'} {unlinked(step(card))}".rstrip())
    for label, value in kept.facts.visible():
        yield [_bold(f"{unlinked(label)}{words.colon}"), {"tag": "text", "text": unlinked(value)}]
    if note := kept.facts.note(words):
        yield _text(note)
    for part in (*kept.opened, kept.log, *kept.folded):
        yield from _part(part, words)
    if kept.dropped:
        yield _text(words.more_sections.format(count=kept.dropped))
    twins = [clip(one_line(button.twin), TWIN_CHARS) for button in card.choices if button.twin]
    if twins:
        yield [_bold(f"{words.type_instead}{words.colon.rstrip()}")]
        yield from (_text(f"· {unlinked(twin)}") for twin in twins[:MOST_TWINS])
    if said := small_print(card):
        yield _text(unlinked(said))
    if card.link and is_address(card.link):
        yield [{"tag": "a", "text": f"{words.whole} ›", "href": card.link}]


def _part(part: Part, words: Phrases) -> Iterator[Paragraph]:
    if not part.units:
        return
    if not part.shown:
        yield [_bold(unlinked(part.title)), {"tag": "text", "text": words.hidden.format(count=part.hidden)}]
        return
    if part.title:
        yield [_bold(unlinked(part.title))]
    if part.kind == "table":
        rows = [" · ".join(filter(None, cells)) for cells in (part.columns, *part.visible())]
        lines = [*rows, *filter(None, [part.note(words)])]
    else:
        lines = part.lines(words)
    yield from (_text(unlinked(line) or " ") for line in lines)
