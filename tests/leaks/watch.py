"""The watch over every way out: what passes is looked through at once, and what should not have passed is remembered."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.leaks.secrets import Book, Secret

_AROUND = 60


@dataclass(frozen=True, slots=True)
class Leak:
    """`around` is what stood there, with every secret in it masked."""

    way: str
    secret: Secret
    around: str

    def __str__(self) -> str:
        return f"{self.way}: {self.secret.shown} in …{self.around}…"


class Watch:
    """`heard` is told of everything that leaves; `leaks` is what it found."""

    def __init__(self) -> None:
        self.book = Book()
        self.leaks: list[Leak] = []

    def learn(self, *secrets: Secret) -> None:
        self.book.learn(secrets)

    def heard(self, way: str, said: str | bytes) -> None:
        text = said if isinstance(said, str) else said.decode(errors="replace")
        for secret, start, end in self.book.found_in(way, text):
            around = text[max(0, start - _AROUND) : start] + "***" + text[end : end + _AROUND]
            leak = Leak(way, secret, self.book.veiled(" ".join(around.split())))
            if leak not in self.leaks:
                self.leaks.append(leak)

    def heard_all(self, way: str, said: Iterable[str | bytes]) -> None:
        for one in said:
            self.heard(way, one)

    @contextmanager
    def aside(self) -> Iterator[list[Leak]]:
        """Leaks that are meant: they are found in here and fail nothing."""
        before, self.leaks = self.leaks, []
        try:
            yield self.leaks
        finally:
            self.leaks = before

    def taken(self) -> list[Leak]:
        """All that was found since the last time."""
        found, self.leaks = self.leaks, []
        return found


WATCH = Watch()
"""One for the process, as the stand-ins' listeners are: whatever leaves in a test, leaves past it."""
