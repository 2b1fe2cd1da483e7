"""What reading a cluster gives to people."""

from executor.reason import Frozen, Reason
from executor.redact import mask


class TableView(Frozen):
    """Columns are kubectl's words (`READY`), the same in every language; cells are masked and cut."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Reading(Frozen):
    """`headline` is the answer in one sentence; `lines` and cells are masked."""

    title: Reason
    headline: Reason
    tables: tuple[TableView, ...] = ()
    lines: tuple[str, ...] = ()
    more: int = 0
    """How many rows or lines were left out."""
    masked: int = 0
    """How many secrets were hidden."""


class NotReadable(Exception):
    """Steward does not read this, and `reason` says why. Nothing was read."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Hiding:
    """Masks text and counts what it hid."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, text: str, limit: int = 0) -> str:
        """On one line, cut at `limit` characters if one is given."""
        masked = mask(text)
        self.count += masked.count
        line = " ".join(masked.text.split())
        return line if not limit or len(line) <= limit else line[: limit - 1] + "…"
