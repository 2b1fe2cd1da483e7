"""The chat around the cards: who sent them, on what ground, one below the other or several side by side."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Literal, NamedTuple

from sandbox.preview.palette import stylesheet
from sandbox.preview.words import element, text

Platform = Literal["feishu", "dingtalk"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
"""Nothing runs, loads or leaves, whatever a card carries."""
_STYLES = "".join(
    files("sandbox.preview").joinpath(f"{name}.css").read_text("utf-8") for name in ("chat", "feishu", "dingtalk")
)

_ROBOT = {"zh": "机器人", "en": "Bot"}


class Bubble(NamedTuple):
    """`card` is HTML made by this package. `caption` stands above it, outside the chat."""

    card: str
    caption: str = ""


def page(
    platform: Platform,
    bubbles: Iterable[Bubble],
    *,
    columns: int = 1,
    bot: str = "Steward",
    language: Literal["zh", "en"] = "zh",
) -> str:
    shown = "".join(_bubble(bubble, bot, _ROBOT[language]) for bubble in bubbles)
    chat = element("main", f"chat {platform}", shown, style=f"--columns:{columns}")
    return (
        f'<!doctype html><html lang="{text(language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{text(_POLICY)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(bot)}</title><style>{stylesheet()}{_STYLES}</style></head><body>{chat}</body></html>"
    )


def _bubble(bubble: Bubble, bot: str, robot: str) -> str:
    caption = element("figcaption", "", text(bubble.caption)) if bubble.caption else ""
    face = element("i", "face", text(bot[:1]))
    name = element("div", "name", text(bot), element("span", "bot", robot))
    return element("figure", "bubble", caption, face, element("div", "said", name, bubble.card))
