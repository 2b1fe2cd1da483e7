"""Every copy of every card as it can be seen, held against the store's final version (I11)."""

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from adapters.feishu.deliveries import NO_PERSONS
from cards import dingtalk as ding
from cards import feishu as fei
from cards.feishu_limits import content
from cards.model import Card
from cards.parts import summary, title
from cards.values import VALUE_BYTES
from tests.chaos.both import Side, World

_WORDS = re.compile(r"[^\w]+")


class Copies:
    """`counts`: copies on screen, told in words, given up."""

    def __init__(self, world: World) -> None:
        self.counts: Counter[str] = Counter()
        self._world = world
        self._of: dict[str, list[sqlite3.Row]] = defaultdict(list)
        for row in world.rows("SELECT d.*, c.body, c.final FROM deliveries d JOIN cards c ON c.id = d.card_id"):
            self._of[row["card_id"]].append(row)

    def of(self, card_id: str) -> bool:
        """Whether the card was told anywhere. Whether each copy of it is right is said by `wrong`."""
        return bool(self._of.get(card_id))

    def wrong(self) -> Iterator[tuple[str, str]]:
        """Name and what was seen, for each copy that does not show what it should."""
        for rows in self._of.values():
            for row in rows:
                card = Card.model_validate_json(row["body"])
                side = self._world.sides[row["platform"]]
                problem = self._problem(side, row, card)
                if problem:
                    name = "lost card" if row["state"] == "gone" else "wrong card"
                    yield (
                        name,
                        f"{row['key']} on {row['platform']} ({row['state']}, {card.title}/{card.tag}): {problem}",
                    )
        yield from self._unknown()

    def _problem(self, side: Side, row: sqlite3.Row, card: Card) -> str:
        if row["state"] == "gone":
            self.counts["copies given up"] += 1
            refusals = {call.code for call in side.gateway.calls if call.code}
            refused = any(code in row["error"] for code in refusals)
            return "" if refused or "not delivered" in row["error"] else f"given up without a refusal: {row['error']}"
        held = side.gateway.cards.get(row["message_id"]) or self._by_key(side, row["key"])
        if row["state"] == "text":
            self.counts["copies in words"] += 1
            problem = self._unsaid(side, row, card)
            return problem if problem and (held is None or _unlike(side, held, card, row["key"])) else ""
        self.counts["copies on screen"] += 1
        if held is None:
            return f"there is no such card: {row['message_id']}"
        if side.platform == "feishu" and held.recalled:
            return ""
        return _unlike(side, held, card, row["key"])

    def _by_key(self, side: Side, key: str) -> Any:
        """A card whose making was never confirmed; on DingTalk the key is its name."""
        if side.platform == "dingtalk":
            return side.gateway.cards.get(key)
        return next((card for card in side.gateway.cards.values() if key in json.dumps(card.versions[0].content)), None)

    def _unsaid(self, side: Side, row: sqlite3.Row, card: Card) -> str:
        """Words for what is final; before that they are told once."""
        place = json.loads(row["conversation"])["id"]
        said = [
            _plain(f"{one.title} {one.text}")
            for one in side.gateway.messages
            if (one.conversation_id if side.platform == "dingtalk" else one.chat_id) == place
        ]
        wanted = (_plain(title(card)), _plain(summary(card)))
        if row["final"] and not any(all(one in words for one in wanted) for words in said):
            return f"its end was never told in words: {wanted}"
        return ""

    def _unknown(self) -> Iterator[tuple[str, str]]:
        """Cards that no row tells of by their id. One may have been made by a call whose answer was lost, when its copy was told in
        words afterwards."""
        rows = [row for several in self._of.values() for row in several]
        known = {row["message_id"] for row in rows} | {row["key"] for row in rows}
        for side in self._world.sides.values():
            given_up = [row for row in rows if row["platform"] == side.platform and row["state"] != "open"]
            for copy, held in side.gateway.cards.items():
                if copy in known or not held.visible_to(side.admins[0]):
                    continue
                title_then = held.view(side.admins[0]).title
                ever = json.dumps([version.content for version in held.versions]) if side.platform == "feishu" else ""
                if not any(row["key"] in ever or title_then in row["body"] for row in given_up):
                    yield "unknown card", f"{copy} on {side.platform}: {title_then}"


def _unlike(side: Side, held: Any, card: Card, key: str) -> str:
    for each in (card, ding.without_details(card)):
        if side.platform == "dingtalk":
            for most in (None, VALUE_BYTES):
                drawn = ding.render(each, value_bytes=most)
                if all(held.public.get(name) == value for name, value in drawn.items()):
                    return ""
        elif any(
            held.content == json.loads(content(fei.render(each, key, persons=form != NO_PERSONS)))
            for form in ("", NO_PERSONS)
        ):
            return ""
    seen = held.view(side.admins[0])
    history = [version.cause for version in held.versions]
    return f"shows {seen.title} {getattr(seen, 'tags', '')} {seen.markdown[:60]!r}, after {history}"


def _plain(text: str) -> str:
    return _WORDS.sub("", text)
