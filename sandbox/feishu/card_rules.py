"""The validator at the API's door: the first problem of a card as the refusal it earns."""

from typing import Any

from sandbox.feishu.card_problems import found_in
from sandbox.feishu.directory import Directory
from sandbox.feishu.errors import card_refused


class CardRules:
    """`people` off: mentioned ids need not be of anyone."""

    def __init__(self, directory: Directory, *, people: bool = True) -> None:
        self.people = people
        self._directory = directory

    def check(self, card: dict[str, Any], before: dict[str, Any] | None = None) -> None:
        """`before` is the card that this one takes the place of."""
        found = found_in(card, before, self._is_person if self.people else None)
        if found:
            raise card_refused(found[0].code, found[0].message, found[0].path)

    def _is_person(self, open_id: str) -> bool:
        return any(self._directory.by_id(open_id, kind) is not None for kind in ("open_id", "user_id", "union_id"))
