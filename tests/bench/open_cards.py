"""growth of open cards: a click, an audit page and a start beside ten thousand approvals that nobody has decided."""

import asyncio
import logging
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median

import structlog

from bot.approvals import Approvals
from bot.clock import utc_now
from bot.identities import Identities
from bot.router import NotificationRouter
from bot.store import Transaction, open_store
from bot.views import Views
from bot.words import Words
from tests.bench.audit import CLICKS, QUESTIONS, book, both
from tests.bench.figure import Check, Figure
from tests.bench.world import Gateway, gateway_with, nowhere, started
from tests.bot.stand import GROUP, MEMBER, Door, restart_order

CARDS = 10_000
TOGETHER = 500
"""Proposals in one transaction, to have them sooner."""
STARTS = 5


async def open_cards(folder: Path) -> Figure:
    """Two stores on the same disk, one new and one with ten thousand open approvals whose cards are on screen; then the daemon
    starts on each, in turn."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    new, full = folder / "new" / "data", folder / "full" / "data"
    await _fill(new, 0)
    await _fill(full, CARDS)
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(open_store(data / "steward.db")) for data in (new, full)]
        here, there = [await book(store) for store in stores]
        click = await both(CLICKS, here.press, there.press)
        page = await both(QUESTIONS, partial(here.ask, "审计"), partial(there.ask, "审计"))
    start = await _starts(folder)
    ratios = {"click": click, "audit page": page, "start": start}
    return Figure(
        f"growth to {CARDS:_} open cards".replace("_", " "),
        tuple(Check(name, many / none, 1.2, "× without") for name, (none, many) in ratios.items()),
        ", ".join(f"{name} {none * 1000:.2f} and {many * 1000:.2f} ms" for name, (none, many) in ratios.items()),
    )


async def _fill(data: Path, count: int) -> None:
    """Open approvals that stay open for a day, each shown in the group."""
    async with open_store(data / "steward.db") as store:
        router = NotificationRouter(store, {"dingtalk": Door()}, utc_now)
        identities = Identities(store, utc_now)
        approvals = Approvals(store, router, identities, Views(Words("zh")), utc_now, lifetime=timedelta(days=1))

        async def proposed(tx: Transaction, first: int) -> None:
            for number in range(first, first + TOGETHER):
                request = f"open-{number}"
                await approvals.proposed(tx, restart_order(), MEMBER, GROUP, intent="重启 nginx", request=request)
            await tx.execute("UPDATE deliveries SET behind = 0, shown_version = 1, message_id = key WHERE behind = 1")

        for first in range(0, count, TOGETHER):
            await store.write(partial(proposed, first=first))


async def _starts(folder: Path) -> tuple[float, float]:
    """Median seconds until the line is up, without and with the cards. The first start of each is not counted."""
    seconds: dict[str, list[float]] = {"new": [], "full": []}
    async with gateway_with() as (gateway, _), nowhere(folder) as kubeconfig:
        for number in range(STARTS + 1):
            for name in ("new", "full") if number % 2 else ("full", "new"):
                took = await _started(folder / name, gateway, kubeconfig)
                if number:
                    seconds[name].append(took)
    open_now = await asyncio.to_thread(_open, folder / "full" / "data")
    if open_now != CARDS:
        raise RuntimeError(f"{open_now} approvals are open, not {CARDS}")
    return median(seconds["new"]), median(seconds["full"])


async def _started(home: Path, gateway: Gateway, kubeconfig: Path) -> float:
    begun = time.perf_counter()
    async with started(home, [gateway], kubeconfig):
        return time.perf_counter() - begun


def _open(data: Path) -> int:
    with closing(sqlite3.connect(data / "steward.db")) as file:
        return int(file.execute("SELECT count(*) FROM actions WHERE state = 'WAIT_APPROVAL'").fetchone()[0])
