"""The book of approvals, as `executor.run` sees it."""

from dataclasses import dataclass, field

from executor.preview import ChangeOrder


@dataclass
class Book:
    """Each approval is good for one run, as the store has it."""

    approvals: set[tuple[str, str]] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def approve(self, action_id: str, order: ChangeOrder) -> "Book":
        self.approvals.add((action_id, order.digest))
        return self

    async def approved(self, action_id: str, digest: str) -> bool:
        self.asked.append((action_id, digest))
        if (action_id, digest) not in self.approvals:
            return False
        self.approvals.remove((action_id, digest))
        return True
