"""What a diagnosis is: findings with evidence, the worst first."""

from executor.operations import Operation, Target
from executor.reason import Frozen, Reason


class Evidence(Frozen):
    """A foldable piece: `title` (logs of a container, events of an object, a field), masked lines, the line that matters first."""

    title: Reason
    lines: tuple[str, ...]


class Finding(Frozen):
    cause: Reason
    target: Target
    confidence: float
    """0–1."""
    evidence: tuple[Evidence, ...] = ()
    next_steps: tuple[Operation, ...] = ()
    """What to propose; each becomes a button that proposes."""


class Diagnosis(Frozen):
    """The worst finding first. None means healthy only if it is `ready` as well."""

    target: Target
    findings: tuple[Finding, ...]
    facts: tuple[tuple[Reason, str], ...] = ()
    """Short label and value: replicas, image, revision, age."""
    ready: bool | None = None
    """Whether all that is wanted is there and ready; None where that cannot be told (of this kind, or with our permissions)."""
