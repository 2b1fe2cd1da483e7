"""What the cluster itself has shown in a conversation: the only objects whose names a model has from a trustworthy place.

A name that merely stands in a log line, an event or an annotation was written by whoever wrote that; it is not here.
"""

from collections.abc import Iterable

from executor.operations import Get, Target
from executor.reading import Reading


class Shown:
    """Objects that a read was about, or that a list had."""

    def __init__(self, before: Iterable[Target] = ()) -> None:
        self._seen = {_key(target) for target in before}

    def add(self, *targets: Target) -> None:
        self._seen.update(map(_key, targets))

    def listed(self, operation: Get, seen: Reading) -> None:
        """The rows of a list; its first columns are kubectl's."""
        for table in seen.tables:
            for row in table.rows:
                cells = dict(zip(table.columns, row, strict=False))
                where = cells.get("NAMESPACE", operation.namespace)
                self._seen.add(_key(Target(kind=operation.kind, name=cells.get("NAME", ""), namespace=where)))

    def __contains__(self, target: Target) -> bool:
        return _key(target) in self._seen


def _key(target: Target) -> tuple[str, str, str]:
    return (target.kind, target.namespace or "", target.name)
