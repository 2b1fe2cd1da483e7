"""What a log tells of others: certificates, Services that do not answer."""

from executor.operations import Target
from tests.cluster.ailments.ailment import ailment, deployment, ready, service
from tests.cluster.ailments.endings import logged
from tests.cluster.bench import Bench

_EXPIRED = (
    "x509: certificate has expired or is not yet valid: current time 2026-11-27T03:00:00Z is after 2026-11-26T00:00:00Z"
)
_UNTRUSTED = "javax.net.ssl.SSLHandshakeException: unable to get local issuer certificate"
_OTHER_NAME = "x509: certificate is valid for db.internal, not db.shop.svc"


@ailment("certificate_expired", _EXPIRED)
async def a_certificate_that_is_over(bench: Bench) -> Target:
    return await logged(bench, 1, f'INFO starting\nFATAL Get "https://vault.example.com/v1/kv": {_EXPIRED}\n')


@ailment("certificate_untrusted", _UNTRUSTED)
async def a_certificate_of_a_strange_authority(bench: Bench) -> Target:
    return await logged(
        bench, 1, f"INFO starting\n{_UNTRUSTED}\n\tat java.base/sun.security.ssl.Alert.create(Alert.java:1)\n"
    )


@ailment("certificate_name", _OTHER_NAME)
async def a_certificate_for_another_name(bench: Bench) -> Target:
    return await logged(bench, 1, f"INFO starting\nERROR cannot connect: {_OTHER_NAME}\n")


@ailment("dependency", "service db: 0 of 1 pods ready", "connection refused", 'image "missing:1": not found')
async def a_neighbour_that_is_down(bench: Bench) -> Target:
    """The log of one names the other, and what ails that one is told as well."""
    await deployment(bench, "missing:1", "db")
    await service(bench, "db", app="db", port=5432)
    return await deployment(bench, "crash:1")


async def with_a_neighbour(bench: Bench, line: str) -> Target:
    """One that is well; this is what is said of it."""
    await ready(bench, "db")
    await service(bench, "db", app="db", port=5432)
    return await logged(bench, 1, f"INFO starting\n{line}\n")


@ailment("dependency_port", "service db spec.ports: 5432", "connect to db:5433: Connection refused")
async def a_neighbour_at_another_port(bench: Bench) -> Target:
    return await with_a_neighbour(bench, "FATAL could not connect to db:5433: Connection refused")


@ailment("dependency_missing", "services in ", "lookup cache on 10.96.0.10:53: no such host")
async def a_neighbour_that_nobody_knows(bench: Bench) -> Target:
    return await with_a_neighbour(bench, "ERROR dial tcp: lookup cache on 10.96.0.10:53: no such host")


@ailment("dependency_policy", "networkpolicy closed spec.podSelector: app=db", "dial tcp db:5432: i/o timeout")
async def a_neighbour_behind_a_policy(bench: Bench) -> Target:
    spec = {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}
    await bench.create("NetworkPolicy", {"metadata": {"name": "closed"}, "spec": spec})
    return await with_a_neighbour(bench, "ERROR dial tcp db:5432: i/o timeout")
