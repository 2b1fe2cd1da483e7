"""Secrets in running text: logs, events, exec output, error messages, commands.

Recall comes first: what is named like a secret or shaped like one is hidden, ordinary log lines stay as they are
(`tests/corpus` holds both). `mask` is idempotent: masking masked text changes nothing.
"""

import re
from collections.abc import Iterable

from executor.reason import Frozen
from executor.redact.coded import mask_coded
from executor.redact.commands import COMMANDS
from executor.redact.diffs import mask_diffs
from executor.redact.keys import ANCHORS, KEY, MASK, announces_secret, harmless
from executor.redact.manifest import mask_manifests
from executor.redact.nested import mask_nested
from executor.redact.pem import mask_private_keys
from executor.redact.shape import Judge
from executor.redact.shapes import SHAPES
from executor.redact.spoken import SPOKEN

MAX_TEXT = 256 * 1024
"""Characters that are looked at and given back. Of longer text the end is kept: the newest lines of a log.
The whole of it costs about a tenth of a second; ordinary text far less."""

_ROUNDS = 8

_STOPS = r"\s,;&\"'`(){}\[\]<>，。；、！”’」』）】"
_VALUE = (
    r"(?P<open>\\{0,15}[\"'`]|&quot;|&\#34;|\\u0022)(?P<quoted>(?:(?!(?P=open))[^\r\n]){1,2048}+)(?P=open)"
    r"|(?P<placeholder>\$\{[^{}\s]{0,128}\}|\$\([^()\s]{0,128}\)|\{\{[^{}\r\n]{0,128}\}\}|<[^<>\r\n]{0,128}>|\[[A-Za-z]{0,20}\])"
    rf"|(?P<bare>(?:(?<==)[,;(){{}}\[\]<>]{{1,3}}+)?[^{_STOPS}]{{1,2048}}+"
    rf"(?:[,;&(){{}}\[\]<>](?![\w.-]{{1,40}}[\"']?[=:])[^{_STOPS}]{{1,2048}}+){{0,64}}+)"
)
_QUOTE = r"(?:\\{0,15}[\"'`]?|\*\*|&quot;|&\#34;|\\u0022)?(?:\x1b\[[0-9;]{0,8}m)?"
_BECOMES = r"[ \t]{0,3}(?:改|换|设|设置|修改|变更|更新|重置){0,1}[是为成][ \t]{0,3}[:：]?[ \t]{0,3}"
_COLON = rf"{_QUOTE}[ \t]{{0,8}}:[ \t]{{0,8}}"
_EQUALS = rf"{_QUOTE}[ \t]{{0,8}}(?:=>|:=|==|[:=：＝](?!:))[ \t]{{0,8}}|{_BECOMES}(?=[!-~“‘「]{{4}})[“‘「]?"
_PAIR = re.compile(rf"(?<![\w.-])(?P<key>{KEY})(?P<between>{_EQUALS})(?:{_VALUE})", re.IGNORECASE)
_FLAG = re.compile(
    rf"(?<![\w-])--(?P<key>{KEY})(?P<between>[ \t]{{1,3}})(?!--[a-z][a-z-]*+(?:[\s=]|$)|-[a-z](?:[\s=]|$))(?:{_VALUE})",
    re.IGNORECASE,
)
"""What follows is its value, even one that begins with a dash, unless that is a flag itself."""
_ENV = re.compile(
    rf"\bname{_COLON}{_QUOTE}(?P<key>{KEY}|[\w.-]{{0,60}}_PASS)(?P<between>{_QUOTE},?\s{{0,80}}{_QUOTE}value{_COLON})(?:{_VALUE})",
    re.IGNORECASE,
)
_STEP = re.compile(
    rf"\bpath{_COLON}{_QUOTE}(?:/[\w.~-]{{0,80}}+){{0,12}}?/(?P<key>{KEY})(?P<between>{_QUOTE},?\s{{0,80}}{_QUOTE}value{_COLON})(?:{_VALUE})",
    re.IGNORECASE,
)
_PROSE = re.compile(r"[a-z]+[.,:;!]?|[\u4e00-\u9fff]+[。，：；！]?")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", re.ASCII)
"""Named like an environment variable: nobody writes a sentence about one with a colon behind it."""
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]{2,}[\"']? +|[A-Za-z]: |\*\*\* +)[\w.*/-]*\Z")


_SHAPES = (*SHAPES, *COMMANDS, *SPOKEN)
_ANCHORS = tuple(frozenset().union(*(shape.anchors for shape in _SHAPES)))


class Masked(Frozen):
    """`count` is how many secrets were hidden."""

    text: str
    count: int


def mask(text: str) -> Masked:
    """Hide every secret in `text`, of which at most the last MAX_TEXT characters come back."""
    count = 0
    for _ in range(_ROUNDS):
        before = text
        text, hidden = mask_diffs(_cut(text), _pass)
        count += hidden
        text, hidden = _pass(text)
        count += hidden
        if text == before:
            break
    return Masked(text=text, count=count)


def mask_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines with every secret hidden. A key that spans lines becomes one line, so there may be fewer."""
    joined = "\n".join(lines)
    return tuple(mask(joined).text.split("\n")) if joined else ()


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    kept = text[-(MAX_TEXT - 2) :]
    _, newline, rest = kept.partition("\n")
    return "…\n" + (rest if newline else kept)


def _pass(text: str) -> tuple[str, int]:
    text, count = _plain(text)
    text, hidden = mask_coded(text, _plain)
    return text, count + hidden


def _plain(text: str) -> tuple[str, int]:
    text, count = mask_private_keys(text)
    for hide in (mask_manifests, mask_nested):
        text, hidden = hide(text)
        count += hidden
    lower = text.lower()
    present = [anchor for anchor in _ANCHORS if anchor in lower]
    for shape in _SHAPES:
        if not shape.anchors.isdisjoint(present):
            text, hidden = _hide(shape.pattern, text, shape.judge)
            count += hidden
    if any(anchor in lower for anchor in ANCHORS):
        for pattern in (_ENV, _STEP, _PAIR, _FLAG):
            text, hidden = _hide_pairs(pattern, text)
            count += hidden
    return text, count


def _hide(pattern: re.Pattern[str], text: str, judge: Judge | None) -> tuple[str, int]:
    named = "key" in pattern.groupindex
    groups = [name for name in ("secret", "rest") if name in pattern.groupindex]
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        group: str | int = next((name for name in groups if match[name] is not None), 0)
        value = match[group]
        if MASK in value and value.replace(MASK, "").strip(" ;,.") == "":
            return match[0]
        if (judge is not None and not judge(value)) or (named and not announces_secret(match["key"])):
            return match[0]
        count += 1
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + MASK + match[0][end:]

    return pattern.sub(replace, text), count


def _hide_pairs(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        key, quoted = match["key"], match["quoted"]
        value = match["bare"] if quoted is None else quoted
        if (
            match["placeholder"]
            or not announces_secret(key)
            or _in_a_path(match)
            or harmless(key, value)
            or (quoted is None and _prose(match))
        ):
            return match[0]
        count += 1
        quote = match["open"] or ""
        return match[0][: match.end("between") - match.start()] + quote + MASK + quote

    return pattern.sub(replace, text), count


def _in_a_path(match: re.Match[str]) -> bool:
    """`src/secret.rs:42` is a line, `registry/token:1.2` an image, `checksum/secret: …` says of it all that may be said."""
    head = match.string[max(0, match.start() - 9) : match.start()]
    return head.endswith("checksum/") or (head.endswith("/") and match["between"] == ":")


def _prose(match: re.Match[str]) -> bool:
    """`failed to read token: permission denied` speaks of a token; `token: permission` in YAML is one."""
    if (":" not in match["between"] and "：" not in match["between"]) or _VARIABLE.fullmatch(match["key"]):
        return False
    head = match.string[max(0, match.start() - 80) : match.start()].rpartition("\n")[2]
    return _WORD_BEFORE.search(head) is not None and _PROSE.fullmatch(match["bare"]) is not None
