"""Carries an approved action out: run, verify, tell. Recovers those that a restart interrupted (I4)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from bot import actions, audit, deliveries, grants
from bot.actions import Action, State
from bot.approvals import Approvals
from bot.clock import Clock
from bot.decisions import entry
from bot.grants import NotGranted
from bot.identities import Identities
from bot.orders import AccessOrder
from bot.router import NotificationRouter
from bot.store import Store, Transaction
from bot.turns import Turns
from bot.views import Views
from executor import recover, run, verify
from executor.cluster import Writer
from executor.errors import ClusterError, Throttled, Unreachable
from executor.reason import Reason, reason
from executor.run import Applied
from executor.verify import Progress, Result, Verdict

log = structlog.get_logger()

PARALLEL = 8
"""Writes at once."""
RUN_SECONDS = 120.0
"""A run is a few requests of at most 40 s each (the API server cuts writes at 34 s); exec has its own deadline below this."""
LOOK_SECONDS = 600.0
"""How long a restarted daemon tries to learn what became of an interrupted write before it says that it does not know."""

Offer = Callable[[Action], Awaitable[None]]
"""Makes a new approval for what an action that went stale had wanted."""


class Execution:
    """`look_back` first, then `run`, which must be running."""

    def __init__(
        self,
        store: Store,
        cluster: Writer,
        approvals: Approvals,
        router: NotificationRouter,
        views: Views,
        clock: Clock,
        offer: Offer,
        identities: Identities,
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._approvals = approvals
        self._router = router
        self._views = views
        self._clock = clock
        self._offer = offer
        self._identities = identities
        self._turns = Turns()
        self._interrupted: list[Action] = []

    async def look_back(self) -> None:
        """Note what a restart interrupted. To be called before anything can be approved: what is approved later is not
        interrupted but on its way."""
        self._interrupted = await actions.in_state(self._store, State.EXECUTING, State.VERIFYING)

    async def run(self) -> None:
        """Settle what a restart interrupted, and carry out what is approved: writes some at a time, verified side by side."""
        async with asyncio.TaskGroup() as group:
            for action in self._interrupted:
                group.create_task(self._contained(action, self._resume(action)), name=f"resume:{action.id}")
            for _ in range(PARALLEL):
                group.create_task(self._work(group))

    async def drain(self, seconds: float) -> None:
        """Wait for the writes of everything that was approved: a click is not spent for nothing. Verifications go on after the
        restart, and what is cut here was not written, which recovery says."""
        try:
            async with asyncio.timeout(seconds):
                await self._approvals.approved_ids.join()
        except TimeoutError:
            log.warning("execution.drain_cut", waiting=self._approvals.approved_ids.qsize())

    async def _work(self, group: asyncio.TaskGroup) -> None:
        """Writes one action after the other. Watching may take half an hour and is not waited for."""
        queue = self._approvals.approved_ids
        while True:
            action_id = await queue.get()
            try:
                await self._turns.take()
                action = await actions.get(self._store, action_id)
                if action is not None and action.state is State.EXECUTING:
                    await self._contained(action, self._carry_out(action, group))
            finally:
                queue.task_done()

    async def _carry_out(self, action: Action, group: asyncio.TaskGroup) -> None:
        if isinstance(action.order, AccessOrder):
            await self._grant(action, action.order)
            return
        moved = await self._write(action)
        if moved is not None and moved.applied is not None:
            group.create_task(self._watch_contained(moved, moved.applied), name=f"verify:{moved.id}")

    async def _watch_contained(self, action: Action, applied: Applied) -> None:
        """One coroutine until it runs: a task that is cancelled before it began leaves nothing behind that nobody awaits."""
        await self._contained(action, self._watch(action, applied))

    async def _contained(self, action: Action, work: Coroutine[None, None, None]) -> None:
        """Our own bug in one action ends that action and not the daemon, which would meet it again after every start."""
        try:
            await work
        except Exception:
            log.exception("execution.failed", action=action.id)
            now = await actions.get(self._store, action.id)
            if now is None or now.state.terminal:
                return
            if now.claimed_at is None:
                await self._finish(now, State.FAILED, _failed(reason("execution.failed_before")))
            else:
                verdict = Verdict(result=Result.UNKNOWN, reason=reason("execution.failed"))
                await self._finish(now, State.FAILED, verdict)

    async def _write(self, action: Action) -> Action | None:
        """The effect itself; the action as VERIFYING, or None when it ended here."""
        try:
            async with asyncio.timeout(RUN_SECONDS):
                applied = await run.run(
                    self._cluster, action.cluster_order, action_id=action.id, ledger=self._approvals
                )
        except run.Drifted as drift:
            await self._finish(action, State.STALE, _failed(drift.reason))
            await self._offer(action)
        except run.NotApplied as refusal:
            await self._finish(action, State.FAILED, _failed(refusal.reason))
        except run.Uncertain as doubt:
            await self._finish(action, State.FAILED, Verdict(result=Result.UNKNOWN, reason=doubt.reason))
        except run.NotApproved:
            log.exception("execution.not_approved", action=action.id)
            await self._finish(action, State.FAILED, _failed(reason("execution.not_approved")))
        except TimeoutError:
            unknown = Verdict(result=Result.UNKNOWN, reason=reason("execution.timeout", seconds=int(RUN_SECONDS)))
            await self._finish(action, State.FAILED, unknown)
        else:
            return await self._to_verifying(action, applied)
        return None

    async def _grant(self, action: Action, order: AccessOrder) -> None:
        """A change of roles: claimed, made and ended in one transaction, so there is nothing to verify and nothing to recover."""

        async def granted(tx: Transaction) -> tuple[State, Verdict] | None:
            try:
                verdict = await grants.carry_out(
                    tx, action, order, approvals=self._approvals, identities=self._identities
                )
                state = State.SUCCESS
            except NotGranted as refusal:
                verdict, state = _failed(refusal.reason), State.STALE if refusal.stale else State.FAILED
            return (state, verdict) if await self._ended(tx, action, state, verdict) else None

        if ended := await self._store.write(granted):
            self._tell(action, ended[1])

    async def _to_verifying(self, action: Action, applied: Applied) -> Action | None:
        async def applied_to(tx: Transaction) -> Action | None:
            moved = await actions.move(tx, action.id, State.EXECUTING, State.VERIFYING, applied=applied)
            if moved is not None:
                await deliveries.put_card(tx, self._views.action_card(moved), self._clock())
            return moved

        moved = await self._store.write(applied_to, patient=True)
        self._router.wake()
        return moved

    async def _watch(self, action: Action, applied: Applied) -> None:
        async with aclosing(verify.verify(self._cluster, action.cluster_order, applied)) as watching:
            async for seen in watching:
                if isinstance(seen, Progress):
                    self._router.show_progress(self._views.action_card(action, seen))
                else:
                    await self._finish(action, State.SUCCESS if seen.result is Result.SUCCEEDED else State.FAILED, seen)

    async def _finish(self, action: Action, state: State, verdict: Verdict) -> None:
        if await self._store.write(lambda tx: self._ended(tx, action, state, verdict), patient=True):
            self._tell(action, verdict)

    async def _ended(self, tx: Transaction, action: Action, state: State, verdict: Verdict) -> bool:
        """The last move, its row in the book and the card that shows it; False when somebody else ended it."""
        now = self._clock()
        moved = await actions.move(tx, action.id, action.state, state, outcome=verdict, finished_at=now)
        if moved is None:
            return False
        detail = " · ".join([self._views.words.say(verdict.reason), *verdict.evidence[:3]])
        await audit.append(
            tx, entry(moved, moved.decided_by, "execute", _status(state, verdict), detail=detail), self._clock
        )
        await deliveries.put_card(tx, self._views.action_card(moved), now, commands=self._views.commands(moved))
        return True

    def _tell(self, action: Action, verdict: Verdict) -> None:
        self._router.wake()
        log.info(
            "action.finished",
            action=action.id,
            verb=action.verb,
            target=action.target,
            outcome=verdict.result,
            reason=verdict.reason.code,
            ms=round((self._clock() - (action.decided_at or self._clock())).total_seconds() * 1000),
        )

    async def _resume(self, action: Action) -> None:
        """An action that a restart interrupted: never run again, but looked for in the cluster and verified."""
        log.warning("action.resumed", action=action.id, state=action.state)
        if action.state is State.VERIFYING and action.applied is not None:
            await self._watch(action, action.applied)
            return
        if action.claimed_at is None:
            await self._finish(action, State.FAILED, _failed(reason("execution.interrupted_before")))
            return
        match await self._look(action):
            case recover.Found(applied=found, proven=proven):
                applied = found.model_copy(update={"proven": proven})
                moved = await self._to_verifying(action, applied)
                if moved is not None:
                    await self._watch(moved, applied)
            case recover.NeverHappened():
                await self._finish(action, State.FAILED, _failed(reason("execution.interrupted_before")))
            case recover.Unclear(reason=why):
                await self._finish(action, State.FAILED, Verdict(result=Result.UNKNOWN, reason=why))

    async def _look(self, action: Action) -> recover.Found | recover.NeverHappened | recover.Unclear:
        """Read the cluster for traces of the write, for as long as it takes to be reachable, within LOOK_SECONDS."""
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type((Unreachable, Throttled)),
                wait=wait_random_exponential(multiplier=1, max=30),
                stop=stop_after_delay(LOOK_SECONDS),
                reraise=True,
            ):
                with attempt:
                    return await recover.look(self._cluster, action.cluster_order, action.id, since=action.decided_at)
        except ClusterError as error:
            log.warning("action.not_settled", action=action.id, reason=str(error))
        return recover.Unclear(reason=reason("execution.not_settled"))


def _failed(why: Reason) -> Verdict:
    return Verdict(result=Result.FAILED, reason=why)


def _status(state: State, verdict: Verdict) -> str:
    """The audit book's word for an outcome."""
    if state is State.FAILED:
        return verdict.result.upper().replace("-", "_")
    return str(state)
