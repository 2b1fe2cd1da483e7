"""The application under test, as its developer console shows it."""

from dataclasses import dataclass, field

from sandbox.dingtalk.api import SCOPES


@dataclass(slots=True)
class Credentials:
    """`published` off: messages carry neither staff id nor isAdmin. `stream_mode` off: no line can be opened.
    `scopes` are the permissions that were granted."""

    corp_id: str
    client_id: str
    client_secret: str
    published: bool = True
    stream_mode: bool = True
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))

    @property
    def robot_code(self) -> str:
        return self.client_id

    def match(self, client_id: str, client_secret: str) -> bool:
        return client_id == self.client_id and client_secret == self.client_secret
