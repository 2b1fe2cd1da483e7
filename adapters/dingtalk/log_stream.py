"""A card's log by `PUT /v1.0/card/streaming`: smooth to look at, and a call each time.

Only the variable that the template marks is ever streamed, and nothing else writes to it, as the two must not be mixed.
"""

import structlog

from adapters.dingtalk.openapi import OpenApi
from adapters.dingtalk.refusals import SCOPE_MISSING
from adapters.errors import Refused
from adapters.recent import Recent
from cards.dingtalk_native import STREAM, Shown
from cards.model import Card

log = structlog.get_logger()

STREAMING = "/v1.0/card/streaming"

_MOST_CARDS = 1000
_UNMARKED = "param.stream."
_NOTHING = "…"
"""An empty text is said to be missing."""


class LogStream:
    """`works` turns False for good when the permission or the marked variable is missing; the log then goes with the card."""

    def __init__(self, api: OpenApi, *, works: bool) -> None:
        self.works = works
        self._api = api
        self._shown: Recent[str, Shown | None] = Recent(_MOST_CARDS)

    def before(self, key: str) -> Shown | None:
        """What the card is known to show; None when it is not known, as after a restart."""
        return self._shown.get(key)

    def showing(self, key: str, shown: Shown | None) -> None:
        self._shown[key] = shown

    def answered(self, key: str) -> None:
        """A click changed the card, which may or may not have arrived; what never streamed is still known not to."""
        before = self._shown.get(key)
        self._shown[key] = Shown({}) if before is not None and before.stream is None else None

    async def write(self, key: str, card: Card, shown: Shown, before: Shown | None) -> bool:
        """Bring the streamed text up to date where it differs; close it when the card is final. Whether streaming (still) works."""
        text = shown.stream
        if text is not None and (before is None or before.stream != text):
            return await self._put(key, card, text)
        if card.final and (before is None or before.stream is not None):
            return await self._put(key, card, (before.stream if before else None) or _NOTHING)
        return self.works

    async def _put(self, key: str, card: Card, text: str) -> bool:
        """`guid` is the same for the same version of a card, so that trying again changes nothing."""
        body = {
            "outTrackId": key,
            "guid": f"{key}.{card.version}",
            "key": STREAM,
            "content": text,
            "isFull": True,
            "isFinalize": card.final,
            "isError": False,
        }
        try:
            await self._api.call("PUT", STREAMING, body)
        except Refused as exc:
            if exc.code != SCOPE_MISSING and not exc.code.startswith(_UNMARKED):
                raise
            log.warning("dingtalk.streaming.off", why=str(exc))
            self.works = False
        return self.works
