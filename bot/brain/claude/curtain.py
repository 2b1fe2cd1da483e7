"""All text that leaves for a model passes here: masked, names hidden where that is wanted, framed as data if it is no request."""

import json
import re
import secrets
from typing import Any

from bot.brain.claude.aliases import Aliases
from executor.redact import mask

_HALF_A_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class Curtain:
    """For one request. The mark of its frames is random and taken out of whatever stands inside, so that no text can close its own
    frame."""

    def __init__(self, aliases: Aliases | None = None) -> None:
        self.mark = secrets.token_hex(6)
        self._aliases = aliases

    def hide(self, text: str) -> str:
        masked = mask(text).text.replace(self.mark, "")
        return self._aliases.hide(masked) if self._aliases else masked

    def frame(self, source: str, text: str, *, most: int) -> str:
        """As data from `source`; cut at `most` bytes, which is said outside of the frame."""
        hidden = self.hide(text)
        kept = cut(hidden, most)
        where = " ".join(self.hide(source).replace('"', "'").split())
        framed = f'<data-{self.mark} from="{where}">\n{kept}\n</data-{self.mark}>'
        if len(kept) == len(hidden):
            return framed
        return f"{framed}\nTruncated: the first {len(kept)} of {len(hidden)} characters are shown; the rest was not looked at."

    def restore(self, text: str) -> str:
        """What the model said, with the real names."""
        return self._aliases.restore(text) if self._aliases else text

    def restore_input(self, given: dict[str, Any]) -> dict[str, Any]:
        if self._aliases is None:
            return given
        restored: dict[str, Any] = json.loads(self._aliases.restore(json.dumps(given, ensure_ascii=False)))
        return restored


def cut(text: str, most: int) -> str:
    """At most so many bytes, at the end of a line where there is one near, and never within a word: half an alias is another."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    kept = raw[:most].decode("utf-8", "ignore")
    line = kept.rfind("\n")
    return kept[:line] if line > len(kept) // 2 else _HALF_A_WORD.sub("", kept)
