"""Budgets of a standard organisation: 20 calls a second per API, 5000 calls and 3000 pushes a calendar month."""

import time
from collections import Counter, deque

from sandbox.clock import Clock
from sandbox.dingtalk.api import Api
from sandbox.dingtalk.errors import Exceeded

BEIJING = 8 * 3600
IP_WINDOW = 20.0
IP_BAN = 300.0


class Limits:
    """A limit of None is off. Months are counted in China's time; a call refused for its rate is not counted."""

    def __init__(
        self, clock: Clock, *, qps: int | None = 20, month_calls: int | None = 5000, month_pushes: int | None = 3000
    ) -> None:
        self._clock = clock
        self.qps = qps
        self.month_calls = month_calls
        self.month_pushes = month_pushes
        self.ip_calls = 10_000
        self.calls: Counter[str] = Counter()
        self.pushes: Counter[str] = Counter()
        self._second: dict[str, tuple[int, int]] = {}
        self._recent: deque[float] = deque()
        self._banned_until = 0.0

    def month(self) -> str:
        return time.strftime("%Y-%m", time.gmtime(self._clock.time() + BEIJING))

    def take_call(self, api: Api) -> None:
        """Count one call or raise Exceeded."""
        second, count = self._second.get(api.name, (0, 0))
        now = int(self._clock.time())
        count = count if second == now else 0
        if self.qps is not None and count >= self.qps:
            raise Exceeded("qps")
        self._second[api.name] = (now, count + 1)
        if not api.counted:
            return
        month = self.month()
        if self.month_calls is not None and self.calls[month] >= self.month_calls:
            raise Exceeded("month")
        self.calls[month] += 1

    def take_push(self) -> bool:
        """Count one push of a message or event; False when the month's budget is used up."""
        month = self.month()
        if self.month_pushes is not None and self.pushes[month] >= self.month_pushes:
            return False
        self.pushes[month] += 1
        return True

    def ban_ip(self, seconds: float = IP_BAN) -> None:
        self._banned_until = self._clock.time() + seconds

    def ip_banned(self) -> bool:
        """Counts a call of this machine's address: over 10 000 in 20 s bans it for five minutes."""
        now = self._clock.time()
        if now < self._banned_until:
            return True
        self._recent.append(now)
        while self._recent[0] <= now - IP_WINDOW:
            self._recent.popleft()
        if len(self._recent) > self.ip_calls:
            self.ban_ip()
            return True
        return False
