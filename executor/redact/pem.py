"""Private keys in PEM, whole or cut at either end, over lines or with `\\n` spelled out."""

import re

from executor.redact.keys import MASK

_MARK = re.compile(r"-----(?P<side>BEGIN|END) [A-Z0-9 ]{0,40}?PRIVATE KEY(?: BLOCK)?-----")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]+")
_MAX_KEY = 64 * 1024
_MAX_LINES = 1000
_FULL_LINE = 40


def mask_private_keys(text: str) -> tuple[str, int]:
    """Everything between the marks is hidden; where one mark is missing, the lines that look like the key's."""
    if "PRIVATE KEY" not in text:
        return text, 0
    parts: list[str] = []
    position = count = 0
    marks = list(_MARK.finditer(text))
    for number, mark in enumerate(marks):
        if mark["side"] == "BEGIN":
            start = mark.end()
            following = marks[number + 1] if number + 1 < len(marks) else None
            limit = following.start() if following is not None else len(text)
            whole = following is not None and following["side"] == "END" and limit - start <= _MAX_KEY
            stop = limit if whole else _after(text, start, limit)
        else:
            stop = mark.start()
            start = _before(text, position, stop)
        hidden = text[start:stop].strip() not in ("", MASK)
        count += hidden
        parts += [text[position:start], f" {MASK} " if hidden else text[start:stop]]
        position = stop
    parts.append(text[position:])
    return "".join(parts), count


def _last_word(line: str) -> str:
    """Without a timestamp before it; of a key with `\\n` spelled out, its last line."""
    words = line.replace("\\n", " ").replace("\\r", " ").split()
    return words[-1].strip("\"'") if words else ""


def _is_body(line: str) -> bool:
    word = _last_word(line)
    return len(word) >= _FULL_LINE and _BASE64.fullmatch(word) is not None


def _is_last(line: str) -> bool:
    """A last line may be short; then it stands alone and is not a plain word."""
    word = line.strip()
    return len(word) % 4 == 0 and _BASE64.fullmatch(word) is not None and not word.islower()


def _after(text: str, start: int, limit: int) -> int:
    """Where a key ends that has no END mark. What is behind BEGIN on its own line always belongs to it."""
    stop = taken = start
    bodies = 0
    for number in range(_MAX_LINES):
        newline = text.find("\n", taken, limit)
        end = limit if newline < 0 else newline
        line = text[taken:end]
        header = line.lstrip().startswith(("Proc-Type:", "DEK-Info:")) or not line.strip()
        if number and not header and not _is_body(line):
            return end if bodies and _is_last(line) else stop
        bodies += number > 0 and not header
        stop = end if number == 0 or not header else stop
        if newline < 0:
            return stop
        taken = newline + 1
    return stop


def _before(text: str, begin: int, end: int) -> int:
    """Where a key begins that has no BEGIN mark. The mark's own line counts only if it holds the key; the line above it may be
    the short last one."""
    start = stop = end
    pending = True
    for number in range(_MAX_LINES):
        newline = text.rfind("\n", begin, stop)
        first = max(newline + 1, begin)
        line = text[first:stop]
        if _is_body(line):
            start, pending = first, False
        elif not pending or number > 1 or MASK in line or not (number == 0 or _is_last(line)):
            return start
        if newline < 0:
            return start
        stop = newline
    return start
