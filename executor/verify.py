"""Whether it really worked: watch until success, a definitive failure or the deadline."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

import structlog

from executor.early import Patience, Sign, pull_errors
from executor.ending import allowance, at_deadline, named_cause, settled_at_once
from executor.errors import ClusterError, Throttled, Unreachable
from executor.evidence import container_log, find_container, log_lines, state_lines, warning_lines
from executor.fields import Raw, deleting, mapping, name_of, number, uid_of
from executor.fields import field as value_of
from executor.operations import Target, target_of
from executor.outset import Outset, first_look
from executor.pods import containers, is_active, is_ready
from executor.preview import ChangeOrder
from executor.reader import Reader
from executor.readiness import wanted_replicas
from executor.reason import reason
from executor.recent import RecentLines
from executor.related import Controller
from executor.run import Applied
from executor.standing import Aim, Scene, aim_of, look, own_pods, recent_events, signs
from executor.verdict import Progress, Result, Standing, Verdict
from executor.watching import Watching

__all__ = ["Progress", "Result", "Timing", "Verdict", "verify"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds."""

    hold: float = 0.5
    """How long success must last before it is said (rollouts and scaling; nothing else can be taken back by itself)."""
    poll: float = 5.0
    """The object is read again this often even if its watch is quiet."""
    deadline: float | None = None
    """Instead of the deadline that the object and the operation give."""
    longest: float = 1800.0
    """The end of all waiting, even while there is progress."""
    lines: float = 2.0
    """Progress in which only the log lines are new comes at most this often."""
    patience: Patience = field(default_factory=Patience)


_TIMING = Timing()
_MOST_LEAVING = 5


async def verify(
    reader: Reader, order: ChangeOrder, applied: Applied, *, timing: Timing = _TIMING
) -> AsyncGenerator[Progress | Verdict]:
    """Progress whenever something visible changed, and exactly one Verdict, last.

    Never raises for the cluster: an unreachable API is waited for until the deadline, and what we may not see is left out. A
    timeout is neither success nor failure but UNKNOWN. Close it (`contextlib.aclosing`) when leaving early."""
    if (ended := settled_at_once(order, applied)) is not None:
        yield ended
        return
    target = target_of(order.operation)
    assert target is not None
    verification = _Verification(reader, order, applied, timing, target)
    outset: Outset | None = None
    while outset is None:
        try:
            outset = await first_look(reader, order, applied, target)
        except (Unreachable, Throttled):
            if verification.late():
                yield Verdict(result=Result.UNKNOWN, reason=reason("verify.unreachable"))
                return
            yield Progress(step=reason("verify.step.unreachable"))
            await asyncio.sleep(min(timing.poll, 2))
        except ClusterError as exc:
            yield Verdict(
                result=Result.UNKNOWN, reason=reason("verify.cannot_look", message=exc.message or type(exc).__name__)
            )
            return
    verification.begin(outset)
    async with Watching(reader, outset.sources, poll=timing.poll) as view:
        while (standing := verification.step(view)) is None:
            if (progress := verification.news()) is not None:
                yield progress
            await view.changed(verification.wait())
    yield await verification.verdict(standing)


class _Verification:
    """What is remembered from look to look."""

    def __init__(self, reader: Reader, order: ChangeOrder, applied: Applied, timing: Timing, target: Target) -> None:
        self._reader, self._order, self._applied, self._timing, self._target = reader, order, applied, timing, target
        self._aim = aim_of(order)
        self._clock = asyncio.get_running_loop().time
        self._began = self._moved = self._clock()
        self._allowance = timing.deadline or 300.0
        self._controller: Controller | None = None
        self._template: Raw | None = None
        self._pulls: dict[str, str] = {}
        self._first_seen: dict[tuple[str, ...], float] = {}
        self._succeeded_at: float | None = None
        self._farthest = -1
        self._recent = RecentLines()
        self._scene = Scene(target=None)
        self._standing = Standing(reason=reason("verify.step.observed"))
        self._signs: list[Sign] = []
        self._decisive: Sign | None = None
        self._told: Progress | None = None
        self._told_at = 0.0

    def begin(self, outset: Outset) -> None:
        self._moved = self._clock()
        self._controller = outset.controller
        if outset.live is not None and self._aim is Aim.ROLLOUT:
            self._standing = self._standing.model_copy(update={"total": wanted_replicas(outset.live)})
        self._allowance = self._timing.deadline or allowance(self._order, outset.live)

    def late(self) -> bool:
        now = self._clock()
        return now >= min(self._moved + self._allowance, self._began + self._timing.longest)

    def step(self, view: Watching) -> Standing | None:
        """Look once; how it ended, or None while it goes on."""
        now = self._clock()
        if not view.known():
            return self._unknown(now) if self.late() else None
        self._scene = self._compose(view)
        self._standing = look(self._order, self._applied, self._scene)
        self._note_movement(now)
        self._listen(view)
        ripe = self._ripe(now)
        if self._standing.result not in (None, Result.SUCCEEDED):
            return named_cause(self._standing, self._scene, self._signs, self._uids())
        if ripe is not None:
            self._decisive = ripe
            return self._standing.model_copy(update={"reason": ripe.reason, "result": ripe.result})
        if self._standing.result is Result.SUCCEEDED and self._held(now):
            return self._standing
        return self._unknown(now) if self.late() else None

    def _compose(self, view: Watching) -> Scene:
        target = next(iter(view.of("target")), None)
        if (
            target is not None
            and self._template is None
            and number(target, "metadata", "generation") == self._applied.generation
            and value_of(target, "spec", "template") is not None
        ):
            self._template = mapping(target, "spec", "template")
        pods, replica_sets = view.of("pods"), view.of("replica sets")
        uids = {uid_of(raw) for raw in (*pods, *replica_sets)} | {self._order.target_uid, self._applied.uid}
        events = recent_events(view.of("events"), uids, self._applied.at)
        self._pulls = pull_errors(pods, events, self._pulls)
        self._recent.events(events)
        for line in view.take_lines():
            self._recent.log(line.pod, line.line)
        return Scene(
            target=target,
            pods=pods,
            replica_sets=replica_sets,
            events=events,
            pulls=self._pulls,
            template=self._template,
            controller=self._controller,
            children_known=view.complete("pods"),
        )

    def _note_movement(self, now: float) -> None:
        if self._standing.done > self._farthest:
            self._farthest = self._standing.done
            self._moved = now
        if self._standing.result is not Result.SUCCEEDED:
            self._succeeded_at = None
        elif self._succeeded_at is None:
            self._succeeded_at = now

    def _held(self, now: float) -> bool:
        hold = self._timing.hold if self._aim in (Aim.ROLLOUT, Aim.REPLICAS) else 0.0
        return self._succeeded_at is not None and now >= self._succeeded_at + hold

    def _ripe(self, now: float) -> Sign | None:
        self._signs = list(signs(self._order, self._applied, self._scene, self._timing.patience))
        present = {sign.key for sign in self._signs}
        self._first_seen = {key: at for key, at in self._first_seen.items() if key in present}
        for key in present:
            self._first_seen.setdefault(key, now)
        return next((sign for sign in self._signs if (due := self._due(sign)) is not None and due <= now), None)

    def _due(self, sign: Sign) -> float | None:
        return None if sign.patience is None else self._first_seen[sign.key] + sign.patience

    def _unknown(self, now: float) -> Standing:
        return at_deadline(self._order, self._scene, self._standing, self._signs, now - self._began)

    def wait(self) -> float:
        """Seconds until something may become true by itself."""
        now = self._clock()
        times = [min(self._moved + self._allowance, self._began + self._timing.longest)]
        times += [due for sign in self._signs if (due := self._due(sign)) is not None]
        if self._succeeded_at is not None:
            times.append(self._succeeded_at + self._timing.hold)
        if self._told is not None and self._told.lines != self._recent.newest():
            times.append(self._told_at + self._timing.lines)
        return max(0.0, min(times) - now)

    def news(self) -> Progress | None:
        """What to tell, if anything is new."""
        now, standing = self._clock(), self._standing
        step = standing.reason if standing.result is None else reason("verify.step.steady")
        if standing.result is None and self._signs:
            step = self._signs[0].reason
        progress = Progress(done=standing.done, total=standing.total, step=step, lines=self._recent.newest())
        if self._told is not None:
            only_lines = progress.model_copy(update={"lines": self._told.lines}) == self._told
            if only_lines and (progress.lines == self._told.lines or now < self._told_at + self._timing.lines):
                return None
        self._told, self._told_at = progress, now
        return progress

    def _listen(self, view: Watching) -> None:
        """Follow the log of a new pod, one at a time."""
        if self._aim is not Aim.ROLLOUT or self._target.namespace is None:
            return
        for pod in self._fresh():
            for state in containers(pod):
                if state.role == "main" and value_of(state.raw, "state", "running") is not None:
                    view.follow(self._target.namespace, name_of(pod), state.name)
                    return

    def _fresh(self) -> list[Raw]:
        """The pods that the operation made, unready ones first."""
        before = {key.partition("/")[0] for key in self._applied.baseline}
        mine = list(self._scene.pods) if self._aim is Aim.GONE else own_pods(self._scene)
        fresh = [pod for pod in mine if uid_of(pod) not in before and is_active(pod)]
        return sorted(fresh, key=lambda pod: (is_ready(pod), name_of(pod)))

    def _uids(self) -> set[str]:
        return {self._order.target_uid, *map(uid_of, self._fresh()), *map(uid_of, self._scene.replica_sets)}

    async def verdict(self, standing: Standing) -> Verdict:
        """With what shows it. Looking for it may take some seconds, and never fails."""
        result = standing.result or Result.UNKNOWN
        log.info("verify.ended", target=str(self._target), result=result.value, reason=standing.reason.code)
        return Verdict(result=result, reason=standing.reason, evidence=tuple(await self._evidence(result)))

    async def _evidence(self, result: Result) -> Iterable[str]:
        going = [name_of(pod) for pod in own_pods(self._scene) if deleting(pod)] if self._aim is not Aim.GONE else []
        leaving = [f"Terminating pod/{name}" for name in sorted(going)[:_MOST_LEAVING]]
        if result in (Result.SUCCEEDED, Result.NO_CHANGE, Result.REVERTED, Result.SUPERSEDED):
            return leaving
        fresh = self._fresh()
        lines = [*state_lines(fresh), *warning_lines(self._scene.events, self._uids()), *leaving]
        culprit = next((pod for pod in fresh if self._decisive and name_of(pod) == self._decisive.pod), None)
        culprit = culprit or next((pod for pod in fresh if not is_ready(pod)), None)
        if culprit is not None and self._target.namespace is not None:
            named = self._decisive.container if self._decisive and self._decisive.pod == name_of(culprit) else ""
            container, restarted, finished = find_container(culprit, named)
            said = await container_log(
                self._reader,
                self._target.namespace,
                name_of(culprit),
                container,
                previous=restarted,
                finished_at=finished,
            )
            lines += log_lines(said) if said is not None else ()
        return lines
