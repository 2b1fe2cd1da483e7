"""The daemon: builds everything, opens it in order, closes it in reverse. What /setup changes is taken up by moving into a house
that is built anew, while the pages stay open (`bot.renewal`).

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
from bot.alone import alone
from bot.approvals import Approvals
from bot.book.daily import Daily, time_of_day
from bot.brain.planner import Planner
from bot.budget import Budget
from bot.card_book import CardBook
from bot.check_model import model_look
from bot.clicks import Clicks
from bot.clock import Clock, utc_now
from bot.credentials import watch_files
from bot.doors import adapters_of, ops_conversations
from bot.execution import Execution
from bot.flow import Flow
from bot.gaps import Gaps
from bot.gatehouse import SetUp, gatehouse
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
from bot.planners import planner_of
from bot.recollection import Recollection
from bot.renewal import Read, Renewal
from bot.router import NotificationRouter
from bot.settings import Settings
from bot.setup.desk import LiveDesk, open_desk
from bot.setup.kept import KeptSettings
from bot.setup.overheard import Overheard
from bot.setup.owner import Owner
from bot.setup.web_pairing import WebPairing
from bot.store import Store, open_store
from bot.supervise import supervise
from bot.views import Views
from bot.words import Words, both_languages
from executor.cluster import Connection, Reader, connect
from executor.errors import ClusterError
from executor.risk import Policy
from setup_server.accounts import Role
from setup_server.app import application, serving
from setup_server.chat import hang_cards
from setup_server.health import Health

log = structlog.get_logger()

DRAIN_SECONDS = 10.0
WARM_AFTER_SECONDS = 5.0
"""The lines connect first: what a model needs takes the processor for seconds."""


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


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock = utc_now,
    doors: Mapping[Platform, Adapter] | None = None,
    reread: Read | None = None,
) -> None:
    """Run until `stop` is set, by default with the doors that the settings enable. Any task that ends by itself ends the
    daemon, loudly. `reread` reads settings that may have changed, beneath them what /setup keeps; without it `settings` are all
    there is."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(alone(settings.steward_data_dir))
        store = await stack.enter_async_context(open_store(settings.steward_data_dir / "steward.db"))
        kept = KeptSettings(store, clock)
        budget = Budget(store, clock, "dingtalk", settings.dingtalk_monthly_calls)
        await budget.load()
        words = await asyncio.to_thread(both_languages)
        renewal = Renewal(settings, reread, Lines({}, clock), await kept.read() if reread else {})
        overheard = Overheard()
        watching: set[asyncio.Event] = set()
        served = False
        while not stop.is_set():
            renewal.answer()
            settings = await asyncio.to_thread(renewal.settings)
            async with AsyncExitStack() as inner:
                connection = await inner.enter_async_context(connect(settings.kubeconfig or None, demanded=False))
                present = adapters_of(settings, budget) if doors is None else doors
                for door in present.values():
                    inner.push_async_callback(door.close)
                said = words[settings.steward_locale]
                policy = Policy(own_namespace=connection.own_namespace)
                planner = await inner.enter_async_context(
                    planner_of(
                        settings,
                        connection.reader,
                        said,
                        policy=policy,
                        mask_names=settings.steward_model_mask_names,
                    )
                )
                house = _built(settings, store, connection, present, budget, said, clock, watching, planner, policy)
                renewal.moved_in(settings, house.lines, connection.missing)
                if not served:
                    served = True
                    desk = await stack.enter_async_context(
                        open_desk(kept, renewal, overheard, budget, words, clock, try_model=model_look)
                    )
                    await _serve(stack, settings, store, clock, renewal, desk, house, budget)
                    await house.inbox.forget_old()
                await _inhabit(house, connection.reader, renewal, overheard, stop, clock, _warm(planner))
        log.info("steward.stopped")


async def _serve(
    stack: AsyncExitStack,
    settings: Settings,
    store: Store,
    clock: Clock,
    renewal: Renewal,
    desk: LiveDesk,
    house: House,
    budget: Budget,
) -> None:
    """The web pages: open for as long as the daemon runs, whatever it moves into."""

    def now() -> Health:
        return health(renewal.present.lines, clock)

    async def scraped() -> bytes:
        lines = renewal.present.lines
        return await METRICS.scrape(store, lines, (budget,) if budget.platform in lines.by_platform else ())

    pages = application(now, scraped)
    if settings.steward_listen:
        identities = house.identities
        pairing = WebPairing(Pairing(store, identities, clock), identities, clock)
        guards = await stack.enter_async_context(
            gatehouse(settings, store, clock, pages, setup=SetUp(desk, pairing, now))
        )
        hang_cards(pages, guards, CardBook(store, house.router))
    if address := await stack.enter_async_context(serving(settings.steward_listen, pages)):
        await Owner(store, clock).announce(address)


async def _inhabit(
    house: House,
    cluster: Reader,
    renewal: Renewal,
    overheard: Overheard,
    stop: asyncio.Event,
    clock: Clock,
    warming: Coroutine[None, None, None],
) -> None:
    """Live in a house until the daemon is to stop, or to move into another one."""
    if not house.doors:
        log.warning("steward.no_platform", settings=["DINGTALK_ENABLED", "FEISHU_ENABLED"])
    if not (await house.identities.now()).administrators:
        log.warning("access.nobody_may_approve", setting="STEWARD_ADMINS")
    await _look_at_cluster(cluster)
    await house.execution.look_back()
    await house.gaps.look_back()
    if not gc.get_freeze_count():
        gc.freeze()  # what was imported lives as long as we do: to look through all of it now and then took 90 ms, in a click
    async with asyncio.TaskGroup() as group:
        more = [warming]
        if renewal.possible:
            more.append(watch_files(renewal.present.rotation, renewal.settings))
        await _live(house, renewal, overheard, stop, clock, group, *more)


def _built(
    settings: Settings,
    store: Store,
    connection: Connection,
    doors: Mapping[Platform, Adapter],
    budget: Budget,
    words: Words,
    clock: Clock,
    watching: set[asyncio.Event],
    planner: Planner,
    policy: Policy,
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
        watching=watching,
        pace=lambda platform: budget.pace if platform == budget.platform else LIVE,
        public_url=settings.steward_public_url if settings.steward_listen else "",  # without pages no links to them
    )
    lifetime = timedelta(minutes=settings.steward_approval_minutes)
    approvals = Approvals(store, router, identities, views, clock, lifetime=lifetime, on_decided=leavers.look_at)
    budgets = (budget,) if budget.platform in doors else ()
    inquiries = Inquiries(store, connection.reader, lines, identities, words, clock, budgets)
    people = People(identities, Pairing(store, identities, clock), approvals, doors, words)
    recollection = Recollection(store, clock)
    flow = Flow(planner, cluster, identities, approvals, router, inquiries, people, words, recollection, policy=policy)
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
            to=tuple(place for places in ops.values() for place in places),
            post_at=time_of_day(settings.steward_audit_post),
            keep_days=settings.steward_audit_keep_days,
        ),
    )


async def _live(
    house: House,
    renewal: Renewal,
    overheard: Overheard,
    stop: asyncio.Event,
    clock: Clock,
    group: asyncio.TaskGroup,
    *more: Coroutine[None, None, None],
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
    )
    standing = [group.create_task(part.run(), name=type(part).__name__) for part in parts]
    standing += [group.create_task(work) for work in more]
    on_message, on_action = overheard.message(house.inbox.on_message), overheard.action(house.clicks.on_action)
    listening = [
        group.create_task(
            supervise(line, on_message, on_action, clock, on_left=house.leavers.on_left),
            name=f"line:{name}",
        )
        for name, line in house.lines.by_platform.items()
    ]
    admins = (await house.identities.now()).administrators
    group.create_task(_meet(house.doors, admins), name="meet")
    log.info("steward.started", platforms=sorted(house.doors), admins=len(admins))
    await renewal.until_asked(stop)
    log.info("steward.stopping" if stop.is_set() else "steward.renewing")
    await _end(listening)
    await house.gaps.remember()
    await house.inbox.drain(DRAIN_SECONDS)
    await house.execution.drain(DRAIN_SECONDS)
    await house.router.flush(DRAIN_SECONDS)
    await house.budget.flush()
    await _end(standing)


async def _warm(planner: Planner) -> None:
    await asyncio.sleep(WARM_AFTER_SECONDS)
    await planner.warm()


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
