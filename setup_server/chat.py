"""The read-only pages: the list of cards, and one card with what happened to it. Nothing on them acts."""

import asyncio
from collections.abc import Iterable

from aiohttp import web

from setup_server.card_book import STATES, CardBook
from setup_server.card_view import CardView, clock
from setup_server.doors import Doors
from setup_server.live import BEAT, PATH, Beat, Live
from setup_server.pages import Pages
from setup_server.sessions import signed_in
from setup_server.shield import POLICY

WITH_SCRIPT = f"{POLICY}; script-src 'self'; connect-src 'self'"
"""For the page that is live: our one script, and the way back to us."""
LONGEST_ID = 64


def hang_cards(app: web.Application, doors: Doors, book: CardBook, beat: Beat = BEAT) -> None:
    """Add / and /chat to an application that the doors guard."""
    view = CardView(doors.pages)
    live = Live(view, doors.sessions, book, beat)
    app.on_shutdown.append(live.close)
    app.add_routes([*Chat(doors.pages, view, book).routes(), *live.routes()])


class Chat:
    def __init__(self, pages: Pages, view: CardView, book: CardBook) -> None:
        self._pages = pages
        self._view = view
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get("/", self._shelf), web.get("/chat", self._card)]

    async def _shelf(self, request: web.Request) -> web.Response:
        session = signed_in(request)
        state = request.query.get("state", "all")
        if state not in STATES:
            raise web.HTTPNotFound
        shelf = await self._book.shelf(session.account, STATES[state], request.query.get("after", ""))
        words = self._view.words(request)
        return self._pages.render(
            request,
            "shelf.html",
            account=session.account,
            states=[(each, words[f"shelf_{each}"]) for each in STATES],
            state=state,
            cards=shelf.cards,
            further=shelf.further,
            clock=clock,
        )

    async def _card(self, request: web.Request) -> web.Response:
        """A card that is not there and one that this person may not see are the same page."""
        session = signed_in(request)
        card_id, wanted = request.query.get("card_id", ""), request.query.get("version")
        version = _number(wanted) if wanted is not None else None
        if not 0 < len(card_id) <= LONGEST_ID:
            raise web.HTTPNotFound
        story = await self._book.story(card_id, session.account, version)
        if story is None:
            raise web.HTTPNotFound
        old = version is not None and version != story.newest
        words = self._view.words(request)
        drawn = await asyncio.to_thread(self._view.parts, story, words)  # a large card takes a while
        page = self._pages.render(
            request,
            "chat.html",
            account=session.account,
            title=self._view.title(story, words),
            card_id=card_id,
            version=story.card.version,
            newest=story.newest,
            old=old,
            live="" if old or story.card.final else PATH,
            drawn=drawn,
        )
        page.headers["Content-Security-Policy"] = POLICY if old or story.card.final else WITH_SCRIPT
        return page


def _number(text: str) -> int:
    """Raises HTTPNotFound for what is no version."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise web.HTTPNotFound
    return int(text)
