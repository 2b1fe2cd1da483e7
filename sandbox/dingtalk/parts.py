"""The parts of the gateway, joined; nothing here listens or waits yet."""

import re
from typing import Literal

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.dingtalk.bot_message import BotMessages
from sandbox.dingtalk.card_calls import CardCalls
from sandbox.dingtalk.card_rules import CardRules
from sandbox.dingtalk.card_spaces import Spaces
from sandbox.dingtalk.card_view import TEMPLATES
from sandbox.dingtalk.cards import Card, Cards
from sandbox.dingtalk.clicks import Clicks
from sandbox.dingtalk.connection import Connection
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.deliveries import Deliveries
from sandbox.dingtalk.directory import Directory
from sandbox.dingtalk.door import Door
from sandbox.dingtalk.faults import Faults
from sandbox.dingtalk.frames import Frames
from sandbox.dingtalk.limits import Limits
from sandbox.dingtalk.people_calls import PeopleCalls
from sandbox.dingtalk.robot_calls import RobotCalls
from sandbox.dingtalk.robot_messages import RobotMessage, RobotMessages
from sandbox.dingtalk.stream import Stream
from sandbox.dingtalk.token_calls import TokenCalls
from sandbox.dingtalk.tokens import Tokens
from sandbox.pulse import Pulse
from sandbox.records import Calls, Violations

CORP_ID = "ding9f50b15bccd16741"
CLIENT_ID = "dingstandin0000000001"
CLIENT_SECRET = "standin-secret-of-dingtalk"  # noqa: S105 - of the stand-in, not of anyone


class Parts:
    """`again_after`/`times`: a message without an answer is pushed again after so many seconds, so many times (60 s seen).
    `offline`: what happens to a message while no line is open: lost for good (seen), or held as if unanswered.
    `strict_values`: refuse card values over the documented 1 KB instead of noting them. `unsafe`: the text audit.
    `qps`, `month_calls`, `month_pushes`: None switches a limit off.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        corp_id: str = CORP_ID,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        again_after: float = 60.0,
        times: int = 3,
        offline: Literal["lose", "redeliver"] = "lose",
        strict_values: bool = False,
        unsafe: str | None = None,
        qps: int | None = 20,
        month_calls: int | None = 5000,
        month_pushes: int | None = 3000,
        seed: int | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.credentials = Credentials(corp_id, client_id, client_secret)
        self.directory = Directory()
        self.calls = Calls(self.clock)
        self.violations = Violations(self.clock)
        self.limits = Limits(self.clock, qps=qps, month_calls=month_calls, month_pushes=month_pushes)
        self._pulse = Pulse()
        self._changes: Changes[RobotMessage] = Changes(self._pulse)
        frames = Frames()
        self.deliveries = Deliveries(
            self.clock, frames, self.violations, again_after=again_after, times=times, offline=offline, seed=seed
        )
        tokens = Tokens(self.clock)
        self.card_rules = CardRules(
            self.directory, self.violations, strict=strict_values, unsafe=re.compile(unsafe) if unsafe else None
        )
        self.faults = Faults(self.credentials, self.deliveries, self.limits, tokens, self.card_rules)
        self.door = Door(self.credentials, self.clock, self.limits, tokens, self.faults, self.calls)
        self.stream = Stream(self.credentials, self.deliveries, self.clock, frames, self._pulse)
        self.bot = BotMessages(self.credentials, self.clock)
        self.cards = Cards(self.clock.time, self._card_changed)
        self.messages = RobotMessages(self._message_posted)
        spaces = Spaces(self.credentials, self.directory, self.faults)
        self._card_calls = CardCalls(self.cards, self.card_rules, spaces, self.directory, self.violations)
        self._card_calls.templates.update(dict.fromkeys(TEMPLATES))
        self._clicks = Clicks(
            self.credentials,
            self.directory,
            self.cards,
            self.card_rules,
            self.deliveries,
            self.clock,
            self.violations,
        )
        self.robot = RobotCalls(self.credentials, self.directory, self.bot, self.messages, self.clock)
        self._routes = [
            *self.stream.routes(self.door),
            *TokenCalls(self.credentials, tokens).routes(self.door),
            *self.robot.routes(self.door),
            *self._card_calls.routes(self.door),
            *PeopleCalls(self.directory).routes(self.door),
        ]

    @property
    def client_id(self) -> str:
        return self.credentials.client_id

    @property
    def client_secret(self) -> str:
        return self.credentials.client_secret

    @property
    def lines(self) -> list[Connection]:
        return [line for line in self.deliveries.lines.values() if line.state == "open"]

    def _card_changed(self, card: Card, cause: str) -> None:
        places = tuple(space.conversation for space in card.spaces)
        if places:
            kind: Literal["card", "update"] = "card" if cause in {"create", "deliver"} else "update"
            self._changes.add(kind, self.clock.time(), places, card=card.out_track_id, cause=cause)

    def _message_posted(self, message: RobotMessage) -> None:
        self._changes.add("message", message.time, (message.conversation_id,), message=message)
