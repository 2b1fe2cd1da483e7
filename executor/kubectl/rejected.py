"""Why a kubectl text was not accepted."""

from executor.reason import Reason
from executor.redact import mask
from executor.risk import Level, Risk

_SHOWN = 60


class Rejected(Exception):
    """The text is refused and nothing of it runs. What could be read of it is in `verb`, `kind`, `namespace`, `name`.

    `risk.level` is forbidden, or high for what would be allowed if it were asked for in another way (`edit`, `--dry-run`).
    """

    def __init__(
        self,
        reasons: tuple[Reason, ...],
        risk: Risk,
        *,
        verb: str = "",
        kind: str = "",
        namespace: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons
        self.risk = risk
        self.verb = verb
        self.kind = kind
        self.namespace = namespace
        self.name = name


class Refused(Exception):
    """Inside the parser: one reason, before it is known what the whole text is about."""

    def __init__(self, code: str, /, *, level: Level = Level.FORBIDDEN, **values: str | int) -> None:
        super().__init__(code)
        self.level = level
        self.reason = Reason(
            code=code, values={key: shown(item) if isinstance(item, str) else item for key, item in values.items()}
        )


def shown(text: str) -> str:
    """A piece of the text as it may be repeated to people: masked, cut, and with no character that is not seen."""
    seen = "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)
    seen = mask(seen).text
    return seen if len(seen) <= _SHOWN else f"{seen[: _SHOWN - 1]}…"
