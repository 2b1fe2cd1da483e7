"""What a log line blames: another Service that does not answer, a name that nobody knows, a certificate."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Word = Literal["dns", "refused", "timeout"]

_DNS = re.compile(
    r"no such host|name or service not known|ENOTFOUND|EAI_AGAIN|UnknownHost|could not translate host name|"
    r"could not resolve|name resolution|nodename nor servname|NXDOMAIN|unknown host",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"connection refused|ECONNREFUSED|refused to connect|no route to host", re.IGNORECASE)
_TIMEOUT = re.compile(r"time[d ]?-? ?out|deadline exceeded|ETIMEDOUT", re.IGNORECASE)
_HOST = r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63}){0,8})"
_NAMED = (
    re.compile(rf"lookup {_HOST}(?: on|:| )"),
    re.compile(rf"(?:ENOTFOUND|EAI_AGAIN) {_HOST}"),
    re.compile(rf"UnknownHostException: {_HOST}"),
    re.compile(rf"(?:host name|resolve host|resolve|unknown host)[: ]+[\"']?{_HOST}", re.IGNORECASE),
    re.compile(rf"://(?:[^\s/@]{0, 200}@)?{_HOST}(?::(?P<port>\d{{1,5}}))?"),
    re.compile(rf"(?:to|at|host[= ]|tcp|ECONNREFUSED|ETIMEDOUT|connect) ?[\"'(]?{_HOST}[: ](?P<port>\d{{2,5}})\b"),
    re.compile(rf"\b{_HOST}:(?P<port>\d{{2,5}})\b"),
)
_LONGEST_LINE = 600
"""Anybody may write a log: a line that is made to be slow is cut before it is."""
_LOCAL = re.compile(r"localhost|127\.|::1|0\.0\.0\.0|\d{4}-\d{2}-\d{2}T")
_CERTIFICATES = (
    (
        re.compile(r"certificate has expired|certificate is not yet valid|CERT_HAS_EXPIRED|CertificateExpired"),
        "expired",
    ),
    (
        re.compile(
            r"signed by unknown authority|unable to verify the first|self[- ]signed certificate|unable to get local issuer"
        ),
        "untrusted",
    ),
    (
        re.compile(r"certificate is valid for|doesn't match.{0,40}certificate|Hostname mismatch|ERR_TLS_CERT_ALTNAME"),
        "name",
    ),
)


@dataclass(frozen=True, slots=True)
class Blame:
    """`host` is a name or an address as the line had it; `port` 0 where it has none."""

    word: Word
    host: str
    port: int
    line: str


def certificate_word(lines: Sequence[str]) -> tuple[str, str] | None:
    """(expired, untrusted or name; the line) of the newest complaint about a certificate."""
    for line in reversed(lines):
        for pattern, word in _CERTIFICATES:
            if pattern.search(line):
                return word, line
    return None


def blames(lines: Sequence[str]) -> list[Blame]:
    """Newest first, each host once. Where the complaint has only an address, the names that other lines give to that port count
    as well."""
    found: dict[tuple[str, int], Blame] = {}
    lines = [line[:_LONGEST_LINE] for line in lines]
    for line in reversed(lines):
        word = _word(line)
        if word is None:
            continue
        told = list(hosts(line))
        ports = {port for _, port in told if port}
        if not any(not _is_address(host) for host, _ in told):
            told += [
                (host, port)
                for other in lines
                for host, port in hosts(other)
                if port in ports and not _is_address(host)
            ]
        for host, port in told:
            found.setdefault((host, port), Blame(word, host, port, line))
    return list(found.values())


def _word(line: str) -> Word | None:
    for pattern, word in ((_DNS, "dns"), (_REFUSED, "refused"), (_TIMEOUT, "timeout")):
        if pattern.search(line):
            return word  # type: ignore[return-value]
    return None


def hosts(line: str) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for pattern in _NAMED:
        for match in pattern.finditer(line):
            host = match["host"]
            port = int(match.groupdict().get("port") or 0)
            if host in seen or _LOCAL.match(host) or host.isdigit():
                continue
            seen.add(host)
            yield host, port


def _is_address(host: str) -> bool:
    return re.fullmatch(r"[\d.]+", host) is not None
