import asyncio
import shutil
import ssl
from pathlib import Path

import aiohttp
import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import LI, populate
from tests.sandbox.dingtalk.line import Client

OPENSSL = shutil.which("openssl")


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with openssl")
async def test_https_and_wss(tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key]
    names = ["-subj", "/CN=stand-in", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = await asyncio.create_subprocess_exec(
        str(OPENSSL), "req", "-x509", *curve, *names, "-out", certificate, stderr=asyncio.subprocess.DEVNULL
    )
    assert await made.wait() == 0
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate, key)
    trusting = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certificate))
    async with DingTalkStandIn(tls=serving) as gateway, aiohttp.ClientSession(connector=trusting) as session:
        populate(gateway)
        sdk = Client(gateway, session)
        opened = (await sdk.open())[1]
        assert opened["endpoint"].startswith("wss://127.0.0.1:")
        line = await sdk.line()
        delivery = await gateway.say(LI, "x")
        await line.answer(await line.frame())
        assert (await delivery.acked()).code == 200
        await line.ws.close()
