"""Which lines of a log matter.

Every line is reduced to a template (numbers, addresses, ids and quoted text taken out), so that repeats are counted and rare lines
stand out; stack traces are folded into one block. Scores are rules of thumb, tuned for finding the first real error, not for
completeness: the tail always comes along.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from executor.fields import moment

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,16}[ -/]{0,4}[@-~]|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?")
_VARIABLE = re.compile(
    r"\"[^\"]{0,200}\"|'[^']{0,200}'|\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|"
    r"\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F]{8,}\b|\d+"
)
_DEADLY = re.compile(
    r"\bpanic\b|\bfatal\b|out of memory|\bOOM\b|segmentation fault|segfault|Traceback \(most recent|Caused by:|core dumped",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(?:error|err|critical|severe|emerg|alert)\b|exception|\brefused\b|\bdenied\b|x509|no such|time[d ]?-?out|deadline|"
    r"not found|\bfail(?:ed|ure)?\b|unable to|cannot|can't|invalid|unknown host|错误|失败|异常",
    re.IGNORECASE,
)
_NAMED_ERROR = re.compile(r"^[\w.$]{0,120}(?:Error|Exception|Failure|Panic)\b")
_DULL = re.compile(
    r"\b(?:GET|HEAD|POST|PUT|OPTIONS) [^ ]{1,200}(?: HTTP/[\d.]+)?\"? [23]\d\d\b|/(?:healthz|livez|readyz|metrics|ping)\b|"
    r"kube-probe|\bDEBUG\b|\bTRACE\b"
)
_CONTINUED = re.compile(
    r"\s+\S|Caused by|\.\.\. \d+ more|goroutine \d+|(?:[\w.$]+\.)?[\w$]+\(.*\)$|created by |\tat |File \"|During handling|"
    r"The above exception"
)
_TRACE_START = re.compile(
    r"Traceback \(most recent|\bpanic:|goroutine \d+ \[|Exception in thread|^\S*Exception\b|Caused by:"
)
_LONGEST_LINE = 4096
_LONGEST_BLOCK = 24
_BEST = 12
_TAIL = 15
_RARE = 3


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
    first = next((block for block in blocks if block.score >= 6), None) or max(blocks, key=lambda block: block.score)
    worst = max(blocks, key=lambda block: block.score)
    best = _headline(worst if worst.score > first.score + 6 else first) if worst.score > 0 else plain[-1]
    return Ranked(
        best=best,
        block=tuple(_shortened(first.lines)) if first.score > 0 else (),
        top=tuple(_counted(block, counts) for block in _best_in_order(chosen)),
        tail=tuple(plain[-_TAIL:]),
    )


def _plain(line: str) -> str:
    return _CONTROL.sub("", _ANSI.sub("", line.rstrip("\r\n")))[:_LONGEST_LINE]


def without_stamp(line: str) -> str:
    """The line less a leading timestamp, for a sentence that quotes it."""
    found = _STAMP.match(line.lstrip("[ "))
    return line.lstrip("[ ")[found.end() :].lstrip(" ]:-") if found else line


def template_of(line: str) -> str:
    return _VARIABLE.sub("#", _STAMP.sub("", line)).strip()


def _fold(lines: list[str]) -> list[_Block]:
    """A stack trace and the error it ends in (Python) or starts from (Java, Go) are one block."""
    blocks: list[_Block] = []
    for line in lines:
        open_trace = blocks[-1] if blocks and blocks[-1].trace else None
        if open_trace is not None and (_CONTINUED.match(line) or _names_the_error(open_trace, line)):
            open_trace.lines.append(line)
            continue
        if blocks and line[0] in " \t" and len(blocks[-1].lines) < _LONGEST_BLOCK and not _STAMP.search(line):
            blocks[-1].lines.append(line)
            blocks[-1].trace = blocks[-1].trace or line.lstrip().startswith(("at ", "File "))
            continue
        blocks.append(_Block([line], trace=_TRACE_START.search(line) is not None))
    for block in blocks:
        block.template = template_of(block.lines[0] if not block.trace else _headline(block))
    return blocks


def _names_the_error(block: _Block, line: str) -> bool:
    """Python says what went wrong in the first line after the indented ones; Go's panic goes on with its goroutines."""
    if block.lines[0].startswith("Traceback") or "Traceback (most" in block.lines[0]:
        return not any(_NAMED_ERROR.match(said) for said in block.lines[1:]) and line[0] not in " \t"
    return False


def _headline(block: _Block) -> str:
    """The line of a block that says what went wrong."""
    if "Traceback (most" in block.lines[0]:
        return next((line for line in reversed(block.lines) if _NAMED_ERROR.match(line)), block.lines[-1])
    return block.lines[0]


def _score(block: _Block, count: int, finished_at: datetime | None, *, repeated: bool) -> float:
    head = " ".join(block.lines[:1] if not block.trace else [block.lines[0], _headline(block)])
    score = 8.0 * bool(_DEADLY.search(head) or block.trace)
    score += 6 * bool(_ERROR.search(head) or _NAMED_ERROR.match(head))
    if _DULL.search(head):
        score -= 4
    if score > 0 and not repeated and count < _RARE:
        score += 4
    if score > 0 and finished_at is not None and (at := _stamp_of(head)) is not None:
        score += 3 * (timedelta() <= finished_at - at <= timedelta(seconds=10))
    return score - 3 * repeated


def _stamp_of(line: str) -> datetime | None:
    found = _STAMP.search(line)
    if found is None:
        return None
    stamp = found[0].replace(",", ".").replace(" ", "T")
    return moment(stamp if stamp[-1] == "Z" or "+" in stamp or stamp.count("-") > 2 else f"{stamp}Z")


def _best_in_order(blocks: list[_Block]) -> list[_Block]:
    kept = sorted(range(len(blocks)), key=lambda index: (-blocks[index].score, index))[:_BEST]
    return [blocks[index] for index in sorted(kept)]


def _counted(block: _Block, counts: Counter[str]) -> str:
    count = counts[block.template]
    return _headline(block) + (f" ×{count}" if count > 1 else "")


def _shortened(lines: list[str]) -> list[str]:
    if len(lines) <= _LONGEST_BLOCK:
        return lines
    half = _LONGEST_BLOCK // 2
    return [*lines[:half], f"… {len(lines) - 2 * half} …", *lines[-half:]]
