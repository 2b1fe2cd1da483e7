"""Who we are to the API server and how it is reached, by the login of kubernetes_asyncio.

It reads a kubeconfig (tokens, client certificates, login plugins, OIDC) or the service account of the pod we run in; requests are
sent by `executor.wire`. A login plugin is a program that the kubeconfig names: only an operator may own that file.
"""

import asyncio
import logging
import os
import ssl
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import structlog

from executor.errors import ClusterError, NotConfigured, Unauthorized
from executor.login import Configuration, load_incluster_config, load_kube_config

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_RENEW_AFTER = 60.0
"""Seconds after which a token is read again, as client-go does: service account tokens rotate in their file."""
_PLUGIN_SECONDS = 30.0

log = structlog.get_logger()


class Load(Protocol):
    """Reads the files again, runs the login plugin when its token has expired or if `force`; gives the Authorization header."""

    async def __call__(self, *, force: bool) -> str | None: ...


@dataclass(slots=True)
class Credentials:
    host: str
    """`https://10.0.0.1:6443`, perhaps with a path behind it."""
    tls: ssl.SSLContext
    proxy: str | None
    server_hostname: str | None
    _load: Load = field(repr=False)
    _token: str | None = field(repr=False)
    _read_at: float
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def authorization(self, *, renew: bool = False) -> str | None:
        """The Authorization header, or None where a client certificate does it. `renew` after the API refused the last one.

        Raises Unauthorized when a renewal that the API asked for fails; a routine one that fails leaves the old token in use."""
        asked_at = time.monotonic()
        async with self._renewing:
            if renew and self._read_at < asked_at:
                self._token = await self._load(force=True)
                self._read_at = time.monotonic()
            elif asked_at - self._read_at >= _RENEW_AFTER:
                self._read_at = asked_at
                try:
                    self._token = await self._load(force=False)
                except ClusterError as exc:
                    log.warning("credentials.not_renewed", problem=exc.message)
            return self._token


def own_namespace(service_account: Path = SERVICE_ACCOUNT) -> str:
    """The namespace of the pod we run in; "" outside of a cluster. Blocking."""
    try:
        return (service_account / "namespace").read_text("utf-8").strip()
    except OSError:
        return ""


async def load_credentials(
    kubeconfig: str | None, context: str | None = None, *, service_account: Path = SERVICE_ACCOUNT
) -> Credentials:
    """`kubeconfig` is a path (or several, joined by `:`). Without one, the service account of the pod is used.

    Everything that reads a file or starts the login plugin does so in a thread."""
    logging.getLogger("kubernetes_asyncio").setLevel(logging.WARNING)  # at DEBUG it prints response bodies and tokens
    configuration = Configuration()
    if kubeconfig is not None:
        load = await _kubeconfig(kubeconfig, context, configuration)
    elif await asyncio.to_thread((service_account / "token").is_file):
        load = await _service_account(service_account, configuration)
    else:
        raise NotConfigured("no kubeconfig is set and this is not a pod with a service account")
    try:
        tls = await asyncio.to_thread(_tls, configuration)
    except (OSError, ssl.SSLError) as exc:
        raise NotConfigured(f"TLS: {exc}") from exc

    async def again(*, force: bool) -> str | None:
        token = await load(force=force)
        await asyncio.to_thread(_trust, tls, configuration)
        return token

    return Credentials(
        host=str(configuration.host).rstrip("/"),
        tls=tls,
        proxy=configuration.proxy,
        server_hostname=configuration.tls_server_name,
        _load=again,
        _token=_authorization(configuration),
        _read_at=time.monotonic(),
    )


async def _apart(work: Coroutine[Any, Any, Any]) -> Any:
    """In a loop of its own in a thread: the library reads files between its awaits."""
    return await asyncio.to_thread(asyncio.run, asyncio.wait_for(work, _PLUGIN_SECONDS))


async def _kubeconfig(path: str, context: str | None, configuration: Any) -> Load:
    if problem := await asyncio.to_thread(_unusable, path):
        raise NotConfigured(f"kubeconfig {path}: {problem}")
    try:
        # Without persist_config=False the library calls its saver with the wrong arguments after an OIDC refresh.
        loader = await _apart(load_kube_config(path, context, configuration, persist_config=False))
    except Exception as exc:  # a wrong file makes the library trip in any way: KeyError, AssertionError, YAMLError
        raise NotConfigured(f"kubeconfig {path}: {exc or type(exc).__name__}") from exc

    async def load(*, force: bool) -> str | None:
        if force and hasattr(loader, "exec_plugin_expiry"):
            del loader.exec_plugin_expiry  # else the loader takes the refused token for a good one
        try:
            await _apart(loader.load_and_set(configuration))
        except Exception as exc:  # as above; the plugin may also fail in its own ways
            raise Unauthorized(f"kubeconfig {path}: {exc or type(exc).__name__}") from exc
        return _authorization(configuration)

    return load


def _unusable(path: str) -> str:
    """Why none of these files can be read, "" when one can."""
    problem = "not found"
    for part in filter(None, path.split(":")):
        try:
            with Path(part).expanduser().open("rb"):
                return ""
        except FileNotFoundError:
            continue
        except IsADirectoryError:
            problem = "is a directory; Docker makes one where the file that shall be mounted is missing"
        except (OSError, RuntimeError) as error:
            problem = f"{getattr(error, 'strerror', None) or error} (we are uid {os.getuid()})"
    return problem


async def _service_account(folder: Path, configuration: Any) -> Load:
    async def load(*, force: bool) -> str | None:  # noqa: ARG001 a file has no expiry
        try:
            await asyncio.to_thread(
                load_incluster_config,
                client_configuration=configuration,
                token_filename=folder / "token",
                cert_filename=folder / "ca.crt",
            )
        except Exception as exc:  # the library's own type is not exported, and files can fail in any way
            raise NotConfigured(f"service account: {exc}") from exc
        return _authorization(configuration)

    await load(force=True)
    return load


def _authorization(configuration: Any) -> str | None:
    token = configuration.api_key.get("BearerToken")
    return token.strip() if token else None


def _tls(configuration: Any) -> ssl.SSLContext:
    tls = ssl.create_default_context(cafile=configuration.ssl_ca_cert)
    # Python 3.13 refuses cluster authorities without all X.509 v3 extensions; client-go does not, and old clusters have them.
    tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not configuration.verify_ssl:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        tls.load_cert_chain(configuration.cert_file, keyfile=configuration.key_file)
    return tls


def _trust(tls: ssl.SSLContext, configuration: Any) -> None:
    """Certificates rotate in their files as tokens do; new connections use the new ones."""
    try:
        if configuration.ssl_ca_cert:
            tls.load_verify_locations(cafile=configuration.ssl_ca_cert)
        if configuration.cert_file:
            tls.load_cert_chain(configuration.cert_file, keyfile=configuration.key_file)
    except (OSError, ssl.SSLError) as exc:
        raise Unauthorized(f"TLS: {exc}") from exc
