"""The one door: what may pass it, and what becomes of a write when the line fails."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from executor.cluster import Connection
from executor.operations import ContainerImage, Delete, Exec, Operation, Patch, Restart, Scale, SetImage, Target
from executor.preview import ChangeOrder, preview
from executor.recover import Found, NeverHappened, Unclear, look
from executor.run import Applied, Drifted, NotApplied, NotApproved, Uncertain, run
from tests.executor.fake_api import DEPLOYMENT, FakeApi, connected, deployment, pod, status
from tests.executor.ledger import Book

WEB = Target(kind="Deployment", name="web", namespace="shop")
POD = Target(kind="Pod", name="web-1", namespace="shop")
SCALE = Scale(target=WEB, replicas=5)
RESTART = Restart(target=WEB)
DELETE = Delete(target=WEB)
IMAGE = SetImage(target=WEB, images=(ContainerImage(container="app", image="shop/web:2"),))
PATCH = Patch(target=WEB, patch_type="merge", body='{"spec":{"replicas":5}}')
EXEC = Exec(target=POD, container="app", argv=("id",))
WRITES = (SCALE, RESTART, DELETE, IMAGE, PATCH)
METHODS = {"delete": "DELETE"}
FAULTS = ["lose-before", "lose-after", 500, 504]


@pytest.fixture
def api() -> FakeApi:
    fake = FakeApi(exec_frames=[b"\x01out password=hunter22\n", b'\x03{"status":"Success"}'])
    fake.put(deployment(), pod())
    return fake


@pytest.fixture
async def line(api: FakeApi, tmp_path: Path) -> AsyncIterator[Connection]:
    async with connected(api, tmp_path) as connection:
        yield connection


def method_of(operation: Operation) -> str:
    return METHODS.get(operation.verb, "PATCH")


def fault(what: str | int) -> web.Response | str:
    return what if isinstance(what, str) else status(what, "InternalError", "etcd said token=hunter22")


async def go(line: Connection, order: ChangeOrder, *, settle: float = 0.2) -> Applied:
    book = Book().approve("act-1", order)
    return await run(line.writer, order, action_id="act-1", ledger=book, settle_seconds=settle)


class Refusing(Book):
    """Records when it was asked."""

    def __init__(self, api: FakeApi) -> None:
        super().__init__()
        self.api = api
        self.writes_before: list[int] = []

    async def approved(self, action_id: str, digest: str) -> bool:
        self.writes_before.append(self.api.writes.total())
        return False


def real_writes(api: FakeApi) -> int:
    """Requests that were no dry run: of deletes that is said in the body."""
    pairs = zip(api.requests, api.bodies, strict=True)
    return sum(
        method in ("PATCH", "DELETE") and "dryRun" not in path and not (isinstance(body, dict) and body.get("dryRun"))
        for (method, path), body in pairs
    )


@pytest.mark.parametrize("operation", [*WRITES, EXEC], ids=lambda o: o.verb)
async def test_the_ledger_is_asked_once_and_its_no_is_final(
    line: Connection, api: FakeApi, operation: Operation
) -> None:
    order = await preview(line.writer, operation)
    book = Refusing(api)
    with pytest.raises(NotApproved):
        await run(line.writer, order, action_id="act-1", ledger=book)
    assert len(book.writes_before) == 1
    assert (real_writes(api), api.execs) == (0, 0)
    book = Book().approve("act-1", order)
    await run(line.writer, order, action_id="act-1", ledger=book)
    assert book.asked == [("act-1", order.digest)]
    assert real_writes(api) + api.execs == 1


@pytest.mark.parametrize("operation", WRITES, ids=lambda o: o.verb)
async def test_what_runs_is_the_request_that_was_tried(line: Connection, api: FakeApi, operation: Operation) -> None:
    order = await preview(line.writer, operation)
    await go(line, order)
    sent = [body for (method, _), body in zip(api.requests, api.bodies, strict=True) if method == method_of(operation)]
    tried, real = sent[-2:]
    if operation.verb == "delete":
        assert tried.pop("dryRun") == ["All"]
    assert tried == real
    if operation.verb != "delete":
        assert real["metadata"]["annotations"] == {"steward/action": "act-1"}
        assert real["metadata"]["uid"] == "uid-web"
        assert real["metadata"]["resourceVersion"]


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.parametrize("operation", WRITES, ids=lambda o: o.verb)
async def test_a_lost_answer_is_settled_by_reading(
    line: Connection, api: FakeApi, operation: Operation, what: str | int
) -> None:
    order = await preview(line.writer, operation)
    lose_the_real_one(api, operation, fault(what))
    if what == "lose-after":
        applied = await go(line, order)
        assert applied.generation == (None if operation.verb == "delete" else 2)
    else:
        with pytest.raises(NotApplied) as caught:
            await go(line, order)
        assert caught.value.reason.code == "run.lost_not_applied"
        assert "hunter22" not in str(caught.value.reason.values)
    assert real_writes(api) == 1


def lose_the_real_one(api: FakeApi, operation: Operation, what: web.Response | str) -> None:
    """The fault strikes the write that is no dry run."""
    method = method_of(operation)

    def arm(request: web.Request) -> None:
        body = api.bodies[-1]
        dry = "dryRun" in request.query or (isinstance(body, dict) and body.get("dryRun"))
        if request.method == method and not dry:
            api.before.remove(arm)
            api.plan = [(method, "", what)]

    api.before.append(arm)


async def test_a_write_that_lands_late_is_waited_for(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)
    lose_the_real_one(api, SCALE, "lose-before")
    looks = 0

    def land(request: web.Request) -> None:
        nonlocal looks
        if real_writes(api) and request.method == "GET" and request.path == DEPLOYMENT:
            looks += 1
            if looks == 2:
                annotations = {"steward/action": "act-1"}
                api.touch(DEPLOYMENT, generation=2, annotations=annotations)

    api.before.append(land)
    assert (await go(line, order, settle=5)).generation == 2


async def test_a_write_whose_version_has_passed_can_land_no_more(line: Connection, api: FakeApi) -> None:
    """Not waited for: an answer at once although the settling time is long."""
    order = await preview(line.writer, SCALE)
    lose_the_real_one(api, SCALE, "lose-before")

    def status_moves(request: web.Request) -> None:
        if real_writes(api) and request.method == "GET":
            api.objects[DEPLOYMENT]["status"] = {"replicas": 1}
            api.touch(DEPLOYMENT)

    api.before.append(status_moves)
    async with asyncio.timeout(10):
        with pytest.raises(NotApplied):
            await go(line, order, settle=600)


async def test_an_outcome_that_nobody_can_read_is_uncertain(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)
    lose_the_real_one(api, SCALE, "lose-after")

    def dark(request: web.Request) -> None:
        if real_writes(api) and request.method == "GET":
            api.plan = [("GET", "", status(403, "Forbidden", "no longer"))]

    api.before.append(dark)
    with pytest.raises(Uncertain) as caught:
        await go(line, order)
    assert caught.value.reason.code == "run.lost"


@pytest.mark.parametrize("gone", [True, False])
async def test_an_outcome_that_others_have_covered_is_uncertain(line: Connection, api: FakeApi, gone: bool) -> None:
    order = await preview(line.writer, SCALE)
    lose_the_real_one(api, SCALE, "lose-before")

    def meddle(request: web.Request) -> None:
        if real_writes(api) and request.method == "GET" and DEPLOYMENT in api.objects:
            if gone:
                del api.objects[DEPLOYMENT]
            else:
                api.touch(DEPLOYMENT, labels={"by": "others"})

    api.before.append(meddle)
    with pytest.raises(Uncertain) as caught:
        await go(line, order)
    assert caught.value.reason.code == ("run.lost_gone" if gone else "run.lost_changed")


async def test_a_conflict_is_tried_again_on_the_new_version(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)
    status_writes = 0

    def status_moves(request: web.Request) -> None:
        nonlocal status_writes
        if request.method == "PATCH" and "dryRun" not in request.query and status_writes < 2:
            status_writes += 1
            api.touch(DEPLOYMENT)

    api.before.append(status_moves)
    book = Book().approve("act-1", order)
    await run(line.writer, order, action_id="act-1", ledger=book)
    assert len(book.asked) == 1
    assert api.objects[DEPLOYMENT]["spec"]["replicas"] == 5


async def test_endless_conflicts_are_given_up(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)
    api.before.append(lambda request: api.touch(DEPLOYMENT) if request.method == "PATCH" else None)
    with pytest.raises(NotApplied) as caught:
        await go(line, order)
    assert caught.value.reason.code == "run.conflict"
    assert api.objects[DEPLOYMENT]["spec"]["replicas"] == 2


async def test_a_change_between_the_check_and_the_write_runs_nothing(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)

    def meddle(request: web.Request) -> None:
        if request.method == "PATCH" and "dryRun" not in request.query:
            api.touch(DEPLOYMENT, labels={"by": "others"})

    api.before.append(meddle)
    with pytest.raises(Drifted):
        await go(line, order)
    assert api.objects[DEPLOYMENT]["spec"]["replicas"] == 2


async def test_admission_that_changes_its_mind_is_drift(line: Connection, api: FakeApi) -> None:
    """The object is as it was, but the dry run gives another outcome than the card showed."""
    order = await preview(line.writer, SCALE)
    mutated = deployment(replicas=4)
    mutated["metadata"]["annotations"] = {"steward/action": "act-1"}
    api.plan = [("PATCH", "dryRun", web.json_response(mutated))]
    with pytest.raises(Drifted) as caught:
        await go(line, order)
    assert caught.value.reason.code == "drift.outcome"
    assert real_writes(api) == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (403, "run.forbidden"),
        (422, "run.refused"),
        (429, "run.throttled"),
        (401, "run.unreachable"),
        (404, "drift.gone"),
    ],
)
async def test_a_refusal_is_told_in_its_own_words(line: Connection, api: FakeApi, answer: int, code: str) -> None:
    order = await preview(line.writer, SCALE)

    def refuse(request: web.Request) -> None:
        if request.method == "PATCH" and "dryRun" not in request.query:
            refusal = status(answer, "No", "quota says no")
            refusal.headers["Retry-After"] = "60"
            api.plan = [("PATCH", "", refusal)]

    api.before.append(refuse)
    with pytest.raises((NotApplied, Drifted)) as caught:
        await go(line, order)
    assert caught.value.reason.code == code
    assert api.objects[DEPLOYMENT]["spec"]["replicas"] == 2


async def test_an_unreachable_cluster_runs_nothing(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, SCALE)
    api.plan = [("GET", "kube-system", "lose-before") for _ in range(3)]
    with pytest.raises(NotApplied) as caught:
        await go(line, order)
    assert caught.value.reason.code == "run.unreachable"
    assert real_writes(api) == 0


# exec


async def test_a_command_tells_its_masked_output_and_its_code(line: Connection, api: FakeApi) -> None:
    applied = await go(line, await preview(line.writer, EXEC))
    assert (applied.output, applied.exit_code) == ("out password=***\n", 0)


async def test_a_command_whose_end_is_not_seen_has_no_exit_code(line: Connection, api: FakeApi) -> None:
    api.exec_frames = [b"\x01half"]
    assert (await go(line, await preview(line.writer, EXEC))).exit_code is None


async def test_a_command_that_did_not_start_was_not_applied(line: Connection, api: FakeApi) -> None:
    api.exec_frames = [b'\x03{"status":"Failure","reason":"InternalError","message":"no such file: /x"}']
    with pytest.raises(NotApplied) as caught:
        await go(line, await preview(line.writer, EXEC))
    assert caught.value.reason.code == "run.exec_refused"


async def test_a_command_whose_start_is_unknown_is_uncertain_and_not_repeated(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, EXEC)
    api.plan = [("GET", "/exec", "lose-before")]
    with pytest.raises(Uncertain):
        await go(line, order)
    assert api.count("GET", "/exec") == 1


async def test_a_command_is_not_run_in_another_pod_of_that_name(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, EXEC)
    api.put(pod(uid="uid-other"))
    with pytest.raises(Drifted):
        await go(line, order)
    assert api.execs == 0


async def test_a_command_is_not_run_in_a_container_that_has_stopped(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, EXEC)
    stopped = pod()
    stopped["status"]["containerStatuses"][0]["state"] = {"terminated": {"exitCode": 1}}
    api.put(stopped)
    with pytest.raises(Drifted):
        await go(line, order)
    assert api.execs == 0


# a daemon that was killed


@pytest.mark.parametrize("operation", WRITES, ids=lambda o: o.verb)
async def test_a_write_that_took_effect_is_found(line: Connection, api: FakeApi, operation: Operation) -> None:
    order = await preview(line.writer, operation)
    await go(line, order)
    before = real_writes(api)
    found = await look(line.writer, order, "act-1", pause=0)
    assert isinstance(found, Found)
    assert found.proven == (operation.verb != "delete")
    assert real_writes(api) == before


@pytest.mark.parametrize("operation", WRITES, ids=lambda o: o.verb)
async def test_a_write_that_never_was_is_known(line: Connection, api: FakeApi, operation: Operation) -> None:
    order = await preview(line.writer, operation)
    assert isinstance(await look(line.writer, order, "act-1", pause=0), NeverHappened)
    assert real_writes(api) == 0


@pytest.mark.parametrize("operation", WRITES, ids=lambda o: o.verb)
async def test_a_write_that_lands_between_the_looks_is_found(
    line: Connection, api: FakeApi, operation: Operation
) -> None:
    order = await preview(line.writer, operation)
    looks = 0

    def land(request: web.Request) -> None:
        nonlocal looks
        if request.method == "GET" and request.path == DEPLOYMENT:
            looks += 1
            if looks == 2 and operation.verb == "delete":
                del api.objects[DEPLOYMENT]
            elif looks == 2:
                api.touch(DEPLOYMENT, annotations={"steward/action": "act-1"})

    api.before.append(land)
    assert isinstance(await look(line.writer, order, "act-1", pause=0), Found)


async def test_a_command_that_was_interrupted_is_unclear(line: Connection, api: FakeApi) -> None:
    order = await preview(line.writer, EXEC)
    before = len(api.requests)
    assert isinstance(await look(line.writer, order, "act-1", pause=0), Unclear)
    assert len(api.requests) == before


async def test_another_cluster_says_nothing(line: Connection, api: FakeApi) -> None:
    order = (await preview(line.writer, SCALE)).model_copy(update={"cluster_uid": "another"})
    assert isinstance(await look(line.writer, order, "act-1", pause=0), Unclear)
