"""Which pictures there are: sheets with every state of a kind side by side, and single ones for the guide."""

from typing import Literal, NamedTuple

from sandbox.preview.chat import Bubble, Platform, page
from tests.cards.samples import STATES, Language
from tests.pictures.cards import drawn

_KINDS = {
    "approval": ("approval_waiting", "approval_denied", "approval_expired", "approval_stale"),
    "status": ("approval_executing", "approval_verifying", "approval_success", "approval_failed", "approval_unknown"),
    "answer": ("diagnosis", "notice", "question", "refusal"),
}
_SINGLE = ("approval_waiting", "approval_verifying", "approval_success", "approval_failed", "diagnosis")
_COLUMNS = 3
_SHEET_COLUMN = 400
_PHONE = 420


class Picture(NamedTuple):
    name: str
    source: str
    width: int
    scheme: Literal["light", "dark"] = "light"


def album() -> list[Picture]:
    assert sorted(state for states in _KINDS.values() for state in states) == sorted(STATES)
    platforms: tuple[Platform, ...] = ("feishu", "dingtalk")
    return [picture for platform in platforms for picture in _of(platform)]


def _of(platform: Platform) -> list[Picture]:
    some = ("approval_waiting", "approval_verifying", "approval_failed", "diagnosis", "question", "approval_success")
    return [
        *(_sheet(f"{platform}-{kind}", platform, states, "zh") for kind, states in _KINDS.items()),
        _sheet(f"{platform}-english", platform, some, "en"),
        _sheet(f"{platform}-dark", platform, some, "zh", "dark"),
        *(
            Picture(
                f"{platform}-{state.removeprefix('approval_')}",
                page(platform, [Bubble(drawn(platform, state, "zh"))]),
                _PHONE,
            )
            for state in _SINGLE
        ),
    ]


def _sheet(
    name: str,
    platform: Platform,
    states: tuple[str, ...],
    language: Language,
    scheme: Literal["light", "dark"] = "light",
) -> Picture:
    bubbles = [Bubble(drawn(platform, state, language), state.removeprefix("approval_")) for state in states]
    return Picture(name, page(platform, bubbles, columns=_COLUMNS, language=language), _COLUMNS * _SHEET_COLUMN, scheme)
