"""What is asked of the cluster, one operation at a time: refused, read at once, or put before an administrator."""

from functools import partial

from bot import answers, asking
from bot.approvals import Approvals
from bot.brain.planner import Caution
from bot.deliveries import stable_id
from bot.identities import Identities
from bot.in_hand import InHand
from bot.words import Words
from executor import kubectl, preview, reads, resolve, risk
from executor.cluster import Writer
from executor.errors import ClusterError
from executor.operations import Change, Get, Operation, Other, target_of
from executor.preview import ChangeOrder
from executor.reason import Reason, reason
from executor.redact import mask
from executor.risk import Level, Policy

LONGEST_INTENT = 200
"""Characters of somebody's words that a card repeats."""
NO_CAUTION = Caution()


class Requests:
    """A `request` id names one operation of a message; done again it gives the same card."""

    def __init__(
        self, cluster: Writer, approvals: Approvals, identities: Identities, words: Words, *, policy: Policy
    ) -> None:
        self._cluster = cluster
        self._approvals = approvals
        self._identities = identities
        self._words = words
        self._policy = policy

    async def carry(self, operation: Operation, hand: InHand, request: str, caution: Caution = NO_CAUTION) -> None:
        """Forbidden is refused, holes are filled from the live cluster, reads run now, the rest is proposed."""
        judged = risk.assess(operation, self._policy)
        if judged.level is Level.FORBIDDEN:
            hand.refuse(judged.reasons, command=kubectl.command_of(operation), request=request)
        elif isinstance(operation, Other) and judged.level is Level.HIGH:
            refusal = reason("flow.not_performed", command=operation.command)
            hand.refuse((refusal, *judged.reasons), request=request)
        else:
            await self._resolve(operation, hand, request, caution)

    async def _resolve(self, operation: Operation, hand: InHand, request: str, caution: Caution) -> None:
        card_id = stable_id("card", request)
        match await resolve.resolve(self._cluster, operation):
            case resolve.Resolved(operation=whole):
                await self._read_or_propose(whole, hand, request, caution)
            case resolve.Ambiguous(candidates=candidates):
                text = self._words("flow.which", name=candidates[0].name)
                await asking.which(self._cluster, hand, self._words, operation, candidates, text, card_id)
            case resolve.Missing() as nothing:
                if wider := await asking.about_namespace(self._cluster, operation):
                    await self._read_or_propose(wider, hand, request, caution)
                else:
                    await asking.missing(self._cluster, hand, self._words, nothing, operation, card_id)
            case resolve.Impossible(reason=obstacle):
                hand.refuse((obstacle,), request=request)

    async def _read_or_propose(self, operation: Operation, hand: InHand, request: str, caution: Caution) -> None:
        if (about := target_of(operation)) is not None:
            hand.targets.append(about)
        judged = risk.assess(operation, self._policy)
        if judged.level is Level.FORBIDDEN:
            hand.refuse(judged.reasons, command=kubectl.command_of(operation), request=request)
        elif judged.level is Level.READ_ONLY and not isinstance(operation, Change):
            try:
                seen = await reads.read(self._cluster, operation)
            except reads.NotReadable as refusal:
                hand.refuse((refusal.reason,), request=request)
            else:
                if isinstance(operation, Get):
                    hand.shown.listed(operation, seen)
                hand.tell(answers.reading(self._words, stable_id("card", request), seen))
        else:
            await self.propose(operation, hand, request, caution)

    async def propose(self, operation: Operation, hand: InHand, request: str, caution: Caution) -> None:
        """Show what would happen and wait for an administrator's click."""
        message = hand.message
        if refusal := (await self._identities.now()).why_not_propose(message.sender):
            hand.refuse((refusal,), request=request)
            return
        try:
            order = await preview.preview(self._cluster, operation, policy=self._policy)
        except (preview.CannotPreview, preview.NotPermitted) as obstacle:
            hand.refuse((obstacle.reason,), command=kubectl.command_of(operation), request=request)
            return
        except ClusterError as error:
            hand.refuse((asking.why(error),), request=request)
            return
        if order.changes == "no":
            text = self._words("flow.nothing_to_do", command=order.command)
            hand.notice(self._words("flow.nothing_to_do_title"), text, card_id=stable_id("card", request))
            return
        intent = mask(message.text).text[:LONGEST_INTENT]
        order = _cautioned(order, caution, hand.notes)
        hand.told.append(order.command)
        asked = partial(self._approvals.proposed, order=order, requester=message.sender)
        hand.write(partial(asked, conversation=message.conversation, intent=intent, request=request))


def _cautioned(order: ChangeOrder, caution: Caution, notes: tuple[Reason, ...]) -> ChangeOrder:
    """With what the planner has to say. A raised risk joins the severe tier; nothing lowers one (I7)."""
    order = order.model_copy(update={"remarks": (*caution.remarks, *notes)})
    if caution.raised is None:
        return order
    raised = order.risk.model_copy(update={"severe": True, "reasons": (*order.risk.reasons, caution.raised)})
    return order.model_copy(update={"risk": raised})
