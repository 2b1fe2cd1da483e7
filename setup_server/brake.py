"""Guessing is slowed down, and nobody is ever locked out.

Each attempt goes through lanes that fill with failures and drain with time (GCRA: a lane is one moment, the one at which it will
be empty). A lane that is full says how long to wait; the password is not even looked at. A stranger passes four lanes: this name
from this address, this address, this name from everywhere, and everybody. Somebody who signed in from this address before passes
only a lane of their own, and so does a browser that carries the mark of an earlier success: whatever strangers do, they fill none
of these. An attempt fills its lanes before the password is checked and is taken back when it was right, so that a hundred at
once are no way round.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from setup_server.accounts import Clock, Haunts, LaneBook
from setup_server.auth.session_tokens import derived
from setup_server.site import neighbourhood

MEMORY = timedelta(days=90)
"""How long a success makes an address or a browser known."""


class Limit(NamedTuple):
    burst: int
    every: timedelta
    """After the burst, one attempt in this time."""


PAIR = Limit(5, timedelta(seconds=60))
ADDRESS = Limit(20, timedelta(seconds=15))
NAME = Limit(30, timedelta(seconds=30))
EVERYBODY = Limit(200, timedelta(seconds=2))
KNOWN = Limit(10, timedelta(seconds=10))


class TooFast(Exception):
    """Wait `seconds`, then try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Lane(NamedTuple):
    name: str
    limit: Limit
    own: bool
    """Only this person's failures are in it: a success empties it."""


class Ticket(NamedTuple):
    """An attempt that was let through."""

    lanes: tuple[Lane, ...]
    name: str
    address: str


class Brake:
    def __init__(self, lanes: LaneBook, haunts: Haunts, key: bytes, clock: Clock) -> None:
        self._lanes = lanes
        self._haunts = haunts
        self._key = derived(key, "brake")
        self._clock = clock

    async def admit(self, username: str, address: str, mark: str) -> Ticket:
        """Let an attempt through. `mark` is the browser's, '' for none. Raises TooFast."""
        where = neighbourhood(address)
        ticket = Ticket(await self._for(username, where, mark), self._hidden(username), where)
        await self._fill(ticket.lanes)
        return ticket

    async def admit_address(self, purpose: str, address: str) -> None:
        """Let something through that only an address answers for. Raises TooFast."""
        await self._fill((Lane(self._hidden(purpose, neighbourhood(address)), ADDRESS, own=False),))

    async def succeeded(self, ticket: Ticket) -> None:
        """The password was right: it was no failure, and this address is known from now on."""
        await self._drain(ticket.lanes, right=True)
        await self._haunts.remember(ticket.name, ticket.address, self._clock())

    async def withdrawn(self, ticket: Ticket) -> None:
        """The password was not looked at after all: it was no failure."""
        await self._drain(ticket.lanes, right=False)

    def mark(self, username: str) -> str:
        """What a browser carries to show that this name signed in on it: nonce, time and signature. It opens nothing."""
        body = f"{secrets.token_urlsafe(16)}.{int(self._clock().timestamp())}"
        return f"{body}.{self._hidden('mark', username, body)}"

    def _marked(self, username: str, mark: str) -> bool:
        body, _, signature = mark.rpartition(".")
        when = body.rpartition(".")[2]
        if not when.isdecimal() or not hmac.compare_digest(
            signature.encode(), self._hidden("mark", username, body).encode()
        ):
            return False
        return self._clock() - datetime.fromtimestamp(int(when), self._clock().tzinfo) < MEMORY

    async def _for(self, username: str, where: str, mark: str) -> tuple[Lane, ...]:
        if mark and self._marked(username, mark):
            return (Lane(self._hidden("browser", mark), KNOWN, own=True),)
        pair = self._hidden("pair", username, where)
        if await self._haunts.known(self._hidden(username), where, self._clock() - MEMORY):
            return (Lane(pair, KNOWN, own=True),)
        return (
            Lane(pair, PAIR, own=True),
            Lane(self._hidden("address", where), ADDRESS, own=False),
            Lane(self._hidden("name", username), NAME, own=False),
            Lane(self._hidden("everybody"), EVERYBODY, own=False),
        )

    async def _fill(self, lanes: Sequence[Lane]) -> None:
        now = self._clock().timestamp()

        def filled(full: Mapping[str, float]) -> dict[str, float]:
            after = {lane.name: max(now, full.get(lane.name, 0.0)) + lane.limit.every.total_seconds() for lane in lanes}
            waits = [after[lane.name] - now - lane.limit.burst * lane.limit.every.total_seconds() for lane in lanes]
            if max(waits) > 0:
                raise TooFast(int(max(waits)) + 1)
            return after

        await self._lanes.change([lane.name for lane in lanes], filled, now)

    async def _drain(self, lanes: Sequence[Lane], *, right: bool) -> None:
        def drained(full: Mapping[str, float]) -> dict[str, float]:
            return {
                lane.name: 0.0 if right and lane.own else full.get(lane.name, 0.0) - lane.limit.every.total_seconds()
                for lane in lanes
            }

        await self._lanes.change([lane.name for lane in lanes], drained, self._clock().timestamp())

    def _hidden(self, *parts: str) -> str:
        """A name for the book that says nothing: people type passwords where the user name belongs."""
        return hmac.digest(self._key, "\0".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
