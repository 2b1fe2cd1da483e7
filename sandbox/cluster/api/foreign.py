"""Nodes with a kubelet of somebody else's: logs are asked of it, as the API server asks every kubelet."""

from http import HTTPStatus

import aiohttp
from aiohttp import web

from sandbox.cluster.failures import bad_request, internal_error
from sandbox.cluster.objects import Object, name_of, namespace_of, status_of

_SECONDS = 10


def kubelet_port(node: Object) -> int:
    """Where the node says that its kubelet listens; 0 where it does not say."""
    return int(((status_of(node).get("daemonEndpoints") or {}).get("kubeletEndpoint") or {}).get("Port") or 0)


async def passed_on(request: web.Request, pod: Object, container: str, port: int) -> web.Response:
    """The whole log: nobody follows one here. Only ever on this machine, and as with a kubelet that nobody vouches for its
    certificate is not looked at."""
    url = f"https://127.0.0.1:{port}/containerLogs/{namespace_of(pod)}/{name_of(pod)}/{container}"
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, params=request.query, ssl=False) as answer,
        ):
            body = await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise internal_error(f"Get {url}: {type(error).__name__}") from error
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise bad_request(body.decode(errors="replace"))
    return web.Response(body=body, content_type="text/plain")
