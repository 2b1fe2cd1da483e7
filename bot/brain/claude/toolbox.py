"""The tools of one request, used within its limits: several at once, each result cut, all of them counted."""

import asyncio
from collections.abc import Sequence
from typing import Any

import structlog
from pydantic import ValidationError

from bot.brain.claude.answers import Used
from bot.brain.claude.curtain import Curtain
from bot.brain.claude.looks import LOOKS, Looks, NotSeen, Of
from bot.brain.claude.looks_closer import CLOSER
from bot.brain.claude.patience import Limits
from bot.brain.claude.proposals import CHANGES, Invalid, Proposals, definitions
from bot.brain.claude.schemas import schema_of
from executor.errors import ClusterError
from executor.kinds import kind_of
from executor.operations import Target

log = structlog.get_logger()

DIAGNOSE = "show_diagnosis"
_BY_NAME = {look.name: look for look in (*LOOKS, *CLOSER)}
_LONGEST_ERROR = 1000

Json = dict[str, Any]


def tools() -> list[Json]:
    """Always the same, in the same order: they are the beginning of the prefix that is cached."""
    shown = {
        "name": DIAGNOSE,
        "description": "Show the person the full diagnosis card of one object instead of an answer in words. 出诊断卡片。",
        "input_schema": schema_of(Of),
    }
    return [*(look.definition for look in _BY_NAME.values()), shown, *definitions()]


class Toolbox:
    """`looks` is None where no cluster can be read. `diagnose` is the object whose diagnosis is to be shown, once it is said.
    Once it is `closed` every use is answered by the advice to come to an end."""

    def __init__(self, looks: Looks | None, proposals: Proposals, curtain: Curtain, limits: Limits) -> None:
        self._looks = looks
        self._proposals = proposals
        self._curtain = curtain
        self._limits = limits
        self._room = limits.results
        self._slots = asyncio.Semaphore(limits.at_once)
        self.calls = 0
        self.closed = False
        self.diagnose: Target | None = None

    async def use(self, uses: Sequence[Used]) -> list[Json]:
        """A result for each use, in their order. Reads come first, so that a proposal beside them counts as informed."""
        reads = [used for used in uses if used.name in _BY_NAME]
        found = dict(
            zip(
                (id(used) for used in reads),
                await asyncio.gather(*(self._result(used) for used in reads)),
                strict=True,
            )
        )
        for used in uses:
            if id(used) not in found:
                found[id(used)] = await self._result(used)
        return [found[id(used)] for used in uses]

    async def _result(self, used: Used) -> Json:
        self.calls += 1
        text, failed = await self._outcome(used)
        log.debug("model.tool", tool=used.name[:64], failed=failed)
        return {
            "type": "tool_result",
            "tool_use_id": used.id,
            "content": [{"type": "text", "text": text or "(nothing)"}],
            **({"is_error": True} if failed else {}),
        }

    async def _outcome(self, used: Used) -> tuple[str, bool]:
        """What it gave, and whether that is an error."""
        if used.problem:
            return f"{used.problem}; say them again as one JSON object", True
        if self.closed or self.calls > self._limits.calls:
            return "no more tools for this request: answer with what is known, and say what is not", True
        given = self._curtain.restore_input(used.input)
        try:
            if used.name in CHANGES:
                return await self._proposals.add(used.name, given, self._curtain, most=self._limits.proposals), False
            if used.name == DIAGNOSE:
                asked = Of.model_validate(given)
                kind = kind_of(asked.kind)
                self.diagnose = Target(kind=kind.kind if kind else "", name=asked.name, namespace=asked.namespace)
                return "it will be shown; say nothing more", False
            if used.name in _BY_NAME:
                return await self._looked(used.name, given), False
        except (Invalid, NotSeen) as error:
            return self._framed("the cluster", str(error)), True
        except ValidationError as error:
            return self._framed("the check of the arguments", _said(error)), True
        except ClusterError as error:
            return self._framed("the cluster", f"{type(error).__name__}: {error}"), True
        known = ", ".join((*_BY_NAME, DIAGNOSE, *CHANGES))
        return f"there is no such tool; there are: {known}", True

    async def _looked(self, name: str, given: Json) -> str:
        if self._looks is None:
            raise NotSeen("no cluster is connected: nothing can be read")
        look = _BY_NAME[name]
        asked = look.model.model_validate(given)
        async with self._slots:
            seen = await look.run(self._looks, asked)
        most = min(look.most, self._limits.result, self._room)
        if most < 200:  # what is left would say nothing
            raise NotSeen("the room for results is used up: answer with what is known, and say what is not")
        self._room -= min(most, len(seen.text.encode()))
        return self._curtain.frame(seen.source, seen.text, most=most)

    def _framed(self, source: str, text: str) -> str:
        """Errors quote names and messages that somebody else wrote."""
        return self._curtain.frame(source, text, most=_LONGEST_ERROR)


def _said(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in found[:8])
