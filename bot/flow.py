"""The story of a message, top to bottom: understood, resolved, judged, then read at once or shown for approval.

No platform, no SQL and no HTTP in here. Handling the same message again (after a crash) gives the same cards, not new ones:
every card id is derived from the message.
"""

import time
from dataclasses import dataclass, field

import structlog

from adapters.types import Message
from bot import answers, asking
from bot.actions import Action
from bot.alerts.mutes import Mutes
from bot.answers import Told
from bot.approvals import Approvals
from bot.brain import rules
from bot.brain.memory import NOTHING, Memory
from bot.brain.planner import (
    Bind,
    Caution,
    Clarify,
    Decide,
    Diagnose,
    Grant,
    Mute,
    Pick,
    Plan,
    Planner,
    Proposal,
    Refusal,
    Reply,
    Revoke,
)
from bot.brain.shown import Shown
from bot.deliveries import stable_id
from bot.identities import Identities
from bot.inquiries import Inquiries
from bot.people import NotDone, People, with_whole_mentions
from bot.recollection import Recollection
from bot.router import NotificationRouter
from bot.words import Words
from cards.model import Card, Tone
from executor import kubectl, preview, reads, resolve, risk, triage
from executor.cluster import Writer
from executor.errors import ClusterError
from executor.operations import Change, Describe, Get, Operation, Other, Target, target_of
from executor.preview import ChangeOrder
from executor.reason import Reason, reason
from executor.redact import mask
from executor.risk import Level, Policy

log = structlog.get_logger()

LONGEST_INTENT = 200
"""Characters of somebody's words that a card repeats."""
MOST_OPERATIONS = 5
NO_CAUTION = Caution()


@dataclass(slots=True)
class _InHand:
    """A message while it is being answered: what its planner adds to every card, what it was found to be about, what was told."""

    memory: Memory = NOTHING
    notes: tuple[Reason, ...] = ()
    targets: list[Target] = field(default_factory=list)
    shown: Shown = field(default_factory=Shown)
    told: list[str] = field(default_factory=list)


class Flow:
    """`handle` answers one message; it is the inbox's handler."""

    def __init__(
        self,
        planner: Planner,
        cluster: Writer,
        identities: Identities,
        approvals: Approvals,
        router: NotificationRouter,
        inquiries: Inquiries,
        people: People,
        mutes: Mutes,
        words: Words,
        recollection: Recollection,
        *,
        policy: Policy,
    ) -> None:
        self._recollection = recollection
        self._in_hand: dict[str, _InHand] = {}
        self._policy = policy
        self._planner = planner
        self._cluster = cluster
        self._identities = identities
        self._approvals = approvals
        self._router = router
        self._inquiries = inquiries
        self._people = people
        self._mutes = mutes
        self._words = words

    async def handle(self, message: Message) -> None:
        """Answer a message; exceptions that come out are not the person's doing."""
        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(message=message.id, by=message.sender.id):
            try:
                outcome = await self._answer(message)
            finally:
                self._in_hand.pop(message.id, None)
            log.info("message.answered", outcome=outcome, ms=round((time.perf_counter() - begun) * 1000))

    async def apologise(self, message: Message) -> None:
        """Handling failed for good: never silently."""
        text = self._words("flow.failed", id=message.id)
        await self._tell(
            message, answers.notice(self._words, _card(message), self._words("flow.sorry"), text, tone=Tone.WARNING)
        )

    async def offer_again(self, action: Action) -> None:
        """An approved action had gone stale: show what it would be now, for a new approval."""
        request = f"{action.id}/again"
        raised = next((each for each in action.cluster_order.risk.reasons if each.code == "model.raised"), None)
        caution = Caution(remarks=action.cluster_order.remarks, raised=raised)
        await self._propose(action.cluster_order.operation, _as_message(action, request), request, caution)

    async def _answer(self, message: Message) -> str:
        access = await self._identities.now()
        if stranger := access.why_not_ask(message.sender):
            return await self._refuse(message, (stranger,))
        if message.problem:
            return await self._refuse(message, (reason(f"flow.{message.problem.replace('-', '_')}"),))
        text = with_whole_mentions(message)
        if (left := access.why_not_look(message.sender)) and not _of_oneself(rules.plan(text)):
            return await self._refuse(message, (left,))  # before a model reads the cluster for somebody who may not
        memory = await self._recollection.of(message.conversation)
        hand = self._in_hand[message.id] = _InHand(memory)
        plan = await self._planner.plan(text, memory)
        try:
            outcome = await self._carry(plan, message)
        except ClusterError as error:
            outcome = await self._refuse(message, (asking.why(error),))
        targets = tuple(dict.fromkeys(hand.targets))
        await self._recollection.keep(message, "\n".join(hand.told), targets, hand.shown.new)
        return outcome

    async def _carry(self, plan: Plan, message: Message) -> str:
        self._hand(message).notes = plan.notes
        self._hand(message).shown.add(*plan.shown)
        match plan:
            case Reply():
                await self._tell(message, await self._inquiries.page(plan, message, _card(message)))
                return f"reply.{plan.topic}"
            case Diagnose():
                return await self._diagnose(plan.target, message)
            case Proposal():
                cautions = plan.cautions or (NO_CAUTION,) * len(plan.operations)
                pairs = zip(plan.operations, cautions, strict=True)
                for number, (operation, caution) in enumerate([*pairs][:MOST_OPERATIONS]):
                    await self._operate(operation, message, f"{message.id}/{number}", caution)
                return "proposal"
            case Clarify():
                options = tuple((choice.text, choice.command) for choice in plan.choices)
                text = self._words.say(plan.question)
                await self._tell(message, answers.question(self._words, _card(message), text, options))
                return "clarify"
            case Refusal():
                return await self._refuse(message, plan.reasons, command=plan.command)
            case Decide():
                return await self._decide(plan, message)
            case Pick():
                return await self._pick(plan.number, message)
            case Bind() | Grant() | Revoke() | Mute():
                return await self._settle(plan, message)

    async def _settle(self, plan: Bind | Grant | Revoke | Mute, message: Message) -> str:
        """What is no matter of the cluster: people and alerts."""
        told: Told | None
        try:
            if isinstance(plan, Mute):
                told = await self._mutes.handle(plan, message, _card(message))
            else:
                told = await self._people.handle(plan, message, _card(message))
        except NotDone as refusal:
            return await self._refuse(message, (refusal.reason,))
        if told is not None:
            await self._tell(message, told)
        return plan.kind

    async def _operate(
        self, operation: Operation, message: Message, request: str, caution: Caution = NO_CAUTION
    ) -> None:
        """One operation: forbidden is refused, holes are filled from the live cluster, reads run now, the rest is proposed."""
        judged = risk.assess(operation, self._policy)
        if judged.level is Level.FORBIDDEN:
            await self._refuse(message, judged.reasons, command=kubectl.command_of(operation), request=request)
        elif isinstance(operation, Other) and judged.level is Level.HIGH:
            refusal = reason("flow.not_performed", command=operation.command)
            await self._refuse(message, (refusal, *judged.reasons), request=request)
        else:
            match await resolve.resolve(self._cluster, operation):
                case resolve.Resolved(operation=whole):
                    await self._run_or_propose(whole, message, request, caution)
                case resolve.Ambiguous(candidates=candidates):
                    text = self._words("flow.which", name=candidates[0].name)
                    await self._ask_which(operation, candidates, text, message, request)
                case resolve.Missing() as nothing:
                    if wider := await asking.about_namespace(self._cluster, operation):
                        await self._run_or_propose(wider, message, request, caution)
                    else:
                        await self._say_missing(nothing, operation, message, request)
                case resolve.Impossible(reason=obstacle):
                    await self._refuse(message, (obstacle,), request=request)

    async def _run_or_propose(self, operation: Operation, message: Message, request: str, caution: Caution) -> None:
        if (about := target_of(operation)) is not None:
            self._hand(message).targets.append(about)
        judged = risk.assess(operation, self._policy)
        if judged.level is Level.FORBIDDEN:
            await self._refuse(message, judged.reasons, command=kubectl.command_of(operation), request=request)
        elif judged.level is Level.READ_ONLY and not isinstance(operation, Change):
            try:
                seen = await reads.read(self._cluster, operation)
            except reads.NotReadable as refusal:
                await self._refuse(message, (refusal.reason,), request=request)
            else:
                if isinstance(operation, Get):
                    self._hand(message).shown.listed(operation, seen)
                await self._tell(message, answers.reading(self._words, stable_id("card", request), seen))
        else:
            await self._propose(operation, message, request, caution)

    async def _propose(self, operation: Operation, message: Message, request: str, caution: Caution) -> None:
        """Show what would happen and wait for an administrator's click."""
        if refusal := (await self._identities.now()).why_not_propose(message.sender):
            await self._refuse(message, (refusal,), request=request)
            return
        try:
            order = await preview.preview(self._cluster, operation, policy=self._policy)
        except (preview.CannotPreview, preview.NotPermitted) as obstacle:
            command = kubectl.command_of(operation)
            await self._refuse(message, (obstacle.reason,), command=command, request=request)
            return
        except ClusterError as error:
            await self._refuse(message, (asking.why(error),), request=request)
            return
        if order.changes == "no":
            text = self._words("flow.nothing_to_do", command=order.command)
            title = self._words("flow.nothing_to_do_title")
            await self._tell(message, answers.notice(self._words, stable_id("card", request), title, text))
            return
        intent = mask(message.text).text[:LONGEST_INTENT]
        order = _cautioned(order, caution, self._hand(message).notes)
        self._hand(message).told.append(order.command)
        await self._approvals.propose(order, message.sender, message.conversation, intent=intent, request=request)

    async def _diagnose(self, target: Target, message: Message) -> str:
        whole = await self._subject(target, message)
        if whole is not None:
            hand = self._hand(message)
            hand.targets.append(whole)
            seen = await triage.diagnose(self._cluster, whole)
            hand.shown.add(*(finding.target for finding in seen.findings))
            told = answers.diagnosis(self._words, _card(message), seen, final=not self._planner.thinks)
            await self._tell(message, told)
            if self._planner.thinks:
                conclusion = await self._planner.conclude(seen, message.text, hand.memory)
                told = answers.diagnosis(self._words, told.card.id, seen, conclusion)
                await self._router.update_card(self._noted(told.card, message))
        return "diagnosis"

    async def _subject(self, target: Target, message: Message) -> Target | None:
        """The one thing that is meant: a workload or pod, else a namespace of that name; None when that was asked or told."""
        if target.kind == "Namespace":
            return target
        match await resolve.resolve(self._cluster, Describe(target=target)):
            case resolve.Resolved(operation=Describe(target=whole)):
                return whole
            case resolve.Missing() as nothing:
                if await asking.is_namespace(self._cluster, target):
                    return Target(kind="Namespace", name=target.name)
                await self._say_missing(nothing, Describe(target=target), message, message.id)
            case resolve.Ambiguous(candidates=candidates):
                options = tuple(
                    (asking.label(each), self._words("flow.why_command", target=asking.path(each)))
                    for each in candidates
                )
                text = self._words("flow.which", name=target.name)
                await self._tell(message, answers.question(self._words, _card(message), text, options))
            case resolve.Impossible(reason=obstacle):
                await self._refuse(message, (obstacle,))
        return None

    async def _decide(self, plan: Decide, message: Message) -> str:
        action = await self._approvals.by_code(plan.code)
        if action is None:
            return await self._refuse(message, (reason("decide.unknown_code", code=plan.code),))
        if plan.button == "undo":
            return await self._undo(action, message)
        decision = await self._approvals.decide(action.id, plan.button, message.sender, note=mask(plan.reason).text)
        if decision.tone != "success":
            return await self._refuse(message, (decision.toast,))
        return f"decide.{plan.button}"

    async def _undo(self, action: Action, message: Message) -> str:
        if action.order.undo is None or action.applied is None:
            return await self._refuse(message, (reason("decide.no_undo", code=action.code),))
        await self._operate(action.order.undo, message, f"{message.id}/undo")
        return "undo"

    async def _pick(self, number: int, message: Message) -> str:
        command = await self._router.asked(message.conversation, number)
        if command is None:
            return await self._refuse(message, (reason("flow.no_question", number=number),))
        plan = await self._planner.plan(command, self._hand(message).memory)
        if isinstance(plan, Pick):
            return await self._refuse(message, (reason("flow.no_question", number=number),))
        return await self._carry(plan, message)

    async def _ask_which(
        self, operation: Operation, candidates: tuple[Target, ...], text: str, message: Message, request: str
    ) -> None:
        """A button for each object that may be meant; a plain notice where there is none."""
        options = await asking.options(self._cluster, operation, candidates[: answers.MOST_OPTIONS])
        card_id = stable_id("card", request)
        if options:
            await self._tell(message, answers.question(self._words, card_id, text, options))
        else:
            await self._tell(message, answers.notice(self._words, card_id, self._words("flow.missing_title"), text))

    async def _say_missing(self, found: resolve.Missing, operation: Operation, message: Message, request: str) -> None:
        """Nothing of that name: say so, and offer names that look like it."""
        where = found.target.namespace or self._words("flow.anywhere")
        text = self._words("flow.missing", target=str(found.target), namespace=where)
        if found.similar:
            text += f"\n{self._words('flow.similar')}"
        await self._ask_which(operation, found.similar, text, message, request)

    async def _refuse(
        self, message: Message, reasons: tuple[Reason, ...], *, command: str = "", request: str | None = None
    ) -> str:
        card_id = stable_id("card", request) if request else _card(message)
        await self._tell(message, answers.refusal(self._words, card_id, reasons, command=mask(command).text))
        return f"refused.{reasons[0].code}"

    async def _tell(self, message: Message, told: Told) -> None:
        card = self._noted(told.card, message)
        self._hand(message).told.append(f"{card.title}: {card.summary}")
        await self._router.send_card(card, (message.conversation,), commands=told.commands)

    def _noted(self, card: Card, message: Message) -> Card:
        notes = (self._words.say(note) for note in self._hand(message).notes)
        return card.model_copy(update={"footer": (*card.footer, *notes)})

    def _hand(self, message: Message) -> _InHand:
        """A new one for what is no message of anybody's, such as an apology."""
        return self._in_hand.get(message.id) or _InHand()


def _cautioned(order: ChangeOrder, caution: Caution, notes: tuple[Reason, ...]) -> ChangeOrder:
    """With what the planner has to say. A raised risk joins the severe tier; nothing lowers one (I7)."""
    order = order.model_copy(update={"remarks": (*caution.remarks, *notes)})
    if caution.raised is None:
        return order
    raised = order.risk.model_copy(update={"severe": True, "reasons": (*order.risk.reasons, caution.raised)})
    return order.model_copy(update={"risk": raised})


def _card(message: Message) -> str:
    return stable_id("card", message.id)


def _of_oneself(plan: Plan) -> bool:
    """What is heard even from somebody who left: who they are, being bound again, and decisions, whose refusal is noted."""
    return isinstance(plan, Bind | Decide) or (isinstance(plan, Reply) and plan.topic == "whoami")


def _as_message(action: Action, request: str) -> Message:
    return Message(
        id=request,
        conversation=action.conversation,
        sender=action.requester,
        text=action.intent,
        sent_at=action.created_at,
    )
