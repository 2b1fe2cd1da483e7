"""Whether what a diagnosis proposes can be done: an operation that the rules judge and the cluster takes."""

from executor.operations import OPERATION, Change, Describe, Events, Get
from executor.preview import preview
from executor.reads import read
from executor.risk import Level, assess
from executor.triage import Diagnosis
from tests.cluster.bench import Bench


async def can_be_proposed(bench: Bench, diagnosis: Diagnosis) -> None:
    """Every finding says what to do next. Reads run at once, changes wait for approval and pass their dry run now."""
    for finding in diagnosis.findings:
        assert 0 < finding.confidence <= 1
        if finding.cause.code != "triage.namespace":
            assert finding.next_steps, finding.cause
        for step in finding.next_steps:
            assert OPERATION.validate_json(OPERATION.dump_json(step)) == step
            level = assess(step).level
            if isinstance(step, Change):
                assert level is Level.HIGH, step
                order = await preview(bench.writer, step)
                assert order.changes == "yes", step
                assert order.command.startswith("kubectl ")
            else:
                assert level is Level.READ_ONLY, step
                if isinstance(step, Get | Describe | Events):
                    await read(bench.reader, step)
