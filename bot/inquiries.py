"""Questions about Steward itself: help, status, the audit book, who am I."""

from collections.abc import Sequence

from adapters.types import Message
from bot import actions
from bot.actions import State
from bot.alerts import book, mute_book
from bot.alerts.ear import Ear
from bot.alerts.pages import alerts_page, mutes_page
from bot.answers import Told, notice
from bot.book.cards import audit_page
from bot.book.checks import Checks
from bot.book.pages import page_path
from bot.book.periods import span
from bot.book.search import Who, newest, people
from bot.brain.planner import ME, Reply
from bot.budget import Budget
from bot.clock import Clock
from bot.identities import Identities
from bot.lines import Lines
from bot.pages import MOST_ROWS, help_page, status_page
from bot.people_pages import admins_page, whoami_page
from bot.store import Store
from bot.words import Words
from executor.cluster import Reader
from executor.errors import ClusterError
from executor.redact import mask


class Inquiries:
    """Reads the store and the cluster; changes nothing."""

    def __init__(
        self,
        store: Store,
        cluster: Reader,
        lines: Lines,
        identities: Identities,
        words: Words,
        clock: Clock,
        budgets: Sequence[Budget] = (),
        *,
        ear: Ear | None = None,
        told: bool = True,
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._lines = lines
        self._identities = identities
        self._words = words
        self._clock = clock
        self._budgets = budgets
        self._ear = ear
        self._told = told
        self._checks = Checks(store, clock)

    async def page(self, plan: Reply, message: Message, card_id: str) -> Told:
        match plan.topic:
            case "help" | "hello":
                return help_page(self._words, card_id)
            case "status":
                return await self._status(card_id)
            case "audit":
                return await self._audit(card_id, plan, message)
            case "whoami":
                access = await self._identities.now()
                return whoami_page(self._words, card_id, message.sender, message.conversation, access)
            case "admins":
                return admins_page(self._words, card_id, await self._identities.now())
            case "alerts":
                firing = await book.firing(self._store)
                return alerts_page(self._words, card_id, firing, self._clock(), told=self._told)
            case "mutes":
                by_code = await book.muted(self._store, self._clock())
                by_labels = await mute_book.in_force(self._store, self._clock())
                return mutes_page(self._words, card_id, by_code, by_labels)
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
            admins=len((await self._identities.now()).administrators),
            budgets=self._budgets,
            ear=self._ear,
            told=self._told,
            now=self._clock(),
        )

    async def _audit(self, card_id: str, plan: Reply, message: Message) -> Told:
        """Whose rows: those of who was mentioned, else of the name or id that was written, else everybody's."""
        about: list[str] = []
        who: tuple[Who, ...] | None = None
        mentioned = message.mentions if plan.person.startswith("@") or not plan.person else ()
        if plan.person == ME:
            who = ((message.sender.platform, message.sender.id),)
            about.append(message.sender.name or message.sender.id)
        elif mentioned:
            who = tuple((person.platform, person.id) for person in mentioned if person.id)
            about.append(plan.person.lstrip("@") or ", ".join(person.name or person.id for person in mentioned))
            if not who:
                return notice(self._words, card_id, self._words("page.audit"), self._words("audit.no_id"))
        elif name := plan.person.lstrip("@"):
            who = await people(self._store, name)
            if not who:
                told = self._words("audit.nobody", person=mask(name).text)
                return notice(self._words, card_id, self._words("page.audit"), told)
            about.append(name if len(who) == 1 else self._words("audit.several", person=name, count=len(who)))
        if plan.argument:
            about.append(self._words(f"audit.period.{plan.argument}"))
        found = await newest(self._store, who, *span(plan.argument, self._clock()), limit=MOST_ROWS)
        whole = page_path(plan.argument, who)
        return audit_page(self._words, card_id, found, await self._checks.recent(), about=about, whole=whole)
