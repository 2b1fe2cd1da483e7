"""How dangerous an operation is, decided by rules over the typed operation alone (I7)."""

from enum import StrEnum

from executor.reason import Frozen, Reason


class Level(StrEnum):
    READ_ONLY = "read-only"
    HIGH = "high"
    FORBIDDEN = "forbidden"


class Risk(Frozen):
    """`severe` marks the upper tier of high, where policy may ask for more than one click."""

    level: Level
    reasons: tuple[Reason, ...]
    severe: bool = False
