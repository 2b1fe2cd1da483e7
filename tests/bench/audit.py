"""growth of the audit book: a page, a filter and a click beside a million rows, and how fast the chain is proven."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import cast

import structlog

from adapters.types import Message
from bot.approvals import Approvals
from bot.book.chain import COLUMNS, EVERY, chained, walk
from bot.brain.rules import plan
from bot.clock import stamp, utc_now
from bot.identities import Identities
from bot.inquiries import Inquiries
from bot.router import NotificationRouter
from bot.store import Store, open_store
from bot.views import DIGEST_PREFIX, Views
from bot.words import Words
from executor.cluster import Reader
from tests.bench.figure import Check, Figure
from tests.bot.stand import ADMIN, GROUP, MEMBER, Door, restart_order

ROWS = 1_000_000
PEOPLE = 50
CLICKS = 200
QUESTIONS = 100
WALKS = 3
YEAR = timedelta(days=365)


@dataclass
class Book:
    """A book and what asks it: the daemon's own parts, in this process."""

    store: Store
    approvals: Approvals
    inquiries: Inquiries
    keys: list[str]

    async def ask(self, text: str) -> None:
        found = plan(text)
        message = Message(id="m", conversation=GROUP, sender=MEMBER, text=text, sent_at=utc_now())
        told = await self.inquiries.page(found, message, "card")  # type: ignore[arg-type]
        if len(told.card.sections[0].body.rows) != 20:  # type: ignore[union-attr]
            raise RuntimeError(f"{text}: not a full page")

    async def press(self) -> None:
        found, decision = await self.approvals.click(
            self.keys.pop(), "deny", ADMIN, digest=restart_order().digest[:DIGEST_PREFIX]
        )
        if found is None or decision is None or decision.tone != "success":
            raise RuntimeError("a click decided nothing")


async def audit(folder: Path) -> Figure:
    """Two stores on the same disk, asked and clicked in turn: one new, one with a million rows of the last year by fifty
    people. Both then take the rows of the same proposals and clicks, so that both have a page to show."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    begun = time.perf_counter()
    for name, rows in (("new", 0), ("full", ROWS)):
        async with open_store(folder / name / "steward.db"):
            pass
        await asyncio.to_thread(_fill, folder / name / "steward.db", rows)
    filled = time.perf_counter() - begun
    async with AsyncExitStack() as stack:
        books = [await stack.enter_async_context(_opened(folder / name)) for name in ("new", "full")]
        new, full = [await book(store) for store in books]
        page = await both(QUESTIONS, lambda: new.ask("审计"), lambda: full.ask("审计"))
        one = await both(QUESTIONS, lambda: new.ask("审计 李雷 本周"), lambda: full.ask("审计 李雷 本周"))
        click = await both(CLICKS, new.press, full.press)
        walks = [await asyncio.to_thread(_walked, full.store.path) for _ in range(WALKS)]
        head = await full.store.row("SELECT seq FROM audit_head")
    assert head is not None
    wall, worked = min(walks)
    ratios = {"page": page, "filter": one, "click": click}
    return Figure(
        f"audit book of {ROWS:,} rows".replace(",", " "),
        (
            *(Check(name, there / here, 1.2, "× a new one") for name, (here, there) in ratios.items()),
            Check(f"verify, best of {WALKS}", head["seq"] / wall, 200_000, "rows/s", at_least=True),
        ),
        ", ".join(f"{name} {here * 1000:.2f} and {there * 1000:.2f} ms" for name, (here, there) in ratios.items())
        + f"; verify {head['seq'] / worked:.0f} rows in a second of one processor; filled in {filled:.0f} s",
    )


def _opened(folder: Path):
    return open_store(folder / "steward.db")


async def book(store: Store) -> Book:
    """With CLICKS proposals of today, to be clicked."""
    words = Words("zh")
    router = NotificationRouter(store, {"dingtalk": Door()}, utc_now)
    identities = Identities(store, utc_now, fixed=frozenset({(ADMIN.platform, ADMIN.id)}))
    approvals = Approvals(store, router, identities, Views(words), utc_now)
    for number in range(CLICKS):
        await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启 nginx", request=f"r{number}")
    keys = [row["key"] for row in await store.rows("SELECT key FROM deliveries ORDER BY rowid DESC LIMIT ?", CLICKS)]
    return Book(store, approvals, Inquiries(store, cast("Reader", None), {}, identities, words, utc_now), keys)


async def both(
    times: int, here: Callable[[], Awaitable[None]], there: Callable[[], Awaitable[None]]
) -> tuple[float, float]:
    """The median seconds of each, in turn and each as often first, so that a busy moment meets both."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for number in range(times):
        for second in (number % 2 == 0, number % 2 == 1):
            seconds[second].append(await timed(there if second else here))
    return median(seconds[False]), median(seconds[True])


async def timed(one: Callable[[], Awaitable[object]]) -> float:
    begun = time.perf_counter()
    await one()
    return time.perf_counter() - begun


def _walked(path: Path) -> tuple[float, float]:
    """Seconds by the clock, and seconds of the processor."""
    begun, worked = time.perf_counter(), time.thread_time()
    walk(path)
    return time.perf_counter() - begun, time.thread_time() - worked


def _fill(path: Path, count: int) -> None:
    """Rows on the real chain, in one transaction."""
    start = utc_now() - YEAR
    step = YEAR / max(count, 1)
    insert = f"INSERT INTO audit_logs ({', '.join(EVERY)}) VALUES ({', '.join('?' * len(EVERY))})"
    with closing(sqlite3.connect(path, isolation_level=None)) as book:
        for pragma in ("journal_mode = DELETE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -300000"):
            book.execute(f"PRAGMA {pragma}")  # nobody else is there, and a crash ends the measurement anyway
        book.execute("BEGIN IMMEDIATE")
        digest = ""
        for seq in range(1, count + 1):
            person = seq % PEOPLE
            name, user_id = ("李雷", MEMBER.id) if person == 0 else (f"同事{person}", f"user-{person}")
            row: dict[str, object] = dict.fromkeys(COLUMNS, "")
            row |= {"id": f"{seq:08x}-aaaa-4bbb-8ccc-dddddddddddd", "user_id": user_id, "user_name": name}
            row |= {"action_type": "approve_restart", "status": "APPROVED", "platform": "dingtalk", "seq": seq}
            row |= {"target_resource": "deployment/nginx", "intent": "帮我重启下 nginx", "card_id": f"card-{seq // 3}"}
            row |= {
                "command_snapshot": "kubectl rollout restart deployment/nginx -n shop",
                "timestamp": stamp(start + seq * step),
            }
            digest = chained(digest, row)
            book.execute(insert, (*(row[column] for column in EVERY[:-1]), digest))
            book.execute("UPDATE audit_head SET seq = ?, hash = ?", (seq, digest))
            if seq <= PEOPLE:
                book.execute("INSERT INTO audit_people VALUES (?, 'dingtalk', ?)", (name, user_id))
        book.execute("COMMIT")
