"""Questions about Steward itself: help, status, the audit book, who am I."""

from collections.abc import Sequence

from adapters.types import Message
from bot import actions, audit
from bot.access import Access
from bot.actions import State
from bot.answers import Told, notice
from bot.brain.planner import Reply
from bot.budget import Budget
from bot.clock import Clock, stamp
from bot.lines import Lines
from bot.pages import audit_page, audit_since, help_page, status_page, whoami_page
from bot.store import Store
from bot.words import Words
from executor.cluster import Reader
from executor.errors import ClusterError


class Inquiries:
    """Reads the store and the cluster; changes nothing."""

    def __init__(
        self,
        store: Store,
        cluster: Reader,
        lines: Lines,
        access: Access,
        words: Words,
        clock: Clock,
        budgets: Sequence[Budget] = (),
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._lines = lines
        self._access = access
        self._words = words
        self._clock = clock
        self._budgets = budgets

    async def page(self, plan: Reply, message: Message, card_id: str) -> Told:
        match plan.topic:
            case "help" | "hello":
                return help_page(self._words, card_id)
            case "status":
                return await self._status(card_id)
            case "audit":
                return await self._audit(card_id, plan.argument)
            case "whoami":
                admin = self._access.why_not_approve(message.sender) is None
                return whoami_page(self._words, card_id, message.sender, message.conversation, admin=admin)
            case "said":
                return notice(self._words, card_id, self._words("answer.from_model"), plan.text)
            case "unknown":
                said = self._words.say(plan.reason) if plan.reason else self._words("answer.not_understood_text")
                return notice(self._words, card_id, self._words("answer.not_understood"), said)

    async def _status(self, card_id: str) -> Told:
        try:
            cluster = await self._cluster.version()
        except ClusterError as error:
            cluster = self._words("page.unreachable", reason=str(error) or type(error).__name__)
        return status_page(
            self._words,
            card_id,
            lines=[(name, line.state, line.adapter.last_heard) for name, line in self._lines.by_platform.items()],
            cluster=cluster,
            open_actions=await actions.in_state(self._store, State.WAIT_APPROVAL, State.EXECUTING, State.VERIFYING),
            admins=len(self._access.admins),
            budgets=self._budgets,
            now=self._clock(),
        )

    async def _audit(self, card_id: str, argument: str) -> Told:
        since = stamp(audit_since(argument, self._clock()))
        rows = [row async for row in audit.entries(self._store, since=since)]
        try:
            chain = self._words("page.chain_holds", count=await audit.verify(self._store))
        except audit.Broken as error:
            chain = self._words("page.chain_broken", reason=str(error))
        return audit_page(self._words, card_id, rows, chain=chain)
