"""The parts of the gateway, joined; nothing here listens or waits yet."""

import secrets
from typing import Literal

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.feishu.card_rules import CardRules
from sandbox.feishu.cards import Card, Cards
from sandbox.feishu.click_tokens import ClickTokens
from sandbox.feishu.clicks import Clicks
from sandbox.feishu.connection import Connection
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.delayed_calls import DelayedCalls
from sandbox.feishu.deliveries import AGAIN_AFTER, Deliveries
from sandbox.feishu.directory import Directory
from sandbox.feishu.door import Door
from sandbox.feishu.entities import Entities
from sandbox.feishu.entity_calls import EntityCalls
from sandbox.feishu.events import Events
from sandbox.feishu.faults import Faults
from sandbox.feishu.limits import Limits
from sandbox.feishu.message_calls import MessageCalls
from sandbox.feishu.messages import BotMessage, Messages
from sandbox.feishu.opening import Opening
from sandbox.feishu.people_calls import PeopleCalls
from sandbox.feishu.reaction_calls import ReactionCalls
from sandbox.feishu.refusals import Refusals
from sandbox.feishu.token_calls import TokenCalls
from sandbox.feishu.tokens import Tokens
from sandbox.pulse import Pulse
from sandbox.records import Calls, Violations

APP_SECRET = "standin-secret-of-feishu"  # noqa: S105 - of the stand-in, not of anyone
BOT = "ou_steward0000000000000000000000000"


class Parts:
    """`app_id` must look like `cli_` and 16 hexadecimal digits: the Node SDK connects with no other.
    `again_after` are the waits before each repetition of an event that was not answered well. `offline`: without a line
    an event is tried again (documented), or lost. The limits are Feishu's; None switches one off."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        app_id: str = "",
        app_secret: str = APP_SECRET,
        bot_open_id: str = BOT,
        again_after: tuple[float, ...] = AGAIN_AFTER,
        offline: Literal["lose", "redeliver"] = "redeliver",
        api_qps: int | None = 50,
        api_minute: int | None = 1000,
        chat_qps: int | None = 5,
        card_qps: int | None = 5,
        entity_qps: int | None = 10,
        seed: int | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.credentials = Credentials(app_id or f"cli_{secrets.token_hex(8)}", app_secret, bot_open_id)
        self.directory = Directory()
        self.calls = Calls(self.clock)
        self.violations = Violations(self.clock)
        self.limits = Limits(
            self.clock,
            api_qps=api_qps,
            api_minute=api_minute,
            chat_qps=chat_qps,
            card_qps=card_qps,
            entity_qps=entity_qps,
        )
        self._pulse = Pulse()
        self._changes: Changes[BotMessage] = Changes(self._pulse)
        self.deliveries = Deliveries(self.clock, self.violations, again_after=again_after, offline=offline, seed=seed)
        tokens, refusals = Tokens(self.clock), Refusals()
        self.faults = Faults(self.credentials, self.deliveries, tokens, refusals)
        self.door = Door(self.credentials, self.clock, self.limits, tokens, self.faults, self.calls)
        self.opening = Opening(self.credentials, self.deliveries, self.clock, self.violations, self._pulse, refusals)
        self.events = Events(self.credentials, self.clock)
        self.card_rules = CardRules(self.directory)
        self.cards = Cards(self.clock.time, self._card_changed)
        self.messages = Messages(self._message_posted)
        self.entities = Entities(self.cards, self.card_rules, self.limits, self.clock)
        click_tokens = ClickTokens(self.clock)
        self._clicks = Clicks(
            self.credentials,
            self.directory,
            self.cards,
            self.card_rules.check,
            self.deliveries,
            self.events,
            click_tokens,
            self.clock,
            self.violations,
        )
        self.reactions = ReactionCalls(self.credentials, self.messages, self.clock)
        messages = MessageCalls(
            self.credentials,
            self.directory,
            self.messages,
            self.cards,
            self.card_rules,
            self.entities,
            self.limits,
            self.clock,
            self.violations,
        )
        self._routes = [
            *self.opening.routes(self.door),
            *TokenCalls(self.credentials, tokens).routes(self.door),
            *messages.routes(self.door),
            *self.reactions.routes(self.door),
            *DelayedCalls(self.cards, self.card_rules, click_tokens, self.violations).routes(self.door),
            *EntityCalls(self.entities).routes(self.door),
            *PeopleCalls(self.credentials, self.directory).routes(self.door),
        ]

    @property
    def app_id(self) -> str:
        return self.credentials.app_id

    @property
    def app_secret(self) -> str:
        return self.credentials.app_secret

    @property
    def bot_open_id(self) -> str:
        return self.credentials.bot_open_id

    @property
    def lines(self) -> list[Connection]:
        return [line for line in self.deliveries.lines.values() if line.state == "open"]

    def _card_changed(self, card: Card, cause: str) -> None:
        kind: Literal["card", "update"] = "card" if cause == "create" else "update"
        self._changes.add(kind, self.clock.time(), (card.chat_id,), card=card.message_id, cause=cause)

    def _message_posted(self, message: BotMessage) -> None:
        self._changes.add("message", message.time, (message.chat_id,), message=message)
