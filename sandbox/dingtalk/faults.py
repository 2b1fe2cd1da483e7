"""Misfortunes by name, planned for the next calls and pushes or done at once to the open lines."""

import re
from collections import deque

from sandbox.dingtalk.api import BOT_MESSAGE, CARD_CALLBACK
from sandbox.dingtalk.card_rules import CardRules
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.deliveries import Deliveries
from sandbox.dingtalk.errors import OapiError, OpenApiError
from sandbox.dingtalk.limits import Limits
from sandbox.dingtalk.tokens import Tokens
from sandbox.planned import ANY, Planned


class Faults(Planned):
    def __init__(
        self, credentials: Credentials, deliveries: Deliveries, limits: Limits, tokens: Tokens, rules: CardRules
    ) -> None:
        super().__init__(deliveries.lines)
        self._credentials = credentials
        self._rules = rules
        self._deliveries = deliveries
        self._limits = limits
        self._tokens = tokens
        self._undeliverable: deque[str] = deque()

    # Calls

    def fail_next(
        self, api: str = ANY, *, status: int = 503, code: str = "ServiceUnavailable", message: str = "", times: int = 1
    ) -> None:
        """The next calls are refused before they do anything. For OAPI (status 200) `code` is the errcode."""
        error = OapiError(int(code), message) if status == 200 else OpenApiError(status, code, message)
        self.raise_next(api, error, times)

    def fail_deliver_next(self, message: str = "SYSTEM_ERROR", times: int = 1) -> None:
        """The next cards are created but `deliverResults` says `success: false`."""
        self._undeliverable.extend([message] * times)

    def ban_ip(self, seconds: float = 300.0) -> None:
        """Every call gets the HTML page for that long."""
        self._limits.ban_ip(seconds)

    def expire_tokens(self) -> None:
        self._tokens.expire()

    def revoke_scope(self, scope: str) -> None:
        """Calls that need it get 403 with `requiredScopes`."""
        self._credentials.scopes.discard(scope)

    def reject_content(self, pattern: str) -> None:
        """The text audit refuses card values that match from now on; an empty pattern ends it."""
        self._rules.unsafe = re.compile(pattern) if pattern else None

    def exhaust_calls(self) -> None:
        """The month's API calls are used up."""
        self._limits.month_calls = 0

    def exhaust_pushes(self) -> None:
        """The month's pushes are used up: messages come without their text."""
        self._limits.month_pushes = 0

    # Pushes

    def drop_next(self, topic: str = BOT_MESSAGE, times: int = 1) -> None:
        """The next frames of the topic vanish on the way; messages come again after the redelivery time."""
        self._deliveries.drop[topic] = self._deliveries.drop.get(topic, 0) + times

    def drop_clicks(self, times: int = 1) -> None:
        self.drop_next(CARD_CALLBACK, times)

    def duplicate_next(self, topic: str = BOT_MESSAGE, times: int = 1) -> None:
        """The next pushes of the topic come twice at once: two messageIds, one msgId."""
        self._deliveries.duplicate[topic] = self._deliveries.duplicate.get(topic, 0) + times

    def delay_frames(self, topic: str = BOT_MESSAGE, seconds: float = 1.0, times: int = 1) -> None:
        """The next frames of the topic are on their way for so long of the gateway's time."""
        self._deliveries.delays.setdefault(topic, deque()).extend([seconds] * times)

    def reorder_next(self, count: int = 2) -> None:
        """The next `count` frames are held back, then sent in the opposite order."""
        self._deliveries.on_the_way.hold(count)

    def heal(self) -> int:
        left = super().heal() + len(self._undeliverable) + self._deliveries.heal()
        self._undeliverable.clear()
        return left

    # Lines

    def disconnect(self, connection_id: str = ANY, reason: str = "persistent connection is timeout") -> int:
        """A disconnect frame, ten seconds of silence, the end of TCP. How many lines it hit, as below."""
        lines = (
            list(self._deliveries.lines.values()) if connection_id == ANY else [self._deliveries.lines[connection_id]]
        )
        for line in lines:
            line.disconnect(reason)
        return len(lines)

    # What the gateway asks

    def undeliverable(self) -> str:
        return self._undeliverable.popleft() if self._undeliverable else ""
