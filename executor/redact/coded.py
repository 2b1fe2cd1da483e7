"""Secrets in another coding: percent signs as in forms and addresses, base64 of text that holds one."""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

from executor.redact.keys import KEY, MASK, announces_secret, harmless

_PERCENT = r"%(?:25){0,3}"
_PAIR = re.compile(
    rf"(?:{_PERCENT}(?:26|22|27|3F|2C|7B|0A|0D|20|3B)|(?<![\w.%-]))(?P<key>{KEY})"
    rf"(?:{_PERCENT}2[27])?{_PERCENT}3[AD](?:{_PERCENT}2[0279]|\+){{0,4}}"
    rf"(?P<secret>(?:[^\s%&\"'<>]|{_PERCENT}(?!(?:25|26|22|27|2C|7D|0A|0D|20|3B))[0-9A-F]{{2}}){{1,2048}}+)",
    re.IGNORECASE,
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,65536}+={0,2}(?![A-Za-z0-9+/=_-])")
_READABLE = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")

Hide = Callable[[str], tuple[str, int]]


def mask_coded(text: str, hide: Hide) -> tuple[str, int]:
    """`hide` looks through what was coded; a run of base64 in which it finds anything is hidden whole."""
    count = 0

    def pair(match: re.Match[str]) -> str:
        nonlocal count
        value = unquote(match["secret"])
        if MASK in value or not announces_secret(match["key"]) or harmless(match["key"], value):
            return match[0]
        count += 1
        return match[0][: match.start("secret") - match.start()] + MASK

    def run(match: re.Match[str]) -> str:
        nonlocal count
        plain = _decoded(match[0])
        if plain is None or not hide(plain)[1]:
            return match[0]
        count += 1
        return MASK

    if "%" in text:
        text = _PAIR.sub(pair, text)
    return _BASE64.sub(run, text), count


def _decoded(run: str) -> str | None:
    """What the run says, where it is text in base64 (of either alphabet)."""
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return None
    try:
        plain = base64.b64decode(body + "=" * (-len(body) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return plain if _READABLE.fullmatch(plain) else None
