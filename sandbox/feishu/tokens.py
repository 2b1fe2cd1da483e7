"""Tenant tokens: the same one while it has half an hour left, after that a new one beside the old."""

import secrets

from sandbox.clock import Clock

LIFETIME = 7200
RENEWED_BELOW = 1800


class Tokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._expiry: dict[str, float] = {}

    def issue(self) -> tuple[str, int]:
        """A token and the seconds it has left."""
        now = self._clock.time()
        for token, expiry in self._expiry.items():
            if expiry - now >= RENEWED_BELOW:
                return token, int(expiry - now)
        token = f"t-g1{secrets.token_hex(20)}"
        self._expiry[token] = now + LIFETIME
        return token, LIFETIME

    def valid(self, token: str) -> bool:
        return self._clock.time() < self._expiry.get(token, 0.0)

    def expire(self) -> None:
        """Every token out there stops working at once, as after a reset of the secret."""
        self._expiry.clear()
