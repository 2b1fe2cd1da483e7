"""The tools that propose: one for each operation that changes something. Nothing here runs anything.

What the model says is checked against the same frozen models, resolved against the live cluster and judged by the same rules as the
words of a person. It may say why something is riskier than the rules think; there is no word for less (I7).
"""

from typing import Any, get_args

from pydantic import ValidationError

from bot.brain.claude.curtain import Curtain
from bot.brain.claude.schemas import schema_of
from bot.brain.memory import Memory
from bot.brain.planner import Caution, Plan, Proposal
from bot.brain.shown import Shown
from bot.words import Words
from executor import kubectl, resolve, risk
from executor.cluster import Reader
from executor.kinds import kind_of
from executor.operations import Change, Operation, Target
from executor.reason import Reason, reason
from executor.redact import mask
from executor.risk import Level, Policy

_ABOUT = {
    "delete": "Propose to delete one object. A pod that a controller owns comes back.",
    "scale": "Propose a number of replicas: exactly one of replicas, factor, delta.",
    "set-image": "Propose other container images. container null is the only container.",
    "patch": "Propose a patch. body is JSON text: an object for strategic and merge, a list for json.",
    "exec": "Propose to run a program in a container: argv, without a shell.",
    "restart": "Propose a rolling restart of a Deployment, StatefulSet or DaemonSet.",
}
_RAISE = {
    "raise_risk": {
        "type": "string",
        "maxLength": 200,
        "description": "Only if this is riskier than it looks: why, in one sentence in the person's language.",
    }
}
_LONGEST = 160

CHANGES: dict[str, type[Any]] = {
    f"propose_{model.model_fields['verb'].default.replace('-', '_')}": model for model in get_args(Change)
}


def definitions() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "description": f"{_ABOUT.get(verb, f'Propose: {verb}.')} A person approves it, or not; it does not run now. 提案。",
            "input_schema": schema_of(model, without=("verb",), more=_RAISE),
        }
        for name, model in CHANGES.items()
        for verb in [model.model_fields["verb"].default]
    ]


class Invalid(Exception):
    """It cannot be proposed; the message says why, for the model to do better."""


class Proposals:
    """What one request has come to. `asked` is what the rules understood of the person's own words."""

    def __init__(
        self, reader: Reader | None, words: Words, policy: Policy, shown: Shown, memory: Memory, asked: Plan
    ) -> None:
        self._reader = reader
        self._words = words
        self._policy = policy
        self._shown = shown
        self._memory = memory
        self._asked = tuple(getattr(asked, "operations", ()))
        self.operations: list[Operation] = []
        self.cautions: list[Caution] = []
        self.refused: tuple[Reason, ...] = ()
        """Why the last forbidden one is; () while there was none."""

    async def add(self, name: str, given: dict[str, Any], curtain: Curtain, *, most: int) -> str:
        """Take one in and say so. Raises Invalid."""
        raised = given.get("raise_risk")
        operation = self._read(name, {key: value for key, value in given.items() if key != "raise_risk"})
        self._permit(operation)  # before anything is fetched
        whole = await self._whole(operation)
        judged = self._permit(whole)
        if any(denied.forbids(whole) for denied in self._memory.denied) and not self._asked_again(whole):  # type: ignore[arg-type]
            raise Invalid(
                "a person denied this in this conversation, in these or other words; do not propose it again. Whoever wants it"
                f" after all can type: {kubectl.command_of(whole)}"
            )
        if whole in self.operations:
            return "already proposed"
        if len(self.operations) >= most:
            raise Invalid(f"no more than {most} proposals for one request")
        self.operations.append(whole)
        self.cautions.append(self._caution(whole, raised))
        return curtain.hide(
            f"proposed, waiting for a person: {kubectl.command_of(whole)} (risk by the rules: {judged.level}). It has not run."
        )

    def _permit(self, operation: Operation) -> risk.Risk:
        judged = risk.assess(operation, self._policy)
        if judged.level is Level.FORBIDDEN:
            self.refused = judged.reasons
            raise Invalid(f"forbidden, whoever asks: {'; '.join(map(self._words.say, judged.reasons))}")
        return judged

    @property
    def plan(self) -> Proposal:
        return Proposal(operations=tuple(self.operations), cautions=tuple(self.cautions))

    def _read(self, name: str, given: dict[str, Any]) -> Operation:
        model = CHANGES[name]
        target = given.get("target")
        if isinstance(target, dict) and isinstance(target.get("kind"), str) and (kind := kind_of(target["kind"])):
            given = {**given, "target": {**target, "kind": kind.kind}}
        try:
            operation: Operation = model.model_validate(given)
        except (ValidationError, ValueError) as error:
            raise Invalid(_problems(error)) from error
        return operation

    async def _whole(self, operation: Operation) -> Operation:
        if self._reader is None:
            return operation
        match await resolve.resolve(self._reader, operation):
            case resolve.Resolved(operation=whole):
                return whole
            case resolve.Ambiguous(candidates=candidates):
                raise Invalid(f"several objects are meant, ask the person which: {_named(candidates)}")
            case resolve.Missing(target=target, similar=similar):
                raise Invalid(f"there is no {_named((target,))}. Names like it: {_named(similar) or 'none'}")
            case resolve.Impossible(reason=why):
                raise Invalid(self._words.say(why))

    def _asked_again(self, operation: Operation) -> bool:
        """The person's own words name this operation on this object."""
        target: Target | None = getattr(operation, "target", None)
        return any(
            asked.verb == operation.verb and target is not None and getattr(asked, "target", target).name == target.name
            for asked in self._asked
        )

    def _caution(self, operation: Operation, raised: object) -> Caution:
        target: Target | None = getattr(operation, "target", None)
        remarks = [reason("model.proposed")]
        if target is not None and target not in self._shown:
            remarks.append(reason("model.unseen", target=str(target)))
        why = mask(" ".join(str(raised).split())).text[:_LONGEST] if raised and isinstance(raised, str) else ""
        return Caution(remarks=tuple(remarks), raised=reason("model.raised", why=why) if why else None)


def _problems(error: ValidationError | ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in found[:8])


def _named(targets: tuple[Target, ...]) -> str:
    return ", ".join(f"{target} -n {target.namespace}" if target.namespace else str(target) for target in targets)
