"""The cards and their stories for the web pages: what setup_server asks for, in SQL. Reads only.

An administrator may see every card; everybody else those that were shown in a group, not what somebody asked in private.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from adapters.types import Person
from bot import versions
from bot.router import NotificationRouter
from bot.store import Row, Store
from cards.model import Card, Tone
from setup_server.accounts import Account, Role
from setup_server.card_book import Happening, Listed, Shelf, Story, Version

PAGE = 30
DECISIVE, FUTILE = 400, 100
"""Rows of the audit book on one page: what moved something first, the newest clicks that did not after that."""
_SEEN_BY = "(? OR EXISTS (SELECT 1 FROM deliveries d WHERE d.card_id = c.id AND json_extract(d.conversation, '$.kind') = 'group'))"
_FUTILE = "status IN ('REFUSED', 'LATE')"
_CURSOR = re.compile(r"([0-9T:.+-]{10,40})~([0-9A-Za-z-]{1,64})")
_NEWEST = ("~", "")


class CardBook:
    """Implements setup_server's `CardBook`."""

    def __init__(self, store: Store, router: NotificationRouter) -> None:
        self._store = store
        self._router = router

    def watch(self, card_id: str) -> AsyncIterator[Card]:
        return self._router.watch(card_id)

    async def story(self, card_id: str, reader: Account, version: int | None = None) -> Story | None:
        row = await self._store.row(f"SELECT body FROM cards c WHERE id = ? AND {_SEEN_BY}", card_id, _sees_all(reader))  # noqa: S608 - our own words
        if row is None:
            return None
        newest = Card.model_validate_json(row["body"])
        card = newest if version is None else await versions.at_version(self._store, card_id, version)
        if card is None:
            return None
        happenings, left_out = await self._happenings(card_id)
        return Story(card, newest.version, await self._versions(card_id), happenings, left_out)

    async def _versions(self, card_id: str) -> tuple[Version, ...]:
        kept = await versions.kept(self._store, card_id)
        return tuple(Version(each.version, each.at, each.tone, each.tag, each.step) for each in kept)

    async def _happenings(self, card_id: str) -> tuple[tuple[Happening, ...], int]:
        names = await self._names(card_id)
        select = "SELECT * FROM audit_logs WHERE card_id = ?"
        rows = await self._store.rows(f"{select} AND NOT {_FUTILE} ORDER BY seq LIMIT ?", card_id, DECISIVE)
        rows += await self._store.rows(f"{select} AND {_FUTILE} ORDER BY seq DESC LIMIT ?", card_id, FUTILE)
        count = await self._store.row("SELECT count(*) AS all_rows FROM audit_logs WHERE card_id = ?", card_id)
        assert count is not None
        ordered = sorted(rows, key=lambda row: int(row["seq"]))
        return tuple(_happening(row, names) for row in ordered), count["all_rows"] - len(rows)

    async def _names(self, card_id: str) -> Mapping[tuple[str, str], str]:
        """What the people of an action are called."""
        row = await self._store.row(
            "SELECT requester, decided_by FROM actions WHERE id = (SELECT action_id FROM cards WHERE id = ?)", card_id
        )
        people = [Person.model_validate_json(text) for text in (row or ()) if text]
        return {(person.platform, person.id): person.name for person in people if person.name}

    async def shelf(self, reader: Account, tones: tuple[Tone, ...], after: str) -> Shelf:
        found = _CURSOR.fullmatch(after)
        at, identifier = found.groups() if found else _NEWEST
        rows: list[Row] = []
        for tone in tones or (None,):  # each by an index of its own, whatever else there is
            narrowed = "" if tone is None else "json_extract(body, '$.tone') = ? AND"
            rows += await self._store.rows(
                f"SELECT id, updated_at, body FROM cards c WHERE {narrowed} (updated_at, id) < (?, ?) AND {_SEEN_BY}"  # noqa: S608
                " ORDER BY updated_at DESC, id DESC LIMIT ?",
                *([] if tone is None else [tone]),
                at,
                identifier,
                _sees_all(reader),
                PAGE + 1,
            )
        rows.sort(key=lambda row: (row["updated_at"], row["id"]), reverse=True)
        page = rows[:PAGE]
        further = f"{page[-1]['updated_at']}~{page[-1]['id']}" if len(rows) > PAGE else ""
        return Shelf(tuple(map(_listed, page)), further)


def _sees_all(reader: Account) -> bool:
    return reader.role is Role.ADMINISTRATOR


def _listed(row: Row) -> Listed:
    body = json.loads(row["body"])
    return Listed(
        id=row["id"],
        at=datetime.fromisoformat(row["updated_at"]),
        tone=Tone(body["tone"]),
        tag=body["tag"] or "",
        title=body["title"],
        summary=body["summary"],
        language=body["language"],
    )


def _happening(row: Row, names: Mapping[tuple[str, str], str]) -> Happening:
    return Happening(
        at=datetime.fromisoformat(row["timestamp"]),
        who=row["user_name"] or names.get((row["platform"], row["user_id"]), row["user_id"]),
        platform=row["platform"],
        verb=row["action_type"].partition("_")[0],
        status=row["status"],
        target=row["target_resource"],
        command=row["command_snapshot"],
        detail=row["detail"],
        address=row["client_ip"],
        version=versions.clicked_version(row["detail"]) if row["action_type"].startswith(_CLICKS) else None,
    )


_CLICKS = ("approve_", "deny_", "cancel_")
