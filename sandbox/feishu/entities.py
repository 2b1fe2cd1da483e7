"""CardKit's card entities: sent once, changed by operations whose sequence only rises, streamed for ten minutes."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.feishu.card_rules import CardRules
from sandbox.feishu.cards import Card, Cards
from sandbox.feishu.errors import FeishuError, card_refused
from sandbox.feishu.limits import Limits

LIFETIME = 14 * 86400.0
STREAM_LIFETIME = 600.0
Content = dict[str, Any]


@dataclass(slots=True)
class Entity:
    """`message_id` is where it was sent; `streaming_until` 0 while not streaming, `timed_out` when ten minutes ended it."""

    card_id: str
    content: Content
    created: float
    message_id: str = ""
    sequence: int = 0
    streaming_until: float = 0.0
    timed_out: bool = False
    uuids: set[str] = field(default_factory=set)


class Entities:
    def __init__(self, cards: Cards, rules: CardRules, limits: Limits, clock: Clock) -> None:
        self.all: dict[str, Entity] = {}
        self._cards = cards
        self._rules = rules
        self._limits = limits
        self._clock = clock

    def create(self, content: Content) -> str:
        self._check(content)
        card_id = str(7_355_372_766_134_157_313 + len(self.all))
        entity = Entity(card_id, content, self._clock.time())
        self._stream(entity)
        self.all[card_id] = entity
        return card_id

    def to_send(self, card_id: Any) -> Content:
        """The entity's content, for a message; the refusal when it cannot be sent (any more)."""
        entity = self.all.get(card_id) if isinstance(card_id, str) else None
        if entity is None:
            raise card_refused(200740, "card entity is not found")
        if entity.message_id:
            raise card_refused(200780, "card entity is bound too often")
        if self._clock.time() - entity.created > LIFETIME:
            raise card_refused(200750, "card entity is expired")
        return copy.deepcopy(entity.content)

    def sent(self, card_id: str, message_id: str) -> None:
        self.all[card_id].message_id = message_id

    def of_message(self, message_id: str) -> str:
        """Makes an entity of a card that was sent as JSON."""
        card = self._cards.get(message_id)
        if card is None:
            raise FeishuError(10002, "message is no card")
        if not card.entity:
            card.entity = self.create(card.content)
            self.sent(card.entity, message_id)
        return card.entity

    def begin(self, card_id: str, body: dict[str, Any]) -> Entity:
        """The entity, when this operation may go on: not too old, in sequence, not while a click is being answered."""
        entity = self.all.get(card_id)
        if entity is None:
            raise FeishuError(200740, "card entity is not found")
        if self._clock.time() - entity.created > LIFETIME:
            raise FeishuError(200750, "card entity is expired")
        sequence, uuid = body.get("sequence"), body.get("uuid", "")
        if not isinstance(sequence, int) or not 1 <= sequence < 1 << 31 or not isinstance(uuid, str) or len(uuid) > 64:
            raise FeishuError(10002, "sequence or uuid is invalid")
        if uuid and uuid in entity.uuids:
            raise FeishuError(200770, "uuid is used already")
        if sequence <= entity.sequence:
            raise FeishuError(300317, "sequence number compare failed")
        card = self._card(entity)
        if card is not None and card.callbacks_open:
            raise FeishuError(200810, "card is in an interaction")
        if not self.streaming(entity) and not self._limits.take_operation(card_id):
            raise FeishuError(99991400, "request trigger frequency limit", status=429)
        return entity

    def finish(self, entity: Entity, content: Content, body: dict[str, Any]) -> None:
        """The operation's outcome, everywhere the card is seen."""
        self._check(content)
        entity.content = content
        entity.sequence = body["sequence"]
        if uuid := body.get("uuid"):
            entity.uuids.add(uuid)
        self._stream(entity)
        if (card := self._card(entity)) is not None:
            self._cards.change(card, copy.deepcopy(content), "cardkit")

    def streaming(self, entity: Entity) -> bool:
        """Ten minutes after it was opened the stream closes by itself."""
        if entity.streaming_until and self._clock.time() > entity.streaming_until:
            entity.streaming_until = 0.0
            entity.timed_out = True
            entity.content = with_config(entity.content, {"streaming_mode": False})
        return entity.streaming_until > 0

    def _stream(self, entity: Entity) -> None:
        wanted = (entity.content.get("config") or {}).get("streaming_mode") is True
        if wanted and not self.streaming(entity):
            entity.streaming_until = self._clock.time() + STREAM_LIFETIME
            entity.timed_out = False
        elif not wanted:
            entity.streaming_until = 0.0

    def _card(self, entity: Entity) -> Card | None:
        return self._cards.get(entity.message_id)

    def _check(self, content: Content) -> None:
        if content.get("schema") != "2.0":
            raise FeishuError(300303, "schema is not 2.0")
        try:
            self._rules.check(content)
        except FeishuError as error:
            raise FeishuError(_code(error), error.msg) from error


CODES = {"over 30720 bytes": 200860, "ErrCode: 300301": 300301, "ErrCode: 300302": 300302, "element exceeds": 300305}


def _code(error: FeishuError) -> int:
    return next((code for part, code in CODES.items() if part in error.msg), 200220)


def with_config(content: Content, config: Content) -> Content:
    return {**content, "config": {**(content.get("config") or {}), **config}}


def places(content: Content) -> Iterator[tuple[list[Any], int]]:
    """Every element of the body, as the list that holds it and its index there."""
    pending: list[Any] = [(content.get("body") or {}).get("elements")]
    while pending:
        held = pending.pop()
        if not isinstance(held, list):
            continue
        for index, element in enumerate(held):
            if isinstance(element, dict):
                yield held, index
                pending += [element.get("elements"), element.get("columns")]
