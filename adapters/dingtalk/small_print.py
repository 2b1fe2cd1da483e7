"""Telling one person something on a card that everybody sees.

DingTalk shows no toast for a public template. But a variable can have a private value for one person, which lies over the
public one; so the clicker who is refused finds the reason in the small print. It would hide every later small print from that
person, so the next change of the card takes it back.
"""

from adapters.recent import Recent
from adapters.types import Answer
from cards.markdown import phrase
from cards.plain import clip

TIPS = "tips"
_SIGNS = {"info": "💬", "success": "✅", "warning": "⚠️", "error": "⛔"}
_MOST_CARDS = 2000
_MOST_CHARS = 200


class SmallPrint:
    """By card key: what everybody reads, and who reads something else."""

    def __init__(self) -> None:
        self._public: Recent[str, str] = Recent(_MOST_CARDS)
        self._private: Recent[str, frozenset[str]] = Recent(_MOST_CARDS)

    def shown(self, key: str, variables: dict[str, str]) -> None:
        """The card was drawn with these."""
        self._public[key] = variables[TIPS]

    def answering(self, key: str, user: str, answer: Answer) -> str | None:
        """The clicker's own small print in the answer to a click; None leaves it as it is. A toast that only repeats what the
        new card says is not shown."""
        public = self._public.get(key) or ""
        readers = self._private.get(key) or frozenset()
        if answer.toast and (answer.card is None or answer.tone in {"warning", "error"}):
            self._private[key] = readers | {user}
            toast = f"{_SIGNS[answer.tone]} {phrase(clip(answer.toast, _MOST_CHARS))}"
            return f"{toast} · {public}" if public else toast
        if user in readers:
            self._private[key] = readers - {user}
            return public
        return None

    def restored(self, key: str) -> dict[str, str]:
        """By user id: what to write back with the next change."""
        public = self._public.get(key) or ""
        return dict.fromkeys(sorted(self._private.get(key) or ()), public)

    def forget(self, key: str) -> None:
        """They have been written back, or cannot be."""
        self._private[key] = frozenset()
