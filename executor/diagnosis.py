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


MAX_EVIDENCE = 6 * 1024
MAX_ALL = 60 * 1024
"""Bytes of one piece of evidence, and of all of a diagnosis: a card and a model both have to take it."""


def within_bounds(findings: tuple[Finding, ...]) -> tuple[tuple[Finding, ...], int]:
    """The same, less what is too much, and how many lines that were: the last lines of a piece go first, with a line that says
    how many are shown."""
    left, cut, kept = MAX_ALL, 0, []
    for finding in findings:
        pieces = []
        for evidence in finding.evidence:
            lines, missing = _fitting(evidence.lines, min(left, MAX_EVIDENCE))
            left -= sum(len(line.encode()) for line in lines)
            cut += missing
            if lines:
                pieces.append(evidence.model_copy(update={"lines": lines}))
        kept.append(finding.model_copy(update={"evidence": tuple(pieces)}))
    return tuple(kept), cut


def _fitting(lines: tuple[str, ...], room: int) -> tuple[tuple[str, ...], int]:
    used, kept = 0, 0
    for line in lines:
        used += len(line.encode())
        if used > room:
            break
        kept += 1
    if kept == len(lines):
        return lines, 0
    return ((*lines[:kept], f"… {kept}/{len(lines)}") if kept else ()), len(lines) - kept
