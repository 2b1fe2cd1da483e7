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
    """The worst finding first; none means healthy as far as the rules see."""

    target: Target
    findings: tuple[Finding, ...]
    facts: tuple[tuple[Reason, str], ...] = ()
    """Short label and value: replicas, image, revision, age."""
