"""Tokens of card callbacks: each updates its card twice within thirty minutes, once the callback is answered."""

import secrets
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.feishu.errors import FeishuError

LIFETIME = 1800.0
USES = 2


@dataclass(slots=True)
class _Token:
    message_id: str
    expiry: float
    uses: int = USES
    answered: bool = False


class ClickTokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: dict[str, _Token] = {}

    def issue(self, message_id: str) -> str:
        token = f"c-{secrets.token_hex(20)}"
        self._all[token] = _Token(message_id, self._clock.time() + LIFETIME)
        return token

    def answered(self, token: str) -> None:
        self._all[token].answered = True

    def use(self, token: object) -> tuple[str, bool]:
        """The card's message id, and whether its click was answered by now. Raises what the API answers otherwise."""
        if not isinstance(token, str) or not token.startswith("c-"):
            raise FeishuError(300020, "token format is invalid")
        held = self._all.get(token)
        if held is None:
            raise FeishuError(300020, "token is unknown")
        if self._clock.time() > held.expiry:
            raise FeishuError(300030, "token is expired")
        if held.uses < 1:
            raise FeishuError(300040, "token is used up")
        held.uses -= 1
        return held.message_id, held.answered
