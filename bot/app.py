"""The daemon: builds everything, opens it in order, closes it in reverse.

On SIGTERM: stop listening (the platforms are told), finish the messages in hand and the writes under way, bring the cards up to
date, then let go. A second signal cuts. What is cut is continued after the next start.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import structlog

from adapters.errors import MessageGone, PlatformError
from adapters.types import Adapter, Platform
from bot.access import Pair
from bot.alerts.desk import Desk
from bot.alerts.mutes import Mutes
from bot.alerts.watch import AlertWatch
from bot.alone import alone
from bot.approvals import Approvals
from bot.book.daily import Daily, time_of_day
from bot.brain.rules import RulesPlanner
from bot.budget import Budget
from bot.clicks import Clicks
from bot.clock import Clock, utc_now
from bot.credentials import Rotation, credentials_of, watch_files
from bot.doors import adapters_of, ops_conversations
from bot.execution import Execution
from bot.flow import Flow
from bot.gaps import Gaps
from bot.gatehouse import gatehouse
from bot.health import health
from bot.identities import Identities, person_of
from bot.inbox import Inbox
from bot.inquiries import Inquiries
from bot.leavers import Leavers
from bot.lines import Lines
from bot.metrics import METRICS
from bot.names import Names
from bot.pace import LIVE
from bot.pairing import Pairing
from bot.people import People
from bot.router import NotificationRouter
from bot.settings import Settings
from bot.store import Store, open_store
from bot.supervise import supervise
from bot.views import Views
from bot.words import Words
from executor.cluster import Connection, Reader, connect
from executor.errors import ClusterError
from executor.risk import Policy
from setup_server.accounts import Role
from setup_server.app import application, serving

log = structlog.get_logger()

DRAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class House:
    """What runs while the daemon runs."""

    doors: Mapping[Platform, Adapter]
    lines: Lines
    identities: Identities
    leavers: Leavers
    router: NotificationRouter
    approvals: Approvals
    execution: Execution
    inbox: Inbox
    clicks: Clicks
    gaps: Gaps
    budget: Budget
    daily: Daily
    alerts: AlertWatch


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock = utc_now,
    doors: Mapping[Platform, Adapter] | None = None,
    reread: Callable[[], Settings] | None = None,
) -> None:
    """Run until `stop` is set, by default with the doors that the settings enable. Any task that ends by itself ends the
    daemon, loudly. `reread` reads settings that may have changed."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(alone(settings.steward_data_dir))
        store = await stack.enter_async_context(open_store(settings.steward_data_dir / "steward.db"))
        connection = await stack.enter_async_context(connect(settings.kubeconfig or None))
        budget = Budget(store, clock, "dingtalk", settings.dingtalk_monthly_calls)
        await budget.load()
        doors = adapters_of(settings, budget) if doors is None else doors
        for door in doors.values():
            stack.push_async_callback(door.close)
        words = await asyncio.to_thread(Words, settings.steward_locale)
        house = _built(settings, store, connection, doors, budget, words, clock)
        budgets = (budget,) if budget.platform in doors else ()
        pages = application(lambda: health(house.lines, clock), lambda: METRICS.scrape(store, house.lines, budgets))
        if settings.steward_listen:
            await stack.enter_async_context(gatehouse(settings, store, clock, pages))
        await stack.enter_async_context(serving(settings.steward_listen, pages))
        if not doors:
            log.warning("steward.no_platform", settings=["DINGTALK_ENABLED", "FEISHU_ENABLED"])
        if not (await house.identities.now()).administrators:
            log.warning("access.nobody_may_approve", setting="STEWARD_ADMINS")
        await _look_at_cluster(connection.reader)
        await house.inbox.forget_old()
        await house.execution.look_back()
        await house.gaps.look_back()
        gc.freeze()  # what was imported lives as long as we do: to look through all of it now and then took 90 ms, in a click
        async with asyncio.TaskGroup() as group:
            if reread is not None:
                watch = watch_files(Rotation(house.lines, credentials_of(settings)), reread)
                await _live(house, stop, clock, group, watch)
            else:
                await _live(house, stop, clock, group)
        log.info("steward.stopped")


def _built(
    settings: Settings,
    store: Store,
    connection: Connection,
    doors: Mapping[Platform, Adapter],
    budget: Budget,
    words: Words,
    clock: Clock,
) -> House:
    cluster, views = connection.writer, Views(words)
    default = Role(settings.steward_default_role)
    identities = Identities(store, clock, fixed=settings.steward_admins, default=default)
    leavers = Leavers(store, identities, doors, clock)
    lines, ops = Lines(doors, clock), ops_conversations(settings)
    router = NotificationRouter(
        store,
        doors,
        clock,
        ops=ops,
        pace=lambda platform: budget.pace if platform == budget.platform else LIVE,
    )
    lifetime = timedelta(minutes=settings.steward_approval_minutes)
    approvals = Approvals(store, router, identities, views, clock, lifetime=lifetime, on_decided=leavers.look_at)
    budgets = (budget,) if budget.platform in doors else ()
    inquiries = Inquiries(store, connection.reader, lines, identities, words, clock, budgets)
    policy = Policy(own_namespace=connection.own_namespace)
    people = People(identities, Pairing(store, identities, clock), approvals, doors, words)
    to = tuple(place for places in ops.values() for place in places)
    desk = Desk(store, connection.reader, router, words, clock, to=to)
    mutes = Mutes(desk, identities, words)
    flow = Flow(RulesPlanner(), cluster, identities, approvals, router, inquiries, people, mutes, words, policy=policy)
    inbox = Inbox(store, Names(doors).before(flow.handle), flow.apologise, clock)
    return House(
        doors=doors,
        lines=lines,
        identities=identities,
        leavers=leavers,
        router=router,
        approvals=approvals,
        execution=Execution(store, cluster, approvals, router, views, clock, flow.offer_again, identities),
        inbox=inbox,
        clicks=Clicks(store, router, approvals, words, clock, as_message=inbox.on_message),
        gaps=Gaps(store, lines, router, words, clock, ops=ops),
        budget=budget,
        daily=Daily(
            store,
            router,
            words,
            clock,
            settings.steward_data_dir,
            to=to,
            post_at=time_of_day(settings.steward_audit_post),
            keep_days=settings.steward_audit_keep_days,
        ),
        alerts=AlertWatch(desk, connection.reader, clock, url=settings.steward_alertmanager_url, told=bool(to)),
    )


async def _live(
    house: House, stop: asyncio.Event, clock: Clock, group: asyncio.TaskGroup, *more: Coroutine[None, None, None]
) -> None:
    """From the first line to the last write."""
    parts = (
        house.router,
        house.inbox,
        house.approvals,
        house.execution,
        house.budget,
        house.gaps,
        house.daily,
        house.leavers,
        house.alerts,
    )
    standing = [group.create_task(part.run(), name=type(part).__name__) for part in parts]
    standing += [group.create_task(work) for work in more]
    listening = [
        group.create_task(
            supervise(line, house.inbox.on_message, house.clicks.on_action, clock, on_left=house.leavers.on_left),
            name=f"line:{name}",
        )
        for name, line in house.lines.by_platform.items()
    ]
    admins = (await house.identities.now()).administrators
    group.create_task(_meet(house.doors, admins), name="meet")
    log.info("steward.started", platforms=sorted(house.doors), admins=len(admins))
    await stop.wait()
    log.info("steward.stopping")
    await _end(listening)
    await house.gaps.remember()
    await house.inbox.drain(DRAIN_SECONDS)
    await house.execution.drain(DRAIN_SECONDS)
    await house.router.flush(DRAIN_SECONDS)
    await house.budget.flush()
    await _end(standing)


async def _look_at_cluster(cluster: Reader) -> None:
    """Say at once whether the cluster answers; the daemon serves either way and says so in chat."""
    try:
        log.info("cluster.reached", version=await cluster.version())
    except ClusterError as error:
        log.warning("cluster.away", reason=str(error) or type(error).__name__)


async def _meet(doors: Mapping[Platform, Adapter], admins: Iterable[Pair]) -> None:
    """Learn the administrators' names, for cards and toasts; a bound id that nobody has is worth a warning."""
    for platform, user_id in sorted(admins):
        door = doors.get(person_of((platform, user_id)).platform)
        if door is None:
            continue
        try:
            await door.person(user_id)
        except MessageGone:
            log.warning("access.admin_unknown", platform=platform, id=user_id)
        except PlatformError as error:
            log.info("access.admin_unnamed", platform=platform, id=user_id, reason=str(error))


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks) if tasks else None


async def until_signalled(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `work`; SIGTERM or SIGINT sets its stop event, a second one cuts."""
    stop = asyncio.Event()
    current = asyncio.current_task()
    assert current is not None
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            current.cancel()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    await work(stop)
