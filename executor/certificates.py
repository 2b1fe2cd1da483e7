"""When a certificate ends, read off its bytes: only of those that lie open (a webhook's `caBundle`), never of a Secret."""

import base64
import binascii
import re
from datetime import UTC, datetime

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_MAX_BYTES = 256 * 1024


def not_after(bundle: str) -> datetime | None:
    """The earliest end among the certificates of a base64 bundle of PEM; None where there is none to be read."""
    try:
        pem = base64.b64decode(bundle[:_MAX_BYTES], validate=True)
        blocks = [base64.b64decode(found[1]) for found in _PEM.finditer(pem)]
    except (binascii.Error, ValueError):
        return None
    ends = [end for block in blocks if (end := _end_of(block)) is not None]
    return min(ends, default=None)


def _end_of(der: bytes) -> datetime | None:
    """RFC 5280: Certificate, tbsCertificate, then version, serial, algorithm, issuer, and validity with its two times."""
    try:
        _, certificate, _ = _next(der)
        _, rest, _ = _next(certificate)
        while rest:
            tag, value, rest = _next(rest)
            if tag == 0x30 and value[:1] and value[0] in (_UTC_TIME, _GENERALIZED_TIME):
                _, _, later = _next(value)
                kind, stamp, _ = _next(later)
                return _moment(kind, stamp.decode("ascii"))
    except (IndexError, ValueError):
        return None
    return None


def _next(der: bytes) -> tuple[int, bytes, bytes]:
    """(tag, value, what follows) of the first element. IndexError, ValueError where it is cut or not DER."""
    tag, length, start = der[0], der[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:start])
    if start + length > len(der):
        raise ValueError("cut")
    return tag, der[start : start + length], der[start + length :]


def _moment(kind: int, stamp: str) -> datetime:
    form = "%y%m%d%H%M%SZ" if kind == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(stamp, form).replace(tzinfo=UTC)
