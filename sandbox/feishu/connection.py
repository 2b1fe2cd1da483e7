"""A line of the long connection: its number as a service, and the answers to its pings."""

from sandbox.clock import Clock
from sandbox.feishu.frame import CONTROL, Frame, encode
from sandbox.line import Line


class Connection(Line):
    """`pings` are the client's own, of the protocol; those of WebSocket are answered below us, by a zombie too."""

    platform = "feishu"

    def __init__(self, connection_id: str, service_id: int, clock: Clock) -> None:
        super().__init__(connection_id, clock)
        self.service_id = service_id
        self.pings = 0

    @property
    def takes_pushes(self) -> bool:
        """A zombie does, as far as the gateway knows."""
        return self.state in {"open", "frozen"}

    def pong(self, config: bytes) -> None:
        self.pings += 1
        headers = (("type", "pong"),)
        self.send(encode(Frame(service=self.service_id, method=CONTROL, headers=headers, payload=config)))
