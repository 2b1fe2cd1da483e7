"""Misfortunes by name, planned for the next calls and pushes or done at once to the open lines."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.dingtalk.api import BOT_MESSAGE, CARD_CALLBACK, Api
from sandbox.dingtalk.card_rules import CardRules
from sandbox.dingtalk.connection import Connection
from sandbox.dingtalk.credentials import Credentials
from sandbox.dingtalk.deliveries import Deliveries
from sandbox.dingtalk.errors import OapiError, OpenApiError
from sandbox.dingtalk.limits import Limits
from sandbox.dingtalk.tokens import Tokens

ANY = "*"


@dataclass(slots=True)
class _Plan:
    """What waits for the next calls of one API (by its name, as `PUT /v1.0/card/instances`, or `*`)."""

    failures: deque[OpenApiError | OapiError] = field(default_factory=deque)
    delays: deque[float] = field(default_factory=deque)
    lost_replies: int = 0


class Faults:
    def __init__(
        self, credentials: Credentials, deliveries: Deliveries, limits: Limits, tokens: Tokens, rules: CardRules
    ) -> None:
        self._credentials = credentials
        self._rules = rules
        self._deliveries = deliveries
        self._limits = limits
        self._tokens = tokens
        self._plans: dict[str, _Plan] = {}
        self._undeliverable: deque[str] = deque()

    # Calls

    def fail_next(
        self, api: str = ANY, *, status: int = 503, code: str = "ServiceUnavailable", message: str = "", times: int = 1
    ) -> None:
        """The next calls are refused before they do anything. For OAPI (status 200) `code` is the errcode."""
        error = OapiError(int(code), message) if status == 200 else OpenApiError(status, code, message)
        self._plan(api).failures.extend([error] * times)

    def delay_next(self, api: str = ANY, seconds: float = 10.0, times: int = 1) -> None:
        """The next calls are answered only after `seconds` of the gateway's time."""
        self._plan(api).delays.extend([seconds] * times)

    def lose_reply_next(self, api: str = ANY, times: int = 1) -> None:
        """The next calls are carried out, but the line breaks before the answer: the caller cannot know."""
        self._plan(api).lost_replies += times

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

    # Lines

    def disconnect(self, connection_id: str = ANY, reason: str = "persistent connection is timeout") -> int:
        """A disconnect frame, ten seconds of silence, the end of TCP. How many lines it hit, as below."""
        lines = self._lines(connection_id)
        for line in lines:
            line.disconnect(reason)
        return len(lines)

    def close(self, connection_id: str = ANY) -> int:
        """A close frame with code 1000."""
        lines = self._lines(connection_id)
        for line in lines:
            line.close()
        return len(lines)

    def abort(self, connection_id: str = ANY) -> int:
        """The TCP line is reset: 1006 at the client."""
        lines = self._lines(connection_id)
        for line in lines:
            line.abort()
        return len(lines)

    def freeze(self, connection_id: str = ANY) -> int:
        """A zombie: the socket stays and pongs, pushes are still routed to it and lost."""
        lines = self._lines(connection_id)
        for line in lines:
            line.freeze()
        return len(lines)

    def linger(self, connection_id: str = ANY) -> int:
        """A client's goodbye is slow to arrive: until `let_go`, pushes still come on the line after it."""
        lines = self._lines(connection_id)
        for line in lines:
            line.linger()
        return len(lines)

    def let_go(self, connection_id: str = ANY) -> int:
        """Lines that linger answer the goodbye now."""
        lines = self._lines(connection_id)
        for line in lines:
            line.let_go()
        return len(lines)

    # What the gateway asks

    def failure(self, api: Api) -> OpenApiError | OapiError | None:
        return next((plan.failures.popleft() for plan in self._plans_of(api) if plan.failures), None)

    def delay(self, api: Api) -> float:
        return next((plan.delays.popleft() for plan in self._plans_of(api) if plan.delays), 0.0)

    def lose_reply(self, api: Api) -> bool:
        for plan in self._plans_of(api):
            if plan.lost_replies:
                plan.lost_replies -= 1
                return True
        return False

    def undeliverable(self) -> str:
        return self._undeliverable.popleft() if self._undeliverable else ""

    def _plan(self, api: str) -> _Plan:
        return self._plans.setdefault(api, _Plan())

    def _plans_of(self, api: Api) -> Iterable[_Plan]:
        return (self._plans[name] for name in (api.name, ANY) if name in self._plans)

    def _lines(self, connection_id: str) -> list[Connection]:
        lines = self._deliveries.lines
        return list(lines.values()) if connection_id == ANY else [lines[connection_id]]
