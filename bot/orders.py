"""What can wait for an approval: a change of the cluster, or a change of who may what.

Both are shown, decided, used up and recorded by the same machine (`bot.approvals`, `bot.actions`). They are carried out apart:
`executor.run` takes nothing but a `ChangeOrder`, and `bot.grants` nothing but an `AccessOrder`.
"""

import hashlib
from typing import Literal

from pydantic import ConfigDict, TypeAdapter

from adapters.types import Person
from executor.blast import BlastRadius
from executor.diff import DiffLine
from executor.operations import Operation, canonical
from executor.preview import ChangeOrder
from executor.reason import Frozen, Reason, reason
from executor.risk import Level, Risk
from setup_server.accounts import Role


class AccessOrder(Frozen):
    """Another role for somebody, as it was shown. What a card, a row of the book and an approval need of a change of the cluster is
    here under the same names."""

    kind: Literal["access"] = "access"
    verb: Literal["grant", "revoke"]
    person: Person
    before: Role | None
    """What this person had when the card was made, None for somebody who had left: anything else at the click, and nothing is
    changed."""
    after: Role

    @property
    def digest(self) -> str:
        """sha256 over verb, person (its platform and id, not its name) and both roles."""
        bound = [self.verb, self.person.platform, self.person.id, self.before, self.after]
        return hashlib.sha256(canonical(bound).encode()).hexdigest()

    @property
    def subject(self) -> str:
        return f"{self.person.platform}:{self.person.id}"

    @property
    def command(self) -> str:
        """What could be typed for it."""
        return f"grant {self.subject} {self.after}" if self.verb == "grant" else f"revoke {self.subject}"

    @property
    def risk(self) -> Risk:
        why = "grant.risk_admin" if self.after is Role.ADMINISTRATOR else "grant.risk_role"
        return Risk(level=Level.HIGH, reasons=(reason(why),), severe=self.after is Role.ADMINISTRATOR)

    @property
    def diff(self) -> tuple[DiffLine, ...]:
        return (DiffLine(path="role", before=self.before, after=self.after),)

    @property
    def blast(self) -> BlastRadius:
        return BlastRadius(notes=(reason("grant.at_once"),))

    @property
    def undo(self) -> Operation | None:
        """None: the way back is an order of its own."""
        return None

    @property
    def sentence(self) -> Reason:
        """What it does, in one sentence for its approver."""
        name = self.person.name or self.person.id
        return reason(f"op.{self.verb}_{self.after}", name=name, id=self.subject)


Order = ChangeOrder | AccessOrder
ORDER: TypeAdapter[ChangeOrder | AccessOrder] = TypeAdapter(Order, config=ConfigDict(hide_input_in_errors=True))
