"""The two subresources that the API server passes on to a kubelet: log and exec."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web

from sandbox.cluster.api.foreign import kubelet_port, passed_on
from sandbox.cluster.api.listing import integer
from sandbox.cluster.api.rendering import encode
from sandbox.cluster.api.routes import is_true
from sandbox.cluster.clock import Clock
from sandbox.cluster.failures import Cause, bad_request, internal_error, invalid, wrong
from sandbox.cluster.kubelet.commands import Outcome, run
from sandbox.cluster.kubelet.containers import Container, PodRecord
from sandbox.cluster.kubelet.logs import LogOptions, check_readable, lines_of
from sandbox.cluster.kubelet.node import Kubelet
from sandbox.cluster.objects import Object, name_of, uid_of

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDOUT, _STDERR, _ERROR = b"\x01", b"\x02", b"\x03"
_FOLLOW_SECONDS = 0.5


def container_name(pod: Object, asked: str) -> str:
    """The container that is meant. Raises 400 where the request must say which, or names none of the pod."""
    names = [container["name"] for container in pod["spec"]["containers"]]
    initial = [container["name"] for container in pod["spec"].get("initContainers") or ()]
    if asked in (*names, *initial):
        return asked
    if asked:
        raise bad_request(f"container {asked} is not valid for pod {name_of(pod)}")
    if len(names) == 1:
        return str(names[0])
    choice = f"choose one of: [{' '.join(names)}]"
    if initial:
        choice += f" or one of the init containers: [{' '.join(initial)}]"
    raise bad_request(f"a container name must be specified for pod {name_of(pod)}, {choice}")


def log_options(pod: Object, query: Mapping[str, str], now: datetime) -> LogOptions:
    """Raises 400 for what is no number, 422 for what is out of range."""
    tail, limit, since = (integer(query, name) for name in ("tailLines", "limitBytes", "sinceSeconds"))
    causes: list[Cause] = []
    if tail is not None and tail < 0:
        causes.append(wrong("tailLines", str(tail), "must be greater than or equal to 0"))
    for name, value in (("limitBytes", limit), ("sinceSeconds", since)):
        if value is not None and value < 1:
            causes.append(wrong(name, str(value), "must be greater than 0"))
    if causes:
        raise invalid("PodLogOptions", "", name_of(pod), causes)
    moment = now - timedelta(seconds=since) if since else None
    if text := query.get("sinceTime"):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise bad_request(f'parsing time "{text}" as RFC3339') from None
    return LogOptions(
        previous=is_true(query.get("previous", "false")),
        timestamps=is_true(query.get("timestamps", "false")),
        tail=tail,
        limit=limit,
        since=moment,
    )


async def log(
    request: web.Request, pod: Object, node: Object | None, kubelet: Kubelet, clock: Clock
) -> web.StreamResponse:
    """`node` is the pod's, if it is there."""
    options = log_options(pod, request.query, clock.now())
    name = container_name(pod, request.query.get("container", ""))
    record = kubelet.records.get(uid_of(pod))
    if record is None and node is not None and (port := kubelet_port(node)):
        return await passed_on(request, pod, name, port)
    if record is None:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    container = record.containers.get(name)
    if container is None:
        return web.Response(status=HTTPStatus.OK, content_type="text/plain")
    check_readable(record, container, previous=options.previous)
    if not is_true(request.query.get("follow", "false")):
        lines = lines_of(container, clock, previous=options.previous, last=options.tail)
        return web.Response(body=options.render(lines), content_type="text/plain")
    lines = lines_of(container, clock, previous=options.previous)
    text = options.render(lines)
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    await response.write(text)
    await _follow(response, kubelet, record, container, clock, options, len(lines), len(text))
    return response


async def _follow(
    response: web.StreamResponse, kubelet: Kubelet, record: PodRecord, container: Container, clock: Clock,
    options: LogOptions, seen: int, written: int,
) -> None:  # fmt: skip
    """New lines until the container's end, the pod's, or the limit; the client going away cancels us."""
    began = container.began
    left = None if options.limit is None else options.limit - written
    rest = LogOptions(timestamps=options.timestamps)
    while record.uid in kubelet.records and container.running and container.began == began and left != 0:
        await clock.sleep(_FOLLOW_SECONDS)
        fresh = lines_of(container, clock, first=seen) if container.running else []
        seen += len(fresh)
        text = rest.render(fresh)[:left]
        left = None if left is None else left - len(text)
        await response.write(text)


async def execute(request: web.Request, pod: Object, kubelet: Kubelet, clock: Clock) -> web.StreamResponse:
    """Exec over a WebSocket: one byte of channel before every frame, a Status on channel 3 at the end."""
    socket = web.WebSocketResponse(protocols=_PROTOCOLS)
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise bad_request("Upgrade request required")
    name = container_name(pod, request.query.get("container", ""))
    if not pod["spec"].get("nodeName"):
        raise bad_request(f"pod {name_of(pod)} does not have a host assigned")
    argv = request.query.getall("command", [])
    if not argv:
        raise bad_request("you must specify at least 1 command for the pod.exec")
    record = kubelet.records.get(uid_of(pod))
    container = record.containers.get(name) if record else None
    if container is None or not container.running:
        raise internal_error(f'unable to upgrade connection: container not found ("{name}")')
    await socket.prepare(request)
    async with asyncio.TaskGroup() as tasks:
        # What the client sends (input, a resize, a ping) is read, and ignored by every command there is.
        listener = tasks.create_task(_drain(socket))
        outcome = await run(argv, name_of(pod), clock)
        with suppress(ConnectionError):
            await _send(socket, outcome, request.query)
        await socket.close()
        listener.cancel()
    return socket


async def _drain(socket: web.WebSocketResponse) -> None:
    async for _message in socket:
        pass


async def _send(socket: web.WebSocketResponse, outcome: Outcome, query: Mapping[str, str]) -> None:
    if outcome.out and is_true(query.get("stdout", "false")):
        await socket.send_bytes(_STDOUT + outcome.out.encode())
    if outcome.err and is_true(query.get("stderr", "false")):
        await socket.send_bytes(_STDERR + outcome.err.encode())
    await socket.send_bytes(_ERROR + encode(exit_status(outcome.code)))


def exit_status(code: int) -> Object:
    if not code:
        return {"metadata": {}, "status": "Success"}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
    }
