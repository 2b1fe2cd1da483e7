"""Every ailment on the cluster there is: the first finding is the cause, and the card shows the line or field that is."""

import re

import pytest

from executor.operations import Target
from executor.triage import Diagnosis, diagnose
from tests.cluster.ailments import ALL, Ailment, NotHere
from tests.cluster.ailments.cards import on_cards, quotes
from tests.cluster.ailments.endings import logged
from tests.cluster.ailments.proposals import can_be_proposed
from tests.cluster.bench import Bench, eventually, rolled_out
from tests.cluster.healthy import healthy, rolling
from tests.corpus.logs import LOGS, Log, buried
from tests.executor.virtual import WORDS

REAL = [ailment for ailment in ALL if not ailment.feigned]
_SECONDS = 45


@pytest.mark.parametrize("ailment", REAL, ids=[ailment.name for ailment in REAL])
async def test_the_card_shows_the_cause(hollow: Bench, ailment: Ailment) -> None:
    try:
        target = await ailment.make(hollow)
    except NotHere:
        pytest.skip("this cluster lacks what the ailment needs; the ailment says what that is")
    seen: list[Diagnosis] = []

    async def look() -> Diagnosis | None:
        diagnosis = await diagnose(hollow.reader, target)
        seen.append(diagnosis)
        return diagnosis if ailment.found_by(diagnosis) and on_cards(diagnosis, ailment) else None

    try:
        diagnosis = await eventually(look, _SECONDS)
    except TimeoutError:
        pytest.fail(f"{ailment.name}: {seen[-1].model_dump_json(indent=1)}")
    for words in WORDS:
        for finding in diagnosis.findings:
            for why in (finding.cause, *(evidence.title for evidence in finding.evidence)):
                said = words.say(why)
                assert why.code not in said
                assert not re.search(r"\{\w+\}", said)
        assert all(label.code not in words.say(label) for label, _ in diagnosis.facts)
    assert "s3cr3t-pw" not in diagnosis.model_dump_json()
    await can_be_proposed(hollow, diagnosis)


async def test_a_healthy_namespace_has_no_finding(hollow: Bench) -> None:
    for target in (Target(kind="Namespace", name=hollow.namespace), *await healthy(hollow, measured=False)):
        diagnosis = await diagnose(hollow.reader, target)
        assert diagnosis.findings == (), target
        assert diagnosis.ready is not False, target


async def test_a_rollout_on_its_way_is_no_finding(hollow: Bench) -> None:
    """Whenever it is looked at, from its first pod to its last."""
    target, looks = await rolling(hollow), 0
    while not rolled_out(await hollow.get("Deployment", "web")):
        for what in (target, Target(kind="Namespace", name=hollow.namespace)):
            assert (await diagnose(hollow.reader, what)).findings == ()
        looks += 1
    assert looks > 1


@pytest.mark.parametrize("log", LOGS, ids=[log.name for log in LOGS])
async def test_the_line_that_matters_is_on_the_card(bench: Bench, log: Log) -> None:
    target = await logged(bench, 1, "\n".join(buried(log, "json", 60)) + "\n")
    diagnosis = await diagnose(bench.reader, target)
    assert quotes(diagnosis, log.matters), diagnosis.model_dump_json(indent=1)
