"""Scripts for the demo: what people say and press, and what must show before they go on."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.chat import Chat

PATIENCE = 20.0
"""Seconds that a step may take unless it says otherwise."""
USAGE = (
    "say 名字 内容 · press 名字 按钮 · wait [秒数] 文字 · in 群 · fire 告警 标签=值,… 说明 · resolve 告警 · note 文字"
)
ROOMS = ("钉钉", "飞书")
_LABEL = re.compile(r"\w+=[^=,]+")


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
        case "fire" if more and all(map(_LABEL.fullmatch, more.split(maxsplit=1)[0].split(","))):
            return Step(number, verb, who=first, what=more.strip())
        case "resolve" if first and not more:
            return Step(number, verb, who=first)
        case "in" if rest.strip() in ROOMS:
            return Step(number, verb, what=rest.strip())
        case "wait" | "note" if rest.strip():
            return Step(number, verb, what=rest.strip())
        case _:
            raise ScriptWrong(f"第 {number} 行看不懂：{line}（可用的步骤：{USAGE}）")


def fire(alertmanager: AlertmanagerStandIn, name: str, what: str) -> None:
    """`severity=warning,namespace=shop 说明`: fires, instead of what fires under this name."""
    labels, _, summary = what.partition(" ")
    alertmanager.resolve(name)
    said = dict(label.split("=", 1) for label in labels.split(","))
    alertmanager.fire({"alertname": name, **said}, {"summary": summary.strip()})


async def play(
    chat: Chat, steps: tuple[Step, ...], write: Callable[[str], None], alertmanager: AlertmanagerStandIn
) -> None:
    """Play steps one by one. Raises ScriptFailed."""
    since = chat.now
    for step in steps:
        try:
            match step.verb:
                case "note":
                    write(f"\n── {step.what}")
                case "in":
                    chat.enter(step.what)
                case "fire" | "resolve":
                    since = chat.now
                    write(
                        f"\n🔔 Alertmanager：{step.who} {'正在告警' if step.verb == 'fire' else '不再告警'} {step.what}".rstrip()
                    )
                    alertmanager.resolve(step.who) if step.verb == "resolve" else fire(
                        alertmanager, step.who, step.what
                    )
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
