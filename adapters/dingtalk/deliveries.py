"""Putting cards and messages into conversations. What one retry would not mend is the caller's to decide."""

import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from adapters.dingtalk.openapi import OpenApi
from adapters.dingtalk.refusals import CARD_EXISTS, CARD_MISSING, CONTENT_UNSAFE, USER_MISSING
from adapters.dingtalk.small_print import TIPS, SmallPrint
from adapters.errors import MessageGone, Refused, Throttled, Unreachable
from adapters.types import Conversation
from cards.dingtalk import preview, render, render_markdown_message, render_plain_message, without_details
from cards.model import Card

log = structlog.get_logger()

CREATE = "/v1.0/card/instances/createAndDeliver"
UPDATE = "/v1.0/card/instances"
GROUP_SEND = "/v1.0/robot/groupMessages/send"
SINGLE_SEND = "/v1.0/robot/oToMessages/batchSend"

_BY_USER_ID = 1
_BY_KEY = {"updateCardDataByKey": True, "updatePrivateDataByKey": True}
"""Without it an update wipes every variable that it does not mention."""


class Deliveries:
    def __init__(self, api: OpenApi, small_print: SmallPrint, *, template_id: str, robot_code: str) -> None:
        self._api = api
        self._small_print = small_print
        self._template_id = template_id
        self.robot_code = robot_code

    async def check(self) -> None:
        """Ask for a change of a card that does not exist: refused for that reason, or for a missing permission."""
        body = {"outTrackId": f"check-{uuid.uuid4().hex}", "cardData": {"cardParamMap": {TIPS: ""}}}
        try:
            await self._api.call("PUT", UPDATE, body)
        except MessageGone as exc:
            if exc.code != CARD_MISSING:
                raise

    async def send(self, conversation: Conversation, card: Card, key: str) -> None:
        """`key` becomes the outTrackId: a second card of the same key is refused by DingTalk, so it is there, from an attempt whose
        answer was lost; it may show what was true then, and is changed to what is true now."""
        try:
            answer = await self._audited(card, lambda shown: self._create(conversation, shown, key))
        except Refused as exc:
            if exc.code != CARD_EXISTS:
                raise
            log.info("dingtalk.card.exists", key=key)
            await self.update(key, card)
            return
        _check_delivered(answer)

    async def update(self, key: str, card: Card) -> None:
        try:
            await self._audited(card, lambda shown: self._put(key, shown))
        except MessageGone as exc:
            if exc.code != USER_MISSING:
                raise
            self._small_print.forget(key)  # somebody with small print of his own has left
            await self._audited(card, lambda shown: self._put(key, shown))

    async def say(self, conversation: Conversation, words: str | Card) -> None:
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

    async def _create(self, conversation: Conversation, card: Card, key: str) -> dict[str, Any]:
        variables = render(card)
        body = {
            "cardTemplateId": self._template_id,
            "outTrackId": key,
            "callbackType": "STREAM",
            "userIdType": _BY_USER_ID,
            "cardData": {"cardParamMap": variables},
            **self._space(conversation, preview(card)),
        }
        answer = await self._api.call("POST", CREATE, body)
        self._small_print.shown(key, variables)
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

    async def _put(self, key: str, card: Card) -> dict[str, Any]:
        variables = render(card)
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
        return await deliver(without_details(card))


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
