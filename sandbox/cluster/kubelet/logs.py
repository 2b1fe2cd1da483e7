"""What containers have written, by the image's fate."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.cluster.clock import MICROSECOND_STAMP, Clock, stamp_of
from sandbox.cluster.failures import bad_request
from sandbox.cluster.kubelet.containers import Container, PodRecord
from sandbox.cluster.planted import CACHE_PASSWORD, DATABASE_PASSWORD, SESSION_TOKEN

_PULL_TROUBLE = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    text: str


def check_readable(record: PodRecord, container: Container, *, previous: bool) -> None:
    """Raises the kubelet's 400 for a container that has written nothing yet (kubelet_pods.go, validateContainerLogStatus)."""
    if previous:
        if not container.last_state:
            name = f'"{container.name}" in pod "{record.name}"'
            raise bad_request(f"previous terminated container {name} not found")
    elif "waiting" in container.state and not container.last_state:
        reason = container.state["waiting"]["reason"]
        why = _PULL_TROUBLE.get(reason, reason)
        raise bad_request(f'container "{container.name}" in pod "{record.name}" is waiting to start: {why}')


def lines_of(
    container: Container, clock: Clock, *, previous: bool = False, first: int = 0, last: int | None = None
) -> list[Line]:
    """The lines of one instance: from the one numbered `first`, or the `last` so many.

    A healthy container writes one a second while it runs.
    """
    began = container.began or clock.now()
    if previous and container.running:
        began = container.previous or began

    def at(seconds: float) -> datetime:
        return began + timedelta(seconds=clock.wait(seconds))

    if container.fate == "crash":
        texts = [
            (0, f"{stamp_of(at(0))} INFO starting {container.name}"),
            (0, f"{stamp_of(at(0))} INFO connecting to postgres://shop:{DATABASE_PASSWORD}@db:5432/shop"),
            (1, f"{stamp_of(at(1))} ERROR dial tcp 10.96.0.12:5432: connect: connection refused"),
            (1, "Traceback (most recent call last):"),
            (1, '  File "/app/main.py", line 42, in <module>'),
            (1, "    db.connect()"),
            (1, "ConnectionRefusedError: [Errno 111] Connection refused"),
        ]
        return _cut([Line(at(seconds), text) for seconds, text in texts], first, last)
    if container.fate == "oom":
        few = [
            Line(at(0), f"{stamp_of(at(0))} INFO starting {container.name}"),
            Line(at(1), f"{stamp_of(at(1))} WARN heap at 98% of limit"),
        ]
        return _cut(few, first, last)
    count = _seconds(container, began, clock) + 1
    first = first if last is None else max(first, count - last)
    return [Line(at(i), f"{stamp_of(at(i))} {_healthy(i)}") for i in range(first, count)]


def _healthy(second: int) -> str:
    if second % 60 == 0:
        return f"INFO cache redis://:{CACHE_PASSWORD}@redis:6379/0 is there, session token={SESSION_TOKEN}"
    return f'10.0.0.{second % 250} "GET /healthz HTTP/1.1" 200 {second % 97}'


def _cut(lines: list[Line], first: int, last: int | None) -> list[Line]:
    return lines[first if last is None else max(first, len(lines) - last) :]


def _seconds(container: Container, began: datetime, clock: Clock) -> int:
    """Cluster seconds for which the instance has written."""
    until = clock.now()
    if ended := container.state.get("terminated"):
        until = min(until, datetime.fromisoformat(ended["finishedAt"]))
    return max(0, int((until - began).total_seconds() * clock.speed))


@dataclass(frozen=True, slots=True)
class LogOptions:
    """PodLogOptions. `since` is a moment; None is no limit."""

    previous: bool = False
    timestamps: bool = False
    tail: int | None = None
    limit: int | None = None
    since: datetime | None = None

    def render(self, lines: list[Line]) -> bytes:
        """The lines that the options select. As in the kubelet, `limit` keeps the *oldest* bytes of the tail."""
        if self.since is not None:
            lines = [line for line in lines if line.at >= self.since]
        if self.tail is not None:
            lines = lines[-self.tail :] if self.tail else []
        text = "".join(f"{self._prefix(line)}{line.text}\n" for line in lines).encode()
        return text if self.limit is None else text[: self.limit]

    def _prefix(self, line: Line) -> str:
        return f"{line.at.strftime(MICROSECOND_STAMP)} " if self.timestamps else ""
