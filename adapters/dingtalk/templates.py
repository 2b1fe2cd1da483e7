"""Which template a card is made with, and with which variables a card that exists is drawn.

A card's template cannot be changed after it was made, but settings can. So the form of each copy (which template's variables it
has) is kept with the copy, and is remembered here for those that come without it.
"""

import time
from collections.abc import Callable, Mapping

import structlog

from adapters.recent import Recent
from cards.dingtalk import PUBLIC_TEMPLATE, render
from cards.dingtalk_native import FORMS, Shown, has_log, render_native
from cards.model import Card
from cards.values import VALUE_BYTES

log = structlog.get_logger()

PUBLIC = ""
"""The form of the public template, and of any other with its variables."""
_STREAM = "/stream"
_MOST_CARDS = 5000
_UNFIT_SECONDS = 600.0
"""For so long no card is tried with an own template that was refused: each would cost two calls."""


class Templates:
    """`own` are template ids by form; `streaming`: new cards that have a log are made so that it can be streamed."""

    def __init__(
        self, public: str, own: Mapping[str, str], *, streaming: bool, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.narrow = False
        """Values over a kilobyte have been refused: the public template is drawn within it from now on."""
        self._public = public
        self._own: dict[str, str] = {form: own[form] for form in FORMS if own.get(form)}
        self._streaming = streaming
        self._now = now
        self._unfit: dict[str, float] = {}
        self._forms: Recent[str, str] = Recent(_MOST_CARDS)

    def choose(self, card: Card) -> str:
        """The form to make a new card in."""
        form = card.kind
        if form == "notice" or form not in self._own or self._now() < self._unfit.get(form, 0.0):
            return PUBLIC
        return f"{form}{_STREAM}" if self._streaming and has_log(form) else form

    @property
    def configured(self) -> dict[str, str]:
        """Ids of what somebody made himself, by what it is for: all that is not DingTalk's public template."""
        return {**({"default": self._public} if self._public != PUBLIC_TEMPLATE else {}), **self._own}

    def template_id(self, form: str) -> str:
        return self._own[form.removesuffix(_STREAM)] if form else self._public

    def refused(self, form: str, why: str) -> None:
        """DingTalk will not take cards of this own template: it is left alone for a while."""
        form = form.removesuffix(_STREAM)
        log.warning("dingtalk.template.refused", form=form, template=self._own[form], why=why)
        self._unfit[form] = self._now() + _UNFIT_SECONDS

    def made(self, key: str, form: str) -> None:
        self._forms[key] = form

    def of(self, key: str, told: str = PUBLIC) -> str:
        """The form of the copy with this key: what is remembered, as callers of before a form was kept tell none."""
        known = self.known(key)
        return told if known is None else known

    def known(self, key: str) -> str | None:
        return self._forms.get(key)

    def draw(self, card: Card, form: str, *, streaming: bool = False) -> Shown:
        name = form.removesuffix(_STREAM)
        if name in FORMS:
            return render_native(card, name, streaming=streaming and form.endswith(_STREAM))
        if name:
            log.warning("dingtalk.form.unknown", form=form[:50])
        return Shown(render(card, value_bytes=VALUE_BYTES if self.narrow else None))


def streams(form: str) -> bool:
    return form.endswith(_STREAM)
