"""Which pictures there are: sheets with every state of a kind side by side, and single ones for the guide."""

from typing import Literal, NamedTuple

from sandbox.preview.chat import Bubble, page
from tests.cards.samples import STATES, Language
from tests.pictures.cards import LOOKS, Look, drawn, platform, states

_KINDS = {
    "approval": (
        "approval_waiting",
        "approval_severe",
        "approval_grant",
        "approval_denied",
        "approval_expired",
        "approval_stale",
        "approval_cancelled",
    ),
    "status": ("approval_executing", "approval_verifying", "approval_success", "approval_failed", "approval_unknown"),
    "answer": ("diagnosis", "notice", "question", "refusal"),
    "page": ("status", "audit", "help", "whoami", "gap"),
}
_SINGLE = ("approval_waiting", "approval_verifying", "approval_success", "approval_failed", "diagnosis")
_SOME = ("approval_waiting", "approval_verifying", "approval_failed", "diagnosis", "question", "approval_success")
_COLUMNS = 3
_SHEET_COLUMN = 400
_PHONE = 420


class Picture(NamedTuple):
    name: str
    source: str
    width: int
    scheme: Literal["light", "dark"] = "light"
    scale: float = 2
    """Pixels of the picture for one of the page: sheets are large enough with fewer."""


def album() -> list[Picture]:
    assert sorted(state for states in _KINDS.values() for state in states) == sorted(STATES)
    return [picture for look in LOOKS for picture in _of(look)]


def _of(look: Look) -> list[Picture]:
    drawable = states(look)
    kinds = {kind: tuple(state for state in of if state in drawable) for kind, of in _KINDS.items()}
    name = "dingtalk-own" if look == "own" else look
    sheets = [_sheet(f"{name}-{kind}", look, of, "zh") for kind, of in kinds.items() if len(of) > 1]
    others = [_sheet(f"{name}-english", look, _SOME, "en"), _sheet(f"{name}-dark", look, _SOME, "zh", "dark")]
    return [*sheets, *others, *(_single(f"{name}-{_short(state)}", look, state) for state in _SINGLE)]


def _short(state: str) -> str:
    return state.removeprefix("approval_")


def _single(name: str, look: Look, state: str) -> Picture:
    return Picture(name, page(platform(look), [Bubble(drawn(look, state, "zh"))]), _PHONE)


def _sheet(
    name: str, look: Look, shown: tuple[str, ...], language: Language, scheme: Literal["light", "dark"] = "light"
) -> Picture:
    bubbles = [Bubble(drawn(look, state, language), _short(state)) for state in shown if state in states(look)]
    source = page(platform(look), bubbles, columns=_COLUMNS, language=language)
    return Picture(name, source, _COLUMNS * _SHEET_COLUMN, scheme, 1.5)
