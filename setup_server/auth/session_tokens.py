"""The token in a session's cookie: a JWT that names a session and an account, and says nothing else about either.

It opens nothing by itself: the session it names has to be alive in the store. Its signature spares the store the made-up ones.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import jwt

ALGORITHM = "HS256"
ISSUER = "steward"
AUDIENCE = "steward-web"
KEY_BYTES = 32
LEEWAY = timedelta(seconds=5)
LONGEST = 2048


class NoToken(Exception):
    """It is not one of ours, or its time is over."""


class Token(NamedTuple):
    session_id: str
    account_id: str
    issued_at: datetime
    expires_at: datetime


def derived(key: bytes, purpose: str) -> bytes:
    """A key for another purpose, from the one that is kept: what is signed with it is no token, and the other way round."""
    if len(key) < KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} random bytes")
    return hmac.digest(key, purpose.encode(), hashlib.sha256)


def signed(token: Token, key: bytes) -> str:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": token.account_id,
        "jti": token.session_id,
        "iat": int(token.issued_at.timestamp()),
        "exp": int(token.expires_at.timestamp()),
    }
    return jwt.encode(claims, derived(key, "session token"), algorithm=ALGORITHM)


def read(written: str, key: bytes, now: datetime) -> Token:
    """Raises NoToken for everything that this server has not signed or that is over at `now`."""
    if len(written) > LONGEST:
        raise NoToken
    try:
        claims: dict[str, Any] = jwt.decode(
            written,
            derived(key, "session token"),
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={
                "require": ["iss", "aud", "sub", "jti", "iat", "exp"],
                "strict_aud": True,
                "verify_exp": False,  # against the clock that we are given, below
                "verify_iat": False,
            },
        )
        issued, expires = (datetime.fromtimestamp(int(claims[name]), tz=now.tzinfo) for name in ("iat", "exp"))
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError) as error:
        raise NoToken from error
    if issued > now + LEEWAY or expires <= now:
        raise NoToken
    return Token(claims["jti"], claims["sub"], issued, expires)
