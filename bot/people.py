"""What is said about people in chat: who may approve, who gets which role, who is whose account."""

import re
from collections.abc import Mapping

import structlog

from adapters.errors import MessageGone, PlatformError
from adapters.types import Adapter, Message, Person, Platform
from bot.access import Access
from bot.answers import Told, notice
from bot.approvals import Approvals
from bot.brain.planner import Bind, Grant, Revoke
from bot.grants import why_not
from bot.identities import Identities, person_of
from bot.orders import AccessOrder
from bot.pairing import NotBound, Pairing
from bot.words import Words
from cards.model import Tone
from executor.reason import Reason, reason
from executor.redact import mask
from setup_server.accounts import Role

log = structlog.get_logger()

LONGEST_INTENT = 200
_GRANTING = re.compile(r"(授权给?|\b(?:grant|revoke|authori[sz]e)\b)", re.IGNORECASE)


class NotDone(Exception):
    """Nothing is proposed and nothing was bound; the reason is for whoever asked."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why.code)
        self.reason = why


class People:
    """Answers a plan about people: with a card to show, with None when an approval card was posted, or by NotDone."""

    def __init__(
        self,
        identities: Identities,
        pairing: Pairing,
        approvals: Approvals,
        doors: Mapping[Platform, Adapter],
        words: Words,
    ) -> None:
        self._identities = identities
        self._pairing = pairing
        self._approvals = approvals
        self._doors = doors
        self._words = words

    async def handle(self, plan: Bind | Grant | Revoke, message: Message, card_id: str) -> Told | None:
        """Raises NotDone."""
        if isinstance(plan, Bind):
            return await self._bind(plan, message.sender, card_id)
        access = await self._identities.now()
        if refusal := access.why_not_propose(message.sender):
            raise NotDone(refusal)
        person = await self._meant(plan.who, message, access)
        after = Role(plan.role) if isinstance(plan, Grant) else self._identities.default
        before = access.role(person)
        if before is after:
            said = self._words("grant.already", name=person.name or person.id, role=self._words(f"role.{after}"))
            return notice(self._words, card_id, self._words("grant.already_title"), said)
        order = AccessOrder(verb=plan.kind, person=person, before=before, after=after)
        if refusal := why_not(access, order):
            raise NotDone(refusal)
        intent = mask(message.text).text[:LONGEST_INTENT]
        await self._approvals.propose(
            order, message.sender, message.conversation, intent=intent, request=f"{message.id}/0"
        )
        return None

    async def _bind(self, plan: Bind, person: Person, card_id: str) -> Told:
        try:
            known = await self._pairing.redeem(person, plan.code)
        except NotBound as refusal:
            raise NotDone(refusal.reason) from refusal
        text = self._words(
            "pairing.bound",
            name=person.name or person.id,
            id=f"{person.platform}:{person.id}",
            username=known.username,
            role=self._words(f"role.{known.role or self._identities.default}"),
        )
        return notice(self._words, card_id, self._words("pairing.bound_title"), text, tone=Tone.SUCCESS)

    async def _meant(self, who: str, message: Message, access: Access) -> Person:
        """The one person that is meant: a mention counts more than what is written. Names can be changed by whoever bears them, so
        a bare name is only looked for among those whom we know, and must be one person's."""
        if len(message.mentions) > 1:
            raise NotDone(reason("grant.several"))
        if message.mentions:
            mentioned = message.mentions[0]
            if not mentioned.id:
                raise NotDone(reason("grant.outsider", who=who.removeprefix("@")))
            return await self._named(mentioned, believed=True)
        if who.startswith("@"):
            raise NotDone(reason("grant.who", who=who.removeprefix("@")))
        platform, colon, plain = who.partition(":")
        if colon:
            return await self._named(person_of((platform, plain)), believed=False)
        named = {pair for pair, known in access.known.items() if who in (known.name, known.username)}
        if len(named) == 1:
            return await self._named(person_of(next(iter(named)), access.known[next(iter(named))].name), believed=True)
        if named or not who.isascii():
            raise NotDone(reason("grant.who", who=who))
        try:
            return await self._named(person_of((message.conversation.platform, who)), believed=False)
        except NotDone as nobody:
            raise NotDone(reason("grant.who", who=who)) from nobody

    async def _named(self, person: Person, *, believed: bool) -> Person:
        """With the name that the platform gives. What somebody typed is believed only when the platform knows it."""
        platform = self._words(f"page.platform.{person.platform}")
        door = self._doors.get(person.platform)
        if door is None:
            raise NotDone(reason("grant.platform_off", platform=platform))
        try:
            found = await door.person(person.id)
        except MessageGone as exc:
            raise NotDone(reason("grant.nobody", platform=platform, id=person.id)) from exc
        except PlatformError as exc:
            log.info("grant.unchecked", platform=person.platform, id=person.id, reason=str(exc))
            if not believed:
                raise NotDone(reason("grant.unchecked", platform=platform, id=person.id)) from exc
            return person
        return found if found.name else found.model_copy(update={"name": person.name})


def with_whole_mentions(message: Message) -> str:
    """The text, in which the name of somebody who is mentioned is one word, for `@Li Lei` is nobody called Li, and in which it
    stands where it was said even if the platform has cut it out."""
    text = message.text
    if message.mentions and "@" not in text:
        text = _GRANTING.sub(r"\1 @somebody ", text, count=1)
    for name in {person.name for person in message.mentions if " " in person.name}:
        text = text.replace(f"@{name}", f"@{'_'.join(name.split())}")
    return text
