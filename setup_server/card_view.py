"""What a card's page is made of: the card, what happened to it, its rows in the audit book."""

from datetime import datetime
from typing import NamedTuple

from aiohttp import web
from markupsafe import Markup

from cards.html import render_html
from cards.model import Tone
from setup_server.card_book import Happening, Story, Version
from setup_server.pages import Pages, Words

VERBS = frozenset({"propose", "approve", "deny", "cancel", "expire", "execute", "choose"})
_STATUS_TONES = {
    "PENDING": Tone.WAITING,
    "APPROVED": Tone.SUCCESS,
    "SUCCESS": Tone.SUCCESS,
    "DENIED": Tone.FAILURE,
    "FAILED": Tone.FAILURE,
    "UNKNOWN": Tone.WARNING,
    "NO_CHANGE": Tone.WARNING,
    "BLOCKED": Tone.WARNING,
    "REVERTED": Tone.WARNING,
    "SUPERSEDED": Tone.WARNING,
    "STALE": Tone.WARNING,
    "REFUSED": Tone.WARNING,
    "LATE": Tone.WARNING,
    "EXPIRED": Tone.MUTED,
    "CANCELLED": Tone.MUTED,
}
STATUSES = frozenset(_STATUS_TONES)


def tone_of(status: str) -> Tone:
    """The colour of a row of the book."""
    return _STATUS_TONES.get(status, Tone.NEUTRAL)


class Moment(NamedTuple):
    at: datetime
    text: str
    who: str
    tone: Tone
    version: int | None


class CardView:
    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def words(self, request: web.BaseRequest) -> Words:
        return self._pages.words(request)

    def title(self, story: Story, words: Words) -> str:
        said = " · ".join(filter(None, (story.card.tag, story.card.title)))
        return f"{said} · {words['product']}"

    def parts(self, story: Story, words: Words) -> Markup:
        """Everything on the page that may change, each part an element with an id: the card, the timeline, the audit rows."""
        happened = self._pages.text(
            "happened.html",
            words,
            card_id=story.card.id,
            shown=story.card.version,
            moments=_moments(story, words),
            happenings=story.happenings,
            left_out=story.left_out,
            clock=clock,
        )
        # Both are made of what escapes every value: a tree of elements, and a template.
        return Markup(render_html(story.card)) + Markup(happened)  # noqa: S704


def clock(moment: datetime) -> str:
    """In the daemon's own time zone, as on the cards."""
    return moment.astimezone().strftime("%m-%d %H:%M:%S")


def _moments(story: Story, words: Words) -> list[Moment]:
    """What people and Steward did, and each state that the card went through. What happened first stands first; in one instant,
    what somebody did stands before what became of it."""
    did = [_did(each, words) for each in story.happenings]
    became = [_became(each, words) for each in story.versions if not each.step]
    return sorted([*did, *became], key=lambda moment: moment.at)


def _did(each: Happening, words: Words) -> Moment:
    did = words[f"did_{each.verb}"] if each.verb in VERBS else each.verb
    status = words[f"status_{each.status.lower()}"] if each.status in STATUSES else each.status
    who = words["product"] if each.who == "steward" else each.who
    tone = tone_of(each.status)
    return Moment(each.at, words["did"].format(did=did, status=status), who, tone, each.version)


def _became(each: Version, words: Words) -> Moment:
    if each.tag:
        text = (words["appeared"] if each.number == 1 else words["became"]).format(state=each.tag)
    else:  # an answer, which has no state
        text = words["appeared_as_it_is"] if each.number == 1 else words["became_another"]
    return Moment(each.at, text, "", each.tone, each.number)
