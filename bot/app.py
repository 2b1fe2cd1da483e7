"""The daemon: builds everything, opens it in order, closes it in reverse. What /setup changes is taken up by moving into a house
that is built anew, while the pages stay open (`bot.renewal`).

On SIGTERM: stop listening (the platforms are told), finish the messages in hand and the writes under way, bring the cards up to
date, then let go. A second signal cuts. What is cut is continued after the next start.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack

import structlog

from adapters.types import Adapter, Platform
from bot.alerts.access import access_of
from bot.alerts.rhythm import Rhythm
from bot.alone import alone
from bot.book.pages import BookPages
from bot.brain.claude.patience import Patience
from bot.budget import Budget
from bot.card_book import CardBook
from bot.check_model import model_look
from bot.clock import Clock, utc_now
from bot.credentials import watch_files
from bot.doors import adapters_of
from bot.gatehouse import SetUp, gatehouse
from bot.health import health
from bot.house import House, built, live, warm
from bot.lines import Lines
from bot.metrics import METRICS
from bot.organisation import Organisation
from bot.pairing import Pairing
from bot.planners import planner_of
from bot.renewal import Read, Renewal
from bot.settings import Settings
from bot.setup.desk import LiveDesk, open_desk
from bot.setup.kept import KeptSettings
from bot.setup.overheard import Overheard
from bot.setup.owner import Owner
from bot.setup.web_pairing import WebPairing
from bot.store import Store, open_store
from bot.words import Words, both_languages
from executor.cluster import Reader, connect
from executor.errors import ClusterError
from executor.risk import Policy
from setup_server.app import application, serving
from setup_server.audit import hang_book
from setup_server.chat import hang_cards
from setup_server.health import Health
from setup_server.site import Language

log = structlog.get_logger()


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock = utc_now,
    doors: Mapping[Platform, Adapter] | None = None,
    reread: Read | None = None,
    rhythm: Rhythm | None = None,
    patience: Patience | None = None,
) -> None:
    """Run until `stop` is set, by default with the doors that the settings enable. Any task that ends by itself ends the
    daemon, loudly. `reread` reads settings that may have changed, beneath them what /setup keeps; without it `settings` are all
    there is. `rhythm` is how fast alerts are followed, `patience` how long a model is waited for; the usual where not given."""
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
                organisation = Organisation(store, clock, settings.dingtalk_client_id)
                await organisation.load()
                present = adapters_of(settings, budget, organisation) if doors is None else doors
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
                        patience=patience,
                    )
                )
                house = built(
                    settings,
                    store,
                    connection,
                    present,
                    budget,
                    said,
                    clock,
                    watching,
                    planner,
                    policy,
                    rhythm or Rhythm(),
                )
                renewal.moved_in(settings, house.lines, connection.missing, house.alerts.ear)
                if not served:
                    served = True
                    desk = await stack.enter_async_context(
                        open_desk(kept, renewal, overheard, budget, words, clock, try_model=model_look)
                    )
                    await _serve(stack, settings, store, clock, renewal, desk, house, budget, words)
                    await house.inbox.forget_old()
                await _inhabit(house, connection.reader, renewal, overheard, stop, clock, warm(planner))
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
    words: Mapping[Language, Words],
) -> None:
    """The web pages: open for as long as the daemon runs, whatever it moves into."""

    def now() -> Health:
        return health(renewal.present.lines, renewal.present.ear, words[settings.steward_locale], clock)

    async def scraped() -> bytes:
        lines = renewal.present.lines
        budgets = (budget,) if budget.platform in lines.by_platform else ()
        return await METRICS.scrape(store, lines, budgets, renewal.present.ear)

    pages = application(now, scraped)
    if settings.steward_listen:
        identities = house.identities
        pairing = WebPairing(Pairing(store, identities, clock), identities, clock)
        guards = await stack.enter_async_context(
            gatehouse(settings, store, clock, pages, setup=SetUp(desk, pairing, now))
        )
        hang_cards(pages, guards, CardBook(store, house.router))
        hang_book(pages, guards, BookPages(store, words, clock))
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
            rotation, alerts = renewal.present.rotation, house.alerts
            more.append(watch_files(rotation, renewal.settings, also=lambda now: alerts.use(access_of(now))))
        await live(house, renewal, overheard, stop, clock, group, *more)


async def _look_at_cluster(cluster: Reader) -> None:
    """Say at once whether the cluster answers; the daemon serves either way and says so in chat."""
    try:
        log.info("cluster.reached", version=await cluster.version())
    except ClusterError as error:
        log.warning("cluster.away", reason=str(error) or type(error).__name__)


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
