"""An action as a card: a pure projection of the row in the store (I11)."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from adapters.types import Person
from bot.actions import Action, State
from bot.orders import AccessOrder, Order
from bot.words import Words
from cards.model import Button, Card, Code, Diff, DiffLine, Fact, Input, LogLines, Named, Progress, Prose, Section, Tone
from executor import kubectl, operations, verify
from executor.operations import Change, Other, Read, Target, target_of
from executor.reason import Reason, reason
from executor.redact import mask
from executor.verify import Result

DIGEST_PREFIX = 16
"""Hex digits of the digest that a card's buttons bring back."""

MOST_CHANGES = 2
CHANGE_CHARS = 160
_NOW = "<now>"
"""How a difference writes the moment of the write itself."""
_LAST_STEP = re.compile(r"[^.\[\]]+(?:\[[^\]]*\])?$")

_TONE = {
    State.WAIT_APPROVAL: Tone.WAITING,
    State.EXECUTING: Tone.RUNNING,
    State.VERIFYING: Tone.VERIFYING,
    State.SUCCESS: Tone.SUCCESS,
    State.STALE: Tone.WARNING,
}
_RAN = (State.EXECUTING, State.VERIFYING, State.SUCCESS, State.FAILED)


def sentence(operation: Read | Change | Other) -> Reason:
    """What an operation does, in one sentence for its approver."""
    target = target_of(operation)
    if target is None and isinstance(operation, operations.Get | operations.Events):
        target = Target(kind=getattr(operation, "kind", ""), name="", namespace=operation.namespace)
    namespace = (target.namespace if target else None) or "-"
    values: dict[str, str | int] = {"target": str(target or "").rstrip("/"), "namespace": namespace}
    match operation:
        case operations.Scale():
            values["replicas"] = str(operation.replicas if operation.replicas is not None else "?")
        case operations.SetImage():
            images = ", ".join(f"{each.container or '*'}={each.image}" for each in operation.images)
            values["images"] = mask(images).text
        case operations.Exec():
            values["argv"] = mask(" ".join(operation.argv)).text
        case operations.Other():
            values["command"] = operation.command
    return reason(f"op.{operation.verb.replace('-', '_')}", **values)


def sentence_of(order: Order) -> Reason:
    """What an order does, in one sentence for its approver."""
    return order.sentence if isinstance(order, AccessOrder) else sentence(order.operation)


class Views:
    """Cards of actions, in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def action_card(self, action: Action, live: verify.Progress | None = None) -> Card:
        """The card of an action in its present state; `live` adds how far the verification is. The version is the store's."""
        say = self.words
        waiting = action.state is State.WAIT_APPROVAL
        return Card(
            id=action.card_id,
            kind="status" if action.state in _RAN else "approval",
            digest=action.order.digest[:DIGEST_PREFIX],
            language=say.language,
            tone=self._tone(action),
            title=say("card.title_waiting") if waiting else say.say(sentence_of(action.order)),
            tag=self._tag(action),
            summary=self._summary(action),
            facts=self._facts(action),
            progress=self._progress(action, live),
            sections=self._sections(action),
            log=live.lines if live else (),
            buttons=self._buttons(action),
            footer=self._footer(action),
            final=action.state.terminal,
        )

    def commands(self, action: Action) -> dict[str, str]:
        """What the buttons of a finished action stand for."""
        return {"undo": f"撤销 {action.code}"} if self._undoable(action) else {}

    def already(self, action: Action) -> Reason:
        """What a click is told that came too late."""
        if action.decided_by is None:
            return reason("decide.already_over", state=self._tag(action))
        return reason("decide.already", name=action.decided_by.name or action.decided_by.id, state=self._tag(action))

    def _tone(self, action: Action) -> Tone:
        if action.state is State.FAILED and action.outcome is not None:
            return Tone.FAILURE if action.outcome.result is Result.FAILED else Tone.WARNING
        return _TONE.get(action.state, Tone.MUTED)

    def _tag(self, action: Action) -> str:
        if action.state is State.FAILED and action.outcome is not None:
            return self.words(f"card.result.{action.outcome.result.replace('-', '_')}")
        return self.words(f"card.state.{action.state.lower()}")

    def _summary(self, action: Action) -> str:
        say = self.words
        match action.state:
            case State.WAIT_APPROVAL:
                return say.say(sentence_of(action.order))
            case State.DENIED if action.note:
                return say("card.denied_because", name=_name(action), note=action.note)
            case State.DENIED | State.CANCELLED:
                return say(f"card.{action.state.lower()}_by", name=_name(action))
            case State.EXPIRED:
                return say("card.expired")
            case _ if action.outcome is not None:
                return say.say(action.outcome.reason)
            case _:
                return say(f"card.{action.state.lower()}")

    def _facts(self, action: Action) -> tuple[Fact, ...]:
        say, order = self.words, action.order
        asked = [("card.asked_by", _clock_time(action.created_at)), ("card.intent", action.intent)]
        rows = [("card.target", self._target(order))]
        people = {
            "card.asked_by": action.requester,
            "card.approved_by": action.decided_by,
            "card.decided_by": action.decided_by,
        }
        if action.state is State.WAIT_APPROVAL:
            rows += [
                ("card.change", _changes(_difference(say, order))),
                (
                    "card.risk",
                    say("card.risk_severe" if order.risk.severe else "card.risk_high") + self._risk_reasons(action),
                ),
                ("card.blast", self._blast(action)),
                ("card.remarks", " · ".join(say.say(each) for each in getattr(order, "remarks", ()))),
                *asked,
                ("card.expires", _clock_time(action.expires_at)),
            ]
        else:
            rows += asked
        if action.decided_by is not None and action.decided_at is not None:
            rows.append(
                ("card.approved_by" if action.state in _RAN else "card.decided_by", _clock_time(action.decided_at))
            )
        if action.finished_at is not None and action.decided_at is not None and action.state in _RAN:
            seconds = (action.finished_at - action.decided_at).total_seconds()
            rows.append(("card.took", say("card.seconds", seconds=f"{seconds:.1f}")))
        severe = {"card.risk"} if order.risk.severe else set()
        return tuple(
            Fact(label=say(label), value=value, person=_named(people.get(label)), alarm=label in severe)
            for label, value in rows
            if value
        )

    def _target(self, order: Order) -> str:
        if isinstance(order, AccessOrder):
            return f"{order.person.name} ({order.subject})".strip()
        target = target_of(order.operation)
        return f"{target} ({target.namespace or self.words('card.cluster_scope')})" if target else ""

    def _risk_reasons(self, action: Action) -> str:
        said = [self.words.say(each) for each in action.order.risk.reasons]
        return "".join(f" · {each}" for each in said)

    def _blast(self, action: Action) -> str:
        blast = action.order.blast
        said = [self.words.say(note) for note in blast.notes]
        if blast.pods_total:
            said.insert(0, self.words("card.pods", ready=blast.pods_ready, total=blast.pods_total))
        return " · ".join(said)

    def _progress(self, action: Action, live: verify.Progress | None) -> Progress | None:
        if action.state is State.EXECUTING:
            granting = isinstance(action.order, AccessOrder)
            return Progress(step=self.words("card.step_granting" if granting else "card.step_executing"))
        if action.state is not State.VERIFYING:
            return None
        if live is None:
            return Progress(step=self.words("card.step_verifying"))
        percent = min(100, live.done * 100 // live.total) if live.total else None
        return Progress(percent=percent, step=self.words.say(live.step))

    def _sections(self, action: Action) -> tuple[Section, ...]:
        say, order = self.words, action.order
        sections = [Section(title=say("card.command"), body=Code(text=order.command))]
        if order.diff and not (action.state.terminal and action.state in _RAN):
            lines = _difference(say, order)
            sections.append(Section(title=say("card.diff", count=len(lines)), body=Diff(lines=lines), folded=True))
        if action.applied is not None and action.applied.output and action.state.terminal:
            said = LogLines(lines=tuple(action.applied.output.splitlines()))
            sections.append(Section(title=say("card.output"), body=said))
        output = action.applied.output.splitlines() if action.applied is not None else []
        if action.outcome is not None and action.outcome.evidence and list(action.outcome.evidence) != output:
            failed = action.state is not State.SUCCESS
            evidence = LogLines(lines=action.outcome.evidence)
            sections.append(Section(title=say("card.evidence"), body=evidence, folded=not failed))
        if order.undo is not None and action.state is State.WAIT_APPROVAL:
            how: Prose | Code = Prose(text=say.say(sentence(order.undo)))
            if sentence(order.undo) == sentence_of(order):
                how = Code(text=kubectl.command_of(order.undo))
            sections.append(Section(title=say("card.undo_how"), body=how, folded=True))
        return tuple(sections)

    def _buttons(self, action: Action) -> tuple[Button, ...]:
        say, code = self.words, action.code
        if action.state is State.WAIT_APPROVAL:
            return (
                Button(
                    id="approve",
                    text=say("card.approve"),
                    style="primary",
                    twin=say("card.approve_twin", code=code),
                    confirm=say.say(sentence_of(action.order)),
                ),
                Button(
                    id="deny",
                    text=say("card.deny"),
                    style="danger",
                    twin=say("card.deny_twin", code=code),
                    input=Input(name="reason", label=say("card.deny_reason")),
                ),
            )
        decided = self._decided(action)
        if self._undoable(action):
            style: Literal["primary", "default"] = "primary" if action.state is State.FAILED else "default"
            undo = Button(id="undo", text=say("card.undo"), style=style, twin=say("card.undo_twin", code=code))
            return (*decided, undo)
        return decided

    def _decided(self, action: Action) -> tuple[Button, ...]:
        """What was pressed, or that nothing can be pressed any more."""
        if action.state in _RAN:
            return (Button(id="approve", text=self.words("card.approved"), style="primary", disabled=True),)
        style: Literal["danger", "default"] = "danger" if action.state is State.DENIED else "default"
        return (Button(id="deny", text=self._tag(action), style=style, disabled=True),)

    def _undoable(self, action: Action) -> bool:
        changed = action.state is State.SUCCESS or (action.state is State.FAILED and action.applied is not None)
        return action.order.undo is not None and changed

    def _footer(self, action: Action) -> tuple[str, ...]:
        code = self.words("card.code", code=action.code)
        doubt = action.applied is not None and not action.applied.proven
        return (code, self.words("card.unproven")) if doubt else (code,)


def _difference(words: Words, order: Order) -> tuple[DiffLine, ...]:
    """Fields of the cluster as the cluster names them; roles as people here do."""
    if isinstance(order, AccessOrder):
        before, after = (words(f"role.{role or 'none'}") for role in (order.before, order.after))
        return (DiffLine(path=words("page.whoami_role"), before=before, after=after),)
    return tuple(DiffLine(path=line.path, before=line.before, after=line.after) for line in order.diff)


def _changes(lines: Sequence[DiffLine]) -> str:
    """`replicas 3 → 5`: what an approver must not have to unfold, where it is that short."""
    changed = [line for line in lines if line.before is not None and line.after not in (None, _NOW)]
    said = [f"{_field(line.path)} {line.before} → {line.after}" for line in changed]
    return " · ".join(said) if 0 < len(said) <= MOST_CHANGES and max(map(len, said)) <= CHANGE_CHARS else ""


def _field(path: str) -> str:
    """The last step of `spec.replicas`, of `metadata.annotations[example.com/team]`."""
    found = _LAST_STEP.search(path)
    return found[0] if found else path


def _named(person: Person | None) -> Named | None:
    return Named(platform=person.platform, id=person.id, name=person.name or person.id) if person else None


def _name(action: Action) -> str:
    return (action.decided_by.name or action.decided_by.id) if action.decided_by else ""


def _clock_time(moment: datetime) -> str:
    """In the daemon's own time zone, to the second: what people compare with their logs."""
    return moment.astimezone().strftime("%m-%d %H:%M:%S")
