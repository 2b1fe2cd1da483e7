"""The planner with a model: the rules first, the model for what they do not fully understand, the rules again when it is away.

What the rules understand in full is carried out as they understood it: it is sure, costs nothing and takes no time (ADR 0018).
The model gets the rest, may read within its limits, and comes back with words, a diagnosis to show, or proposals that go as
anybody's.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.brain.claude.aliases import Aliases, Sort
from bot.brain.claude.away import Away, Unusable
from bot.brain.claude.citations import cited
from bot.brain.claude.conversation import Conversation
from bot.brain.claude.curtain import Curtain
from bot.brain.claude.endpoint import Endpoint
from bot.brain.claude.looks import Looks, diagnosis_text
from bot.brain.claude.prompt import diagnosis, request
from bot.brain.claude.proposals import Proposals
from bot.brain.claude.toolbox import Toolbox
from bot.brain.claude.usage import NO_USAGE, Purpose, Spent, Usage
from bot.brain.memory import NOTHING, Memory
from bot.brain.planner import Clarify, Conclusion, Diagnose, Plan, Planner, Refusal, Reply
from bot.brain.shown import Shown
from bot.words import Words
from executor.cluster import Reader
from executor.diagnosis import Diagnosis
from executor.errors import ClusterError
from executor.kinds import WORKLOADS, kind_named
from executor.reason import Reason, reason
from executor.redact import mask
from executor.risk import Policy
from executor.search import MOST_OF_A_KIND, all_of

log = structlog.get_logger()

LONGEST_ANSWER = 2000
"""Characters of the model's words that a card shows."""
_MENTIONED = re.compile(r"@([\w\u4e00-\u9fff]{2,40})")
_NAMED: tuple[tuple[Sort, tuple[str, ...]], ...] = (
    ("ns", ("Namespace",)),
    ("app", (*WORKLOADS, "CronJob", "Service")),
    ("host", ("Node",)),
)

T = TypeVar("T")


class ClaudePlanner:
    """`reader` is None where no cluster can be read (`steward explain --model`). With `mask_names` the names of namespaces,
    workloads, hosts and people leave as aliases."""

    def __init__(
        self,
        endpoint: Endpoint,
        rules: Planner,
        reader: Reader | None,
        words: Words,
        *,
        policy: Policy,
        mask_names: bool = False,
    ) -> None:
        self._endpoint = endpoint
        self._rules = rules
        self._reader = reader
        self._words = words
        self._policy = policy
        self._aliases = Aliases() if mask_names else None
        self.spent = Spent()

    @property
    def thinks(self) -> bool:
        return True

    async def warm(self) -> None:
        await self._endpoint.open()

    async def plan(self, text: str, memory: Memory = NOTHING) -> Plan:
        understood = await self._rules.plan(text, memory)
        if not _open(understood):
            return understood

        async def asked(conversation: Conversation) -> tuple[Purpose, Plan]:
            shown = Shown(target for turn in memory.turns for target in (*turn.targets, *turn.shown))
            found = await self._asked(text, memory, understood, conversation, shown)
            found = found.model_copy(update={"shown": shown.new})
            return ("proposal" if found.kind == "proposal" else "plan"), found

        answer = await self._with_model(asked)
        if isinstance(answer, Reason):
            return understood.model_copy(update={"notes": (*understood.notes, answer)})
        return answer

    async def conclude(self, seen: Diagnosis, text: str, memory: Memory = NOTHING) -> Conclusion | None:
        async def asked(conversation: Conversation) -> tuple[Purpose, Conclusion]:
            curtain = await self._curtain(text, memory, conversation)
            told = diagnosis_text(seen, self._words)
            said = await conversation.until_answered(diagnosis(text, told, memory, curtain))
            return "diagnosis", _conclusion(_shown(said, curtain), sum(len(each.evidence) for each in seen.findings))

        answer = await self._with_model(asked)
        return Conclusion(notes=(answer,)) if isinstance(answer, Reason) else answer

    async def _asked(
        self, text: str, memory: Memory, understood: Plan, conversation: Conversation, shown: Shown
    ) -> Plan:
        curtain = await self._curtain(text, memory, conversation)
        looks = Looks(self._reader, self._words, shown) if self._reader else None
        proposals = Proposals(self._reader, self._words, self._policy, shown, memory, understood)
        toolbox = Toolbox(looks, proposals, curtain, self._endpoint.limits)
        try:
            said = await conversation.until_answered(request(text, memory, curtain), toolbox)
        except (Away, Unusable) as error:
            if not proposals.operations:
                raise  # else what it proposed before stands: it was checked, and a person decides
            unfinished = reason("model.unfinished", why=self._told(error.reason))
            return proposals.plan.model_copy(update={"notes": (unfinished,)})
        if proposals.operations:
            return proposals.plan
        if toolbox.diagnose is not None:
            return Diagnose(target=toolbox.diagnose)
        if proposals.refused:
            return Refusal(reasons=proposals.refused)
        return Reply(topic="said", text=_shown(said, curtain), notes=(reason("model.said"),))

    async def _with_model(self, ask: Callable[[Conversation], Awaitable[tuple[Purpose, T]]]) -> T | Reason:
        """What comes of asking the model, or the reason why nothing did, as it is said to people."""
        breaker, began = self._endpoint.breaker, time.perf_counter()
        conversation = Conversation(self._endpoint)
        try:
            breaker.enter()
        except Away as error:
            return self._without(error.reason)
        try:
            purpose, answer = await ask(conversation)
        except Away as error:
            breaker.failed(error)
            return self._without(error.reason, conversation.usage)
        except Unusable as error:
            breaker.answered()
            return self._without(error.reason, conversation.usage)
        else:
            if conversation.lost is None:
                breaker.answered()
            else:
                breaker.failed(conversation.lost)
            self.spent.add(purpose, conversation.usage)
            usage = conversation.usage
            log.info(
                "model.answered",
                purpose=purpose,
                calls=usage.calls,
                input=usage.input,
                cached=usage.cached,
                output=usage.output,
                ms=round((time.perf_counter() - began) * 1000),
            )
            return answer
        finally:
            breaker.gave_up()

    def _without(self, why: Reason, spent: Usage = NO_USAGE) -> Reason:
        self.spent.failures[why.code] += 1
        tokens = {"input": spent.input, "cached": spent.cached, "output": spent.output}
        log.warning("model.without", reason=why.code, calls=spent.calls, **tokens)
        return reason("model.away", why=self._told(why))

    def _told(self, why: Reason) -> str:
        """The endpoint's own words may hold aliases."""
        said = self._words.say(why)
        return self._aliases.restore(said) if self._aliases else said

    async def _curtain(self, text: str, memory: Memory, conversation: Conversation) -> Curtain:
        """Raises Unusable when the names cannot be learned: names that are not known cannot be hidden."""
        if self._aliases is not None:
            said = [text, *(words for turn in memory.turns for words in (turn.asked, turn.told))]
            self._aliases.learn("person", (name for words in said for name in _MENTIONED.findall(words)))
            try:
                async with asyncio.timeout_at(conversation.until):
                    await self._learn_names(self._aliases)
            except (ClusterError, TimeoutError) as error:
                raise Unusable(reason("model.names_unknown")) from error
        return Curtain(self._aliases)

    async def _learn_names(self, aliases: Aliases) -> None:
        """What the cluster calls its own. Raises ClusterError, and Unusable where none is there to tell, or more than is listed."""
        if self._reader is None:
            raise Unusable(reason("model.names_unknown"))
        for sort, kinds in _NAMED:
            for kind in kinds:
                raws = await all_of(self._reader, [kind_named(kind)], None)
                if len(raws) >= MOST_OF_A_KIND:
                    raise Unusable(reason("model.names_unknown"))
                aliases.learn(sort, (str(raw["metadata"]["name"]) for raw in raws))


def _open(plan: Plan) -> bool:
    """Whether the rules leave something to understand: a question of theirs, or words that they could not read."""
    return isinstance(plan, Clarify) or (isinstance(plan, Reply) and plan.topic == "unknown")


def _shown(said: str, curtain: Curtain) -> str:
    text = mask(curtain.restore(said)).text
    return text if len(text) <= LONGEST_ANSWER else f"{text[: LONGEST_ANSWER - 1]}…"


def _conclusion(text: str, evidence: int) -> Conclusion:
    text, numbers = cited(text)
    invented = tuple(sorted(number for number in numbers if not 1 <= number <= evidence))
    return Conclusion(text=text, founded=bool(numbers) and not invented, invented=invented)
