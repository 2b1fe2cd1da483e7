"""The steps after the first: credentials of the platforms, the cluster and the model, each tried before it is kept; administrators
only. The same pages are the settings later."""

from collections.abc import Mapping
from typing import NamedTuple

from aiohttp import web

from setup_server.accounts import Role, Session
from setup_server.doors import Doors
from setup_server.forms import ForeignForm
from setup_server.pages import Words
from setup_server.sessions import signed_in
from setup_server.setup.desk import FIELDS, PLATFORMS, STEPS, Desk, Held, Step, Tried
from setup_server.setup.first import HOME

LONGEST = 4096
ORDER = ("administrator", *STEPS, "pairing")
REFRESH_SECONDS = 2
WAITING = ("connecting", "word", "click")


class NotYours(Exception):
    """Somebody is signed in and no administrator."""


def administrator(request: web.Request) -> Session:
    """Raises NotYours, and a redirect to the sign-in page for who is not signed in."""
    session = signed_in(request)
    if session.account.role is not Role.ADMINISTRATOR:
        raise NotYours
    return session


class Shown(NamedTuple):
    """A field on the page. `end` is how a secret ends that is there already."""

    name: str
    label: str
    hint: str
    secret: bool
    needed: bool
    value: str
    end: str
    source: str
    """Where it comes from when the page cannot change it."""
    problem: str


class Steps:
    def __init__(self, doors: Doors, desk: Desk) -> None:
        self._doors = doors
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        administrator(request)
        return await self._page(request, _step(request))

    async def change(self, request: web.Request) -> web.Response:
        session, step = administrator(request), _step(request)
        words, address = self._doors.pages.words(request), self._doors.site.client_address(request)
        try:
            fields = await self._doors.forms.read(request)
        except ForeignForm:
            return await self._page(request, step, problem=words["page_too_old"], status=403)
        match fields.get("do"):
            case "keep":
                await self._desk.keep(step, session.account, address)
            case "off":
                await self._desk.turn_off(step, session.account, address)
            case "leave":
                self._desk.leave(step)
                raise web.HTTPSeeOther(f"{HOME}/{following(step)}")
            case "again":
                self._desk.leave(step)
            case _:
                values = {field.name: fields.get(field.name, "").strip()[:LONGEST] for field in FIELDS[step]}
                if missing := await self._missing(step, values, words):
                    return await self._page(request, step, typed=values, problems=missing, status=422)
                await self._desk.try_out(step, values, session.account, address, words.language)
        raise web.HTTPSeeOther(f"{HOME}/{step}")

    async def _missing(self, step: Step, values: Mapping[str, str], words: Words) -> dict[str, str]:
        """Beside each field: it is needed and empty, or its secret would go where it was not meant to."""
        held = await self._desk.held(step)
        if fixed_whole(step, held):
            return {}
        tried = self._desk.tried(step)
        known = tried.shown if tried else held.shown
        problems = {}
        moved = any(
            not field.secret and field.name not in held.fixed and values[field.name] != known.get(field.name, "")
            for field in FIELDS[step]
        )
        for field in FIELDS[step]:
            if field.name in held.fixed or not field.needed or values[field.name]:
                continue
            if not field.secret or not known.get(field.name):
                problems[field.name] = words["setup_needed"]
            elif moved:
                problems[field.name] = words["setup_secret_again"]
        return problems

    async def _page(
        self,
        request: web.Request,
        step: Step,
        *,
        typed: Mapping[str, str] | None = None,
        problem: str = "",
        problems: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> web.Response:
        words, held, tried = self._doors.pages.words(request), await self._desk.held(step), self._desk.tried(step)
        fields = shown(step, held, tried, words, typed or {}, problems or {})
        platform = step in PLATFORMS
        if problems:
            tried = None  # the form is asked for again, whatever came of the last try
        found = tuple(each for each in (tried.found if tried else ()) if not (tried and tried.wrong))
        if step == "cluster" and tried is None:
            found = await self._desk.look(step, words.language)
        click = tried.click if tried else None
        going_on = click is not None and click.stage in WAITING
        waiting = tried is not None and not tried.kept and (going_on or (platform and tried.passed))
        return self._doors.pages.render(
            request,
            "setup_step.html",
            status,
            csrf=self._doors.forms.token(self._doors.forms.visit(request)),
            order=ORDER,
            step=step,
            following=following(step),
            fields=fields,
            fixed=fixed_whole(step, held),
            held=held,
            tried=tried,
            found=[each._replace(name=called(each.name, words)) for each in found],
            click=click,
            problem=problem,
            platform=platform,
            refresh=REFRESH_SECONDS if waiting else 0,
        )


def _step(request: web.Request) -> Step:
    step = request.match_info["step"]
    if step not in STEPS:
        raise web.HTTPNotFound
    return step


def following(step: str) -> str:
    """The step after this one."""
    return (*ORDER, "done")[ORDER.index(step) + 1]


def fixed_whole(step: Step, held: Held) -> bool:
    """Whether there is nothing on the page that could be changed."""
    return all(field.name in held.fixed for field in FIELDS[step])


def called(name: str, words: Words) -> str:
    """What the doctor calls `feishu scope.send` has a plainer name for who sees it for the first time."""
    platform, _, thing = name.partition(" ")
    if platform not in PLATFORMS:
        return name
    known = f"setup_found_{thing.partition('.')[0] or 'credentials'}"
    return words.get(known, thing)


def shown(
    step: Step, held: Held, tried: Tried | None, words: Words, typed: Mapping[str, str], problems: Mapping[str, str]
) -> tuple[Shown, ...]:
    known = tried.shown if tried else held.shown
    wrong = dict(problems)
    if tried and tried.wrong and not wrong:
        wrong[tried.wrong] = " ".join(found.said for found in tried.found if found.well is False)
    return tuple(
        Shown(
            name=field.name,
            label=words[f"setup_field_{field.name}"],
            hint=words[f"setup_hint_{field.name}"],
            secret=field.secret,
            needed=field.needed,
            value="" if field.secret else typed.get(field.name, known.get(field.name, "")),
            end=known.get(field.name, "") if field.secret else "",
            source=held.fixed.get(field.name, ""),
            problem=wrong.get(field.name, ""),
        )
        for field in FIELDS[step]
    )
