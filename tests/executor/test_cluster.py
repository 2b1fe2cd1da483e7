"""The line to the API: what is sent, how often, and what its failures are called."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from urllib.parse import unquote

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from executor.cluster import Connection, connect
from executor.credentials import load_credentials
from executor.errors import (
    BadName,
    ClusterError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Lost,
    NotConfigured,
    NotFound,
    NotServed,
    Throttled,
    Unauthorized,
    Unreachable,
)
from executor.kinds import KINDS, Kind, kind_named
from executor.paths import one
from executor.terminal import run_command
from executor.wire import Answer
from tests.executor.fake_api import DEPLOYMENT, FakeApi, connected, deployment, kubeconfig, pod, serving, status

DEPLOYMENTS = kind_named("Deployment")
PODS = kind_named("Pod")
RV = "101"
"""Of the first object that the fake is given."""


@pytest.fixture
def api() -> FakeApi:
    fake = FakeApi()
    fake.put(deployment(), pod())
    return fake


@pytest.fixture
async def line(api: FakeApi, tmp_path: Path) -> AsyncIterator[Connection]:
    async with connected(api, tmp_path) as connection:
        yield connection


def scale(line: Connection, *, dry_run: bool = False) -> Awaitable[Answer]:
    return line.writer.patch(
        DEPLOYMENTS, "web", "shop", patch_type="merge", body={"spec": {"replicas": 5}}, dry_run=dry_run
    )


def delete(line: Connection, *, dry_run: bool = False) -> Awaitable[Answer]:
    return line.writer.delete(DEPLOYMENTS, "web", "shop", uid="uid-web", resource_version=RV, dry_run=dry_run)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "prod/../x", "a\n", "a%2f", "web?", "ｗeb", "Web", "a" * 254])
async def test_a_name_that_cannot_exist_never_reaches_the_api(line: Connection, api: FakeApi, name: str) -> None:
    for call in (
        line.reader.get(PODS, name, "shop"),
        line.reader.get(PODS, "web-1", name),
        line.reader.logs("shop", name),
        line.reader.logs("shop", "web-1", container=name or ".."),
        line.writer.delete(PODS, name, "shop", uid="u", resource_version="1", dry_run=True),
        line.writer.delete(PODS, "web-1", name, uid="u", resource_version="1", dry_run=False),
        line.writer.patch(PODS, name, "shop", patch_type="merge", body={}, dry_run=False),
        line.writer.exec("shop", name, None, ("id",), seconds=1),
    ):
        with pytest.raises(BadName):
            await call
    assert api.requests == []


SEGMENTS = st.text(max_size=12) | st.text("ab-./:%?#é\n", max_size=6)


@given(name=SEGMENTS, namespace=SEGMENTS, kind=st.sampled_from(KINDS))
def test_a_path_has_exactly_the_segments_it_should(name: str, namespace: str, kind: Kind) -> None:
    try:
        path = one(kind, "v1", namespace if kind.namespaced else None, name)
    except BadName:
        return
    segments = path.removeprefix("/").split("/")
    assert len(segments) == (5 if kind.group else 4) + (2 if kind.namespaced else 0)
    assert unquote(segments[-1]) == name
    assert not {"", ".", ".."} & set(segments)
    assert path.isascii()
    assert not set("?#\\ ") & set(path)


async def test_a_namespaced_kind_without_a_namespace_is_refused(line: Connection, api: FakeApi) -> None:
    with pytest.raises(BadName):
        await line.reader.get(PODS, "web-1")
    assert api.requests == []


async def test_all_options_of_a_delete_are_in_its_body(line: Connection, api: FakeApi) -> None:
    await delete(line, dry_run=True)
    method, path = api.requests[-1]
    assert (method, path) == ("DELETE", DEPLOYMENT)
    assert api.bodies[-1] == {
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "propagationPolicy": "Background",
        "preconditions": {"uid": "uid-web", "resourceVersion": RV},
        "dryRun": ["All"],
    }


async def test_a_patch_names_its_manager_and_asks_for_strictness(line: Connection, api: FakeApi) -> None:
    await scale(line, dry_run=True)
    assert api.requests[-1][1].endswith("?fieldManager=steward&fieldValidation=Strict&dryRun=All")
    await scale(line)
    assert "dryRun" not in api.requests[-1][1]


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (400, "BadRequest", Invalid),
        (401, "Unauthorized", Unauthorized),
        (403, "Forbidden", Forbidden),
        (404, "NotFound", NotFound),
        (409, "AlreadyExists", Conflict),
        (410, "Expired", Gone),
        (415, "UnsupportedMediaType", Invalid),
        (422, "Invalid", Invalid),
        (307, "", Unreachable),
        (500, "InternalError", Unreachable),
    ],
)
async def test_an_answer_becomes_the_error_that_calls_for_the_right_reaction(
    line: Connection, api: FakeApi, code: int, reason: str, error: type[ClusterError]
) -> None:
    api.plan = [("GET", "/pods/", status(code, reason, "password=hunter22 was wrong")) for _ in range(3)]
    with pytest.raises(error) as caught:
        await line.reader.get(PODS, "web-1", "shop")
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert "hunter22" not in caught.value.message


async def test_a_read_survives_a_broken_line_and_a_server_error(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/pods/", "lose-before"), ("GET", "/pods/", status(503, "ServiceUnavailable", "later"))]
    assert (await line.reader.get(PODS, "web-1", "shop"))["metadata"]["uid"] == "uid-pod"


async def test_an_answer_that_is_no_json_is_not_taken_for_an_object(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/pods/", web.Response(text="<html>proxy login</html>")) for _ in range(3)]
    with pytest.raises(Unreachable):
        await line.reader.get(PODS, "web-1", "shop")


@pytest.mark.parametrize("fault", ["lose-before", "lose-after", 500, 504])
@pytest.mark.parametrize("write", [scale, delete])
async def test_a_write_whose_answer_is_lost_is_never_sent_again(
    line: Connection, api: FakeApi, write: Callable[[Connection], Awaitable[Answer]], fault: str | int
) -> None:
    what = fault if isinstance(fault, str) else status(fault, "InternalError", "?")
    api.plan = [("DELETE", "", what), ("PATCH", "", what)]
    with pytest.raises(Lost):
        await write(line)
    assert api.writes.total() == 1


async def test_an_exec_whose_handshake_is_lost_is_never_sent_again(line: Connection, api: FakeApi) -> None:
    """aiohttp by itself repeats a GET, and the handshake is one."""
    api.exec_frames = []
    api.plan = [("GET", "/exec", "lose-before")]
    with pytest.raises(Lost):
        await line.writer.exec("shop", "web-1", "app", ("id",), seconds=5)
    assert api.count("GET", "/exec") == 1
    assert api.execs == 0


async def test_a_throttled_write_is_sent_again_and_then_given_up(line: Connection, api: FakeApi) -> None:
    def throttled() -> web.Response:
        answer = status(429, "TooManyRequests", "slow down")
        answer.headers["Retry-After"] = "0"
        return answer

    api.plan = [("PATCH", "", throttled()) for _ in range(2)]
    assert (await scale(line)).content["spec"]["replicas"] == 5
    api.plan = [("PATCH", "", throttled()) for _ in range(9)]
    api.requests.clear()
    with pytest.raises(Throttled):
        await scale(line)
    assert api.count("PATCH") == 3


async def test_a_disruption_budget_is_told_from_throttling_and_not_repeated(line: Connection, api: FakeApi) -> None:
    api.plan = [
        ("DELETE", "", status(429, "TooManyRequests", "no", details={"causes": [{"reason": "DisruptionBudget"}]}))
    ]
    with pytest.raises(Throttled) as caught:
        await delete(line)
    assert caught.value.causes == ("DisruptionBudget",)
    assert api.count("DELETE") == 1


async def test_a_write_to_a_closed_port_was_never_sent(api: FakeApi, tmp_path: Path) -> None:
    async with serving(api):
        path = kubeconfig(tmp_path / "kubeconfig", api.url)
    async with connect(path) as line:
        with pytest.raises(Unreachable):
            await line.writer.delete(PODS, "web-1", "shop", uid="u", resource_version="1", dry_run=False)


async def test_an_expired_token_is_renewed_once_and_the_request_repeated(api: FakeApi, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text("0")
    plugin = tmp_path / "login.py"
    plugin.write_text(
        "import json, pathlib\n"
        f"path = pathlib.Path({str(tokens)!r})\n"
        "count = int(path.read_text()) + 1\n"
        "path.write_text(str(count))\n"
        "kind = {'apiVersion': 'client.authentication.k8s.io/v1', 'kind': 'ExecCredential'}\n"
        "print(json.dumps({**kind, 'status': {'token': f't{count}', 'expirationTimestamp': '2999-01-01T00:00:00Z'}}))\n"
    )
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(plugin)],
            "interactiveMode": "Never",
        }
    }
    seen: list[str | None] = []
    api.before.append(lambda request: seen.append(request.headers.get("Authorization")))
    async with serving(api), connect(kubeconfig(tmp_path / "kubeconfig", api.url, user)) as line:
        await line.reader.get(PODS, "web-1", "shop")
        api.plan = [("GET", "/pods/", status(401, "Unauthorized", "expired"))]
        await line.reader.get(PODS, "web-1", "shop")
        api.plan = [("GET", "/pods/", status(401, "Unauthorized", "who?")) for _ in range(9)]
        with pytest.raises(Unauthorized):
            await line.reader.get(PODS, "web-1", "shop")
    assert seen == ["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t3"]


@pytest.mark.parametrize("content", [None, "", "[]", "a: [", '{"clusters": []}'])
async def test_a_kubeconfig_that_cannot_be_used_says_so(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "kubeconfig").write_text(content)
    with pytest.raises(NotConfigured):
        async with connect(str(tmp_path / "kubeconfig")):
            pass


async def test_neither_kubeconfig_nor_service_account_is_not_configured() -> None:
    with pytest.raises(NotConfigured):
        async with connect(None):
            pass


async def test_a_listing_follows_pages_up_to_its_limit(line: Connection, api: FakeApi) -> None:
    def page(request: web.Request) -> None:
        first = int(request.query.get("continue", "0"))
        size = int(request.query.get("limit", "0"))
        items = [{"metadata": {"name": f"p{number}"}} for number in range(first, min(first + size, 600))]
        more = {"continue": str(first + size)} if first + size < 600 else {}
        api.plan = [("GET", "/pods", web.json_response({"metadata": {"resourceVersion": "7", **more}, "items": items}))]

    api.before.append(page)
    listing = await line.reader.list(PODS)
    assert (len(listing.items), listing.complete, listing.resource_version) == (500, False, "7")
    assert listing.items[0] == {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p0"}}
    listing = await line.reader.list(PODS, limit=1000)
    assert (len(listing.items), listing.complete) == (600, True)


async def test_pages_that_went_stale_are_listed_again_once(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/pods", status(410, "Expired", "too old"))]
    assert len((await line.reader.list(PODS)).items) == 1
    api.plan = [("GET", "/pods", status(410, "Expired", "too old")) for _ in range(2)]
    with pytest.raises(Gone):
        await line.reader.list(PODS)


async def test_the_version_of_a_group_is_asked_once(line: Connection, api: FakeApi) -> None:
    budgets = kind_named("PodDisruptionBudget")
    served = {"versions": [{"version": "v1"}, {"version": "v1beta1"}], "preferredVersion": {"version": "v1"}}
    api.plan = [
        ("GET", "/apis/policy/v1", status(404, "NotFound", "")),
        ("GET", "/apis/policy", web.json_response(served)),
        ("GET", "/apis/policy/v1beta1", web.json_response({"resources": [{"name": "poddisruptionbudgets"}]})),
    ]
    for _ in range(2):
        assert (await line.reader.list(budgets, "shop")).items == ()
    assert api.count("GET", "/apis/policy/v1beta1/namespaces/shop/poddisruptionbudgets") == 2
    assert len(api.requests) == 5


async def test_a_kind_that_the_cluster_does_not_have_is_not_served(line: Connection) -> None:
    with pytest.raises(NotServed):
        await line.reader.list(Kind("Widget", "widgets", "example.com"))


def stream_of(*lines: bytes) -> web.Response:
    return web.Response(body=b"".join(lines))


def event(kind: str, **metadata: str) -> bytes:
    return json.dumps({"type": kind, "object": {"metadata": metadata}}).encode() + b"\n"


async def test_a_watch_gives_changes_and_ends_with_the_server(line: Connection, api: FakeApi) -> None:
    api.plan = [
        ("GET", "watch=true", stream_of(event("ADDED", name="a"), event("BOOKMARK"), event("DELETED", name="a")))
    ]
    async with aclosing(line.reader.watch(PODS, "shop", resource_version="7")) as changes:
        assert [(change.type, change.object["metadata"]["name"]) async for change in changes] == [
            ("ADDED", "a"),
            ("DELETED", "a"),
        ]
    assert "resourceVersion=7" in api.requests[-1][1]


async def test_a_read_does_not_wait_for_the_streams_of_others(line: Connection, api: FakeApi) -> None:
    most = 40
    api.plan = [("GET", "/log", "stall") for _ in range(most)]

    async def follow() -> None:
        async for _ in line.reader.follow("shop", "web-1"):
            pass

    following = [asyncio.create_task(follow()) for _ in range(most)]
    try:
        async with asyncio.timeout(10):
            while api.count("GET", "/log") < most:
                await asyncio.sleep(0.01)
            await line.reader.list(PODS, "shop")
    finally:
        for task in following:
            task.cancel()
        await asyncio.wait(following)


async def test_a_watch_from_a_version_that_is_too_old_is_gone(line: Connection, api: FakeApi) -> None:
    error = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}).encode()
    for answer in (stream_of(error), status(410, "Expired", "too old")):
        api.plan = [("GET", "watch=true", answer)]
        with pytest.raises(Gone):
            await anext(line.reader.watch(PODS, "shop", resource_version="7"))


async def test_a_watch_whose_line_breaks_is_unreachable(line: Connection, api: FakeApi) -> None:
    for answer in (stream_of(event("ADDED", name="a"), b'{"type":"MODI'), "lose-before"):
        api.plan = [("GET", "watch=true", answer)]
        with pytest.raises(Unreachable):
            async for _ in line.reader.watch(PODS, "shop", resource_version="7"):
                pass


async def test_log_lines_come_whole_and_long_ones_cut(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/log", stream_of(b"one\r\n", b"x" * 40_000, b"\n\xff\xfe\n", b"last"))]
    lines = [text async for text in line.reader.follow("shop", "web-1", seconds=5)]
    assert [len(text) for text in lines] == [3, 16 * 1024, 2, 4]
    assert lines[0] == "one"
    assert lines[-1] == "last"


async def test_following_a_silent_log_ends_after_its_seconds(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/log", "stall")]
    assert [text async for text in line.reader.follow("shop", "web-1", seconds=1)] == ["one"]


async def test_an_old_log_is_kept_from_its_end(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/log", stream_of(b"old\n" * 200_000, b"newest\n"))]
    text = await line.reader.logs("shop", "web-1", tail=2000)
    assert text.endswith("old\nnewest\n")
    assert len(text) <= 512 * 1024


async def test_an_error_for_a_log_is_not_a_log_line(line: Connection, api: FakeApi) -> None:
    api.plan = [("GET", "/log", status(400, "BadRequest", "choose one of: [a b]")) for _ in range(2)]
    with pytest.raises(Invalid):
        await line.reader.logs("shop", "web-1")
    with pytest.raises(Invalid):
        await anext(line.reader.follow("shop", "web-1"))


SUCCESS = b'\x03{"status":"Success"}'
FAILED = (
    b'\x03{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}'
)


@pytest.mark.parametrize(
    ("frames", "output", "code"),
    [
        ([b"\x01he", b"\x02!", b"\x01llo", SUCCESS], "he!llo", 0),
        ([b"\x01\xe4\xb8", b"\x01\xad", SUCCESS], "中", 0),
        ([b"\x02no\n", FAILED], "no\n", 7),
        ([b"\x01half"], "half", None),
        ([b'\x03{"status":"Failure","reason":"InternalError","message":"no such file"}'], "", None),
        ([b"\x03garbage"], "", None),
        ([b"", b"\x01"], "", None),
    ],
)
async def test_the_end_of_a_command_is_read_from_the_third_channel(
    line: Connection, api: FakeApi, frames: list[bytes], output: str, code: int | None
) -> None:
    api.exec_frames = frames
    ending = await line.writer.exec("shop", "web-1", "app", ("sh word", "é"), seconds=5)
    assert (ending.output, ending.exit_code) == (output, code)
    assert bool(ending.problem) == (code is None)
    assert "command=sh+word&command=%C3%A9&stdout=true&stderr=true&container=app" in api.requests[-1][1]


async def test_the_output_of_a_command_is_capped_and_its_end_still_seen(line: Connection, api: FakeApi) -> None:
    api.exec_frames = [b"\x01" + b"x" * 100_000] * 4 + [SUCCESS]
    ending = await line.writer.exec("shop", "web-1", "app", ("yes",), seconds=5)
    assert (len(ending.output), ending.cut, ending.exit_code) == (256 * 1024, True, 0)


async def test_a_refused_exec_ran_nothing(line: Connection, api: FakeApi) -> None:
    with pytest.raises(Forbidden):
        await line.writer.exec("shop", "web-1", "app", ("id",), seconds=5)


async def test_a_silent_command_is_waited_for_though_nobody_answers_pings(line: Connection, api: FakeApi) -> None:
    api.exec_frames, api.exec_seconds = [SUCCESS], 0.4
    path = one(PODS, "v1", "shop", "web-1", "exec")
    ending = await run_command(line.writer._wire, path, "app", ("sleep",), seconds=5, ping_every=0.05)
    assert ending.exit_code == 0


async def test_a_command_that_does_not_end_is_left_after_its_seconds(line: Connection, api: FakeApi) -> None:
    api.exec_frames, api.exec_seconds = [SUCCESS], 30
    ending = await line.writer.exec("shop", "web-1", "app", ("sleep",), seconds=0.2)
    assert (ending.exit_code, ending.refused) == (None, False)


CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUMYYvRt8w8jTagvrL46IMeoZpteQwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIxNDAzMDZaGA8yMTI2MTAyOTE0MDMw
NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOQr
Xk2AE8s4kvq/a0pktAccvHbNCUYjJ1qnADw75tQMFII6HKsOU3h1OHqXbCmcpfrx
VjUFaAyLVPNJWT/jWvqjUzBRMB0GA1UdDgQWBBSL30VPvJayBX1LFu2eIHEUP7eb
QTAfBgNVHSMEGDAWgBSL30VPvJayBX1LFu2eIHEUP7ebQTAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIQDX4w/S1+ZJGV/tJcjhQwm6/U/jD4c14Qa5
k5NLtPMfoAIgSlSIdl7HnGLdJvlIcGE4b94qGZzcXChyyzAyraIt9dY=
-----END CERTIFICATE-----
"""
"""Self-signed for these tests; its key was thrown away."""


async def test_in_a_pod_the_service_account_is_used_and_its_token_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    (tmp_path / "token").write_text("first\n")
    (tmp_path / "ca.crt").write_text(CERTIFICATE)
    credentials = await load_credentials(None, service_account=tmp_path)
    assert credentials.host == "https://10.0.0.1:443"
    assert await credentials.authorization() == "Bearer first"
    (tmp_path / "token").write_text("second\n")
    assert await credentials.authorization() == "Bearer first"
    assert await credentials.authorization(renew=True) == "Bearer second"
    assert "second" not in repr(credentials)


async def test_a_kubeconfig_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    for path, why in ((tmp_path / "none", "not found"), (folder, "is a directory"), (Path("~nobody-here/x"), "home")):
        with pytest.raises(NotConfigured, match=why):
            await load_credentials(str(path))
