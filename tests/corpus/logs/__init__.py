"""Logs as containers of many makes write them, each with the line that has to be on the card, and what else logs are full of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MARK = "»"
MOST = 2000


@dataclass(frozen=True, slots=True)
class Log:
    """`matters` is one of the lines."""

    name: str
    lines: tuple[str, ...]
    matters: str


def _read(path: Path) -> Log:
    lines = path.read_text(encoding="utf-8").splitlines()
    matters = next(line.removeprefix(_MARK) for line in lines if line.startswith(_MARK))
    return Log(path.stem, tuple(line.removeprefix(_MARK) for line in lines), matters)


LOGS = tuple(map(_read, sorted(Path(__file__).parent.glob("*.log"))))

NOISE: dict[str, Callable[[int], str]] = {
    "access": lambda n: (
        f'10.0.0.{n % 250} - - [27/Nov/2026:03:{n % 60:02}:07 +0000] "GET /v1/error/{n} HTTP/1.1" 200 {n * 7}'
    ),
    "json": lambda n: (
        f'{{"level":"info","ts":{n},"msg":"request done","status":200,"error":"","failed":0,"id":"{n:08x}"}}'
    ),
    "chinese": lambda n: f"2026-11-27 03:{n % 60:02}:07 [信息] 第 {n} 批订单处理完成，失败 0，异常 0，超时 0",
    "warnings": lambda n: (
        f"2026-11-27T03:{n % 60:02}:07Z WARN retrying request {n}: upstream timed out after {n * 3} ms"
    ),
    "debug": lambda n: f"2026-11-27T03:{n % 60:02}:07Z DEBUG cache miss for order-{n}: not found, error budget {n}",
}


def buried(log: Log, noise: str, place: int) -> tuple[str, ...]:
    """The log with so many lines of noise before it that all are two thousand, and `place` of them come first."""
    rest = MOST - len(log.lines)
    told = [NOISE[noise](number) for number in range(rest)]
    return (*told[:place], *log.lines, *told[place:])
