"""A person presses a button: the callback goes out, and the answer must come back within two seconds."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sandbox.dingtalk.api import CARD_CALLBACK
from sandbox.dingtalk.card_rules import CardRules, by_key
from sandbox.dingtalk.card_view import Button, CardView
from sandbox.dingtalk.cards import Card, Cards
from sandbox.dingtalk.clock import Clock
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.deliveries import Deliveries
from sandbox.dingtalk.delivery import Ack
from sandbox.dingtalk.directory import Directory, User
from sandbox.dingtalk.errors import OpenApiError
from sandbox.dingtalk.records import Violations

BUDGET = 2.0

Reason = Literal["", "no-callback", "no-line", "timeout", "refused", "bad-answer"]


class Click(BaseModel):
    """What the person saw happen. Not `ok`: the client shows 失败 and nothing of the answer is applied. `view` is the
    card right after, None for a card the gateway does not hold. `seconds` is real time until the answer was read."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    reason: Reason = ""
    view: CardView | None = None
    answer: str = ""
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class _Open:
    card: Card | None
    user: User
    result: asyncio.Future[tuple[Reason, Ack | None]]


class Clicks:
    def __init__(
        self,
        credentials: Credentials,
        directory: Directory,
        cards: Cards,
        rules: CardRules,
        deliveries: Deliveries,
        clock: Clock,
        violations: Violations,
    ) -> None:
        self._credentials = credentials
        self._directory = directory
        self._cards = cards
        self._rules = rules
        self._deliveries = deliveries
        self._clock = clock
        self._violations = violations

    async def click(self, user_id: str, out_track_id: str, name: str, *, stale: bool = False) -> Click:
        """Press a button by action id or text. LookupError when the person sees no such button; `stale` also finds
        it on what was seen before the last changes, as a client does whose screen lags."""
        card = self._cards[out_track_id]
        views = [card.view(user_id), *(card.earlier_views(user_id) if stale else [])]
        button = next((found for view in views if (found := view.button(name))), None)
        if button is None:
            shown = [one.text for one in views[0].buttons]
            raise LookupError(f"{user_id} sees no button {name!r} on {out_track_id}, only {shown}")
        if not button.calls_back or not button.enabled:
            return Click(ok=False, reason="no-callback", view=views[0])
        return await self.press(user_id, out_track_id, _action_ids(button), button.params)

    async def fill(self, user_id: str, out_track_id: str, text: str) -> Click:
        """Write into the card's first text field and send it. LookupError when the person sees none."""
        fields = self._cards[out_track_id].view(user_id).inputs
        if not fields:
            raise LookupError(f"{user_id} sees no text field on {out_track_id}")
        params = {**fields[0].params, fields[0].text_param: text}
        return await self.press(user_id, out_track_id, [fields[0].action_id], params)

    async def press(
        self, user_id: str, out_track_id: str, action_ids: list[str], params: dict[str, Any], conversation: str = ""
    ) -> Click:
        """The callback itself, with any content, also for a card this gateway never saw (then `conversation` says
        where it would lie)."""
        user = self._directory.user(user_id)
        card = self._cards.get(out_track_id)
        if card is not None and card.callback_type != "STREAM":
            return Click(ok=False, reason="no-callback", view=card.view(user_id))
        opened = _Open(card, user, asyncio.get_running_loop().create_future())
        if card is not None:
            card.callbacks_open += 1
        delivery = self._deliveries.push(
            CARD_CALLBACK,
            self._payload(user, out_track_id, card, action_ids, params, conversation),
            again=False,
            answered=lambda ack: self._answered(opened, ack),
        )
        if delivery.state == "lost":
            self._settle(opened, "no-line", None)
        timer = self._clock.call_later(BUDGET, lambda: self._settle(opened, "timeout", None))
        try:
            reason, ack = await opened.result
        finally:
            timer.cancel()
        view = card.view(user_id) if card is not None and card.visible_to(user_id) else None
        if ack is None:
            return Click(ok=False, reason=reason, view=view)
        return Click(ok=not reason, reason=reason, view=view, answer=ack.data, seconds=ack.seconds)

    def _settle(self, opened: _Open, reason: Reason, ack: Ack | None) -> None:
        if opened.result.done():
            return
        if opened.card is not None:
            opened.card.callbacks_open -= 1
        opened.result.set_result((reason, ack))

    def _answered(self, opened: _Open, ack: Ack) -> None:
        if opened.result.done():
            track = opened.card.out_track_id if opened.card else "unknown card"
            self._violations.add("late-or-second-answer", f"click on {track} by {opened.user.user_id}")
            return
        reason = self._apply(opened, ack)
        if reason == "bad-answer":
            self._violations.add("bad-click-answer", ack.data[:200])
        self._settle(opened, reason, ack)

    def _apply(self, opened: _Open, ack: Ack) -> Reason:
        """The answer's `response` onto the card; `userPrivateData` is the clicker's own, not keyed by user."""
        if ack.code != 200:
            return "refused"
        card = opened.card
        try:
            whole = json.loads(ack.data) if ack.data else {}
            response = (whole.get("response") or {}) if isinstance(whole, dict) else None
            if not isinstance(response, dict):
                return "bad-answer"
            public = self._rules.public(response)
            mine = response.get("userPrivateData")
            private = {} if mine is None or card is None else {card.id_of(opened.user): self._rules.variables(mine)}
            options = by_key(response)
        except (ValueError, OpenApiError):
            return "bad-answer"
        if card is not None and (public is not None or private):
            for rule, detail in card.misused(public):
                self._violations.add(rule, f"{detail} of {card.template_id}")
            card.change(public, private, by_key=options[0], private_by_key=options[1])
            self._cards.keep(card, "ack")
        return ""

    def _payload(
        self,
        user: User,
        out_track_id: str,
        card: Card | None,
        action_ids: list[str],
        params: dict[str, Any],
        conversation: str,
    ) -> dict[str, Any]:
        space = next((one for one in card.spaces if user.user_id in card.audience(one)), None) if card else None
        private = {"cardPrivateData": {"actionIds": action_ids, "params": params}}
        content = json.dumps(private, ensure_ascii=False, separators=(",", ":"))
        return {
            "type": "actionCallback",
            "outTrackId": out_track_id,
            "corpId": self._credentials.corp_id,
            "userId": card.id_of(user) if card else user.user_id,
            "userIdType": card.user_id_type if card else 1,
            "spaceId": space.id if space else conversation,
            "spaceType": space.kind if space else "IM_GROUP",
            "extension": "{}",
            "content": content,
            "value": content,
        }


def _action_ids(button: Button) -> list[str]:
    return [button.action_id] if button.action_id else []
