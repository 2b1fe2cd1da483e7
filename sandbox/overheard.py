"""What the stand-ins hear from outside, for whoever listens in on all of them: a test that looks for secrets on their way out.

Listeners are one list for the process, since whoever listens must do so before any stand-in is made.
"""

from collections.abc import Callable

Listening = Callable[[str, str], None]
"""Takes the way by which something came (`dingtalk: PUT /v1.0/card/instances`) and what it said."""

LISTENING: list[Listening] = []


def overheard(way: str, said: str | bytes) -> None:
    """Of bytes, what can be read as text."""
    if LISTENING and said:
        text = said if isinstance(said, str) else said.decode(errors="replace")
        for listening in LISTENING:
            listening(way, text)
