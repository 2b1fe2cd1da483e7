"""A card as a Feishu post: paragraphs of text nodes, which are shown as they are, so that nothing needs to be escaped in them.

Clients still make links of addresses by themselves; those lose their colon (I8).
"""

from collections.abc import Iterator

from cards.cutting import Kept, cut, remembered
from cards.feishu_limits import MOST_BUTTONS, cost, sent_size
from cards.markdown import is_address, unlinked
from cards.model import Card
from cards.parts import Part, small_print, step, summary, title
from cards.phrases import Phrases, bar, phrases
from cards.plain import clean, clip, one_line

TWIN_CHARS = 160

_FOLDED_LINES = 8
_OPEN_LINES = 60
_LOG_LINES = 15

Paragraph = list[dict[str, object]]
Post = dict[str, dict[str, object]]


def post(card: Card, *, budget: int) -> Post:
    words = phrases(card)
    top, foot = list(_top(card)), list(_foot(card, words))

    @remembered
    def piece(part: Part) -> tuple[list[Paragraph], int]:
        drawn = list(_part(part, words))
        return drawn, cost(drawn)

    def notes(kept: Kept) -> list[Paragraph]:
        return [_text(words.more_sections.format(count=kept.dropped))] if kept.dropped else []

    left = budget - sent_size(_post(card.language, title(card), [*top, *foot]))
    kept = cut(
        card,
        folded_lines=_FOLDED_LINES,
        open_lines=_OPEN_LINES,
        log_lines=_LOG_LINES,
        fits=lambda kept: cost(notes(kept)) + sum(piece(part)[1] for part in kept) <= left,
    )
    shown = [paragraph for part in kept for paragraph in piece(part)[0]]
    return _post(card.language, title(card), [*top, *shown, *notes(kept), *foot])


def post_lines(text: str, *, budget: int) -> Post:
    """Without a title."""

    def drawn() -> Post:
        return _post("zh", "", [_text(line or " ") for line in clean(text).split("\n")])

    while (sent := sent_size(drawn())) > budget:
        text = clip(text, len(text) * budget // sent - 1)
    return drawn()


def _post(language: str, title: str, paragraphs: list[Paragraph]) -> Post:
    return {"zh_cn" if language == "zh" else "en_us": {"title": title, "content": paragraphs}}


def _text(text: str) -> Paragraph:
    return [{"tag": "text", "text": text}]


def _bold(text: str) -> dict[str, object]:
    return {"tag": "text", "text": text, "style": ["bold"]}


def _top(card: Card) -> Iterator[Paragraph]:
    yield [_bold(unlinked(summary(card)) or "…")]
    if card.progress is not None:
        percent = card.progress.percent
        yield _text(f"{'⏳' if percent is None else f'{bar(percent)} {percent}%'} {unlinked(step(card))}".rstrip())


def _foot(card: Card, words: Phrases) -> Iterator[Paragraph]:
    twins = [clip(one_line(button.twin), TWIN_CHARS) for button in card.choices if button.twin]
    if twins:
        yield [_bold(f"{words.type_instead}{words.colon.rstrip()}")]
        yield from (_text(f"· {unlinked(twin)}") for twin in twins[:MOST_BUTTONS])
    if said := small_print(card):
        yield _text(unlinked(said))
    if card.link and is_address(card.link):
        yield [{"tag": "a", "text": f"{words.whole} ›", "href": card.link}]


def _part(part: Part, words: Phrases) -> Iterator[Paragraph]:
    if not part.units:
        return
    if part.kind == "facts":
        for label, value in part.visible():
            sign = "🔴 " if label in part.alarms else ""
            yield [_bold(f"{unlinked(label)}{words.colon}"), {"tag": "text", "text": f"{sign}{unlinked(value)}"}]
        if note := part.note(words):
            yield _text(note)
        return
    if not part.shown:
        yield [_bold(unlinked(part.title)), {"tag": "text", "text": words.hidden.format(count=part.hidden)}]
        return
    if part.title:
        yield [_bold(unlinked(part.title))]
    if part.kind == "table":
        rows = [" · ".join(filter(None, cells)) for cells in (part.columns, *part.signed())]
        lines = [*rows, *filter(None, [part.note(words)])]
    else:
        lines = part.lines(words)
    yield from (_text(unlinked(line) or " ") for line in lines)
