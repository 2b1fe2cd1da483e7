"""Private keys in PEM, whole or cut at either end, over lines or with `\\n` spelled out."""

import re

from executor.redact.keys import MASK

_BEGIN = re.compile(r"-----BEGIN (?P<what>[A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)?)-----")
_END = re.compile(r"-----END (?P<what>[A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)?)-----")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]+")
_MAX_KEY = 64 * 1024
_FULL_LINE = 40


def mask_private_keys(text: str) -> tuple[str, int]:
    """Everything between the marks is hidden; where one mark is missing, the lines that look like the key's."""
    if "PRIVATE KEY" not in text:
        return text, 0
    parts: list[str] = []
    position = count = 0
    while True:
        begin = _BEGIN.search(text, position)
        end = _END.search(text, position)
        if end is not None and (begin is None or end.start() < begin.start()):
            head = text[position : end.start()]
            kept = head[: _body_before(head)]
        elif begin is not None:
            head, kept = "", text[position : begin.end()]
            end = _END.search(text, begin.end(), begin.end() + _MAX_KEY)
            if end is None:
                stop = begin.end() + _body_after(text[begin.end() : begin.end() + _MAX_KEY])
                hidden = text[begin.end() : stop]
                count += _worth(hidden)
                parts += [kept, f" {MASK}" if _worth(hidden) else hidden]
                position = stop
                continue
            head = text[begin.end() : end.start()]
        else:
            parts.append(text[position:])
            return "".join(parts), count
        secret = head if begin is not None and end.start() > begin.start() else head[len(kept) :]
        count += _worth(secret)
        parts += [kept, f" {MASK} " if _worth(secret) else secret, end[0]]
        position = end.end()


def _worth(hidden: str) -> int:
    return int(hidden.strip() not in ("", MASK))


def _last_word(line: str) -> str:
    words = line.replace("\\n", " ").replace("\\r", " ").split()
    return words[-1].strip("\"'") if words else ""


def _body_after(text: str) -> int:
    """How much of the text behind a BEGIN mark belongs to the key."""
    taken = 0
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        word = _last_word(line)
        body = _BASE64.fullmatch(word) is not None
        if (
            number == 0
            or not word
            or line.lstrip().startswith(("Proc-Type:", "DEK-Info:"))
            or (body and len(word) >= _FULL_LINE)
        ):
            taken += len(line)
        else:
            return taken + (len(line.rstrip("\r\n")) if body and number > 1 else 0)
    return taken


def _body_before(text: str) -> int:
    """Where the key's lines begin in the text before an END mark that has no BEGIN."""
    lines = text.splitlines(keepends=True)
    start = len(text)
    for line in reversed(lines):
        word = _last_word(line)
        short_last_line = start >= len(text) - 1 and _BASE64.fullmatch(word) is not None
        if word and not (_BASE64.fullmatch(word) is not None and len(word) >= _FULL_LINE) and not short_last_line:
            break
        start -= len(line)
    return start
