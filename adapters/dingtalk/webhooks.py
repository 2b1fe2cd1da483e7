"""Answering where somebody just spoke: each message brings an address that takes answers for a while (`sessionWebhook`) and costs
no call of the month's budget.

The address is a bearer's: it is kept in memory only and never logged, and is only believed when it leads to DingTalk.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog

from adapters.dingtalk.openapi import OAPI, OpenApi
from adapters.errors import PlatformError, Unreachable
from adapters.recent import Recent
from adapters.strange import string
from adapters.types import Conversation
from cards.dingtalk import MESSAGE_BUDGET, render_markdown_message
from cards.model import Card
from cards.plain import clip, size

log = structlog.get_logger()

PATH = "/robot/sendBySession"

_MOST = 2000
_LONGEST = 90 * 60.0
_MARGIN = 60.0


@dataclass(frozen=True, slots=True)
class _Webhook:
    url: str
    until: float


class Webhooks:
    """By conversation. `oapi` is the configured endpoint, whose host is believed beside DingTalk's own."""

    def __init__(self, api: OpenApi, oapi: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._believed = {_origin(OAPI), _origin(oapi)}
        self._now = now
        self._kept: Recent[tuple[str, str], _Webhook | None] = Recent(_MOST)

    def heard(self, conversation: Conversation, body: dict[str, Any]) -> None:
        """How long it lives is taken from the message's own two times, as clocks differ."""
        url = string(body.get("sessionWebhook"))
        try:
            lifetime = (int(body["sessionWebhookExpiredTime"]) - int(body["createAt"])) / 1000
            believed = urlsplit(url).path == PATH and _origin(url) in self._believed
        except (KeyError, TypeError, ValueError, OverflowError):
            return
        if not believed:
            log.warning("dingtalk.webhook.strange")
            return
        self._kept[_name(conversation)] = _Webhook(url, self._now() + min(lifetime, _LONGEST) - _MARGIN)

    def fresh(self, conversation: Conversation) -> bool:
        return self._url(conversation) is not None

    async def say(self, conversation: Conversation, words: str | Card) -> bool:
        """Whether it was said. A refusal (the session is over, too fast) leaves it to the robot; raises Unreachable when nobody
        knows."""
        url = self._url(conversation)
        if url is None:
            return False
        try:
            await self._api.send("POST", url, PATH, _message(words))
        except Unreachable:
            raise
        except PlatformError as exc:
            log.info("dingtalk.webhook.refused", code=exc.code)
            self._kept[_name(conversation)] = None
            return False
        return True

    def _url(self, conversation: Conversation) -> str | None:
        webhook = self._kept.get(_name(conversation))
        return webhook.url if webhook is not None and self._now() < webhook.until else None


def _name(conversation: Conversation) -> tuple[str, str]:
    return conversation.kind, conversation.id


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _message(words: str | Card) -> dict[str, Any]:
    if isinstance(words, Card):
        return {"msgtype": "markdown", "markdown": render_markdown_message(words)._asdict()}
    while size(words) > MESSAGE_BUDGET:
        words = clip(words, len(words) * MESSAGE_BUDGET // size(words) - 1)
    return {"msgtype": "text", "text": {"content": words}}
