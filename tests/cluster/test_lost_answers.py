"""A real API behind a line that breaks: what took effect is known, and nothing is sent twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from aiohttp import web
from yarl import URL

from executor.cluster import Connection, connect
from executor.operations import Change, ContainerImage, Delete, Patch, Restart, Scale, SetImage, Target
from executor.preview import preview
from executor.recover import Found, NeverHappened, look
from executor.run import NotApplied, run
from tests.cluster.bench import OTHER_IMAGE, Bench
from tests.executor.fake_api import kubeconfig as kubeconfig_for
from tests.executor.ledger import Book


@dataclass
class BrokenLine:
    """Passes requests on; loses the answer to every real write, before or after it took effect."""

    line: Connection
    lose: Literal["before", "after"]
    writes: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        real = request.method in ("PATCH", "DELETE") and "dryRun" not in request.query and b"dryRun" not in body
        if real:
            self.writes.append(request.method)
        if real and self.lose == "before":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        wire = self.line.writer._wire
        headers = await wire._headers(renew=False)
        if body:
            headers["Content-Type"] = request.headers["Content-Type"]
        url = URL(wire._credentials.host + request.raw_path, encoded=True)
        async with wire._writes.request(request.method, url, data=body or None, headers=headers) as answer:
            content = await answer.read()
        if real:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(body=content, status=answer.status, content_type="application/json")


@asynccontextmanager
async def broken(
    bench: Bench, folder: Path, lose: Literal["before", "after"]
) -> AsyncIterator[tuple[BrokenLine, Connection]]:
    line = BrokenLine(bench.line, lose)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", line.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with connect(kubeconfig_for(folder / "broken", url)) as connection:
            yield line, connection
    finally:
        await runner.cleanup()


def changes(bench: Bench) -> list[Change]:
    web_target = Target(kind="Deployment", name="web", namespace=bench.namespace)
    config = Target(kind="ConfigMap", name="conf", namespace=bench.namespace)
    return [
        Scale(target=web_target, replicas=2),
        Restart(target=web_target),
        SetImage(target=web_target, images=(ContainerImage(container="app", image=OTHER_IMAGE),)),
        Patch(target=config, patch_type="merge", body='{"data":{"a":"2"}}'),
        Patch(target=config, patch_type="json", body='[{"op":"replace","path":"/data/a","value":"3"}]'),
        Delete(target=config),
        Delete(target=web_target),
    ]


@pytest.mark.parametrize("lose", ["before", "after"])
async def test_what_became_of_a_write_is_read(bench: Bench, tmp_path: Path, lose: Literal["before", "after"]) -> None:
    await bench.workload(replicas=1)
    await bench.create("ConfigMap", {"metadata": {"name": "conf"}, "data": {"a": "1"}})
    async with broken(bench, tmp_path, lose) as (line, connection):
        for number, operation in enumerate(changes(bench)):
            action_id = f"act-{number}"
            await bench.ready("Deployment", "web")
            order = await preview(bench.writer, operation)
            book = Book().approve(action_id, order)
            line.writes.clear()
            if lose == "after":
                applied = await run(connection.writer, order, action_id=action_id, ledger=book)
                assert applied.uid == order.target_uid
            else:
                with pytest.raises(NotApplied) as caught:
                    await run(connection.writer, order, action_id=action_id, ledger=book, settle_seconds=0.2)
                assert caught.value.reason.code == "run.lost_not_applied"
            assert len(line.writes) == 1
            found = await look(bench.reader, order, action_id, pause=0)
            assert isinstance(found, Found if lose == "after" else NeverHappened)
