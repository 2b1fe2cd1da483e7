"""What a log blames, and where that leads."""

import pytest

from executor.analysers.blames import blames, certificate_word

LINES = [
    ("dial tcp: lookup db on 10.96.0.10:53: no such host", "dns", "db", 0),
    ("dial tcp: lookup db.shop.svc.cluster.local: no such host", "dns", "db.shop.svc.cluster.local", 0),
    ("Error: getaddrinfo ENOTFOUND redis", "dns", "redis", 0),
    ("java.net.UnknownHostException: kafka", "dns", "kafka", 0),
    ('could not translate host name "pg" to address: Name or service not known', "dns", "pg", 0),
    ("curl: (6) Could not resolve host: api.shop", "dns", "api.shop", 0),
    ("Error: connect ECONNREFUSED 10.96.0.12:5432", "refused", "10.96.0.12", 5432),
    ("dial tcp 10.96.0.12:5432: connect: connection refused", "refused", "10.96.0.12", 5432),
    ('Get "http://api.shop.svc:8080/v1": dial tcp 10.96.3.4:8080: i/o timeout', "timeout", "api.shop.svc", 8080),
    (
        "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
        "refused",
        "redis",
        6379,
    ),
    ("amqp://user:***@mq:5672/: connection refused", "refused", "mq", 5672),
]


@pytest.mark.parametrize(("line", "word", "host", "port"), LINES, ids=[host for _, _, host, _ in LINES])
def test_the_host_of_a_complaint(line: str, word: str, host: str, port: int) -> None:
    assert (word, host, port) in {(blame.word, blame.host, blame.port) for blame in blames([line])}


def test_an_address_gets_the_name_that_another_line_gives_to_its_port() -> None:
    lines = ["connecting to postgres://shop:***@db:5432/shop", "dial tcp 10.96.0.12:5432: connect: connection refused"]
    assert {blame.host for blame in blames(lines)} == {"10.96.0.12", "db"}


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-02T03:04:05Z INFO listening on 0.0.0.0:8080",
        "connect to localhost:5432: connection refused",
        "GET http://api:8080/healthz 200",
        "",
    ],
)
def test_who_is_not_blamed(line: str) -> None:
    assert [blame for blame in blames([line]) if blame.host not in ("connection", "refused")] == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("x509: certificate has expired or is not yet valid: current time 2026-11-27 is after 2026-01-01", "expired"),
        ("x509: certificate signed by unknown authority", "untrusted"),
        ("Error: self-signed certificate in certificate chain", "untrusted"),
        ("x509: certificate is valid for a.example.com, not b.example.com", "name"),
    ],
)
def test_complaints_about_certificates(line: str, word: str) -> None:
    assert certificate_word(["INFO starting", line]) == (word, line)


def test_no_complaint_about_a_certificate() -> None:
    assert certificate_word(["INFO certificate loaded"]) is None


@pytest.mark.parametrize("line", ["a-" * 2048, "connect at " * 400, "://" + "a" * 4000, "a.a." * 1000])
def test_a_line_that_was_made_to_be_slow_is_looked_at_only_as_far_as_it_matters(line: str) -> None:
    assert all(len(blame.line) <= 600 for blame in blames([f"connection refused {line} connection refused"] * 40))
