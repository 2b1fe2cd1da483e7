"""Carries out an approved change of who may what: the one place where a person's role changes by word of chat.

It is a transaction of its own kind of effect: the approval is used up, the role changed and the action ended together or not at
all, so that a restart finds either nothing done or everything.
"""

from bot.access import Access
from bot.actions import Action
from bot.approvals import Approvals
from bot.identities import Identities
from bot.orders import AccessOrder
from bot.store import Transaction
from executor.reason import Reason, reason
from executor.verify import Result, Verdict


class NotGranted(Exception):
    """Nothing was changed. `stale` when the person's role is no longer what was shown."""

    def __init__(self, why: Reason, *, stale: bool = False) -> None:
        super().__init__(why.code)
        self.reason = why
        self.stale = stale


def why_not(access: Access, order: AccessOrder) -> Reason | None:
    """None when this may be done as things are: asked before the card is made, and again right before the effect."""
    person = order.person
    name = person.name or person.id
    if (person.platform, person.id) in access.fixed:
        return reason("grant.fixed", name=name)
    if access.administrators and not access.with_role(person, order.after).administrators:
        return reason("grant.last_admin", name=name)
    return None


async def carry_out(
    tx: Transaction, action: Action, order: AccessOrder, *, approvals: Approvals, identities: Identities
) -> Verdict:
    """Change the role, once. Raises NotGranted."""
    if not await approvals.claim(tx, action.id, order.digest):
        raise NotGranted(reason("execution.not_approved"))
    access = await identities.within(tx)
    if access.role(order.person) is not order.before:
        raise NotGranted(reason("grant.drift", name=order.person.name or order.person.id), stale=True)
    if refusal := why_not(access, order):
        raise NotGranted(refusal)
    await identities.set_role(tx, order.person, order.after)
    return Verdict(result=Result.SUCCEEDED, reason=reason("grant.done", name=order.person.name or order.person.id))
