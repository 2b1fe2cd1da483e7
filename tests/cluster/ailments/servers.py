"""Servers of the tests' own that an API server calls over TLS: a kubelet whose containers said what a test wrote, a webhook."""

import asyncio
import base64
import ssl
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cluster.ailments.ailment import node
from tests.cluster.bench import Bench

_LONG = timedelta(days=30)
_REASON = "every pod needs the label owner"


async def kubelet(bench: Bench, said: Mapping[str, str]) -> str:
    """A node on which containers of these names have these logs. Nothing is scheduled there: a pod has to name it."""

    async def log(request: web.Request) -> web.Response:
        lines = said.get(request.match_info["container"], "").splitlines(keepends=True)
        tail = request.query.get("tailLines")
        return web.Response(text="".join(lines if tail is None else lines[-int(tail) :]))

    app = web.Application()
    app.router.add_get("/containerLogs/{namespace}/{pod}/{container}", log)
    port, _ = await _serve(bench, app, _LONG)
    addresses = [{"type": "InternalIP", "address": "127.0.0.1"}]
    endpoints = {"kubeletEndpoint": {"Port": port}}
    fine = (("Ready", "True", "fine"),)
    return await node(bench, "told", fine, {"addresses": addresses, "daemonEndpoints": endpoints}, unschedulable=True)


async def webhook(bench: Bench, path: str, *, left: timedelta = _LONG) -> dict[str, str]:
    """The `clientConfig` of a webhook that refuses everything, with a certificate that is good for so long."""

    async def refuse(request: web.Request) -> web.Response:
        uid = (await request.json())["request"]["uid"]
        answer = {"uid": uid, "allowed": False, "status": {"code": 403, "message": _REASON}}
        return web.json_response({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer})

    app = web.Application()
    app.router.add_post("/{path}", refuse)
    port, certificate = await _serve(bench, app, left)
    return {"url": f"https://127.0.0.1:{port}/{path}", "caBundle": certificate}


async def _serve(bench: Bench, app: web.Application, left: timedelta) -> tuple[int, str]:
    """(port on this machine, certificate as a `caBundle`). It serves until the bench is closed."""
    context, certificate = await asyncio.to_thread(_identity, left)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    bench.kept.push_async_callback(_end, runner)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    return runner.addresses[0][1], certificate


async def _end(runner: web.AppRunner) -> None:
    """An API server keeps its connections for later: they are cut, as nobody waits here for its goodbye over TLS."""
    for connection in runner.server.connections if runner.server else ():
        if connection.transport is not None:
            connection.transport.abort()
    await asyncio.sleep(0)
    await runner.cleanup()


def _identity(left: timedelta) -> tuple[ssl.SSLContext, str]:
    """A certificate that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "steward tests")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(min(now, now + left) - timedelta(days=1))
        .not_valid_after(now + left)
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "identity.pem")
        path.write_bytes(secret + pem)
        context.load_cert_chain(path)
    return context, base64.b64encode(pem).decode()
