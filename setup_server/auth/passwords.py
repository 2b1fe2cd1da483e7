"""Passwords: kept as bcrypt, checked in a thread, a few at a time.

bcrypt reads 72 bytes and stops at a NUL, so it never sees the password but 44 characters made of its SHA-256: a long passphrase
counts to its end. The digest is keyed with a fixed label, so that digests stolen elsewhere cannot be tried here as they are.
"""

import asyncio
import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import bcrypt

T = TypeVar("T")

COST = 12
LABEL = b"steward password 1"
AT_ONCE = 2
"""Each check keeps a core busy for a quarter of a second; the daemon needs the others."""
QUEUE = 16


class Busy(Exception):
    """Too many people sign in at this moment; the same attempt works in a few seconds."""


def _digest(password: str) -> bytes:
    """What bcrypt sees: the same for a password typed full-width or composed in another way."""
    written = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(hmac.digest(LABEL, written, hashlib.sha256))


def _cost_of(kept: str) -> int:
    """`$2b$12$…` → 12; 0 for what is no bcrypt hash."""
    parts = kept.split("$")
    return int(parts[2]) if len(parts) == 4 and parts[1] in ("2a", "2b", "2y") and parts[2].isdecimal() else 0


class Passwords:
    """Makes and checks what is kept of a password. `cost` doubles the work with each step."""

    def __init__(self, cost: int = COST) -> None:
        self._cost = cost
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody = bcrypt.gensalt(cost).decode() + "." * 31
        """A hash that no password has: what an unknown name is checked against, so that it takes as long as a known one."""

    async def keep(self, password: str) -> str:
        """What to store. Raises Busy."""
        digest = _digest(password)
        return await self._in_turn(lambda: bcrypt.hashpw(digest, bcrypt.gensalt(self._cost)).decode())

    async def check(self, password: str, kept: str) -> bool:
        """Whether this is the password. With nothing kept (nobody of that name) it is False after the same work. Raises Busy."""
        digest, known = _digest(password), _cost_of(kept) > 0
        against = (kept if known else self._nobody).encode()
        return await self._in_turn(lambda: _matches(digest, against)) and known

    def outdated(self, kept: str) -> bool:
        """Whether a hash is weaker than those made now: make it anew while the password is at hand."""
        return _cost_of(kept) < self._cost

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= QUEUE:
            raise Busy
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def _matches(digest: bytes, kept: bytes) -> bool:
    try:
        return bcrypt.checkpw(digest, kept)
    except ValueError:  # a row that somebody edited by hand opens nothing
        return False
