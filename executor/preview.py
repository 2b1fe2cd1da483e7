"""What would happen: the change order that an approval is bound to (I2)."""

import hashlib
from typing import Literal

from executor.operations import Operation, canonical
from executor.reason import Frozen, Reason
from executor.risk import Risk


class DiffLine(Frozen):
    """One field that would change. `path` is dotted (`spec.template.spec.containers[app].image`); a side is None where absent.
    Values are masked (I9) and cut."""

    path: str
    before: str | None
    after: str | None


class BlastRadius(Frozen):
    """What is touched: pods now ready / in all, and warnings such as an HPA that will fight or a PVC that stays."""

    pods_ready: int = 0
    pods_total: int = 0
    notes: tuple[Reason, ...] = ()


class ChangeOrder(Frozen):
    """A resolved operation as it was shown. Everything that the approval binds is in `digest`."""

    operation: Operation
    risk: Risk
    cluster_uid: str
    target_uid: str
    generation: int | None
    """`metadata.generation`, or None where the kind has none."""
    fingerprint: str
    """sha256 of the object less status, managedFields and resourceVersion."""
    diff: tuple[DiffLine, ...] = ()
    blast: BlastRadius = BlastRadius()
    command: str
    """The equivalent kubectl command, masked: for people, never run."""
    undo: Operation | None = None
    """The inverse, where one exists and makes sense (scale back, the image before); itself only a proposal."""
    changes: Literal["yes", "no"] = "yes"
    """`no` when the dry run shows that nothing would change."""

    @property
    def digest(self) -> str:
        """sha256 over operation, cluster uid, object uid, generation, fingerprint and diff."""
        bound = self.model_dump(
            mode="json", include={"operation", "cluster_uid", "target_uid", "generation", "fingerprint", "diff"}
        )
        return hashlib.sha256(canonical(bound).encode()).hexdigest()
