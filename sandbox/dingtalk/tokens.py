"""Access tokens: the same one is returned, and renewed, while it is valid."""

import secrets

from sandbox.clock import Clock

LIFETIME = 7200


class Tokens:
    """One current token per kind (`v1`, `corp`, `oapi`); each opens both faces of the API."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: dict[str, str] = {}
        self._expiry: dict[str, float] = {}

    def issue(self, kind: str) -> str:
        token = self._current.get(kind, "")
        if not self.valid(token):
            token = secrets.token_hex(16)
            self._current[kind] = token
        self._expiry[token] = self._clock.time() + LIFETIME
        return token

    def valid(self, token: str) -> bool:
        return self._clock.time() < self._expiry.get(token, 0.0)

    def expire(self) -> None:
        """Every token out there stops working at once, as after a reset of the secret."""
        self._expiry.clear()
