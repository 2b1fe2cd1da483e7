"""ID tokens of the identity provider: believed only with the right signature, issuer, audience, time, nonce and algorithm.

OpenID Connect Core 1.0, 3.1.3.7. Only asymmetric algorithms: with `none` anybody could write one, with HS256 everybody who reads
the provider's public keys.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
LEEWAY = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
"""It was asked for a moment ago: an old one was recorded somewhere."""
LONGEST = 64 * 1024


class NotBelieved(Exception):
    """The token is not accepted; the message is one word for the log: `signature`, `issuer`, `audience`, `nonce`…"""


class KeyUnknown(NotBelieved):
    """Signed with a key that the provider did not publish when we last looked: look again once."""


class Claims(BaseModel):
    """What is used of a token. More is in it; numbers are strict, so that `true` is no time."""

    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    iss: str
    sub: str = Field(min_length=1, max_length=255)
    aud: str | list[str]
    exp: float
    iat: float
    nonce: str
    nbf: float | None = None
    azp: str | None = None
    name: str = ""
    preferred_username: str = ""
    email: str = ""
    groups: str | list[str] | None = None


def verified(
    written: str,
    keys: Sequence[Mapping[str, Any]],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    now: datetime,
    offered: Collection[str] = ALGORITHMS,
) -> Claims:
    """The claims of a token signed with one of the provider's published keys (JWK). `offered`: the algorithms the provider says
    it uses. Raises KeyUnknown, NotBelieved."""
    algorithm, kid = _header(written, offered)
    try:
        raw: dict[str, Any] = jwt.decode(
            written,
            _key(keys, algorithm, kid),
            algorithms=[algorithm],
            issuer=issuer,
            audience=client_id,
            options={
                "require": ["iss", "sub", "aud", "exp", "iat", "nonce"],
                "verify_exp": False,  # times against the clock that we are given, below
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        claims = Claims.model_validate({name: value for name, value in raw.items() if value is not None})
    except jwt.InvalidIssuerError as error:
        raise NotBelieved("issuer") from error
    except jwt.InvalidAudienceError as error:
        raise NotBelieved("audience") from error
    except jwt.InvalidSignatureError as error:
        raise NotBelieved("signature") from error
    except jwt.MissingRequiredClaimError as error:
        raise NotBelieved(f"no {error.claim}") from error
    except (jwt.InvalidTokenError, ValidationError) as error:
        raise NotBelieved("shape") from error
    _check(claims, client_id, nonce, now)
    return claims


def _header(written: str, offered: Collection[str]) -> tuple[str, str | None]:
    if len(written) > LONGEST:
        raise NotBelieved("size")
    try:
        header = jwt.get_unverified_header(written)
    except jwt.InvalidTokenError as error:
        raise NotBelieved("shape") from error
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or algorithm not in offered:
        raise NotBelieved("algorithm")
    if header.get("crit"):
        raise NotBelieved("crit")
    return algorithm, kid


def _key(keys: Sequence[Mapping[str, Any]], algorithm: str, kid: str | None) -> jwt.PyJWK:
    """The one published key that fits. A token that names no key is checked only where there is no choice."""
    fitting = [
        key
        for key in keys
        if key.get("kty") == KEY_TYPES[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise KeyUnknown("key")
    try:
        return jwt.PyJWK(dict(fitting[0]), algorithm)
    except jwt.PyJWTError as error:
        raise NotBelieved("key") from error


def _check(claims: Claims, client_id: str, nonce: str, now: datetime) -> None:
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    if claims.exp <= moment - leeway:
        raise NotBelieved("expired")
    if claims.iat > moment + leeway or (claims.nbf is not None and claims.nbf > moment + leeway):
        raise NotBelieved("from the future")
    if claims.iat < moment - OLDEST.total_seconds():
        raise NotBelieved("old")
    if not hmac.compare_digest(claims.nonce.encode(), nonce.encode()):
        raise NotBelieved("nonce")
    others = isinstance(claims.aud, list) and set(claims.aud) != {client_id}
    if (others or claims.azp is not None) and claims.azp != client_id:
        raise NotBelieved("authorised party")
