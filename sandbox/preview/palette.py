"""Feishu's colours by name. A name means its 600; 100 is behind tags and headers, 50 behind blocks, 500 fills.

The names and what each step is for are documented (Card JSON 2.0, colour enumeration); the shades were taken from the web
client and are near enough to judge a card by, not to match a screenshot.
"""

from typing import NamedTuple


class Hue(NamedTuple):
    pale: str
    tint: str
    fill: str
    ink: str
    deep: str


HUES = {
    "blue": Hue("#f0f4ff", "#e1eaff", "#3370ff", "#245bdb", "#1c4cba"),
    "wathet": Hue("#edf9ff", "#d9f3fd", "#14c0ff", "#049fd7", "#037eaa"),
    "turquoise": Hue("#eafaf8", "#d5f6f2", "#00d6b9", "#04b49c", "#078372"),
    "green": Hue("#f0fbef", "#d9f5d6", "#34c724", "#2ea121", "#237b19"),
    "lime": Hue("#f7fae5", "#eef6c6", "#b3d600", "#8fac02", "#667901"),
    "yellow": Hue("#fdf9ed", "#faf1d1", "#ffc60a", "#dc9b04", "#997000"),
    "sunflower": Hue("#fffcdf", "#fff9b8", "#ffe928", "#c3ab00", "#8a7900"),
    "orange": Hue("#fff5eb", "#feead2", "#ff8800", "#de7802", "#b26206"),
    "red": Hue("#fef0f0", "#fde2e2", "#f54a45", "#d83931", "#ac2f28"),
    "carmine": Hue("#fef0f7", "#fddaed", "#f01d94", "#c71077", "#9e1361"),
    "violet": Hue("#fdf1fc", "#f8def8", "#d136d1", "#b320af", "#8c1a89"),
    "purple": Hue("#f6f1fe", "#ece2fe", "#7f3bf5", "#6425d0", "#4e1ba7"),
    "indigo": Hue("#f2f3fd", "#e0e2fa", "#4954e6", "#2933c7", "#2029a3"),
    "grey": Hue("#f5f6f7", "#eff0f1", "#8f959e", "#646a73", "#51565d"),
}
_SAME = {"neutral": "grey", "gray": "grey"}


def hue(name: object) -> str:
    """The class that brings a colour's shades, or nothing: `blue`, `blue-100` and `neutral` are all known."""
    base = str(name or "").split("-")[0]
    base = _SAME.get(base, base)
    return f"hue-{base}" if base in HUES else ""


def stylesheet() -> str:
    """In the dark the pale steps are the fill let into the background, and ink is lighter than in the light."""
    light = "".join(
        f".hue-{name}{{--pale:{each.pale};--tint:{each.tint};--fill:{each.fill};--ink:{each.ink};--deep:{each.deep}}}"
        for name, each in HUES.items()
    )
    dark = "".join(
        f".hue-{name}{{--pale:color-mix(in srgb,{each.fill} 12%,#1f1f1f);--tint:color-mix(in srgb,{each.fill} 20%,#1f1f1f);"
        f"--ink:color-mix(in srgb,{each.fill} 62%,#fff);--deep:color-mix(in srgb,{each.fill} 48%,#fff)}}"
        for name, each in HUES.items()
    )
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"
