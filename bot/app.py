"""The daemon: builds everything, opens it in order, closes it in reverse.

On SIGTERM: stop listening (the platforms are told), finish the messages in hand and the writes under way, bring the cards up to
date, then let go. A second signal cuts. What is cut is continued after the next start.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import cast

import structlog

from adapters.dingtalk import DingTalk
from adapters.errors import MessageGone, PlatformError
from adapters.types import Adapter, Platform
from bot.access import Access
from bot.alone import alone
from bot.approvals import Approvals
from bot.brain.rules import RulesPlanner
from bot.clicks import Clicks
from bot.clock import Clock, utc_now
from bot.execution import Execution
from bot.flow import Flow
from bot.inbox import Inbox
from bot.inquiries import Inquiries
from bot.router import NotificationRouter
from bot.settings import Settings
from bot.store import open_store
from bot.supervise import supervise
from bot.views import Views
from bot.words import Words
from executor.cluster import Reader, connect
from executor.errors import ClusterError
from executor.risk import Policy

log = structlog.get_logger()

DRAIN_SECONDS = 10.0


def adapters_of(settings: Settings) -> dict[Platform, Adapter]:
    """One door per enabled platform."""
    doors: dict[Platform, Adapter] = {}
    if settings.dingtalk_enabled:
        doors["dingtalk"] = DingTalk(
            client_id=settings.dingtalk_client_id,
            client_secret=settings.dingtalk_client_secret.get_secret_value(),
            openapi_endpoint=settings.dingtalk_openapi_endpoint,
            oapi_endpoint=settings.dingtalk_oapi_endpoint,
            card_template_id=settings.dingtalk_public_template,
            templates=settings.dingtalk_own_templates,
            corp_id=settings.dingtalk_corp_id,
        )
    return doors


async def run(
    settings: Settings,
    stop: asyncio.Event,
    *,
    clock: Clock = utc_now,
    doors: Mapping[Platform, Adapter] | None = None,
) -> None:
    """Run until `stop` is set, by default with the doors that the settings enable. Any task that ends by itself ends the
    daemon, loudly."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(alone(settings.steward_data_dir))
        store = await stack.enter_async_context(open_store(settings.steward_data_dir / "steward.db"))
        connection = await stack.enter_async_context(connect(settings.kubeconfig or None))
        doors = adapters_of(settings) if doors is None else doors
        for door in doors.values():
            stack.push_async_callback(door.close)

        cluster = connection.writer
        words = await asyncio.to_thread(Words, settings.steward_locale)
        views = Views(words)
        access = Access(settings.steward_admins)
        router = NotificationRouter(store, doors, clock)
        lifetime = timedelta(minutes=settings.steward_approval_minutes)
        approvals = Approvals(store, router, access, views, clock, lifetime=lifetime)
        inquiries = Inquiries(store, connection.reader, doors, access, words, clock)
        policy = Policy(own_namespace=connection.own_namespace)
        flow = Flow(RulesPlanner(), cluster, access, approvals, router, inquiries, words, policy=policy)
        inbox = Inbox(store, flow.handle, flow.apologise, clock)
        execution = Execution(store, cluster, approvals, router, views, clock, flow.offer_again)
        clicks = Clicks(store, router, approvals, words, clock, as_message=inbox.on_message)

        if not doors:
            log.warning("steward.no_platform", setting="DINGTALK_ENABLED")
        if not access.admins:
            log.warning("access.nobody_may_approve", setting="STEWARD_ADMINS")
        await _look_at_cluster(connection.reader)
        await inbox.forget_old()
        await execution.look_back()
        gc.freeze()  # what was imported lives as long as we do: to look through all of it now and then took 90 ms, in a click
        async with asyncio.TaskGroup() as group:
            standing = [
                group.create_task(work(), name=name)
                for name, work in {
                    "router": router.run,
                    "inbox": inbox.run,
                    "approvals": approvals.run,
                    "execution": execution.run,
                }.items()
            ]
            lines = [
                group.create_task(supervise(door, inbox.on_message, clicks.on_action), name=f"line:{name}")
                for name, door in doors.items()
            ]
            group.create_task(_meet(doors, access), name="meet")
            log.info("steward.started", platforms=sorted(doors), admins=len(access.admins))
            await stop.wait()
            log.info("steward.stopping")
            await _end(lines)
            await inbox.drain(DRAIN_SECONDS)
            await execution.drain(DRAIN_SECONDS)
            await router.flush(DRAIN_SECONDS)
            await _end(standing)
        log.info("steward.stopped")


async def _look_at_cluster(cluster: Reader) -> None:
    """Say at once whether the cluster answers; the daemon serves either way and says so in chat."""
    try:
        log.info("cluster.reached", version=await cluster.version())
    except ClusterError as error:
        log.warning("cluster.away", reason=str(error) or type(error).__name__)


async def _meet(doors: Mapping[Platform, Adapter], access: Access) -> None:
    """Learn the administrators' names, for cards and toasts; a bound id that nobody has is worth a warning."""
    for platform, user_id in sorted(access.admins):
        door = doors.get(cast("Platform", platform))
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
