"""What the cluster itself has shown in a conversation: the only objects whose names a model has from a trustworthy place. It is
remembered with the conversation, so that what an earlier request has shown counts as well.

A name that merely stands in a log line, an event or an annotation was written by whoever wrote that; it is not here.
"""

from collections.abc import Iterable

from executor.operations import Get, Target
from executor.reading import Reading

MOST_KEPT = 100
"""Objects of one request that are remembered: the newest."""


class Shown:
    """Objects that a read was about, or that a list had."""

    def __init__(self, before: Iterable[Target] = ()) -> None:
        self._seen = {_key(target) for target in before}
        self._new: dict[tuple[str, str, str], Target] = {}

    def add(self, *targets: Target) -> None:
        for target in targets:
            self._seen.add(_key(target))
            self._new[_key(target)] = target

    @property
    def new(self) -> tuple[Target, ...]:
        """What came since the beginning, as far as it is to be remembered."""
        return tuple(self._new.values())[-MOST_KEPT:]

    def listed(self, operation: Get, seen: Reading) -> None:
        """The rows of a list; its first columns are kubectl's."""
        for table in seen.tables:
            for row in table.rows:
                cells = dict(zip(table.columns, row, strict=False))
                where = cells.get("NAMESPACE", operation.namespace)
                if name := cells.get("NAME", ""):
                    self.add(Target(kind=operation.kind, name=name, namespace=where))

    def __contains__(self, target: Target) -> bool:
        return _key(target) in self._seen


def _key(target: Target) -> tuple[str, str, str]:
    return (target.kind, target.namespace or "", target.name)
