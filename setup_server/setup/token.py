"""The setup token: who reads the log of the first start is the owner, and nobody else on the network.

128 bits, written so that it can be read out; what is kept is a hash, which is enough to know it again.
"""

import base64
import hashlib
import hmac
import secrets

TOKEN_BYTES = 16
LONGEST = 100


def new_token() -> str:
    """`K7QX-2MPD-…`: letters and digits that are not taken for each other, in groups of four."""
    plain = base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=")
    return "-".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def hashed(token: str) -> str:
    """The hash of a token as somebody may type it; "" for what is none. A plain hash does: nobody can try 128 bits."""
    plain = "".join(token.split()).replace("-", "").upper()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest() if 0 < len(plain) <= LONGEST else ""


def fits(token: str, kept: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(hashed(token), kept) and kept != ""
