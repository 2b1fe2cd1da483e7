"""Scripts for the demo: what people say and press, and what must show before they go on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.chat import Chat

PATIENCE = 20.0
"""Seconds that a step may take unless it says otherwise."""
USAGE = "say 名字 内容 · press 名字 按钮 · wait [秒数] 文字 · in 群 · note 文字"
ROOMS = ("钉钉", "飞书")


class ScriptWrong(Exception):
    """A line that is no step; the message names it."""


class ScriptFailed(Exception):
    """A step that did not come true; the message names it."""


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    verb: str
    who: str = ""
    what: str = ""
    seconds: float = PATIENCE


def steps_of(script: str) -> tuple[Step, ...]:
    """One step a line; empty lines and those that begin with # are none. Raises ScriptWrong."""
    lines = ((number, line.strip()) for number, line in enumerate(script.splitlines(), start=1))
    return tuple(_step(number, line) for number, line in lines if line and not line.startswith("#"))


def _step(number: int, line: str) -> Step:
    verb, _, rest = line.partition(" ")
    first, _, more = rest.strip().partition(" ")
    match verb:
        case "say" | "press" if more:
            return Step(number, verb, who=first, what=more.strip())
        case "wait" if more and first.isdecimal():
            return Step(number, verb, what=more.strip(), seconds=float(first))
        case "in" if rest.strip() in ROOMS:
            return Step(number, verb, what=rest.strip())
        case "wait" | "note" if rest.strip():
            return Step(number, verb, what=rest.strip())
        case _:
            raise ScriptWrong(f"第 {number} 行看不懂：{line}（可用的步骤：{USAGE}）")


async def play(chat: Chat, steps: tuple[Step, ...], write: Callable[[str], None]) -> None:
    """Play steps one by one. Raises ScriptFailed."""
    since = chat.now
    for step in steps:
        try:
            match step.verb:
                case "note":
                    write(f"\n── {step.what}")
                case "in":
                    chat.enter(step.what)
                case "wait":
                    await chat.wait(step.what, step.seconds, after=since)
                case _:
                    since = {**since, chat.here.platform: chat.here.now}
                    chat.me = chat.member(step.who)
                    await _act(chat, step, write)
        except TimeoutError:
            raise ScriptFailed(f"第 {step.number} 行：{step.seconds:.0f} 秒内没有出现“{step.what}”") from None
        except LookupError as error:
            raise ScriptFailed(f"第 {step.number} 行：{error}") from None


async def _act(chat: Chat, step: Step, write: Callable[[str], None]) -> None:
    if step.verb == "say":
        write(f"\n💬 {step.who}{chat.where}：@Steward {step.what}")
    act: Callable[[str], Awaitable[None]] = chat.say if step.verb == "say" else chat.press
    await act(step.what)
