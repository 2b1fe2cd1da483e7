"""What a container's own words add to a suspicion: the line that matters, and a cause that only they tell."""

import re
from dataclasses import replace

from executor.analysers.blames import certificate_word
from executor.analysers.exits import TOLD_BY_LOGS
from executor.analysers.situation import Suspicion
from executor.diagnosis import Evidence
from executor.evidence import ContainerLog
from executor.fields import shown
from executor.loglines import quoted
from executor.reason import Reason, reason

_LINE = 300
_FOREIGN = re.compile(r"exec format error", re.IGNORECASE)


def told_by(suspicion: Suspicion, said: ContainerLog, lines: list[str]) -> Suspicion:
    """`lines` are those of the log that count."""
    best, cause, told = said.ranked.best, suspicion.cause, said.ranked.tail
    tells = cause.code in TOLD_BY_LOGS and bool(said.ranked.block)
    if tells:
        cause = Reason(code=f"{cause.code}_said", values={**cause.values, "line": shown(quoted(best), _LINE)})
    if cause.code.removesuffix("_said") == "triage.crash" and (line := next(filter(_FOREIGN.search, lines), "")):
        cause, best = reason("triage.wrong_platform", **{**suspicion.cause.values, "message": shown(line, _LINE)}), line
    if certificate := certificate_word(lines):
        word, line = certificate
        values = {**suspicion.cause.values, "line": shown(quoted(line), _LINE)}
        cause, best = Reason(code=f"triage.certificate_{word}", values=values), line
    early = tuple(line for line in (*said.ranked.block, *said.ranked.top) if line not in told)
    told = (
        (*early, *told) if tells else (best, *early, *told)
    )  # a log out of order only where nothing else tells its point
    code = "triage.evidence.previous_logs" if said.previous else "triage.evidence.logs"
    title = reason(code, pod=said.pod, container=said.container)
    logs = Evidence(title=title, lines=tuple(dict.fromkeys(told)))
    return replace(suspicion, cause=cause, evidence=(logs, *suspicion.evidence))
