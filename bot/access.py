"""Who may ask, who may approve: pure rules over persons. No administrator bound means nobody may approve (I10)."""

from dataclasses import dataclass

from adapters.types import Person
from executor.reason import Reason, reason


@dataclass(frozen=True, slots=True)
class Access:
    """`admins` are (platform, platform's user id) pairs, from STEWARD_ADMINS."""

    admins: frozenset[tuple[str, str]] = frozenset()

    def why_not_ask(self, person: Person) -> Reason | None:
        """None when this person may ask; people without an id are from outside the organisation."""
        return None if person.id else reason("access.outsider")

    def why_not_approve(self, person: Person) -> Reason | None:
        """None when this person may decide; otherwise what to tell them."""
        if not person.id:
            return reason("access.outsider")
        if not self.admins:
            return reason("access.no_admin_bound")
        if (person.platform, person.id) not in self.admins:
            return reason("access.not_admin", name=person.name or person.id)
        return None
