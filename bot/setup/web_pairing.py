"""Implements setup_server's `Pairing`: codes for the person in front of the page."""

from datetime import datetime

from bot.audit import Entry
from bot.clock import Clock
from bot.identities import Identities
from bot.pairing import LIFETIME, Pairing
from setup_server.accounts import Account
from setup_server.setup.desk import Code, Identity


class WebPairing:
    def __init__(self, pairing: Pairing, identities: Identities, clock: Clock) -> None:
        self._pairing = pairing
        self._identities = identities
        self._clock = clock

    async def code(self, account: Account, address: str) -> Code:
        until: datetime = self._clock() + LIFETIME
        entry = Entry(
            user_id=account.id,
            user_name=account.name,
            action_type="setup_pairing",
            status="SUCCESS",
            client_ip=address,
            platform="web",
        )
        return Code(await self._pairing.offer(account.id, entry), until)

    async def identities(self, account: Account) -> tuple[Identity, ...]:
        known = (await self._identities.now()).known
        return tuple(
            Identity(platform, one.name or user_id)
            for (platform, user_id), one in sorted(known.items())
            if one.account == account.id and not one.gone
        )
