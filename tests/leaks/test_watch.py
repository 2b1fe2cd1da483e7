"""The watch bites: a secret that leaves is caught by each way out, in each spelling, and fails its test without being shown."""

import base64
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web

from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.claude import ClaudeStandIn
from sandbox.cluster.planted import CLUSTER_SECRETS, PAYMENT_KEY
from sandbox.dingtalk import DingTalkStandIn
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.frame import DATA, Frame, encode
from tests.leaks import WATCH, Leak, Secret, visit
from tests.leaks.files import written
from tests.leaks.known import DINGTALK
from tests.leaks.secrets import Book
from tests.sandbox.dingtalk import line as dingtalk_line
from tests.sandbox.feishu import line as feishu_line

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def leaks() -> Iterator[list[Leak]]:
    with WATCH.aside() as found:
        yield found


def ways(leaks: list[Leak]) -> set[str]:
    return {leak.way for leak in leaks}


async def test_what_a_model_is_told(leaks: list[Leak]) -> None:
    async with ClaudeStandIn() as claude, aiohttp.ClientSession() as http:
        await http.post(f"{claude.url}/v1/messages", json={"messages": [{"content": f"key={PAYMENT_KEY}"}]})
    assert ways(leaks) == {"claude: POST /v1/messages"}


async def test_what_dingtalk_is_told_by_a_call_and_on_the_line(leaks: list[Leak]) -> None:
    async with DingTalkStandIn() as gateway, dingtalk_line.client(gateway) as sdk:
        await sdk.log_in()
        card = {"cardParamMap": {"body": json.dumps({"text": PAYMENT_KEY})}}
        await sdk.put("/v1.0/card/instances", {"outTrackId": "x", "cardData": card})
        line = await sdk.line()
        gateway.add_user("u")
        delivery = await gateway.say("u", "hi")
        await line.answer(await line.frame(), {"text": PAYMENT_KEY})
        await delivery.acked()
    assert ways(leaks) == {"dingtalk: PUT /v1.0/card/instances", "dingtalk: frame"}


async def test_what_feishu_is_told_by_a_call_and_on_the_line(leaks: list[Leak]) -> None:
    async with FeishuStandIn() as gateway, feishu_line.client(gateway) as sdk:
        gateway.add_user("ou_1")
        await sdk.log_in()
        await sdk.send("ou_1", "text", {"text": PAYMENT_KEY})
        line = await sdk.line()
        answer = base64.b64encode(json.dumps({"toast": PAYMENT_KEY}).encode()).decode()  # as a click is answered
        payload = json.dumps({"code": 200, "data": answer}).encode()
        await line.ws.send_bytes(encode(Frame(service=1, method=DATA, headers=(("type", "card"),), payload=payload)))
        await line.ws.close()
    assert ways(leaks) == {"feishu: POST /open-apis/im/v1/messages", "feishu: frame"}


async def test_what_alertmanager_is_asked(leaks: list[Leak]) -> None:
    async with AlertmanagerStandIn() as there, aiohttp.ClientSession() as http:
        await http.get(f"{there.url}/api/v2/alerts?filter={PAYMENT_KEY}")
    assert ways(leaks) == {"alertmanager: GET /api/v2/alerts"}


async def _page(_: web.Request) -> web.Response:
    return web.Response(text=f"<p>{PAYMENT_KEY}</p>")


async def _elsewhere(_: web.Request) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/chat?key={PAYMENT_KEY}"})


async def _live(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_json({"line": PAYMENT_KEY})
    await socket.close()
    return socket


async def test_what_a_visitor_is_shown_in_bodies_headers_and_frames(leaks: list[Leak]) -> None:
    app = web.Application()
    app.add_routes([web.get("/setup", _page), web.get("/login", _elsewhere), web.get("/live", _live)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with visit(f"http://127.0.0.1:{runner.addresses[0][1]}") as http:
        async with http.get("/setup") as page:
            await page.read()
        async with http.get("/login", allow_redirects=False):
            pass
        async with http.ws_connect("/live") as socket:
            await socket.receive_json()
    await runner.cleanup()
    assert ways(leaks) == {"page: GET /setup", "page: GET /login", "page: frame"}


def test_what_is_kept_in_the_store_and_written_to_logs_and_exports(leaks: list[Leak], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "steward.db") as store:
        store.execute("CREATE TABLE audit_logs (id TEXT, detail TEXT)")
        store.execute("INSERT INTO audit_logs VALUES ('a', ?)", (f"password={PAYMENT_KEY}",))
    store.close()
    (tmp_path / "steward.log").write_text(f'{{"event": "x", "error": "{PAYMENT_KEY}"}}\n')
    (tmp_path / "book.csv").write_text(f"a,{PAYMENT_KEY}\n")
    for way, said in written(tmp_path):
        WATCH.heard(way, said)
    assert ways(leaks) == {"store: audit_logs.detail", "log: steward.log", "log: book.csv"}
    for name in ("steward.db", "steward.log", "book.csv"):
        (tmp_path / name).unlink()  # it shall fail no test


SPELLED = {
    "plain": lambda value: value,
    "json in json": lambda value: json.dumps(json.dumps({"k": value})),
    "url": lambda value: quote(value, safe=""),
    "base64 of the whole": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 of more": lambda value: base64.b64encode(f"x=1&key={value}&y".encode()).decode(),
    "base64 at another offset": lambda value: base64.b64encode(f"yy: {value}".encode()).decode(),
}


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("value", ['zebra-mountain "lamp" 7', "s/ecret+of the=client", PAYMENT_KEY])
def test_no_spelling_hides_a_secret(spelled: str, value: str) -> None:
    book = Book()
    book.learn([Secret("it", value)])
    assert [secret.name for secret, _, _ in book.found_in("way", f"before {SPELLED[spelled](value)} after")] == ["it"]


def test_a_credential_is_at_home_where_it_is_for_and_nowhere_else() -> None:
    book = Book()
    book.learn([Secret("of the application", "abcdefgh12345", DINGTALK)])
    assert not list(book.found_in("dingtalk: POST /v1.0/gateway/connections/open", "abcdefgh12345"))
    assert list(book.found_in("dingtalk: PUT /v1.0/card/instances", "abcdefgh12345"))
    assert list(book.found_in("feishu: POST /callback/ws/endpoint", "abcdefgh12345"))


def test_a_leak_names_the_way_and_what_stood_there_but_not_the_secret(leaks: list[Leak]) -> None:
    other = CLUSTER_SECRETS["cache password"]
    WATCH.heard("page: GET /chat", f"the log says key={PAYMENT_KEY} and {other}")
    told = "\n".join(map(str, leaks))
    assert "page: GET /chat: the cluster's payment key (p…v, 20 characters) in …the log says key=*** and ***…" in told
    assert PAYMENT_KEY not in told
    assert other not in told


LEAKING = """
import structlog
from sandbox.cluster.planted import PAYMENT_KEY

def test_it():
    {leak}
"""


@pytest.mark.parametrize(
    ("leak", "way"),
    [
        ("print('the key is', PAYMENT_KEY)", "log: Captured stdout call"),
        ("structlog.get_logger().info('x.y', what=PAYMENT_KEY)", "log: Captured stderr call"),
        ("from sandbox.overheard import overheard; overheard('claude: POST /v1/messages', PAYMENT_KEY)", "claude: "),
    ],
)
def test_a_test_that_leaks_fails_and_its_report_does_not_leak_again(tmp_path: Path, leak: str, way: str) -> None:
    (tmp_path / "test_leaking.py").write_text(LEAKING.format(leak=leak))
    options = ("-p", "tests.leaks.plugin", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_leaking.py")],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert f"  {way}" in ran.stdout
    assert "A secret left (I9)" in ran.stdout
    assert PAYMENT_KEY not in ran.stdout.replace((tmp_path / "test_leaking.py").read_text(), "")
