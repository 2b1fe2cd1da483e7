import json
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from sandbox.cluster import ClusterStandIn
from sandbox.cluster import manifests as m
from tests.sandbox.cluster.client import Api, pods

EXEC = f"{pods(name='a')}/exec"
V4, V5 = "v4.channel.k8s.io", "v5.channel.k8s.io"


@pytest.fixture(autouse=True)
async def pod(cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("a", "nginx"))
    await cluster.until(lambda: cluster.get("pod", "a", "default")["status"]["phase"] == "Running")


async def run(api: Api, *argv: str, protocols: tuple[str, ...] = (V5, V4), **query: str) -> dict[int, Any]:
    """Channel to what came on it; channel 3 parsed."""
    parameters = [*(("command", word) for word in argv), *({"stdout": "1", "stderr": "1"} | query).items()]
    address = f"{api.server}{EXEC}?{urlencode(parameters)}"
    channels: dict[int, bytes] = {}
    async with api.session.ws_connect(address, headers=api.headers, protocols=protocols) as socket:
        assert socket.protocol in protocols
        async for message in socket:
            assert message.type is aiohttp.WSMsgType.BINARY
            channels[message.data[0]] = channels.get(message.data[0], b"") + message.data[1:]
    return {number: json.loads(data) if number == 3 else data.decode() for number, data in channels.items()}


@pytest.mark.parametrize("protocol", [V4, V5])
async def test_output_and_success_come_on_their_channels(api: Api, protocol: str) -> None:
    found = await run(api, "echo", "hello", "world", protocols=(protocol,))
    assert found == {1: "hello world\n", 3: {"metadata": {}, "status": "Success"}}


async def test_a_failing_command_says_its_exit_code(api: Api) -> None:
    status = (await run(api, "sh", "-c", "exit 7"))[3]
    assert status["reason"] == "NonZeroExitCode"
    assert status["details"]["causes"] == [{"reason": "ExitCode", "message": "7"}]


@pytest.mark.parametrize("argv", [("cat", "/etc/passwd"), ("top",), ("nonsense",)])
async def test_what_the_image_does_not_have_is_127(api: Api, argv: tuple[str, ...]) -> None:
    found = await run(api, *argv)
    assert found[2] == f"sh: {argv[0]}: not found\n"
    assert found[3]["details"]["causes"][0]["message"] == "127"


async def test_the_small_set_of_commands(api: Api) -> None:
    assert (await run(api, "hostname"))[1] == "a\n"
    assert "DB_PASSWORD=s3cr3t-pw" in (await run(api, "env"))[1]
    assert (await run(api, "true"))[3]["status"] == "Success"
    assert (await run(api, "false"))[3]["status"] == "Failure"
    assert (await run(api, "sleep", "1"))[3]["status"] == "Success"
    assert (await run(api, "ls", "-l", "/tmp"))[1] == "app.sock\ncache\n"
    assert "No such file" in (await run(api, "ls", "/nowhere"))[2]


async def test_a_stream_that_was_not_asked_for_stays_silent(api: Api) -> None:
    assert set(await run(api, "cat", stderr="0")) == {3}


async def refusal(api: Api, path: str) -> aiohttp.WSServerHandshakeError:
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await api.session.ws_connect(api.server + path, headers=api.headers, protocols=(V4,))
    return caught.value


async def test_refusals_come_before_the_handshake(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("two", "nginx", "crash"))
    await cluster.until(lambda: cluster.get("pod", "two", "default")["status"]["phase"] == "Running")
    for path, status in (
        (f"{EXEC}?stdout=1", 400),
        (f"{EXEC}?command=true&container=nope", 400),
        (f"{pods(name='two')}/exec?command=true", 400),
        (f"{pods(name='none')}/exec?command=true", 404),
    ):
        assert (await refusal(api, path)).status == status


async def test_a_container_that_does_not_run_takes_no_command(api: Api, cluster: ClusterStandIn) -> None:
    cluster.apply(m.pod("broken", "missing"))
    await cluster.until(lambda: "ErrImagePull" in str(cluster.get("pod", "broken", "default")))
    assert (await refusal(api, f"{pods(name='broken')}/exec?command=true")).status == 500


async def test_a_plain_request_is_told_to_upgrade(api: Api) -> None:
    for method in ("GET", "POST"):
        answer = await api.call(method, f"{EXEC}?command=true")
        assert (answer.status, answer.message) == (400, "Upgrade request required")
