"""One thing that the doctor tried, and what came of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """`well` is None where it could not be learned, or is only being waited for."""

    name: str
    well: bool | None
    said: str
    rejected: bool = False
    """The credentials are wrong: nothing else was."""
