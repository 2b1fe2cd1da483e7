"""A person presses a button: the callback goes out, and the answer must come back within three seconds."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sandbox.clock import Clock
from sandbox.delivery import Ack
from sandbox.feishu.api import CARD_CALLBACK
from sandbox.feishu.card_view import Button, CardView
from sandbox.feishu.cards import Card, Cards
from sandbox.feishu.click_tokens import ClickTokens
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.deliveries import BUDGET, Deliveries
from sandbox.feishu.directory import Directory, User
from sandbox.feishu.errors import FeishuError
from sandbox.feishu.events import Events
from sandbox.records import Violations

TOASTS = frozenset({"info", "success", "error", "warning"})

Reason = Literal[
    "", "no-callback", "no-line", "form-incomplete", "200340", "200341", "200671", "200672", "200673", "200830"
]


class Toast(BaseModel):
    model_config = ConfigDict(frozen=True)

    type: str = "info"
    content: str = ""
    i18n: dict[str, str] = {}


class Click(BaseModel):
    """What the person saw happen. `reason` is the code in the client's error, or a word where the client sends nothing:
    then nothing of the answer is applied. `view` is the card right after, None for a card the gateway does not hold.
    `token` is the callback's, for a delayed update. `seconds` is real time until the answer was read."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    reason: Reason = ""
    toast: Toast | None = None
    view: CardView | None = None
    answer: str = ""
    token: str = ""
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class _Open:
    card: Card | None
    user: User
    token: str
    result: asyncio.Future[tuple[Reason, Ack | None]]
    toast: Toast | None = None


class Clicks:
    """`check` raises FeishuError for a card that Feishu would not show."""

    def __init__(
        self,
        credentials: Credentials,
        directory: Directory,
        cards: Cards,
        check: Callable[[dict[str, Any], dict[str, Any] | None], None],
        deliveries: Deliveries,
        events: Events,
        tokens: ClickTokens,
        clock: Clock,
        violations: Violations,
    ) -> None:
        self._credentials = credentials
        self._directory = directory
        self._cards = cards
        self._check = check
        self._deliveries = deliveries
        self._events = events
        self._tokens = tokens
        self._clock = clock
        self._violations = violations

    async def click(
        self, open_id: str, message_id: str, name: str, form: dict[str, Any] | None = None, *, stale: bool = False
    ) -> Click:
        """Press a button by name or text, with what was filled into its form. LookupError when the person sees no such
        button or field; `stale` also finds it on what was seen before the last changes, as a client does that lags."""
        card = self._cards[message_id]
        now = card.view(open_id)
        views = [now, *(card.earlier_views() if stale else [])]
        button = next((found for view in views if (found := view.button(name))), None)
        if button is None:
            raise LookupError(
                f"{open_id} sees no button {name!r} on {message_id}, only {[one.text for one in now.buttons]}"
            )
        if not button.calls_back or not button.enabled:
            return Click(ok=False, reason="no-callback", view=now)
        action: dict[str, Any] = {"value": button.value, "tag": "button", "timezone": "Asia/Shanghai"}
        if button.name:
            action["name"] = button.name
        if button.form:
            filled = _filled(button, form or {})
            if filled is None:
                return Click(ok=False, reason="form-incomplete", view=now)
            action["form_value"] = filled
        return await self.press(open_id, message_id, action)

    async def press(
        self, open_id: str, message_id: str, action: dict[str, Any], chat_id: str = "", **event: Any
    ) -> Click:
        """The callback itself, with any action, also for a card this gateway never saw (then `chat_id` says where it
        would lie). `event` replaces parts of the event."""
        user = self._directory.user(open_id)
        card = self._cards.get(message_id)
        if not self._credentials.hears_clicks():
            self._deliveries.push(CARD_CALLBACK, self._legacy(user, message_id, action), again=False, frame_type="card")
            return Click(ok=False, reason="200340", view=_view(card, open_id))
        token = self._tokens.issue(card.message_id if card else message_id)
        opened = _Open(card, user, token, asyncio.get_running_loop().create_future())
        if card is not None:
            card.callbacks_open += 1
        payload = self._events.envelope(
            CARD_CALLBACK,
            {
                "operator": {"tenant_key": self._credentials.tenant_key, **self._events.person(user)},
                "token": token,
                "action": action,
                "host": "im_message",
                "context": {"open_message_id": message_id, "open_chat_id": card.chat_id if card else chat_id},
                **event,
            },
            microseconds=True,
        )
        delivery = self._deliveries.push(
            CARD_CALLBACK,
            payload,
            again=False,
            frame_type="event",
            answered=lambda ack: self._answered(opened, ack),
        )
        if delivery.state == "lost":
            self._settle(opened, "no-line", None)
        if delivery.kind == "card":
            self._settle(opened, "200340", None)
        timer = self._clock.call_later(BUDGET, lambda: self._settle(opened, "200341", None))
        try:
            reason, ack = await opened.result
        finally:
            timer.cancel()
        view = _view(card, open_id)
        if ack is None:
            return Click(ok=False, reason=reason, view=view, token=token)
        toast = opened.toast if not reason else None
        return Click(
            ok=not reason, reason=reason, toast=toast, view=view, answer=ack.data, token=token, seconds=ack.seconds
        )

    def _settle(self, opened: _Open, reason: Reason, ack: Ack | None) -> None:
        if opened.result.done():
            return
        if opened.card is not None:
            opened.card.callbacks_open -= 1
            self._tokens.answered(opened.token)
            if opened.card.early is not None and not opened.card.callbacks_open:
                before, opened.card.early = opened.card.early, None
                self._cards.change(opened.card, before, "revert")
        opened.result.set_result((reason, ack))

    def _answered(self, opened: _Open, ack: Ack) -> None:
        if opened.result.done() and opened.result.result()[0] == "200340":
            return  # whatever is answered to such a frame, nobody is there to take it
        if opened.result.done():
            where = opened.card.message_id if opened.card else "unknown card"
            self._violations.add("late-or-second-answer", f"click on {where} by {opened.user.open_id}")
            return
        reason, content = self._judge(opened, ack)
        if reason:
            self._violations.add("bad-click-answer", f"{reason} {ack.data[:300]}")
        self._settle(opened, reason, ack)
        if not reason and content is not None and opened.card is not None:
            self._cards.change(opened.card, content, "ack")

    def _judge(self, opened: _Open, ack: Ack) -> tuple[Reason, dict[str, Any] | None]:
        """What the client shows of the answer, and the card in it. A card that streams is not changed by an answer."""
        if ack.code != 200:
            return "200671", None
        if not ack.data:
            return "", None
        try:
            answer = json.loads(ack.data)
        except ValueError:
            return "200672", None
        if not isinstance(answer, dict) or not answer.keys() <= {"toast", "card"}:
            return "200672", None
        toast = answer.get("toast")
        if toast is not None:
            if not isinstance(toast, dict) or toast.get("type", "info") not in TOASTS:
                return "200672", None
            try:
                opened.toast = Toast.model_validate(toast)
            except ValueError:
                return "200672", None
        card = answer.get("card")
        if card is None:
            return "", None
        if not isinstance(card, dict) or card.get("type") != "raw" or not isinstance(card.get("data"), dict):
            return "200672", None
        before = opened.card.content if opened.card else None
        if before is not None and before.get("schema") == "2.0" and card["data"].get("schema") != "2.0":
            return "200830", None
        try:
            self._check(card["data"], before)
        except FeishuError as error:
            self._violations.add("bad-card", error.msg)
            return "200673", None
        if before is not None and (before.get("config") or {}).get("streaming_mode") is True:
            self._violations.add("answered-with-a-card-while-streaming", opened.card.message_id if opened.card else "")
            return "", None
        return "", card["data"]

    def _legacy(self, user: User, message_id: str, action: dict[str, Any]) -> dict[str, Any]:
        """What a `type=card` frame carries."""
        return {
            "open_id": user.open_id,
            "open_message_id": message_id,
            "tenant_key": self._credentials.tenant_key,
            "action": action,
        }


def _view(card: Card | None, open_id: str) -> CardView | None:
    return card.view(open_id) if card is not None and card.visible_to(open_id) else None


def _filled(button: Button, form: dict[str, Any]) -> dict[str, Any] | None:
    """The form's values as they are sent; None where the client would not send, for a required field is empty."""
    names = {one.name for one in button.fields}
    if unknown := form.keys() - names:
        raise LookupError(f"no fields {sorted(unknown)} in the form, only {sorted(names)}")
    values = {one.name: form.get(one.name, one.initial) for one in button.fields}
    for one in button.fields:
        value = values[one.name]
        if (one.required and not value) or (isinstance(value, str) and len(value) > one.max_length):
            return None
    return values
