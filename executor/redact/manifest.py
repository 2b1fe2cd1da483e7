"""Secret manifests inside text (`cat secret.yaml`, an annotation that repeats one): every value of their data is hidden."""

import re

from executor.redact.keys import MASK

_KIND = re.compile(r"kind\\{0,3}[\"']?[ \t]{0,8}:[ \t]{0,8}\\{0,3}[\"']?Secret(?:List)?\b")
_PATCH = re.compile(r"\bpatch\s[^\r\n|]{0,120}?\bsecrets?[ /]")
"""What is patched is named on the command line, not in the patch."""
_JSON_DATA = re.compile(
    r"(?P<head>\\{0,3}[\"'](?:data|stringData)\\{0,3}[\"']\s{0,8}:\s{0,8}\{)(?P<body>[^{}]{0,65536}+)"
)
_JSON_VALUE = re.compile(
    r"(?P<colon>:\s{0,8})(?P<quote>\\{0,3}[\"'])(?P<value>(?:(?!(?P=quote))[^\r\n]){1,65536}+)(?P=quote)"
)
_YAML_DATA = re.compile(r"^(?P<indent>[ \t]{0,40})(?:- )?(?:data|stringData):[ \t]*$")
_YAML_KEY = re.compile(r"^(?P<key>[ \t]{0,80}[\"']?[\w.-]{1,253}[\"']?:)[ \t]*(?P<value>.*)$")


def mask_manifests(text: str) -> tuple[str, int]:
    if _KIND.search(text) is None and _PATCH.search(text) is None:
        return text, 0
    count = 0

    def value(match: re.Match[str]) -> str:
        nonlocal count
        if match["value"] == MASK:
            return match[0]
        count += 1
        return f"{match['colon']}{match['quote']}{MASK}{match['quote']}"

    text = _JSON_DATA.sub(lambda match: match["head"] + _JSON_VALUE.sub(value, match["body"]), text)
    lines, hidden = _yaml(text.split("\n"))
    return "\n".join(lines), count + hidden


def _yaml(lines: list[str]) -> tuple[list[str], int]:
    """Below `data:` the keys stay; their values, and whatever stands deeper, do not."""
    shown: list[str] = []
    count = 0
    outer: int | None = None
    inner: int | None = None
    for line in lines:
        depth = len(line) - len(line.lstrip(" \t"))
        if outer is not None and line.strip() and depth <= outer:
            outer = inner = None
        begins = _YAML_DATA.match(line)
        if outer is None or not line.strip():
            shown.append(line)
            outer = len(begins["indent"]) if begins is not None else outer
            continue
        inner = depth if inner is None else inner
        key = _YAML_KEY.match(line) if depth == inner else None
        if key is None:
            continue
        hidden = key["value"].strip() not in ("", MASK)
        count += hidden
        shown.append(f"{key['key']} {MASK}" if hidden else line)
    return shown, count
