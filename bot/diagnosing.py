"""A question why something is not well: the rules' diagnosis first, then what a model makes of it."""

from bot import answers, asking
from bot.brain.planner import Planner
from bot.in_hand import InHand
from bot.router import NotificationRouter
from bot.words import Words
from executor import resolve, triage
from executor.cluster import Reader
from executor.operations import Describe, Target


class Diagnosing:
    def __init__(self, planner: Planner, cluster: Reader, router: NotificationRouter, words: Words) -> None:
        self._planner = planner
        self._cluster = cluster
        self._router = router
        self._words = words

    async def diagnose(self, target: Target, hand: InHand) -> None:
        whole = await self._subject(target, hand)
        if whole is None:
            return
        hand.targets.append(whole)
        seen = await triage.diagnose(self._cluster, whole)
        hand.shown.add(*(finding.target for finding in seen.findings))
        told = answers.diagnosis(self._words, hand.card_id, seen, final=not self._planner.thinks)
        hand.tell(told)
        if self._planner.thinks:
            await hand.show()
            conclusion = await self._planner.conclude(seen, hand.message.text, hand.memory)
            told = answers.diagnosis(self._words, told.card.id, seen, conclusion)
            await self._router.update_card(hand.noted(told.card))

    async def _subject(self, target: Target, hand: InHand) -> Target | None:
        """The one thing that is meant: a workload or pod, else a namespace of that name; None when that was asked or told."""
        if target.kind == "Namespace":
            return target
        match await resolve.resolve(self._cluster, Describe(target=target)):
            case resolve.Resolved(operation=Describe(target=whole)):
                return whole
            case resolve.Missing() as nothing:
                if await asking.is_namespace(self._cluster, target):
                    return Target(kind="Namespace", name=target.name)
                sought = Describe(target=target)
                await asking.missing(self._cluster, hand, self._words, nothing, sought, hand.card_id)
            case resolve.Ambiguous(candidates=candidates):
                options = tuple(
                    (asking.label(each), self._words("flow.why_command", target=asking.path(each)))
                    for each in candidates
                )
                hand.ask(self._words("flow.which", name=target.name), options)
            case resolve.Impossible(reason=obstacle):
                hand.refuse((obstacle,))
        return None
