"""Names and the values behind them: `password=…`, `"token": "…"`, `--api-key …`, `密码：…`, variables and steps of patches.

Only what stands before a value is searched for; whether the name announces a secret is then asked once, and the value is looked
at where it begins. So a line costs little that has names of other things.
"""

import re

from executor.redact.keys import MASK, announces_secret, harmless

_NAME = r"[\w.-]{1,320}"

_STOPS = r"\s,;&\"'`(){}\[\]<>，。；、！”’」』）】"
_VALUE = re.compile(
    r"(?P<open>\\{0,15}[\"'`]|&quot;|&\#34;|\\u0022)(?P<quoted>(?:(?!(?P=open))[^\r\n]){1,2048}+)(?P=open)"
    r"|(?P<placeholder>\$\{[^{}\s]{0,128}\}|\$\([^()\s]{0,128}\)|\{\{[^{}\r\n]{0,128}\}\}|<[^<>\r\n]{0,128}>|\[[A-Za-z]{0,20}\])"
    rf"|(?P<bare>(?:(?<==)[,;(){{}}\[\]<>]{{1,3}}+)?[^{_STOPS}]{{1,2048}}+"
    rf"(?:[,;&(){{}}\[\]<>](?![\w.-]{{1,40}}[\"']?[=:])[^{_STOPS}]{{1,2048}}+){{0,64}}+)",
    re.IGNORECASE,
)
_QUOTE = r"(?:\\{0,15}[\"'`]?|\*\*|&quot;|&\#34;|\\u0022)?(?:\x1b\[[0-9;]{0,8}m)?"
_BECOMES = r"[ \t]{0,3}(?:改|换|设|设置|修改|变更|更新|重置){0,1}[是为成][ \t]{0,3}[:：]?[ \t]{0,3}"
_COLON = rf"{_QUOTE}[ \t]{{0,8}}:[ \t]{{0,8}}"
_EQUALS = rf"{_QUOTE}[ \t]{{0,8}}(?:=>|:=|==|[:=：＝](?!:))[ \t]{{0,8}}[“‘「]?"
_PAIR = re.compile(rf"(?<![\w.-])(?P<key>{_NAME}+)(?P<between>{_EQUALS})", re.IGNORECASE)
_BECOMING = re.compile(rf"(?<![\w.-])(?P<key>{_NAME})(?P<between>{_BECOMES}(?=[!-~“‘「]{{4}})[“‘「]?)", re.IGNORECASE)
"""In Chinese no space parts a name from the verb behind it."""
_FLAG = re.compile(
    rf"(?<![\w-])--(?P<key>{_NAME}+)(?P<between>[ \t]{{1,3}})(?!--[a-z][a-z-]*+(?:[\s=]|$)|-[a-z](?:[\s=]|$))",
    re.IGNORECASE,
)
"""What follows is its value, even one that begins with a dash, unless that is a flag itself."""
_ENV = re.compile(
    rf"\bname{_COLON}{_QUOTE}(?P<key>{_NAME})(?P<between>{_QUOTE},?\s{{0,80}}{_QUOTE}value{_COLON})", re.IGNORECASE
)
_STEP = re.compile(
    rf"\bpath{_COLON}{_QUOTE}(?:/[\w.~-]{{0,80}}+){{0,12}}?/(?P<key>{_NAME})(?P<between>{_QUOTE},?\s{{0,80}}{_QUOTE}value{_COLON})",
    re.IGNORECASE,
)
_VERB = re.compile(r"[是为成]")
_PROSE = re.compile(r"[a-z]+[.,:;!]?|[\u4e00-\u9fff]+[。，：；！]?")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", re.ASCII)
"""Named like an environment variable: nobody writes a sentence about one with a colon behind it."""
_WORD_BEFORE = re.compile(r"(?:[A-Za-z]{2,}[\"']? +|[A-Za-z]: |\*\*\* +)[\w.*/-]*\Z")


def mask_pairs(text: str) -> tuple[str, int]:
    count = 0
    verbs = (_BECOMING,) if _VERB.search(text) else ()
    for pattern in (_ENV, _STEP, _PAIR, *verbs, _FLAG):
        text, hidden = _hide(pattern, text)
        count += hidden
    return text, count


def _hide(pattern: re.Pattern[str], text: str) -> tuple[str, int]:
    parts: list[str] = []
    done = 0
    for match in pattern.finditer(text):
        if match.start() < done or not announces_secret(match["key"]) or _in_a_path(match):
            continue
        value = _VALUE.match(text, match.end())
        if value is None or not _is_secret(match, value):
            continue
        quote = value["open"] or ""
        parts.append(f"{text[done : match.end()]}{quote}{MASK}{quote}")
        done = value.end()
    return ("".join([*parts, text[done:]]) if parts else text), len(parts)


def _is_secret(name: re.Match[str], value: re.Match[str]) -> bool:
    if value["placeholder"] is not None:
        return False
    if value["quoted"] is not None:
        return not harmless(name["key"], value["quoted"])
    return not harmless(name["key"], value["bare"]) and not _prose(name, value["bare"])


def _in_a_path(name: re.Match[str]) -> bool:
    """`src/secret.rs:42` is a line, `registry/token:1.2` an image, `checksum/secret: …` says of it all that may be said."""
    head = name.string[max(0, name.start() - 9) : name.start()]
    return head.endswith("checksum/") or (head.endswith("/") and name["between"] == ":")


def _prose(name: re.Match[str], value: str) -> bool:
    """`failed to read token: permission denied` speaks of a token; `token: permission` in YAML is one."""
    if (":" not in name["between"] and "：" not in name["between"]) or _VARIABLE.fullmatch(name["key"]):
        return False
    head = name.string[max(0, name.start() - 80) : name.start()].rpartition("\n")[2]
    return _WORD_BEFORE.search(head) is not None and _PROSE.fullmatch(value) is not None
