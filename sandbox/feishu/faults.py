"""Misfortunes by name, planned for the next calls and pushes or done at once to the open lines."""

from collections import deque

from sandbox.feishu.api import CARD_CALLBACK, MESSAGE_EVENT, Api
from sandbox.feishu.credentials import Credentials
from sandbox.feishu.deliveries import Deliveries, Trouble
from sandbox.feishu.errors import FeishuError, too_fast
from sandbox.feishu.refusals import Refusals
from sandbox.feishu.tokens import Tokens
from sandbox.planned import ANY, Planned


class Faults(Planned):
    def __init__(self, credentials: Credentials, deliveries: Deliveries, tokens: Tokens, refusals: Refusals) -> None:
        super().__init__(deliveries.lines)
        self._credentials = credentials
        self._deliveries = deliveries
        self._tokens = tokens
        self._refusals = refusals
        self._pages: dict[str, deque[int]] = {}

    # Calls

    def fail_next(
        self, api: str = ANY, *, code: int = 2200, status: int = 400, message: str = "Internal Error", times: int = 1
    ) -> None:
        """The next calls are refused with this code before they do anything."""
        self.raise_next(api, FeishuError(code, message, status=status), times)

    def throttle_next(self, api: str = ANY, seconds: int = 1, times: int = 1) -> None:
        """HTTP 429 with 99991400; `x-ogw-ratelimit-reset` says `seconds`."""
        self.raise_next(api, too_fast(seconds), times)

    def break_next(self, api: str = ANY, status: int = 502, times: int = 1) -> None:
        """The next calls get a page of HTML from something in front of the API."""
        self._pages.setdefault(api, deque()).extend([status] * times)

    def expire_tokens(self) -> None:
        self._tokens.expire()

    def revoke_scope(self, scope: str) -> None:
        """Calls that need it get 99991672; messages that need it are not heard."""
        self._credentials.scopes.discard(scope)

    def unpublish_callbacks(self) -> None:
        """Clicks are no longer configured: a `type=card` frame goes out and the person sees 200340."""
        self._credentials.callbacks.clear()

    # Pushes

    def drop_next(self, event_type: str = MESSAGE_EVENT, times: int = 1) -> None:
        """The next frames vanish on the way; events come again after the redelivery time."""
        self._trouble(event_type).drop += times

    def drop_clicks(self, times: int = 1) -> None:
        self.drop_next(CARD_CALLBACK, times)

    def duplicate_next(self, event_type: str = MESSAGE_EVENT, times: int = 1) -> None:
        """The next pushes come twice at once, under two delivery ids and one event_id."""
        self._trouble(event_type).duplicate += times

    def delay_frames(self, event_type: str = MESSAGE_EVENT, seconds: float = 1.0, times: int = 1) -> None:
        """The next frames are on their way for so long of the gateway's time."""
        trouble = self._trouble(event_type)
        trouble.delays = trouble.delays or deque()
        trouble.delays.extend([seconds] * times)

    def reorder_next(self, count: int = 2) -> None:
        """The next `count` pushes are held back, then sent in the opposite order."""
        self._deliveries.on_the_way.hold(count)

    def split_frames(self, parts: int) -> None:
        """Every payload comes in so many parts from now on."""
        self._deliveries.parts = parts

    def as_card_frames(self, event_type: str = CARD_CALLBACK, times: int = 1) -> None:
        """The next frames come with type `card`, which no SDK answers."""
        self._trouble(event_type).as_card += times

    def demand_instance(self, instance_id: str) -> None:
        """Every frame names the server's instance from now on; an answer without the name goes nowhere."""
        self._deliveries.instance_id = instance_id

    def heal(self) -> int:
        left = super().heal() + sum(map(len, self._pages.values())) + self._refusals.heal() + self._deliveries.heal()
        self._pages.clear()
        return left

    # Lines

    def refuse_endpoint(self, code: int = 514, times: int = 1) -> None:
        """The next askings for an address get this code: 514, 403, 1, 1000040343, 1000040350."""
        self._refusals.codes.extend([code] * times)

    def break_endpoint(self, status: int = 502, times: int = 1) -> None:
        """The next askings for an address get an HTTP error."""
        self._refusals.statuses.extend([status] * times)

    def refuse_handshake(self, status: int = 514, auth_code: int = 0, message: str = "", times: int = 1) -> None:
        """The next WebSocket handshakes fail with Handshake-Status, -Autherrcode (unless 0) and -Msg; status 0 names nothing."""
        refusal = (str(status) if status else "", str(auth_code) if auth_code else "", message)
        self._refusals.handshakes.extend([refusal] * times)

    # What the gateway asks

    def page(self, api: Api) -> int:
        return next((pages.popleft() for name in (api.name, ANY) if (pages := self._pages.get(name))), 0)

    def _trouble(self, event_type: str) -> Trouble:
        return self._deliveries.trouble.setdefault(event_type, Trouble())
