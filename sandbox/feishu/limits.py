"""How fast is too fast: 50 calls a second and 1000 a minute per API, five a second to one chat or of one card."""

from collections import deque

from sandbox.clock import Clock
from sandbox.feishu.api import Api

KEPT_KEYS = 10_000


class Limits:
    """A limit of None is off. Windows slide. `chat_qps` counts messages to one group or person, `card_qps` updates of
    one card, `entity_qps` CardKit operations of one entity outside streaming."""

    def __init__(
        self,
        clock: Clock,
        *,
        api_qps: int | None = 50,
        api_minute: int | None = 1000,
        chat_qps: int | None = 5,
        card_qps: int | None = 5,
        entity_qps: int | None = 10,
    ) -> None:
        self.api_qps = api_qps
        self.api_minute = api_minute
        self.chat_qps = chat_qps
        self.card_qps = card_qps
        self.entity_qps = entity_qps
        self._clock = clock
        self._windows: dict[tuple[str, str], deque[float]] = {}

    def take_call(self, api: Api) -> int:
        """0, or the seconds until the gateway lets this API through again."""
        if not self._take("second", api.name, self.api_qps, 1.0):
            return 1
        return 0 if self._take("minute", api.name, self.api_minute, 60.0) else 60

    def take_message(self, chat_id: str) -> bool:
        return self._take("chat", chat_id, self.chat_qps, 1.0)

    def take_update(self, message_id: str) -> bool:
        return self._take("card", message_id, self.card_qps, 1.0)

    def take_operation(self, card_id: str) -> bool:
        return self._take("entity", card_id, self.entity_qps, 1.0)

    def _take(self, kind: str, key: str, limit: int | None, seconds: float) -> bool:
        if limit is None:
            return True
        now = self._clock.time()
        window = self._windows.setdefault((kind, key), deque())
        while window and window[0] <= now - seconds:
            window.popleft()
        if len(window) >= limit:
            return False
        window.append(now)
        if len(self._windows) > KEPT_KEYS:
            self._windows = {name: times for name, times in self._windows.items() if times and times[-1] > now - 60}
        return True
