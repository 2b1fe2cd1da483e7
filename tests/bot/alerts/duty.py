"""A desk with its store and cards, in a cluster; each `duty` on the same folder is another life of the same Steward."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.types import Conversation
from bot.alerts.alert import Alert, Place, Severity, key_of
from bot.alerts.desk import Desk
from bot.alerts.mutes import Mutes
from bot.identities import Identities
from bot.router import NotificationRouter
from bot.store import Store, open_store
from cards.model import Card
from executor.cluster import connect
from sandbox.cluster import ClusterStandIn
from setup_server.accounts import Role
from tests.bot.stand import ZH, Clock, Door

NOWHERE = Place()
OPS = Conversation(platform="dingtalk", id="cid-duty", kind="group")


@dataclass
class Duty:
    store: Store
    clock: Clock
    desk: Desk
    mutes: Mutes
    door: Door
    firing: dict[str, Alert] = field(default_factory=dict)

    async def poll(self, *alerts: Alert, complete: bool = True) -> None:
        await self.desk.settle("alertmanager", alerts, complete=complete)

    async def over(self) -> None:
        """Nothing fires any more, and that has lasted for long enough to be believed."""
        await self.poll()
        self.clock.advance(95)
        await self.poll()

    async def cards(self) -> list[Card]:
        rows = await self.store.rows("SELECT body FROM cards ORDER BY rowid")
        return [Card.model_validate_json(row["body"]) for row in rows]

    async def card(self) -> Card:
        (only,) = await self.cards()
        return only

    async def code(self) -> str:
        row = await self.store.row("SELECT code FROM alerts")
        return str(row["code"]) if row else ""

    async def places(self) -> set[str]:
        rows = await self.store.rows("SELECT json_extract(conversation, '$.id') AS place FROM deliveries")
        return {row["place"] for row in rows}

    def alert(
        self, name: str = "HighLatency", *, severity: Severity = "warning", place: Place = NOWHERE, **more: object
    ) -> Alert:
        return Alert.model_validate(
            {
                "source": "alertmanager",
                "key": key_of("alertmanager", name, place),
                "name": name,
                "severity": severity,
                "place": place,
                "summary": f"{name} is firing",
                "since": self.clock.now - timedelta(minutes=1),
                **more,
            }
        )


@asynccontextmanager
async def duty(
    folder: Path,
    clock: Clock,
    *,
    cluster: ClusterStandIn | None = None,
    most: int = 12,
    role: Role = Role.MEMBER,
    scarce: bool = False,
) -> AsyncIterator[Duty]:
    """Without a cluster there is none that answers."""
    async with AsyncExitStack() as stack:
        if cluster is None:
            cluster = ClusterStandIn()
            async with cluster:
                await asyncio.to_thread(cluster.write_kubeconfig, folder / "kubeconfig")
        else:
            await asyncio.to_thread(cluster.write_kubeconfig, folder / "kubeconfig")
        store = await stack.enter_async_context(open_store(folder / "steward.db"))
        connection = await stack.enter_async_context(connect(str(folder / "kubeconfig")))
        door = Door()
        router = NotificationRouter(store, {"dingtalk": door}, clock)
        desk = Desk(store, connection.reader, router, ZH, clock, to=(OPS,), most=most, scarce=lambda: scarce)
        identities = Identities(store, clock, fixed=frozenset(), default=role)
        mutes = Mutes(store, router, identities, ZH, clock, to=(OPS,))
        yield Duty(store, clock, desk, mutes, door)
