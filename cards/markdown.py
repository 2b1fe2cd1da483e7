"""Foreign text inside DingTalk's markdown: it stays text (I8).

What its clients make of a backslash is not documented (some dialects read `\\[` as the start of a formula), so nothing is
escaped with one: a character that markdown or HTML would act on is replaced by its twin that no parser knows. The reader
sees the same shape. This holds wherever the text is put, whatever stands before or behind it. At stake is more than looks: in
a markdown message a `dtmd://` link makes whoever clicks it say something to the bot, and `<a atId=…>` mentions people.
"""

import re
from collections.abc import Iterable, Sequence

from cards.plain import clean, one_line

_TWINS = str.maketrans(
    {
        "*": "＊",
        "`": "｀",
        "[": "［",
        "]": "］",
        "<": "‹",
        "|": "｜",
        "\\": "＼",
        "~": "～",
        "$": "＄",
    }
)
_TAG_END = re.compile(r"(‹[^‹>\n]*)>")
_UNDERSCORE = re.compile(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
"""Inside a word (`MY_VAR`) CommonMark leaves it alone."""
_ENTITY = re.compile(r"&(?=#|[A-Za-z])")
_SCHEME = re.compile(r":(?=//)")
_WWW = re.compile(r"(?i)\b(www)\.")
_LINE_START = re.compile(r"(?m)^( *[0-9]{0,9})([#>]|[-+.)](?=\s|$)|[-=](?=[-= ]*$))")
"""What would begin a heading, a quote, a list or a rule."""
_LINE_STARTS = {"#": "＃", ">": "›", "+": "＋", "=": "＝", "-": "－", ".": "．", ")": "）"}


def escape(text: str) -> str:
    """Prose of one or more lines that shows as it is and does nothing."""
    text = clean(text).translate(_TWINS)
    text = _TAG_END.sub(r"\1›", text)
    text = _UNDERSCORE.sub("＿", text)
    text = unlinked(_ENTITY.sub("＆", text))
    return _LINE_START.sub(lambda found: found[1] + _LINE_STARTS[found[2]], text)


def unlinked(text: str) -> str:
    """Addresses that no client makes a link of by itself."""
    return _WWW.sub(r"\1．", _SCHEME.sub("：", text))


def phrase(text: str) -> str:
    """The same on one line."""
    return escape(one_line(text))


def bold(text: str) -> str:
    shown = phrase(text)
    return f"**{shown}**" if shown else ""


_CODE_TAG = re.compile(r"<(?=[A-Za-z/!?]|$)")
_CODE_TAG_END = re.compile(r"(‹[^‹>]*)>")
_CODE_LINK = re.compile(r"(?<=\])(?=[(\[])|(?<=!)(?=\[)")
_CODE_FENCE = re.compile(r"`{3,}|~{3,}")


def code_line(text: str) -> str:
    """One line inside a fence: kept as it is but for what ends the fence, and for tags and links, which a client that scans the
    whole text before it looks for fences would find."""
    text = clean(text).replace("\n", " ")
    text = _CODE_FENCE.sub(lambda found: ("｀" if found[0][0] == "`" else "～") * len(found[0]), text)
    text = _CODE_TAG_END.sub(r"\1›", _CODE_TAG.sub("‹", text))
    return _CODE_LINK.sub("\N{ZERO WIDTH SPACE}", text)


def fence(lines: Iterable[str], language: str = "") -> str:
    return "\n".join([f"```{language}", *map(code_line, lines), "```"])


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Needs a blank line before it."""
    head = _row(columns)
    return "\n".join([head, "|" + " --- |" * len(columns), *map(_row, rows)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(phrase(cell) or '-' for cell in cells)} |"


_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")


def link(text: str, url: str) -> str:
    """Empty for what is no plain http(s) address: a link is ours or it is none."""
    return f"[{phrase(text)}]({url})" if is_address(url) else ""


def is_address(url: str) -> bool:
    return _URL.fullmatch(url) is not None
