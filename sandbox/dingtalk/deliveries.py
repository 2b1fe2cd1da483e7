"""Pushes: one live line at random for each, its answer matched by messageId, sent again when no answer comes."""

import itertools
import json
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.clock import Clock, Timer
from sandbox.delivery import Ack, Attempt, Delivery
from sandbox.dingtalk.connection import Connection
from sandbox.dingtalk.frames import Frames
from sandbox.on_the_way import OnTheWay
from sandbox.records import Violations

KEPT = 20_000


@dataclass(slots=True)
class _Pending:
    delivery: Delivery
    connection: Connection
    sent: float
    at: float


class Deliveries:
    """`again_after` seconds without an answer a message or event is pushed once more under a new messageId, at most
    `times` times. An answer counts only on the line that carried the push, as the real gateway keeps it per line."""

    def __init__(
        self,
        clock: Clock,
        frames: Frames,
        violations: Violations,
        *,
        again_after: float,
        times: int,
        offline: Literal["lose", "redeliver"],
        seed: int | None,
    ) -> None:
        self.again_after = again_after
        self.times = times
        self.offline = offline
        self.kept: deque[Delivery] = deque(maxlen=KEPT)
        self.lines: dict[str, Connection] = {}
        self.drop: dict[str, int] = {}
        self.duplicate: dict[str, int] = {}
        self.delays: dict[str, deque[float]] = {}
        self.on_the_way = OnTheWay()
        self._clock = clock
        self._frames = frames
        self._violations = violations
        self._random = random.Random(seed)
        self._pending: dict[str, _Pending] = {}
        self._homeless: list[Delivery] = []
        self._numbers = itertools.count(1)
        self._sweep: Timer | None = None

    def push(
        self,
        topic: str,
        data: Any,
        *,
        kind: Literal["CALLBACK", "EVENT"] = "CALLBACK",
        headers: str = "",
        msg_id: str = "",
        again: bool = True,
        answered: Callable[[Ack], None] | None = None,
    ) -> Delivery:
        """`data` is any JSON value, or a str that goes into the frame's data as it is."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        delivery = Delivery(
            next(self._numbers), kind, topic, json.dumps(text, ensure_ascii=False), headers, self.times if again else 0
        )
        delivery.msg_id = msg_id
        delivery.answered = answered
        self.kept.append(delivery)
        self._send(delivery)
        if self.duplicate.get(topic):
            self.duplicate[topic] -= 1
            self._send(delivery)
        return delivery

    def heal(self) -> int:
        """Nothing befalls a push from now on; how many misfortunes are called off by that."""
        left = sum(self.drop.values()) + sum(self.duplicate.values()) + sum(map(len, self.delays.values()))
        for plan in (self.drop, self.duplicate, self.delays):
            plan.clear()
        return left + self.on_the_way.let_go()

    @property
    def waiting(self) -> int:
        """Frames that are out and not answered."""
        return len(self._pending)

    def unheard(self, topic: str, data: Any) -> Delivery:
        return Delivery(0, "CALLBACK", topic, json.dumps(data, ensure_ascii=False), state="unheard")

    def heard(self, connection: Connection, text: str, read_at: float) -> None:
        """One text frame from a client."""
        try:
            answer = json.loads(text)
            message_id = answer["headers"]["messageId"]
        except (ValueError, TypeError, KeyError):
            self._violations.add("malformed-ack", text[:200])
            return
        pending = self._pending.get(message_id)
        if pending is None:
            self._heard_system(connection, answer)
            return
        if pending.connection is not connection:
            self._violations.add("ack-on-another-line", message_id)
            return
        del self._pending[message_id]
        data = answer.get("data")
        self._settle(
            pending.delivery,
            Ack(
                answer.get("code", 0),
                answer.get("message") or "",
                data if isinstance(data, str) else json.dumps(data),
                message_id,
                connection.id,
                read_at - pending.sent,
            ),
        )

    def _heard_system(self, connection: Connection, answer: dict[str, Any]) -> None:
        try:
            opaque = json.loads(answer["data"])["opaque"]
        except (ValueError, TypeError, KeyError):
            return  # answers to disconnect and to pushes given up long ago are of no interest
        if not connection.answered_ping(opaque):
            self._violations.add("ping-opaque", str(opaque))

    def _settle(self, delivery: Delivery, ack: Ack) -> None:
        if delivery.kind == "EVENT" and '"LATER"' in ack.data and delivery.again > 0:
            self._homeless.append(delivery)
            self._plan_sweep()
            return
        if delivery.ack is None:
            delivery.ack = ack
            delivery.settle("acked")
        if delivery.answered is not None:
            delivery.answered(ack)

    def _send(self, delivery: Delivery) -> None:
        able = [line for line in self.lines.values() if line.wants(delivery.kind, delivery.topic)]
        if not able:
            if self.offline == "redeliver" and delivery.again > 0:
                self._homeless.append(delivery)
                self._plan_sweep()
            elif delivery.state == "waiting":
                delivery.settle("lost")
            return
        line = able[0] if len(able) == 1 else self._random.choice(able)
        at = self._clock.time()
        milliseconds = int(at * 1000)
        message_id = self._frames.message_id(milliseconds)
        delivery.attempts.append(Attempt(message_id, line.id, at))
        self._pending[message_id] = _Pending(delivery, line, time.perf_counter(), at)
        self._plan_sweep()
        if self.drop.get(delivery.topic):
            self.drop[delivery.topic] -= 1
            return
        if delivery.kind == "EVENT":
            frame = self._frames.event(line.id, message_id, milliseconds, delivery.headers, delivery.data)
        else:
            frame = self._frames.callback(line.id, message_id, milliseconds, delivery.topic, delivery.data)
        if delays := self.delays.get(delivery.topic):
            self._clock.call_later(delays.popleft(), lambda: self.on_the_way.out(line, [frame]))
        else:
            self.on_the_way.out(line, [frame])

    def _plan_sweep(self) -> None:
        if self._sweep is None:
            self._sweep = self._clock.call_later(self.again_after, self._send_again)

    def _send_again(self) -> None:
        self._sweep = None
        homeless, self._homeless = self._homeless, []
        for delivery in homeless:
            self._repeat(delivery)
        now = self._clock.time()
        while self._pending:
            message_id, pending = next(iter(self._pending.items()))
            due = pending.at + self.again_after
            if due > now:
                if self._sweep is None:
                    self._sweep = self._clock.call_later(due - now, self._send_again)
                return
            del self._pending[message_id]
            self._repeat(pending.delivery)

    def _repeat(self, delivery: Delivery) -> None:
        if delivery.state != "waiting":
            return
        if delivery.again <= 0:
            delivery.settle("expired")
            return
        delivery.again -= 1
        self._send(delivery)
