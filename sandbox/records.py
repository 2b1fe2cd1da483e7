"""What was called, and what was done against the rules: the evidence that tests read."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from sandbox.clock import Clock

KEPT = 20_000
BODY_KEPT = 20_000
SECRET = re.compile(
    r'("(?:[aA]ppSecret|app_secret|clientSecret|client_secret|accessToken|access_token|apiSecret)"\s*:\s*")[^"]*'
    r"|((?:appsecret|access_token|session)=)[^&\s]*",
)


def masked(text: str) -> str:
    return SECRET.sub(lambda found: f"{found[1] or found[2]}***", text)


class Named(Protocol):
    """A kind of call, e.g. `PUT /v1.0/card/instances`."""

    @property
    def name(self) -> str: ...


class Call(BaseModel):
    """One HTTP call. `body` is the raw text with secrets masked; `code` the error's, empty when it went well."""

    model_config = ConfigDict(frozen=True)

    api: str
    at: float
    status: int
    code: str
    query: str
    body: str


class Calls:
    """Counts per API since the start (every call, refused ones too) and the last calls in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.kept: deque[Call] = deque(maxlen=KEPT)

    def __getitem__(self, api: str) -> int:
        return self.counts[api]

    def __iter__(self) -> Iterator[Call]:
        return iter(self.kept)

    @property
    def total(self) -> int:
        return self.counts.total()

    def of(self, api: Named | str) -> list[Call]:
        name = api if isinstance(api, str) else api.name
        return [call for call in self.kept if call.api == name]

    def add(self, api: Named, *, status: int, code: str, query: str, body: bytes) -> None:
        self.counts[api.name] += 1
        if code:
            self.refused[api.name] += 1
        text = masked(body[:BODY_KEPT].decode(errors="replace"))
        self.kept.append(
            Call(api=api.name, at=self._clock.time(), status=status, code=code, query=masked(query), body=text)
        )


class Violation(BaseModel):
    """Something the platform forbids or does not promise that the real one might let pass. `rule` is a stable word."""

    model_config = ConfigDict(frozen=True)

    rule: str
    detail: str
    at: float


class Violations:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.kept: deque[Violation] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[Violation]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)

    def add(self, rule: str, detail: str) -> None:
        self.kept.append(Violation(rule=rule, detail=detail, at=self._clock.time()))

    def rules(self) -> set[str]:
        return {violation.rule for violation in self.kept}
