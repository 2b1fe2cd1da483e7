"""The story of a message, top to bottom: understood, resolved, judged, then read at once or shown for approval.

No platform, no SQL and no HTTP in here. Handling the same message again (after a crash) gives the same cards, not new ones:
every card id is derived from the message.
"""

import time

import structlog

from adapters.types import Message
from bot import asking
from bot.actions import Action
from bot.alerts.mutes import Mutes
from bot.answers import Told
from bot.approvals import Approvals
from bot.brain import rules
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
from bot.diagnosing import Diagnosing
from bot.in_hand import Hands, InHand
from bot.inquiries import Inquiries
from bot.people import NotDone, People, with_whole_mentions
from bot.requests import NO_CAUTION, Requests
from bot.router import NotificationRouter
from bot.store import Body
from bot.words import Words
from cards.model import Tone
from executor.errors import ClusterError
from executor.reason import reason
from executor.redact import mask

log = structlog.get_logger()

MOST_OPERATIONS = 5


class Flow:
    """`handle` answers one message; it is the inbox's handler."""

    def __init__(
        self,
        planner: Planner,
        hands: Hands,
        requests: Requests,
        diagnosing: Diagnosing,
        approvals: Approvals,
        router: NotificationRouter,
        inquiries: Inquiries,
        people: People,
        mutes: Mutes,
        words: Words,
    ) -> None:
        self._planner = planner
        self._hands = hands
        self._requests = requests
        self._diagnosing = diagnosing
        self._approvals = approvals
        self._router = router
        self._inquiries = inquiries
        self._people = people
        self._mutes = mutes
        self._words = words

    async def handle(self, message: Message) -> Body[None]:
        """Answer a message; what is still to be written of that. Exceptions that come out are not the person's doing."""
        begun = time.perf_counter()
        hand = await self._hands.take(message)
        outcome = await self._answer(hand)
        log.info("message.answered", outcome=outcome, ms=round((time.perf_counter() - begun) * 1000))
        return hand.rest

    async def apologise(self, message: Message) -> None:
        """Handling failed for good: never silently."""
        hand = await self._hands.take(message)
        hand.notice(self._words("flow.sorry"), self._words("flow.failed", id=message.id), tone=Tone.WARNING)
        await hand.show()

    async def offer_again(self, action: Action) -> None:
        """An approved action had gone stale: show what it would be now, for a new approval."""
        request = f"{action.id}/again"
        raised = next((each for each in action.cluster_order.risk.reasons if each.code == "model.raised"), None)
        caution = Caution(remarks=action.cluster_order.remarks, raised=raised)
        hand = await self._hands.take(_as_message(action, request))
        await self._requests.propose(action.cluster_order.operation, hand, request, caution)
        await hand.show()

    async def _answer(self, hand: InHand) -> str:
        message = hand.message
        if stranger := hand.access.why_not_ask(message.sender):
            return hand.refuse((stranger,))
        if message.problem:
            return hand.refuse((reason(f"flow.{message.problem.replace('-', '_')}"),))
        text = with_whole_mentions(message)
        if (left := hand.access.why_not_look(message.sender)) and not _of_oneself(rules.plan(text)):
            return hand.refuse((left,))  # before a model reads the cluster for somebody who may not
        plan = await self._planner.plan(text, hand.memory)
        try:
            outcome = await self._carry(plan, hand)
        except ClusterError as error:
            outcome = hand.refuse((asking.why(error),))
        hand.remember()
        return outcome

    async def _carry(self, plan: Plan, hand: InHand) -> str:
        hand.notes = plan.notes
        hand.shown.add(*plan.shown)
        match plan:
            case Reply():
                hand.tell(await self._inquiries.page(plan, hand.message, hand.card_id))
                return f"reply.{plan.topic}"
            case Diagnose():
                await self._diagnosing.diagnose(plan.target, hand)
                return "diagnosis"
            case Proposal():
                await self._propose(plan, hand)
                return "proposal"
            case Clarify():
                options = tuple((choice.text, choice.command) for choice in plan.choices)
                hand.ask(self._words.say(plan.question), options)
                return "clarify"
            case Refusal():
                return hand.refuse(plan.reasons, command=plan.command)
            case Decide():
                return await self._decide(plan, hand)
            case Pick():
                return await self._pick(plan.number, hand)
            case Bind() | Grant() | Revoke() | Mute():
                return await self._settle(plan, hand)

    async def _propose(self, plan: Proposal, hand: InHand) -> None:
        """One operation after the other; each is shown as soon as it can be."""
        cautions = plan.cautions or (NO_CAUTION,) * len(plan.operations)
        pairs = zip(plan.operations, cautions, strict=True)
        for number, (operation, caution) in enumerate([*pairs][:MOST_OPERATIONS]):
            await hand.show()
            await self._requests.carry(operation, hand, f"{hand.message.id}/{number}", caution)

    async def _settle(self, plan: Bind | Grant | Revoke | Mute, hand: InHand) -> str:
        """What is no matter of the cluster: people and alerts."""
        told: Told | None
        try:
            if isinstance(plan, Mute):
                told = await self._mutes.handle(plan, hand.message, hand.card_id)
            else:
                told = await self._people.handle(plan, hand.message, hand.card_id)
        except NotDone as refusal:
            return hand.refuse((refusal.reason,))
        if told is not None:
            hand.tell(told)
        return plan.kind

    async def _decide(self, plan: Decide, hand: InHand) -> str:
        action = await self._approvals.by_code(plan.code)
        if action is None:
            return hand.refuse((reason("decide.unknown_code", code=plan.code),))
        if plan.button == "undo":
            return await self._undo(action, hand)
        note = mask(plan.reason).text
        decision = await self._approvals.decide(action.id, plan.button, hand.message.sender, note=note)
        if decision.tone != "success":
            return hand.refuse((decision.toast,))
        return f"decide.{plan.button}"

    async def _undo(self, action: Action, hand: InHand) -> str:
        if action.order.undo is None or action.applied is None:
            return hand.refuse((reason("decide.no_undo", code=action.code),))
        await self._requests.carry(action.order.undo, hand, f"{hand.message.id}/undo")
        return "undo"

    async def _pick(self, number: int, hand: InHand) -> str:
        command = await self._router.asked(hand.message.conversation, number)
        if command is None:
            return hand.refuse((reason("flow.no_question", number=number),))
        plan = await self._planner.plan(command, hand.memory)
        if isinstance(plan, Pick):
            return hand.refuse((reason("flow.no_question", number=number),))
        return await self._carry(plan, hand)


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
