"""What runs while the daemon runs: every part built from the settings, opened in order and closed in reverse."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from adapters.errors import MessageGone, PlatformError
from adapters.types import Adapter, Platform
from bot.access import Pair
from bot.alerts.access import access_of
from bot.alerts.desk import Desk
from bot.alerts.mutes import Mutes
from bot.alerts.rhythm import Rhythm
from bot.alerts.watch import AlertWatch
from bot.approvals import Approvals
from bot.book.daily import Daily, time_of_day
from bot.brain.planner import Planner
from bot.budget import Budget
from bot.clicks import Clicks
from bot.clock import Clock
from bot.diagnosing import Diagnosing
from bot.doors import ops_conversations
from bot.execution import Execution
from bot.flow import Flow
from bot.gaps import Gaps
from bot.identities import Identities, person_of
from bot.in_hand import Hands
from bot.inbox import Inbox
from bot.inquiries import Inquiries
from bot.leavers import Leavers
from bot.lines import Lines
from bot.names import Names
from bot.pace import LIVE
from bot.pairing import Pairing
from bot.people import People
from bot.recollection import Recollection
from bot.renewal import Renewal
from bot.requests import Requests
from bot.router import NotificationRouter
from bot.settings import Settings
from bot.setup.overheard import Overheard
from bot.store import Store
from bot.supervise import supervise
from bot.views import Views
from bot.words import Words
from executor.cluster import Connection
from executor.risk import Policy
from setup_server.accounts import Role

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
    alerts: AlertWatch


def built(
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
    rhythm: Rhythm,
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
    people = People(identities, Pairing(store, identities, clock), approvals, doors, words)
    to = tuple(place for places in ops.values() for place in places)
    desk = Desk(
        store,
        connection.reader,
        router,
        words,
        clock,
        to=to,
        rhythm=rhythm,
        thinks=planner.thinks,
        scarce=lambda: any(each.level in {"scarce", "spent"} for each in budgets),
    )
    access = access_of(settings)
    alerts = AlertWatch(desk, connection.reader, words, clock, access=access, told=bool(to), rhythm=rhythm)
    inquiries = Inquiries(
        store, connection.reader, lines, identities, words, clock, budgets, ear=alerts.ear, told=bool(to)
    )
    hands = Hands(store, identities, Recollection(store, clock), router, words)
    requests = Requests(cluster, approvals, identities, words, policy=policy)
    diagnosing = Diagnosing(planner, cluster, router, words)
    mutes = Mutes(store, router, identities, words, clock, to=to)
    flow = Flow(planner, hands, requests, diagnosing, approvals, router, inquiries, people, mutes, words)
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
        alerts=alerts,
    )


async def live(
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
        house.alerts,
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


async def warm(planner: Planner) -> None:
    await asyncio.sleep(WARM_AFTER_SECONDS)
    await planner.warm()


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
