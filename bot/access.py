"""Who may ask, who may propose, who may approve: pure rules over persons. No administrator bound means nobody may approve (I10)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from adapters.types import Person
from executor.reason import Reason, reason
from setup_server.accounts import Role

Pair = tuple[str, str]
"""A platform and the platform's user id."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of somebody. `role` is the account's where there is one, None for the organisation's default."""

    role: Role | None = None
    account: str = ""
    """`users.id`, "" without an account: identities of one account are one person."""
    username: str = ""
    name: str = ""
    gone: bool = False
    """The platform said that they left the organisation."""


_STRANGER = Known()


@dataclass(frozen=True, slots=True)
class Access:
    """`fixed` are the administrators that STEWARD_ADMINS names: their role cannot be changed from within. Leaving the organisation
    ends it all the same."""

    fixed: frozenset[Pair] = frozenset()
    known: Mapping[Pair, Known] = field(default_factory=dict)
    default: Role = Role.MEMBER

    def of(self, person: Person) -> Known:
        return self.known.get((person.platform, person.id), _STRANGER)

    def role(self, person: Person) -> Role | None:
        """None for people from outside, and for those who left."""
        if not person.id or self.of(person).gone:
            return None
        if (person.platform, person.id) in self.fixed:
            return Role.ADMINISTRATOR
        return self.of(person).role or self.default

    @property
    def administrators(self) -> frozenset[Pair]:
        """Identities that may approve."""
        bound = {pair for pair, known in self.known.items() if known.role is Role.ADMINISTRATOR} | self.fixed
        return frozenset(pair for pair in bound if not self.known.get(pair, _STRANGER).gone)

    def same(self, one: Person, other: Person) -> bool:
        """Whether two identities are one human being, as far as we know."""
        account = self.of(one).account
        return (one.platform, one.id) == (other.platform, other.id) or (
            account != "" and account == self.of(other).account
        )

    def with_role(self, person: Person, role: Role | None) -> "Access":
        """As it would be with another role of this person, through all identities of theirs."""
        pair, was = (person.platform, person.id), self.of(person)
        touched = {each for each, known in self.known.items() if was.account and known.account == was.account} | {pair}
        changed = {each: replace(self.known.get(each, _STRANGER), role=role) for each in touched}
        changed[pair] = replace(changed[pair], gone=False)
        return replace(self, known={**self.known, **changed})

    def why_not_ask(self, person: Person) -> Reason | None:
        """None when this person may ask; people without an id are from outside the organisation."""
        return None if person.id else reason("access.outsider")

    def why_not_look(self, person: Person) -> Reason | None:
        """None when this person may see the cluster and the book."""
        return reason("access.gone", name=person.name or person.id) if self.role(person) is None else None

    def why_not_propose(self, person: Person) -> Reason | None:
        """None when this person may have something put before an administrator."""
        match self.role(person):
            case None:
                return reason("access.gone" if person.id else "access.outsider", name=person.name or person.id)
            case Role.VIEWER:
                return reason("access.viewer", name=person.name or person.id)
            case _:
                return None

    def why_not_approve(self, person: Person) -> Reason | None:
        """None when this person may decide; otherwise what to tell them."""
        if not person.id:
            return reason("access.outsider")
        if self.of(person).gone:
            return reason("access.gone", name=person.name or person.id)
        if not self.administrators:
            return reason("access.no_admin_bound")
        if self.role(person) is not Role.ADMINISTRATOR:
            return reason("access.not_admin", name=person.name or person.id)
        return None
