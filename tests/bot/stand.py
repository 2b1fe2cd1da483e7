"""Small stand-ins and samples for the orchestration's tests."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters.types import (
    Conversation,
    Finding,
    OnAction,
    OnChange,
    OnLeft,
    OnMessage,
    Person,
    Platform,
    Rate,
    Sent,
    nobody_left,
    unheeded,
)
from bot.actions import Action, State
from bot.store import Store, Transaction
from bot.words import Words
from cards.model import Card
from executor.operations import Restart, Target
from executor.preview import ChangeOrder, DiffLine
from executor.reason import reason
from executor.risk import Level, Risk

GROUP = Conversation(platform="dingtalk", id="cid-ops", kind="group", title="k8s-ops")
FEISHU_GROUP = Conversation(platform="feishu", id="oc_ops", kind="group", title="k8s-ops")
ADMIN = Person(platform="dingtalk", id="manager4220", name="王伟")
MEMBER = Person(platform="dingtalk", id="user123", name="李雷")


ZH, EN = Words("zh"), Words("en")
"""Read once, before any loop runs: catalogues are files."""


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Door:
    """An adapter that remembers, and fails on demand: each call takes the next error from `errors`."""

    platform: Platform = "dingtalk"
    last_heard: datetime | None = None
    errors: deque[Exception | None] = field(default_factory=deque)
    sent: list[tuple[str, Card]] = field(default_factory=list)
    updated: list[tuple[str, Card]] = field(default_factory=list)
    said: list[str | Card] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)

    def _fail(self) -> None:
        if self.errors and (error := self.errors.popleft()):
            raise error

    async def check(self) -> None:
        self._fail()

    async def audit(self) -> tuple[Finding, ...]:
        self._fail()
        return ()

    @property
    def rate(self) -> Rate:
        return Rate(sends=1000, updates=1000, conversation=1000, message=1000)

    def use(self, identifier: str, secret: str) -> None:
        self.used.append((identifier, secret))

    async def listen(
        self,
        on_message: OnMessage,
        on_action: OnAction,
        on_change: OnChange = unheeded,
        on_left: OnLeft = nobody_left,
    ) -> None:
        self._fail()

    async def send(self, conversation: Conversation, card: Card, *, key: str) -> Sent:
        self._fail()
        self.sent.append((key, card))
        return Sent(platform=self.platform, conversation=conversation, message_id=key, key=key)

    async def update(self, sent: Sent, card: Card) -> None:
        self._fail()
        self.updated.append((sent.message_id, card))

    async def say(self, conversation: Conversation, words: str | Card, *, key: str = "") -> None:
        self._fail()
        self.said.append(words)

    async def person(self, user_id: str) -> Person:
        self._fail()
        return Person(platform=self.platform, id=user_id, name=user_id)

    async def close(self) -> None:
        return

    @property
    def shown(self) -> Card:
        """The newest card that went out."""
        return (self.updated or self.sent)[-1][1]


def restart_order(name: str = "nginx", generation: int = 3) -> ChangeOrder:
    return ChangeOrder(
        operation=Restart(target=Target(kind="Deployment", name=name, namespace="shop")),
        risk=Risk(level=Level.HIGH, reasons=(reason("risk.restart"),)),
        cluster_uid="c-1",
        target_uid="u-1",
        generation=generation,
        fingerprint="f" * 64,
        diff=(DiffLine(path="spec.template.metadata.annotations", before=None, after="<now>"),),
        command=f"kubectl rollout restart deployment/{name} -n shop",
    )


def waiting_action(now: datetime) -> Action:
    return Action(
        id="action-1",
        code="7F3K",
        state=State.WAIT_APPROVAL,
        order=restart_order(),
        requester=MEMBER,
        conversation=GROUP,
        intent="重启 nginx",
        card_id="card-1",
        created_at=now,
        expires_at=now + timedelta(minutes=15),
    )


@asynccontextmanager
async def slow_disk(store: Store) -> AsyncIterator[None]:
    """No transaction is committed within this block."""
    begun, go = threading.Event(), threading.Event()

    async def hold(_: Transaction) -> None:
        begun.set()
        go.wait(20)

    holding = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(begun.wait, 20)
    try:
        yield
    finally:
        go.set()
        await holding


async def run_sql(store: Store, sql: str, *values: object) -> int:
    """One statement in a transaction of its own; the number of rows it changed."""
    return await store.write(lambda tx: tx.execute(sql, *values))
