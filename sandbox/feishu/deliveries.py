"""Pushes: one live line at random for each, its answer awaited for three seconds, an event sent again when none is good."""

import base64
import binascii
import itertools
import json
import random
import secrets
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from sandbox.clock import Clock, Timer
from sandbox.delivery import Ack, Attempt, Delivery
from sandbox.feishu.connection import Connection
from sandbox.feishu.frame import DATA, Frame, encode
from sandbox.on_the_way import OnTheWay
from sandbox.records import Violations

KEPT = 20_000
BUDGET = 3.0
AGAIN_AFTER = (15.0, 300.0, 3600.0, 21600.0)


@dataclass(slots=True)
class _Pending:
    delivery: Delivery
    connection: Connection
    sent: float
    at: float
    instance_id: str


@dataclass(slots=True)
class Trouble:
    """What befalls the next pushes of one event type."""

    drop: int = 0
    duplicate: int = 0
    as_card: int = 0
    delays: deque[float] | None = None


class Deliveries:
    """`again_after` are the waits before each further attempt of an event. `parts`: into how many frames the payloads
    are cut. `instance_id` is a header that must come back. `offline`: without a line an event is tried again, or lost."""

    def __init__(
        self,
        clock: Clock,
        violations: Violations,
        *,
        again_after: tuple[float, ...],
        offline: Literal["lose", "redeliver"],
        seed: int | None,
    ) -> None:
        self.again_after = again_after
        self.offline = offline
        self.parts = 1
        self.instance_id = ""
        self.kept: deque[Delivery] = deque(maxlen=KEPT)
        self.lines: dict[str, Connection] = {}
        self.trouble: dict[str, Trouble] = {}
        self.on_the_way = OnTheWay()
        self._clock = clock
        self._violations = violations
        self._random = random.Random(seed)
        self._pending: dict[str, _Pending] = {}
        self._retries: dict[int, Timer] = {}
        self._numbers = itertools.count(1)

    def heal(self) -> int:
        """Nothing befalls a push from now on, and payloads come whole; how many misfortunes are called off by that."""
        left = sum(
            trouble.drop + trouble.duplicate + trouble.as_card + len(trouble.delays or ())
            for trouble in self.trouble.values()
        )
        self.trouble.clear()
        self.parts, self.instance_id = 1, ""
        return left + self.on_the_way.let_go()

    @property
    def waiting(self) -> int:
        """Frames that are out and not answered."""
        return len(self._pending)

    def push(
        self,
        event_type: str,
        data: Any,
        *,
        msg_id: str = "",
        again: bool = True,
        frame_type: str = "event",
        answered: Callable[[Ack], None] | None = None,
    ) -> Delivery:
        """`data` is any JSON value, or a str that becomes the payload as it is. `answered` hears every answer."""
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        tries = len(self.again_after) if again else 0
        delivery = Delivery(next(self._numbers), frame_type, event_type, text, again=tries)
        delivery.msg_id = msg_id
        delivery.answered = answered
        self.kept.append(delivery)
        self._send(delivery)
        trouble = self.trouble.get(event_type)
        if trouble and trouble.duplicate:
            trouble.duplicate -= 1
            self._send(delivery)
        return delivery

    def unheard(self, event_type: str, data: Any) -> Delivery:
        return Delivery(0, "event", event_type, json.dumps(data, ensure_ascii=False), state="unheard")

    def heard(self, connection: Connection, frame: Frame, read_at: float) -> None:
        """A data frame from a client: the answer to a push."""
        message_id = frame.header("message_id")
        pending = self._pending.get(message_id)
        if pending is None:
            self._violations.add("unknown-or-second-answer", message_id)
            return
        if pending.connection is not connection:
            self._violations.add("ack-on-another-line", message_id)
            return
        if pending.instance_id and frame.header("instance_id") != pending.instance_id:
            self._violations.add("instance-id-not-echoed", message_id)
            return
        delivery = pending.delivery
        late = self._clock.time() - pending.at > BUDGET
        if late:
            self._violations.add("late-answer", f"{delivery.topic} after {self._clock.time() - pending.at:.1f} s")
        del self._pending[message_id]
        ack = self._ack(frame, connection, message_id, read_at - pending.sent)
        if ack is None:
            self._violations.add("malformed-ack", frame.payload[:200].decode(errors="replace"))
            ack = Ack(0, "", "", message_id, connection.id, read_at - pending.sent)
        if delivery.answered is not None:
            delivery.answered(ack)
        if (ack.code == 200 and not late) or delivery.kind != "event" or not delivery.again:
            self._settle(delivery, ack)

    def _settle(self, delivery: Delivery, ack: Ack) -> None:
        if timer := self._retries.pop(delivery.id, None):
            timer.cancel()
        if delivery.ack is None:
            delivery.ack = ack
            delivery.settle("acked")

    def _ack(self, frame: Frame, connection: Connection, message_id: str, seconds: float) -> Ack | None:
        """`data` is what was in the base64, as text; a `data` that is no base64 stays as it came, behind a `!`."""
        try:
            answer = json.loads(frame.payload)
            code = answer["code"]
        except (ValueError, TypeError, KeyError):
            return None
        if not isinstance(code, int):
            return None
        data = answer.get("data")
        text = ""
        if data is not None:
            try:
                text = base64.b64decode(data, validate=True).decode()
            except (TypeError, ValueError, binascii.Error):
                text = f"!{data}"
        return Ack(code, "", text, message_id, connection.id, seconds)

    def _send(self, delivery: Delivery) -> None:
        self._plan_again(delivery)
        able = [line for line in self.lines.values() if line.takes_pushes]
        if not able:
            if delivery.id not in self._retries and delivery.state == "waiting":
                delivery.settle("lost")
            return
        line = able[0] if len(able) == 1 else self._random.choice(able)
        at = self._clock.time()
        message_id = str(uuid.uuid4())
        delivery.attempts.append(Attempt(message_id, line.id, at))
        self._pending[message_id] = _Pending(delivery, line, time.perf_counter(), at, self.instance_id)
        self._forget_old(at)
        trouble = self.trouble.get(delivery.topic)
        if trouble and trouble.drop:
            trouble.drop -= 1
            return
        if trouble and trouble.as_card:
            trouble.as_card -= 1
            delivery.kind = "card"
        frames = self._frames(line, message_id, int(at * 1000), delivery.kind, delivery.data.encode())
        if trouble and trouble.delays:
            self._clock.call_later(trouble.delays.popleft(), lambda: self.on_the_way.out(line, frames))
        else:
            self.on_the_way.out(line, frames)

    def _frames(self, line: Connection, message_id: str, milliseconds: int, kind: str, payload: bytes) -> list[bytes]:
        count = max(1, min(self.parts, len(payload)))
        size = -(-len(payload) // count) or 1
        chunks = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
        common = [("type", kind), ("message_id", message_id), ("sum", str(len(chunks)))]
        rest = [("trace_id", secrets.token_hex(16)), ("timestamp", str(milliseconds))]
        if self.instance_id:
            rest.append(("instance_id", self.instance_id))
        whole = Frame(seq_id=milliseconds, log_id=secrets.randbits(63), service=line.service_id, method=DATA)
        return [
            encode(replace(whole, headers=(*common, ("seq", str(index)), *rest), payload=chunk))
            for index, chunk in enumerate(chunks)
        ]

    def _plan_again(self, delivery: Delivery) -> None:
        """The next attempt, unless an answer calls it off."""
        if self.offline == "lose" and not any(line.takes_pushes for line in self.lines.values()):
            return
        if delivery.again > 0 and delivery.id not in self._retries:
            seconds = self.again_after[-delivery.again]
            self._retries[delivery.id] = self._clock.call_later(seconds, lambda: self._again(delivery))
        elif delivery.kind == "event" and delivery.again == 0 and delivery.id not in self._retries:
            self._clock.call_later(BUDGET, lambda: self._give_up(delivery))

    def _again(self, delivery: Delivery) -> None:
        self._retries.pop(delivery.id, None)
        if delivery.state == "waiting":
            delivery.again -= 1
            self._send(delivery)

    def _give_up(self, delivery: Delivery) -> None:
        if delivery.state == "waiting":
            delivery.settle("expired")

    def _forget_old(self, now: float) -> None:
        """What was never answered: an answer this late is nobody's any more."""
        while self._pending:
            message_id, oldest = next(iter(self._pending.items()))
            if oldest.at > now - 60.0:
                return
            del self._pending[message_id]
