"""Which lines of a log matter.

Every line is reduced to a template (`executor.loglines`), so that repeats are counted and rare lines stand out; a stack trace is
one block with the error it belongs to. Scores are rules of thumb, tuned for finding the first real error, not for completeness:
the tail always comes along.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from executor.fields import moment
from executor.loglines import STAMP, Level, read_line, template_of

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,16}[ -/]{0,4}[@-~]|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_DEADLY = re.compile(
    r"\bpanic\b|\bpanicked at\b|\bfatal\b|out of memory|\boom\b|outofmemory|segmentation fault|segfault|"
    r"traceback \(most recent|caused by:|core dumped|unhandled exception|uncaught"
)
_DEADLY_HINTS = ("panic", "fatal", "oom", "memory", "seg", "traceback", "caused", "core d", "unhandled", "uncaught")
"""Of lines in small letters. Most have none of these, which is found out ten times faster."""
_ERROR = re.compile(
    r"\b(?:error|err|critical|severe|emerg|alert)\b|exception|\brefused\b|\bdenied\b|x509|no such|time[d ]?-?out|deadline|"
    r"not found|\bfail(?:ed|ure)?\b|unable to|cannot|can't|could not|invalid|unknown host|no space left|in use|unbound variable|"
    r"错误|失败|异常|出错|无法|不能|拒绝|超时|不存在|找不到|未找到|不足|非法|崩溃|中止"
)
_ERROR_HINTS = (
    "err", "critical", "severe", "emerg", "alert", "exception", "refused", "denied", "x509", "no s", "out", "deadline",
    "not ", "fail", "unable", "cannot", "can't", "invalid", "unknown", "in use", "unbound",
    "错误", "失败", "异常", "出错", "无法", "不能", "拒绝", "超时", "不存在", "找不到", "未找到", "不足", "非法", "崩溃", "中止",
)  # fmt: skip
_NAMED_ERROR = re.compile(
    r"^[\w.$:]{0,120}(?:Error|Exception|Failure|Panic|Interrupt)\b|^[\w.]{1,80}\.(?:gaierror|timeout|error): "
)
_DULL = re.compile(
    r"\b(?:GET|HEAD|POST|PUT|OPTIONS) [^ ]{1,200}(?: HTTP/[\d.]+)?\"? [23]\d\d\b|/(?:healthz|livez|readyz|metrics|ping)\b|"
    r"kube-probe"
)
_CONTINUED = re.compile(
    r"\s+\S|Caused by|\.\.\. \d+ more|goroutine \d+|(?:[\w.$]+\.)?[\w$]+\(.*\)$|created by |\tat |File \"|During handling|"
    r"The above exception|\[signal |[\w./$*()-]{1,200}\(0x[0-9a-f]+|#\d+ "
)
_TRACE_START = re.compile(
    r"Traceback \(most recent|\bpanic:|fatal error:|goroutine \d+ \[|Exception in thread|Unhandled exception|^\S*Exception\b|"
    r"Caused by:|panicked at"
)
_FRAME = re.compile(r"\s+at |\s+from |\s+File \"|\t|\s+\.\.\. \d+|#\d+ ")
_LONGEST_LINE = 4096
_LONGEST_BLOCK = 24
_BEST = 12
_TAIL = 15
_RARE = 3
_BAD = 6
"""The score from which a line speaks of something that is wrong."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """`best` is the one line to show; `block` the first error with its stack trace; `top` the best lines in the order of time,
    with `×N` where a like line came N times; `tail` the last ones. All empty for an empty log. Not masked: mask before ranking."""

    best: str = ""
    block: tuple[str, ...] = ()
    top: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


@dataclass(slots=True)
class _Block:
    """A line with what belongs to it."""

    lines: list[str]
    template: str = ""
    score: float = 0
    trace: bool = False


def rank(lines: Iterable[str], *, finished_at: datetime | None = None) -> Ranked:
    """`finished_at` is when the container ended: what it said in its last ten seconds counts more."""
    plain = [line for line in map(_plain, lines) if line.strip()]
    if not plain:
        return Ranked()
    blocks = _fold(plain)
    counts = Counter(block.template for block in blocks)
    met: dict[str, _Block] = {}
    for block in blocks:
        block.score = _score(block, counts[block.template], finished_at, repeated=block.template in met)
        met.setdefault(block.template, block)
    chosen = [block for block in met.values() if block.score > 0]
    first = next((block for block in blocks if block.score >= _BAD), None) or max(blocks, key=lambda block: block.score)
    worst = max(blocks, key=lambda block: block.score)
    told = worst if worst.score >= first.score + _BAD else first
    return Ranked(
        best=_headline(told) if told.score > 0 else plain[-1],
        block=tuple(_shortened(told.lines)) if told.score > 0 else (),
        top=tuple(_counted(block, counts) for block in _best_in_order(chosen)),
        tail=tuple(plain[-_TAIL:]),
    )


def _plain(line: str) -> str:
    return _CONTROL.sub("", _ANSI.sub("", line.rstrip("\r\n")))[:_LONGEST_LINE]


def _fold(lines: list[str]) -> list[_Block]:
    """A stack trace and the error it ends in (Python) or starts from (Java, Go) are one block, with the line that announces it."""
    blocks: list[_Block] = []
    for line in lines:
        last = blocks[-1] if blocks else None
        if last is not None and last.trace and (_CONTINUED.match(line) or _names_the_error(last, line)):
            last.lines.append(line)
            continue
        if last is not None and line[0] in " \t" and not STAMP.search(line):
            if len(last.lines) < 10 * _LONGEST_BLOCK:
                last.lines.append(line)
                last.trace = last.trace or line.lstrip().startswith(("at ", "File ", "from "))
            continue
        starts = _TRACE_START.search(line) is not None
        if last is not None and not last.trace and (starts or _NAMED_ERROR.match(line)) and _announces(last):
            last.lines.append(line)
            last.trace = True
            continue
        blocks.append(_Block([line], trace=starts))
    for block in blocks:
        block.template = template_of(_headline(block) if block.trace else block.lines[0])
    return blocks


def _announces(block: _Block) -> bool:
    """Whether it is a single line of level error, as loggers write before the trace of what they caught."""
    level = read_line(block.lines[0]).level
    return len(block.lines) == 1 and level is not None and level >= Level.ERROR


def _names_the_error(block: _Block, line: str) -> bool:
    """Python says what went wrong in the first line after the indented ones, Rust in the second; Go's panic goes on with its
    goroutines."""
    if line[0] in " \t":
        return False
    if "panicked at" in block.lines[-1]:
        return True
    if any("Traceback (most" in said for said in block.lines):
        return not any(_NAMED_ERROR.match(said) for said in block.lines[1:])
    return False


def _headline(block: _Block) -> str:
    """The line of a block that says what went wrong: the deepest cause of Java's, the error under Python's frames."""
    lines = block.lines
    if not block.trace:
        return lines[0]
    causes = [line for line in lines if line.startswith("Caused by:")]
    named = [line for line in lines if _NAMED_ERROR.match(line)]
    if causes:
        return causes[-1]
    if any("Traceback (most" in line for line in lines):
        return named[-1] if named else next((line for line in reversed(lines) if line[0] not in " \t"), lines[-1])
    if "panicked at" in lines[0] and lines[0].endswith(":") and len(lines) > 1:
        return lines[1]
    return lines[0] if _TRACE_START.search(lines[0]) or not named else named[0]


def _score(block: _Block, count: int, finished_at: datetime | None, *, repeated: bool) -> float:
    head = block.lines[0]
    first = read_line(head)
    said = first.text if not block.trace else f"{first.text} {_headline(block)}"
    low = said.lower()
    deadly = _told(low, _DEADLY_HINTS, _DEADLY) or block.trace or first.level is Level.FATAL
    bad = _told(low, _ERROR_HINTS, _ERROR) or _NAMED_ERROR.match(said) is not None or (first.level or 0) >= Level.ERROR
    score = 8.0 * deadly + 6 * bad
    if _DULL.search(head):
        score -= 4
    if first.level is Level.WARNING:
        score -= 2
    if first.level is Level.QUIET and not block.trace:
        score = min(score, 1)
    if score > 0 and not repeated and count < _RARE:
        score += 4
    if score > 0 and finished_at is not None and (at := _stamp_of(head)) is not None:
        score += 3 * (timedelta() <= finished_at - at <= timedelta(seconds=10))
    return score - 3 * repeated


def _told(low: str, hints: tuple[str, ...], words: re.Pattern[str]) -> bool:
    return any(hint in low for hint in hints) and words.search(low) is not None


def _stamp_of(line: str) -> datetime | None:
    found = STAMP.search(line)
    if found is None:
        return None
    stamp = found[0].replace(",", ".").replace(" ", "T").replace("/", "-")
    return moment(stamp if stamp[-1] == "Z" or "+" in stamp or stamp.count("-") > 2 else f"{stamp}Z")


def _best_in_order(blocks: list[_Block]) -> list[_Block]:
    kept = sorted(range(len(blocks)), key=lambda index: (-blocks[index].score, index))[:_BEST]
    return [blocks[index] for index in sorted(kept)]


def _counted(block: _Block, counts: Counter[str]) -> str:
    count = counts[block.template]
    return _headline(block) + (f" ×{count}" if count > 1 else "")


def _shortened(lines: list[str]) -> list[str]:
    """Of a long trace what is said between its frames, each with the first few below it."""
    if len(lines) <= _LONGEST_BLOCK:
        return lines
    said = [number for number, line in enumerate(lines) if number == 0 or not _FRAME.match(line)]
    near = max(0, (_LONGEST_BLOCK - 2) // max(1, len(said)) - 1)
    kept = sorted({number + more for number in said for more in range(min(near, 4) + 1)} & set(range(len(lines))))
    half = _LONGEST_BLOCK // 2
    kept = kept if len(kept) <= _LONGEST_BLOCK else [*kept[:half], *kept[-half:]]
    shown: list[str] = []
    for place, number in enumerate(kept):
        missing = number - (kept[place - 1] + 1 if place else 0)
        shown += [f"… {missing} …"] if missing else []
        shown.append(lines[number])
    left = len(lines) - 1 - kept[-1]
    return [*shown, f"… {left} …"] if left else shown
