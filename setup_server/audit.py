"""/audit: the whole of what a card about the audit book shows the newest rows of. Read-only; filters are a plain form."""

from collections.abc import Iterable
from urllib.parse import urlencode

from aiohttp import web

from setup_server.audit_book import PERIODS, Asked, AuditBook
from setup_server.card_view import clock, tone_of
from setup_server.doors import Doors
from setup_server.pages import Pages
from setup_server.sessions import signed_in

PATH = "/audit"
LONGEST = 128
"""Of a name or an id."""
MOST_PEOPLE = 10


def hang_book(app: web.Application, doors: Doors, book: AuditBook) -> None:
    """Add /audit to an application that the doors guard."""
    app.add_routes(BookPage(doors.pages, book).routes())


class BookPage:
    def __init__(self, pages: Pages, book: AuditBook) -> None:
        self._pages = pages
        self._book = book

    def routes(self) -> Iterable[web.RouteDef]:
        return [web.get(PATH, self._show)]

    async def _show(self, request: web.Request) -> web.Response:
        session = signed_in(request)
        asked = _asked(request)
        words = self._pages.words(request)
        page = await self._book.page(asked, session.account, words.language)
        return self._pages.render(
            request,
            "audit.html",
            account=session.account,
            asked=asked,
            periods=[("", words["audit_period_all"]), *((each, words[f"audit_period_{each}"]) for each in PERIODS)],
            page=page,
            further=f"{PATH}?{_query(asked._replace(after=page.further))}" if page.further else "",
            clock=clock,
            tone=tone_of,
        )


def _asked(request: web.Request) -> Asked:
    """Raises HTTPNotFound for a period that there is not, HTTPBadRequest for names that are none."""
    period = request.query.get("period", "")
    if period and period not in PERIODS:
        raise web.HTTPNotFound
    who = tuple(word for written in request.query.getall("who", []) for word in written.replace("，", ",").split(","))
    who = tuple(word.strip() for word in who if word.strip())
    if len(who) > MOST_PEOPLE or any(len(word) > LONGEST or not word.isprintable() for word in who):
        raise web.HTTPBadRequest
    return Asked(period, who, request.query.get("after", ""))


def _query(asked: Asked) -> str:
    pairs = [("period", asked.period), *(("who", one) for one in asked.who), ("after", asked.after)]
    return urlencode([(name, value) for name, value in pairs if value])
