"""What Steward would do with a request, as JSON, executing nothing: `steward explain`."""

import asyncio
import json
from typing import IO, Any, TextIO

from bot.brain.planner import (
    Bind,
    Clarify,
    Decide,
    Diagnose,
    Grant,
    Mute,
    Pick,
    Planner,
    Proposal,
    Refusal,
    Reply,
    Revoke,
)
from bot.brain.wording import pod_like
from bot.words import Words
from executor.kubectl import command_of
from executor.operations import Delete, Describe, Events, Exec, Get, Logs, Operation, Other, Target, target_of
from executor.redact import mask
from executor.risk import Level, Risk, assess

_OF_PODS = (Exec, Logs, Delete, Describe, Get)

Json = dict[str, Any]


async def explain(planner: Planner, text: str, words: Words) -> Json:
    """The JSON object of one request. `kind` is reply, diagnosis, proposal, clarify or refusal; `text` the sentence for people;
    `operations` have `verb, kind, namespace, name, command, risk, reason`, null where there is none."""
    plan = await planner.plan(text)
    match plan:
        case Proposal():
            return _proposal(plan, words)
        case Refusal():
            return _refusal(plan, words)
        case Diagnose():
            return _answer("diagnosis", words("plan.diagnosis", target=str(plan.target)), [_diagnosis(plan.target)])
        case Clarify():
            asked = words.say(plan.question)
            offered = " · ".join(f"[{choice.text}]" for choice in plan.choices)
            shown = [{"text": choice.text, "command": choice.command} for choice in plan.choices]
            sentence = words("plan.choices", question=asked, choices=offered).strip()
            return _answer("clarify", sentence, [_entry(one, words) for one in plan.operations], choices=shown)
        case Bind() | Grant() | Revoke():
            return _of_people(plan, words)
        case Mute():
            what = plan.code or ", ".join(
                f"{each.label}{'=' if each.equal else '!='}{each.value}" for each in plan.matchers
            )
            sentence = words("plan.mute", code=what) if plan.seconds else words("plan.unmute", code=what)
            matchers = [each.model_dump() for each in plan.matchers]
            return _answer(
                "reply", sentence, [], mute={"code": plan.code, "seconds": plan.seconds, "matchers": matchers}
            )
        case Reply() | Decide() | Pick():
            return _reply(plan, words)


async def explain_lines(stream_in: IO[bytes], stream_out: TextIO, planner: Planner, words: Words) -> None:
    """One JSON object for each line that is not blank, in order, as soon as it has come. Bytes that are no UTF-8 are read as
    U+FFFD. Ends with the input, or when nobody reads the output any more."""
    plain = "utf" not in (stream_out.encoding or "utf-8").lower()
    while line := await asyncio.to_thread(stream_in.readline):
        text = line.decode("utf-8", "replace").lstrip("\ufeff").strip()
        if not text:
            continue
        answer = json.dumps(await explain(planner, text, words), ensure_ascii=plain)
        try:
            stream_out.write(f"{answer}\n")
            stream_out.flush()
        except BrokenPipeError:
            return


def _answer(kind: str, text: str, operations: list[Json], **more: Any) -> Json:
    return {"kind": kind, "text": text, "operations": operations, **more}


def _proposal(plan: Proposal, words: Words) -> Json:
    """Forbidden beats high beats read-only, for all of a message together."""
    levels = {assess(_filled(operation)).level for operation in plan.operations}
    entries = [_entry(operation, words) for operation in plan.operations]
    commands = "; ".join(entry["command"] for entry in entries)
    if Level.FORBIDDEN in levels:
        why = [entry["reason"] for entry in entries if entry["risk"] == Level.FORBIDDEN]
        return _answer("refusal", " ".join(dict.fromkeys(why)), entries)
    if Level.HIGH in levels:
        return _answer("proposal", words("plan.proposal", commands=commands), entries)
    return _answer("reply", words("plan.read", commands=commands), entries)


def _refusal(plan: Refusal, words: Words) -> Json:
    why = _sentences(words, *plan.reasons)
    entries = [_entry(operation, words) for operation in plan.operations]
    if plan.subject is not None:
        seen = plan.subject
        target = Target(kind=seen.kind, name=seen.name, namespace=seen.namespace)
        entries = [_row(seen.verb, target, plan.command, seen.risk, why)]
    return _answer("refusal", why, entries)


def _of_people(plan: Bind | Grant | Revoke, words: Words) -> Json:
    """A grant waits for an approval as a change of the cluster does; it is no operation on the cluster. The code is told nobody."""
    match plan:
        case Bind():
            return _answer("reply", words("plan.bind"), [], topic="bind")
        case Grant(who=who, role=role):
            sentence = words("plan.grant", who=mask(who).text, role=words(f"role.{role}"))
            return _answer("proposal", sentence, [], grant={"who": mask(who).text, "role": role})
        case Revoke(who=who):
            return _answer("proposal", words("plan.revoke", who=mask(who).text), [], revoke={"who": mask(who).text})


def _reply(plan: Reply | Decide | Pick, words: Words) -> Json:
    if isinstance(plan, Decide):
        sentences = {
            "approve": words("plan.approve", code=plan.code),
            "deny": words("plan.deny", code=plan.code),
            "cancel": words("plan.cancel", code=plan.code),
            "undo": words("plan.undo", code=plan.code),
        }
        return _answer("reply", sentences[plan.button], [], decision={"button": plan.button, "code": plan.code})
    if isinstance(plan, Pick):
        return _answer("reply", words("plan.pick", number=plan.number), [], pick=plan.number)
    topics = {
        "help": words("plan.help"),
        "hello": words("plan.hello"),
        "status": words("plan.status"),
        "audit": words("plan.audit"),
        "whoami": words("plan.whoami"),
        "said": plan.text,
        "admins": words("plan.admins"),
        "alerts": words("plan.alerts"),
        "mutes": words("plan.mutes"),
        "unknown": words("plan.unknown"),
    }
    text = words.say(plan.reason) if plan.reason is not None else topics[plan.topic]
    return _answer("reply", text, [], topic=plan.topic)


def _diagnosis(target: Target) -> Json:
    return _row("diagnose", target, "", Level.READ_ONLY, "")


def _entry(operation: Operation, words: Words) -> Json:
    whole = _filled(operation)
    risk: Risk = assess(whole)
    verb = whole.command if isinstance(whole, Other) else whole.verb
    return _row(verb, _about(whole), command_of(whole), risk.level, _sentences(words, *risk.reasons))


def _about(operation: Operation) -> Target:
    target = target_of(operation)
    if target is not None:
        return target
    match operation:
        case Get(kind=kind, namespace=namespace):
            return Target(kind=kind, name="", namespace=namespace)
        case Events(namespace=namespace):
            return Target(kind="Event", name="", namespace=namespace)
        case _:
            return Target(kind="", name="")


def _row(verb: str, target: Target, command: str, risk: Level, why: str) -> Json:
    return {
        "verb": verb,
        "kind": target.kind or None,
        "namespace": target.namespace,
        "name": target.name or None,
        "command": command,
        "risk": str(risk),
        "reason": why,
    }


def _filled(operation: Operation) -> Operation:
    """The operation with the kind that its words leave open, which the live cluster would decide: a Pod where the name is one that
    a controller gives, else a Deployment."""
    target = target_of(operation)
    if target is None or target.kind:
        return operation
    kind = "Pod" if isinstance(operation, _OF_PODS) and pod_like(target.name) else "Deployment"
    if isinstance(operation, Get):
        return operation.model_copy(update={"kind": kind})
    return operation.model_copy(update={"target": target.model_copy(update={"kind": kind})})


def _sentences(words: Words, *reasons: Any) -> str:
    gap = "；" if words.language == "zh" else "; "
    return gap.join(dict.fromkeys(words.say(reason) for reason in reasons))
