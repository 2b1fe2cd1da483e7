"""The organisation that an application belongs to, once its platform has said so. Kept over restarts: a click on a card that is
still open is checked for coming from it from the first second on (I1)."""

from bot.clock import Clock, stamp
from bot.store import Store


class Organisation:
    """Of DingTalk's application `client_id`. `load` first; `id` is "" while nothing has been said."""

    def __init__(self, store: Store, clock: Clock, client_id: str) -> None:
        self.id = ""
        self._store = store
        self._clock = clock
        self._name = f"dingtalk_corp_id:{client_id}"

    async def load(self) -> None:
        row = await self._store.row("SELECT value FROM settings WHERE name = ?", self._name)
        self.id = row["value"] if row is not None else ""

    async def learned(self, corp_id: str) -> None:
        """Returns when it is on disk."""
        sql = "INSERT OR REPLACE INTO settings VALUES (?, ?, ?)"
        await self._store.write(lambda tx: tx.execute(sql, self._name, corp_id, stamp(self._clock())))
        self.id = corp_id
