"""The pages of cards on a port of their own, over a real database, and an action that lives through its states there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import actions
from bot.accounts import StoredAccounts
from bot.actions import Action, State
from bot.approvals import Approvals
from bot.book.pages import BookPages
from bot.card_book import CardBook
from bot.gatehouse import gatehouse
from bot.identities import Identities
from bot.router import NotificationRouter
from bot.settings import Settings
from bot.store import Store, open_store
from bot.views import Views
from bot.words import Words
from cards.model import Card
from executor.preview import ChangeOrder
from executor.reason import reason
from executor.run import Applied
from executor.verdict import Progress, Result, Verdict
from setup_server.app import application, serving
from setup_server.audit import hang_book
from setup_server.chat import hang_cards
from setup_server.doors import Doors
from setup_server.health import Health
from setup_server.live import BEAT, Beat
from tests.bot.stand import ADMIN, EN, GROUP, MEMBER, ZH, Clock, Door, restart_order

NAME, PASSWORD = "chen", "zebra-mountain-lamp 7"
LOG = (
    "03:14:09 ScalingReplicaSet  Scaled up replica set nginx-6c9f7d8b45 to 1",
    "03:14:10 nginx-6c9f7d8b45-x2k9p  Pulled image in 812ms",
    "03:14:12 nginx-6c9f7d8b45-x2k9p  Started container app",
    "03:14:15 ScalingReplicaSet  Scaled down replica set nginx-7d4c5b6f88 to 2",
)


@dataclass
class Cards:
    url: str
    store: Store
    clock: Clock
    door: Door
    router: NotificationRouter
    approvals: Approvals
    accounts: StoredAccounts
    doors: Doors
    words: Words

    async def proposed(self, request: str = "r-1", order: ChangeOrder | None = None) -> Action:
        """Asked for, and its card is on screen in the group."""
        action = await self.approvals.propose(
            order or restart_order(), MEMBER, GROUP, intent="帮我重启下 nginx", request=request
        )
        await self.router.flush(10)
        return action

    async def clicked(self, action: Action, button: str = "approve", by: object = ADMIN) -> None:
        self.clock.advance(21)
        row = await self.store.row("SELECT key FROM deliveries WHERE card_id = ?", action.card_id)
        assert row is not None
        await self.approvals.click(row["key"], button, by, digest=action.order.digest[:16])  # type: ignore[arg-type]
        await self.router.flush(10)

    async def verifying(self, action: Action, done: int, *lines: str) -> Card:
        self.clock.advance(2)
        found = await actions.get(self.store, action.id)
        assert found is not None
        if found.state is State.EXECUTING:
            applied = Applied(action_id=action.id, at=self.clock(), generation=4, uid="u-1")
            await self.store.write(
                lambda tx: actions.move(tx, action.id, State.EXECUTING, State.VERIFYING, applied=applied)
            )
            found = await actions.get(self.store, action.id)
        assert found is not None
        progress = Progress(done=done, total=3, step=reason("verify.step.available", ready=done, total=3), lines=lines)
        return await self.router.update_card(Views(self.words).action_card(found, progress))

    async def finished(self, action: Action, result: Result = Result.SUCCEEDED) -> Card:
        self.clock.advance(2)
        now = self.clock()
        verdict = Verdict(result=result, reason=reason("verify.rolled_out", total=3), evidence=LOG)
        state = State.SUCCESS if result is Result.SUCCEEDED else State.FAILED
        moved = await self.store.write(
            lambda tx: actions.move(tx, action.id, State.VERIFYING, state, outcome=verdict, finished_at=now)
        )
        assert moved is not None
        return await self.router.update_card(Views(self.words).action_card(moved))


@asynccontextmanager
async def house_of_cards(
    folder: Path, *, locale: str = "zh", beat: Beat = BEAT, listen: str = "127.0.0.1:0"
) -> AsyncIterator[Cards]:
    clock, door = Clock(), Door()
    settings = await asyncio.to_thread(
        Settings, admin_username=NAME, admin_password=PASSWORD, steward_locale=locale, steward_data_dir=folder
    )
    words = await asyncio.to_thread(Words, settings.steward_locale)
    async with open_store(folder / "steward.db") as store:
        router = NotificationRouter(store, {"dingtalk": door}, clock, public_url="http://aiops.local")
        approvals = Approvals(
            store, router, Identities(store, clock, fixed=frozenset({(ADMIN.platform, ADMIN.id)})), Views(words), clock
        )
        delivering = asyncio.create_task(router.run())
        app = application(lambda: Health(lines={}))
        try:
            async with gatehouse(settings, store, clock, app) as doors:
                hang_cards(app, doors, CardBook(store, router), beat)
                hang_book(app, doors, BookPages(store, {"zh": ZH, "en": EN}, clock))
                async with serving(listen, app) as url:
                    accounts = StoredAccounts(store, clock)
                    yield Cards(url, store, clock, door, router, approvals, accounts, doors, words)
        finally:
            delivering.cancel()
            await asyncio.wait([delivering])
