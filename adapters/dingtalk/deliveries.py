"""Putting cards and messages into conversations. What one retry would not mend is the caller's to decide."""

import json
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import structlog

from adapters.dingtalk.log_stream import LogStream
from adapters.dingtalk.openapi import OpenApi
from adapters.dingtalk.refusals import (
    CARD_EXISTS,
    CARD_MISSING,
    CONTENT_UNSAFE,
    MONTH_USED_UP,
    USER_MISSING,
    about_the_shape,
)
from adapters.dingtalk.small_print import TIPS, SmallPrint
from adapters.dingtalk.templates import Templates, streams
from adapters.dingtalk.webhooks import Webhooks
from adapters.errors import MessageGone, Refused, Throttled, Unreachable
from adapters.recent import Recent
from adapters.types import Conversation
from cards.dingtalk import preview, render, render_markdown_message, render_plain_message, without_details
from cards.dingtalk_native import Shown
from cards.model import Card
from cards.plain import size
from cards.values import VALUE_BYTES

T = TypeVar("T")

log = structlog.get_logger()

CREATE = "/v1.0/card/instances/createAndDeliver"
UPDATE = "/v1.0/card/instances"
GROUP_SEND = "/v1.0/robot/groupMessages/send"
SINGLE_SEND = "/v1.0/robot/oToMessages/batchSend"

_BY_USER_ID = 1
_MOST_UNSAFE = 1000
_BY_KEY = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
"""Without it an update wipes every variable that it does not mention."""


class Deliveries:
    def __init__(
        self,
        api: OpenApi,
        small_print: SmallPrint,
        templates: Templates,
        log_stream: LogStream,
        webhooks: Webhooks,
        *,
        robot_code: str,
    ) -> None:
        self._api = api
        self._small_print = small_print
        self._templates = templates
        self._log_stream = log_stream
        self._webhooks = webhooks
        self.robot_code = robot_code
        self._unsafe: Recent[str, bool] = Recent(_MOST_UNSAFE)
        """Cards whose details were refused by the text audit."""

    async def check(self) -> None:
        """Ask for a change of a card that does not exist: refused for that reason, or for a missing permission."""
        body = {"outTrackId": f"check-{uuid.uuid4().hex}", "cardData": {"cardParamMap": {TIPS: ""}}}
        try:
            await self._api.call("PUT", UPDATE, body)
        except MessageGone as exc:
            if exc.code != CARD_MISSING:
                raise

    async def send(self, conversation: Conversation, card: Card, key: str) -> str:
        """The form that the card was made in. `key` becomes the outTrackId: a second card of the same key is refused by DingTalk:
        it is there, from an attempt whose answer was lost; it may show what was true then and is changed to what is true now."""
        return await self._or_in_words(conversation, self._send(conversation, card, key))

    async def update(self, conversation: Conversation, key: str, card: Card, form: str) -> None:
        await self._or_in_words(conversation, self._update(key, card, self._templates.of(key, form)))

    def answer(self, key: str, card: Card, form: str) -> dict[str, str]:
        """The variables for the answer to a click. What is streamed cannot be part of it, so the log goes with the card once, and
        the next update says everything again."""
        self._log_stream.answered(key)
        if self._unsafe.get(card.id):
            card = without_details(
                card
            )  # an answer that is refused shows the clicker a failure, and is not tried again
        return self._templates.draw(card, self._templates.of(key, form)).values

    async def say(self, conversation: Conversation, words: str | Card) -> None:
        """Where somebody just spoke it costs no call."""
        if await self._webhooks.say(conversation, words):
            return
        if isinstance(words, Card):
            kind, param = "sampleMarkdown", render_markdown_message(words).as_json()
        else:
            kind, param = "sampleText", render_plain_message(words)
        message = {"robotCode": self.robot_code, "msgKey": kind, "msgParam": param}
        if conversation.kind == "group":
            await self._api.call("POST", GROUP_SEND, {**message, "openConversationId": conversation.id})
            return
        answer = await self._api.call("POST", SINGLE_SEND, {**message, "userIds": [conversation.id]})
        if answer.get("invalidStaffIdList"):
            raise MessageGone("no such person in the organisation", code="invalidStaffIdList")
        if answer.get("flowControlledStaffIdList"):
            raise Throttled("too many messages to one person", retry_after=60.0, code="flowControlledStaffIdList")

    async def _send(self, conversation: Conversation, card: Card, key: str) -> str:
        earlier = self._templates.known(key)
        while True:
            form, narrow = self._templates.choose(card), self._templates.narrow
            try:
                answer = await self._audited(card, partial(self._create, conversation, key, form))
            except Refused as exc:
                if exc.code == CARD_EXISTS:
                    log.info("dingtalk.card.exists", key=key)
                    return await self._again(card, key, form if earlier is None else earlier)
                if not self._otherwise(exc, card, form, narrow=narrow):
                    raise
            else:
                _check_delivered(answer)
                return form

    async def _again(self, card: Card, key: str, form: str) -> str:
        self._templates.made(key, form)
        await self._update(key, card, form)
        return form

    async def _update(self, key: str, card: Card, form: str) -> None:
        while True:
            narrow = self._templates.narrow
            try:
                await self._audited(card, partial(self._change, key, form))
            except MessageGone as exc:
                if exc.code != USER_MISSING or not self._small_print.restored(key):
                    raise
                self._small_print.forget(key)  # somebody with small print of his own has left
            except Refused as exc:
                if form or not self._otherwise(exc, card, form, narrow=narrow):
                    raise
            else:
                return

    def _otherwise(self, exc: Refused, card: Card, form: str, *, narrow: bool) -> bool:
        """Whether there is another way to draw a card whose shape was refused: the public template, and that one within a
        kilobyte a value, unless it was `narrow` already. Either is remembered."""
        if not about_the_shape(exc):
            return False
        if form:
            self._templates.refused(form, str(exc))
            return True
        if narrow or all(size(value) <= VALUE_BYTES for value in render(card).values()):
            return False
        log.warning("dingtalk.values.narrow", why=str(exc))
        self._templates.narrow = True
        return True

    async def _or_in_words(self, conversation: Conversation, delivery: Awaitable[T]) -> T:
        """Once the month's calls are used up a card cannot be had, but words where somebody just spoke can."""
        try:
            return await delivery
        except Throttled as exc:
            if exc.code != MONTH_USED_UP or not self._webhooks.fresh(conversation):
                raise
            raise Refused("this month's calls are used up; words cost none here", code=exc.code) from exc

    async def _create(self, conversation: Conversation, key: str, form: str, card: Card) -> dict[str, Any]:
        """Remembered before it is tried: when the answer is lost, the card may be there."""
        variables = self._templates.draw(card, form).values
        self._templates.made(key, form)
        body = {
            "cardTemplateId": self._templates.template_id(form),
            "outTrackId": key,
            "callbackType": "STREAM",
            "userIdType": _BY_USER_ID,
            "cardData": {"cardParamMap": variables},
            **self._space(conversation, preview(card)),
        }
        answer = await self._api.call("POST", CREATE, body)
        self._small_print.shown(key, variables)
        self._log_stream.showing(key, Shown(variables))
        return answer

    def _space(self, conversation: Conversation, summary: str) -> dict[str, Any]:
        if ";" in conversation.id:
            raise Refused("no conversation id holds a semicolon, which would address a second one", code="bad-id")
        model = {
            "supportForward": False,
            "lastMessageI18n": {"ZH_CN": summary, "EN_US": summary},
            "notification": {"alertContent": summary},
        }
        if conversation.kind == "group":
            return {
                "openSpaceId": f"dtv1.card//IM_GROUP.{conversation.id}",
                "imGroupOpenSpaceModel": model,
                "imGroupOpenDeliverModel": {"robotCode": self.robot_code},
            }
        return {
            "openSpaceId": f"dtv1.card//IM_ROBOT.{conversation.id}",
            "imRobotOpenSpaceModel": model,
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": self.robot_code},
        }

    async def _change(self, key: str, form: str, card: Card) -> dict[str, Any]:
        """Where a log is streamed only what differs is sent: the log, the rest, or both."""
        if not streams(form):
            return await self._put(key, self._templates.draw(card, form).values)
        drawn = self._templates.draw(card, form, streaming=self._log_stream.works)
        before = self._log_stream.before(key)
        self._log_stream.showing(key, None)  # not known until all of it has arrived
        if self._log_stream.works and not await self._log_stream.write(key, card, drawn, before):
            drawn = self._templates.draw(card, form)
        if before is None or before.values != drawn.values or self._small_print.restored(key):
            await self._put(key, drawn.values)
        self._log_stream.showing(key, drawn)
        return {}

    async def _put(self, key: str, variables: dict[str, str]) -> dict[str, Any]:
        self._small_print.shown(key, variables)
        private = {user: {"cardParamMap": {TIPS: tips}} for user, tips in self._small_print.restored(key).items()}
        body = {
            "outTrackId": key,
            "userIdType": _BY_USER_ID,
            "cardUpdateOptions": _BY_KEY,
            "cardData": {"cardParamMap": variables},
            **({"privateData": private} if private else {}),
        }
        answer = await self._api.call("PUT", UPDATE, body)
        if answer.get("success") is not True:
            raise Refused(f"the update was not carried out: {json.dumps(answer, ensure_ascii=False)[:200]}")
        self._small_print.forget(key)
        return answer

    async def _audited(self, card: Card, deliver: Callable[[Card], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """DingTalk's text audit may refuse what a log says; then the card goes without its details, once."""
        try:
            return await deliver(card)
        except Refused as exc:
            if exc.code != CONTENT_UNSAFE:
                raise
            log.warning("dingtalk.card.unsafe", card=card.id)
            self._unsafe[card.id] = True
        try:
            return await deliver(without_details(card))
        except Refused as exc:
            if exc.code != CONTENT_UNSAFE:
                raise
            raise Refused(
                f"DingTalk's content check refuses the card even without details: {exc}", code=exc.code
            ) from exc


def _check_delivered(answer: dict[str, Any]) -> None:
    """HTTP 200 does not mean delivered. The card then exists and is nowhere: sent again it would only be said to exist."""
    result = answer.get("result")
    if answer.get("success") is not True or not isinstance(result, dict):
        raise Unreachable("the answer to a delivery says nothing of it")
    results = result.get("deliverResults")
    for one in results if isinstance(results, list) else []:
        if isinstance(one, dict) and one.get("success") is not True:
            why = str(one.get("errorMsg") or "unknown")[:200]
            raise Refused(f"the card was made but not delivered: {why}", code="not-delivered")
