"""Secrets that do not stand behind their name but below it: on the lines that follow, in a list, in an object of its own."""

import re
from collections.abc import Callable

from executor.redact.keys import ANCHORS, MASK, announces_secret, harmless
from executor.redact.shape import looks_made_up

_ESCAPED = r"\\{0,15}"
_WORD = r"[\w.-]{1,255}+"
"""Any name: whether it announces a secret is asked of the few that something follows."""
_LIST = re.compile(
    rf"(?<![\w.-])(?P<key>{_WORD}){_ESCAPED}[\"']?[ \t]{{0,8}}[:=]\s{{0,80}}\[(?P<body>[^\[\]{{}}]{{1,16384}}+)",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    rf"(?<![\w.-])(?P<key>{_WORD}){_ESCAPED}[\"']\s{{0,8}}:\s{{0,80}}\{{(?P<body>[^\[\]{{}}]{{1,4096}}+)\}}",
    re.IGNORECASE,
)
_ITEM = re.compile(rf"(?P<quote>{_ESCAPED}[\"'])(?P<value>(?:(?!(?P=quote))[^\r\n]){{1,4096}}+)(?P=quote)")
_CONTENT = re.compile(
    rf"(?P<head>[\"'](?:value|data|content|plain|plaintext|text|raw){_ESCAPED}[\"']\s{{0,8}}:\s{{0,8}})"
    rf"(?P<quote>{_ESCAPED}[\"'])(?P<value>(?:(?!(?P=quote))[^\r\n]){{1,4096}}+)(?P=quote)",
    re.IGNORECASE,
)
_NEXT_LINE = re.compile(
    rf"(?<![\w.-])(?P<key>{_WORD})[\"']\s{{0,8}}:[ \t]{{0,8}}\r?\n"
    r"[ \t]{0,80}(?P<quote>[\"'])(?P<value>[^\"'\r\n]{1,4096}+)(?P=quote)",
    re.IGNORECASE,
)
_VALUE_FIRST = re.compile(
    rf"[\"']?value{_ESCAPED}[\"']?[ \t]{{0,8}}:[ \t]{{0,8}}(?P<quote>{_ESCAPED}[\"']?)(?P<value>[^\s\"'\\,}}]{{1,4096}}+)(?P=quote)"
    rf"(?=,?\s{{0,80}}{_ESCAPED}[\"']?name{_ESCAPED}[\"']?[ \t]{{0,8}}:[ \t]{{0,8}}{_ESCAPED}[\"']?(?P<key>{_WORD}))",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    rf"^(?P<indent>[ \t]{{0,60}})(?P<dash>- )?(?P<lead>[^\r\n]{{1,200}}[ \t])?"
    rf"[\"']?(?P<key>{_WORD})[\"']?[ \t]{{0,8}}[:=][ \t]{{0,8}}(?P<mark>[|>][+0-9-]{{0,3}})?[ \t]{{0,8}}\r?$",
    re.IGNORECASE,
)
_MAPPING = re.compile(r"\s*(?:- )?[\"']?[\w./-]{1,253}[\"']?:(?:\s|$)")
_ALONE = re.compile(r"(?=\S*[a-z])(?=\S*[A-Z])(?=\S*[0-9])[A-Za-z0-9!@#$%^&*+/_-]{8,512}\s*")
_NAMES = frozenset({"secrets", "cookies", "credentials", "imagepullsecrets"})
"""Lists of such are lists of names."""


def mask_nested(text: str) -> tuple[str, int]:
    lower = text.lower()
    if not any(anchor in lower for anchor in ANCHORS):
        return text, 0
    count = 0
    for hide in (_lists, _values):
        text, hidden = hide(text)
        count += hidden
    text, hidden = _blocks(text)
    return text, count + hidden


def _lists(text: str) -> tuple[str, int]:
    count = 0

    def within(inner: re.Pattern[str]) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            nonlocal count
            if not announces_secret(match["key"]) or (inner is _ITEM and match["key"].lower() in _NAMES):
                return match[0]
            body, hidden = _inner(inner, match["key"], match["body"])
            count += hidden
            start, end = match.start("body") - match.start(), match.end("body") - match.start()
            return match[0][:start] + body + match[0][end:]

        return replace

    if "[" in text:
        text = _LIST.sub(within(_ITEM), text)
    if "{" in text:
        text = _OBJECT.sub(within(_CONTENT), text)
    return text, count


def _inner(pattern: re.Pattern[str], name: str, body: str) -> tuple[str, int]:
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        if match["value"] == MASK or harmless(name, match["value"]):
            return match[0]
        count += 1
        start, end = match.start("value") - match.start(), match.end("value") - match.start()
        return match[0][:start] + MASK + match[0][end:]

    return pattern.sub(replace, body), count


def _values(text: str) -> tuple[str, int]:
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        if match["value"] == MASK or not announces_secret(match["key"]) or harmless(match["key"], match["value"]):
            return match[0]
        count += 1
        start, end = match.start("value") - match.start(), match.end("value") - match.start()
        return match[0][:start] + MASK + match[0][end:]

    for pattern in (_NEXT_LINE, _VALUE_FIRST):
        text = pattern.sub(replace, text)
    return text, count


def _blocks(text: str) -> tuple[str, int]:
    """Lines below a name that ends its own: those of a block scalar, the items of a list, a value that stands alone. The number
    of lines stays."""
    if "\n" not in text:
        return text, 0
    shown: list[str] = []
    count = 0
    below: re.Match[str] | None = None
    for line in text.split("\n"):
        begins = _BLOCK.match(line) if len(line) < 400 else None
        if begins is not None and announces_secret(begins["key"]):
            below = begins
            shown.append(line)
            continue
        if below is not None and line.strip():
            hidden, goes_on = _below(below, line, first=bool(_BLOCK.match(shown[-1]) if shown else False))
            count += hidden != line
            shown.append(hidden)
            below = below if goes_on else None
            continue
        shown.append(line)
    return "\n".join(shown), count


def _below(name: re.Match[str], line: str, *, first: bool) -> tuple[str, bool]:
    """The line as it may be shown, and whether the next one may still belong to the name."""
    depth = len(line) - len(line.lstrip(" \t"))
    outer = len(name["indent"]) + len(name["dash"] or "")
    item = line.lstrip().startswith("- ")
    if not (depth > outer or (item and depth >= outer)):
        alone = first and not name["mark"] and _ALONE.fullmatch(line) is not None
        return (MASK if alone else line), False
    if not name["mark"] and (_MAPPING.match(line) or (item and name["key"].lower() in _NAMES)):
        return line, False
    head = line[:depth] + ("- " if item and not name["mark"] else "")
    value = line[len(head) :].strip().strip("\"'")
    if name["lead"] and not name["mark"] and not looks_made_up(value):
        return line, item
    if (
        value == MASK
        or (not name["mark"] and harmless(name["key"], value))
        or (not item and not name["mark"] and " " in value)
    ):
        return line, True
    return head + MASK, True
