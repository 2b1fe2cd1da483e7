"""The corpus of requests and how well a planner does on it.

`requests.jsonl` has one request a line: `text`, `expect` (the plan as `notation` writes it), and `held_out`: whether the grammar
was not written from it. Requests written by somebody who did not know the grammar were divided by a hash of their text before it
was known what it makes of them; the held-out half is not looked at when the grammar is changed. `fresh.jsonl` is as strict and
newer: written from what Steward promises, without a look at the grammar, before any of it was tried. It too was divided by such a
hash once it had been measured as a whole: the half that may be looked at since has moved to `requests.jsonl`, only the half that
nobody who changes the grammar has seen is left in it. `also` says what would be as right, where nothing that was promised decides
between two safe answers.

A wrong action is a change that was proposed and not asked for; a needless question is a question back where an answer was expected.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.brain.planner import (
    Bind,
    Clarify,
    Decide,
    Diagnose,
    Grant,
    Mute,
    Pick,
    Plan,
    Planner,
    Proposal,
    Refusal,
    Reply,
    Revoke,
)
from executor.operations import (
    Delete,
    Describe,
    Events,
    Exec,
    Get,
    Logs,
    Operation,
    Other,
    Patch,
    Restart,
    Scale,
    SetImage,
    Target,
)
from executor.risk import Level, assess

FILE = Path(__file__).with_name("requests.jsonl")
FRESH = FILE.with_name("fresh.jsonl")


@dataclass(frozen=True)
class Request:
    text: str
    expect: str
    held_out: bool = False
    also: tuple[str, ...] = ()

    @property
    def right(self) -> tuple[str, ...]:
        return (self.expect, *self.also)


@dataclass
class Score:
    """Counts; `misses` are (request, what the planner made of it)."""

    total: int = 0
    right: int = 0
    wrong_actions: int = 0
    needless_questions: int = 0
    misses: list[tuple[Request, str]] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        return self.right / self.total if self.total else 1.0


def requests(*, held_out: bool | None = None) -> tuple[Request, ...]:
    """All requests, or only those that the grammar was (not) written from."""
    return tuple(one for one in _read(FILE) if held_out is None or one.held_out == held_out)


def fresh() -> tuple[Request, ...]:
    """As ops groups of Chinese companies write: each operation, read and page, and what must come to nothing."""
    return _read(FRESH)


def _read(file: Path) -> tuple[Request, ...]:
    return tuple(_request(line) for line in file.read_text("utf-8").splitlines() if line.strip())


def _request(line: str) -> Request:
    written = json.loads(line)
    return Request(**{**written, "also": tuple(written.get("also", ()))})


async def score(planner: Planner, asked: Iterable[Request]) -> Score:
    counted = Score()
    for request in asked:
        plan = await planner.plan(request.text)
        seen = notation(plan)
        counted.total += 1
        if seen in request.right:
            counted.right += 1
            continue
        counted.misses.append((request, seen))
        counted.wrong_actions += bool(
            set(changes(plan)) - {one for right in request.right for one in right.split("; ")}
        )
        counted.needless_questions += isinstance(plan, Clarify)
    return counted


def changes(plan: Plan) -> tuple[str, ...]:
    """The changes that a plan would put before an administrator, in notation."""
    if isinstance(plan, Bind | Grant | Revoke):
        return (notation(plan),)
    operations = plan.operations if isinstance(plan, Proposal) else ()
    return tuple(_operation(one) for one in operations if assess(one).level is not Level.READ_ONLY)


def notation(plan: Plan) -> str:
    """`restart nginx -n shop; scale web replicas=5`, `diagnose Namespace/shop`, `reply audit today`, `clarify`, `refusal`."""
    match plan:
        case Proposal(operations=operations):
            return "; ".join(_operation(operation) for operation in operations)
        case Diagnose(target=target):
            return f"diagnose {_thing(target)}"
        case Reply(topic=topic, argument=argument, person=person):
            return " ".join(filter(None, ("reply", topic, argument, person)))
        case Decide(button=button, code=code, reason=reason):
            return " ".join(filter(None, (button, code, reason)))
        case Pick(number=number):
            return f"pick {number}"
        case Bind(code=code):
            return f"bind {code}"
        case Grant(who=who, role=role):
            return f"grant {who} {role}"
        case Revoke(who=who):
            return f"revoke {who}"
        case Mute(code=code, seconds=seconds):
            return f"mute {code} {seconds}"
        case Clarify():
            return "clarify"
        case Refusal():
            return "refusal"


def _operation(operation: Operation) -> str:
    words: tuple[Any, ...]
    match operation:
        case Get():
            name = f"{operation.kind}/{operation.name}" if operation.name else operation.kind
            words = ("get", name, _place(operation.namespace), "-A" if operation.all_namespaces else "")
        case Describe(target=target):
            words = ("describe", _thing(target))
        case Logs(target=target):
            tail = f"tail={operation.tail}" if operation.tail != 200 else ""
            since = f"since={operation.since_seconds}" if operation.since_seconds else ""
            container = f"container={operation.container}" if operation.container else ""
            words = ("logs", _thing(target), container, tail, since, "previous" if operation.previous else "")
        case Events(target=target):
            about = _thing(target) if target else _place(operation.namespace)
            words = ("events", about, "-A" if operation.all_namespaces else "")
        case Delete(target=target):
            words = (
                "delete",
                _thing(target),
                f"grace={operation.grace_seconds}" if operation.grace_seconds is not None else "",
            )
        case Scale(target=target):
            words = ("scale", _thing(target), _amount(operation))
        case SetImage(target=target):
            images = (f"{one.container}={one.image}" if one.container else one.image for one in operation.images)
            words = ("set-image", _thing(target), *images)
        case Patch(target=target):
            words = ("patch", _thing(target), operation.patch_type, operation.body)
        case Exec(target=target):
            container = f"container={operation.container}" if operation.container else ""
            words = ("exec", _thing(target), container, "--", *operation.argv)
        case Restart(target=target):
            words = ("restart", _thing(target))
        case Other():
            words = (operation.command, *operation.argv)
    return " ".join(filter(None, words))


def _amount(operation: Scale) -> str:
    if operation.replicas is not None:
        return f"replicas={operation.replicas}"
    return f"factor={operation.factor:g}" if operation.factor is not None else f"delta={operation.delta:+d}"


def _thing(target: Target) -> str:
    return " ".join(
        filter(None, (f"{target.kind}/{target.name}" if target.kind else target.name, _place(target.namespace)))
    )


def _place(namespace: str | None) -> str:
    return f"-n {namespace}" if namespace else ""
