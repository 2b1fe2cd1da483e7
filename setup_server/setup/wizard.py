"""The whole of /setup, hung into an application: the way in, the overview, the steps, and the pairing at the end."""

from collections.abc import Callable

from aiohttp import web

from setup_server.accounts import Clock
from setup_server.doors import Doors
from setup_server.forms import ForeignForm
from setup_server.health import Health
from setup_server.setup.desk import PLATFORMS, STEPS, Code, Desk, FirstDoor, Pairing
from setup_server.setup.first import HOME, First
from setup_server.setup.steps import ORDER, NotYours, Steps, administrator
from setup_server.shield import Handler

PAIRING_REFRESH_SECONDS = 3


class Wizard:
    """`pairing` is None where nobody can be paired; `health` tells how the lines are."""

    def __init__(
        self,
        doors: Doors,
        door: FirstDoor,
        desk: Desk,
        pairing: Pairing | None,
        health: Callable[[], Health],
        key: bytes,
        clock: Clock,
        *,
        another_way: bool = False,
    ) -> None:
        self._doors = doors
        self._desk = desk
        self._pairing = pairing
        self._health = health
        self._clock = clock
        self._first = First(doors, door, key, another_way=another_way)
        self._steps = Steps(doors, desk)
        self._codes: dict[str, tuple[Code, int]] = {}
        """By session: the code, and how many identities there were before it."""

    def hang(self, app: web.Application) -> None:
        """After the doors."""
        app.middlewares.extend((self._first.lead_here, self._turn_away))
        app.add_routes(
            [
                web.get(HOME, self._start),
                web.post(f"{HOME}/token", self._first.take_token),
                web.post(f"{HOME}/administrator", self._first.make_administrator),
                web.get(f"{HOME}/pairing", self._pair),
                web.post(f"{HOME}/pairing", self._new_code),
                web.get(f"{HOME}/done", self._done),
                web.get(f"{HOME}/{{step}}", self._steps.show),
                web.post(f"{HOME}/{{step}}", self._steps.change),
            ]
        )

    @web.middleware
    async def _turn_away(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotYours:
            words = self._doors.pages.words(request)
            return self._doors.pages.render(
                request,
                "refusal.html",
                403,
                title=words["setup_not_yours"],
                text=words["setup_not_yours_lead"],
                reference="",
            )

    async def _start(self, request: web.Request) -> web.Response:
        if not await self._first.owned():
            return await self._first.ask(request)
        return await self._overview(request, "setup.html")

    async def _done(self, request: web.Request) -> web.Response:
        return await self._overview(request, "setup_done.html")

    async def _overview(self, request: web.Request, template: str) -> web.Response:
        session = administrator(request)
        held = {step: await self._desk.held(step) for step in STEPS}
        lines = self._health().lines
        return self._doors.pages.render(
            request,
            template,
            name=session.account.name,
            order=ORDER,
            step="",
            held=held,
            lines={step: lines[step].state if step in lines else "" for step in PLATFORMS},
            identities=await self._pairing.identities(session.account) if self._pairing else (),
        )

    async def _pair(self, request: web.Request) -> web.Response:
        """A code, until the bot has heard it. It is made anew when its time is over, and not at each look."""
        session = administrator(request)
        identities = await self._pairing.identities(session.account) if self._pairing else ()
        held = [step for step in PLATFORMS if (await self._desk.held(step)).on]
        code, before = self._codes.get(session.id, (None, 0))
        if code is not None and (code.until <= self._clock() or len(identities) > before):
            code = None
        return self._doors.pages.render(
            request,
            "setup_pairing.html",
            csrf=self._doors.forms.token(self._doors.forms.visit(request)),
            order=ORDER,
            step="pairing",
            code=code.text if code else "",
            minutes=-(-int((code.until - self._clock()).total_seconds()) // 60) if code else 0,
            identities=identities,
            possible=self._pairing is not None,
            platforms=held,
            refresh=PAIRING_REFRESH_SECONDS if code else 0,
        )

    async def _new_code(self, request: web.Request) -> web.Response:
        session = administrator(request)
        try:
            await self._doors.forms.read(request)
        except ForeignForm:
            raise web.HTTPForbidden from None
        if self._pairing is None:
            raise web.HTTPNotFound
        now = self._clock()
        self._codes = {key: kept for key, kept in self._codes.items() if kept[0].until > now}
        before = len(await self._pairing.identities(session.account))
        address = self._doors.site.client_address(request)
        self._codes[session.id] = (await self._pairing.code(session.account, address), before)
        raise web.HTTPSeeOther(f"{HOME}/pairing")
