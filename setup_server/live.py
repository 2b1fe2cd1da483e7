"""The live part of a card's page: a WebSocket that sends the page's parts anew with each version.

What is watched holds a place, so that places are bounded, for one session and in all. A viewer who reads slowly misses versions
in between and never the last one. The session is asked about before each frame and in between.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from aiohttp import WSCloseCode, web

from cards.model import Card
from setup_server.accounts import Session
from setup_server.card_book import CardBook
from setup_server.card_view import CardView
from setup_server.pages import Words
from setup_server.sessions import KNOWN, Sessions

PATH = "/chat/live"
PER_SESSION = 6
IN_ALL = 100
LARGEST_FROM_VIEWER = 256
"""Bytes: a viewer has nothing to say."""
ENDED, GONE, CROWDED = 4401, 4404, 4429
"""Close codes: the session is over; there is no such card for this reader; no place is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Seconds."""

    pause: float = 0.25
    """Between two frames."""
    check: float = 5.0
    """Between two looks at the session while nothing happens."""
    ping: float = 20.0
    send: float = 10.0
    """Until a viewer that takes nothing is let go."""


BEAT = Beat()


class Live:
    def __init__(self, view: CardView, sessions: Sessions, book: CardBook, beat: Beat = BEAT) -> None:
        self._view = view
        self._sessions = sessions
        self._book = book
        self._beat = beat
        self._open: dict[web.WebSocketResponse, str] = {}
        """Each with its session's id."""

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get(PATH, self._accept)]

    async def close(self, _: web.Application) -> None:
        """A signal for `on_shutdown`: viewers come back by themselves."""
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self._open)))

    async def _accept(self, request: web.Request) -> web.StreamResponse:
        """The guard has refused every foreign Origin; a browser always sends one here."""
        if "Origin" not in request.headers:
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(
            heartbeat=self._beat.ping, max_msg_size=LARGEST_FROM_VIEWER, timeout=2.0, compress=True
        )
        await socket.prepare(request)
        session = request.get(KNOWN)
        if session is None:
            code = ENDED
        elif Counter(self._open.values())[session.id] >= PER_SESSION or len(self._open) >= IN_ALL:
            code = CROWDED
        else:
            self._open[socket] = session.id
            try:
                code = await self._serve(socket, session, request)
            finally:
                del self._open[socket]
        await socket.close(code=code)
        return socket

    async def _serve(self, socket: web.WebSocketResponse, session: Session, request: web.Request) -> int:
        """The first to end decides; the code to close with."""
        seen = request.query.get("version", "")
        known = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else 0
        words, card_id = self._view.words(request), request.query.get("card_id", "")
        tasks = [
            asyncio.create_task(self._tell(socket, session, card_id, known, words)),
            asyncio.create_task(self._until_over(session)),
            asyncio.create_task(_hear(socket)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return min(task.result() for task in done)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _tell(
        self, socket: web.WebSocketResponse, session: Session, card_id: str, known: int, words: Words
    ) -> int:
        if await self._book.story(card_id, session.account) is None:
            return GONE
        async with aclosing(cast("AsyncGenerator[Card, None]", self._book.watch(card_id))) as versions:
            async for card in versions:
                if card.version <= known and not card.final:
                    continue
                if not await self._sessions.alive(session):
                    return ENDED
                story = await self._book.story(card_id, session.account)
                if story is None:
                    return GONE
                known = story.card.version
                frame = {
                    "version": known,
                    "final": story.card.final,
                    "title": self._view.title(story, words),
                    "html": await asyncio.to_thread(self._view.parts, story, words),  # a large card takes a while
                }
                try:
                    async with asyncio.timeout(self._beat.send):
                        await socket.send_str(json.dumps(frame, ensure_ascii=False))
                except (TimeoutError, ConnectionError):
                    return WSCloseCode.GOING_AWAY
                await asyncio.sleep(0 if story.card.final else self._beat.pause)
        return WSCloseCode.OK

    async def _until_over(self, session: Session) -> int:
        while await self._sessions.alive(session):  # noqa: ASYNC110 - the store rings for nobody
            await asyncio.sleep(self._beat.check)
        return ENDED


async def _hear(socket: web.WebSocketResponse) -> int:
    """Until the viewer leaves; whatever it says is not for us. Reading is also what answers pings."""
    async for _ in socket:
        return WSCloseCode.POLICY_VIOLATION
    return WSCloseCode.OK
