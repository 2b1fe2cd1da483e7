"""Pages: one base, two languages, every value escaped, and a name that is missing in a template is an error."""

import re
import tomllib
from collections.abc import Iterable
from importlib import resources

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined

from setup_server.site import Language, Site

STATUSES = frozenset({400, 403, 404, 405, 408, 413, 415, 421, 429, 500, 502, 503})
ASSETS = {
    "steward.css": "text/css",
    "steward.svg": "image/svg+xml",
    "setup.css": "text/css",
    "cards.css": "text/css",
    "live.js": "text/javascript",
    "strength.js": "text/javascript",
}


class Words(dict[str, str]):
    """The sentences of one language, of every file that ends in `<language>.toml`. One that is missing is our bug and raises."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        for file in resources.files(__package__).joinpath("words").iterdir():
            if f".{file.name}".endswith(f".{language}.toml"):
                self.update({name: str(said) for name, said in tomllib.loads(file.read_text("utf-8")).items()})
        self.language: Language = language


class Pages:
    """Reads every file when it is made, so that nothing is read while somebody waits; make it before the loop runs, or in a
    thread."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._words: dict[Language, Words] = {"zh": Words("zh"), "en": Words("en")}
        folder = resources.files(__package__).joinpath("templates")
        templates = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".html")}
        self._templates = Environment(
            loader=DictLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in templates:
            self._templates.get_template(name)
        static = resources.files(__package__).joinpath("static")
        self._assets = {name: static.joinpath(name).read_bytes() for name in ASSETS}

    def words(self, request: web.BaseRequest) -> Words:
        return self._words[preferred(request.headers.get("Accept-Language", ""), self._site.language)]

    def text(self, template: str, words: Words, **values: object) -> str:
        """A part of a page."""
        return self._templates.get_template(template).render(values, words=words)

    def render(self, request: web.BaseRequest, template: str, status: int = 200, **values: object) -> web.Response:
        """A page. `words` is in every template."""
        words = self.words(request)
        text = self.text(template, words, **values)
        page = web.Response(text=text, content_type="text/html", charset="utf-8", status=status)
        page.headers["Content-Language"] = "zh-CN" if words.language == "zh" else "en"
        page.headers["Vary"] = "Accept-Language"
        return page

    def refusal(self, request: web.BaseRequest, status: int, *, reference: str = "") -> web.Response:
        """An error in plain words. `reference` finds the log line."""
        name = str(status if status in STATUSES else (400 if status < 500 else 500))
        words = self.words(request)
        return self.render(
            request,
            "refusal.html",
            status,
            title=words[f"title_{name}"],
            text=words[f"text_{name}"],
            reference=reference,
        )

    def routes(self) -> Iterable[web.RouteDef]:
        """The style sheet and the icon."""
        return [web.get(f"/static/{name}", self._asset) for name in ASSETS]

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2]
        return web.Response(
            body=self._assets[name],
            content_type=ASSETS[name],
            charset="utf-8",
            headers={"Cache-Control": "public, max-age=300"},
        )


def preferred(accepted: str, otherwise: Language) -> Language:
    """The one of our languages that an Accept-Language header likes best (RFC 9110, 12.5.4)."""
    best: tuple[float, Language] = (0.0, otherwise)
    for part in accepted[:500].split(","):
        match = re.fullmatch(r"\s*(zh|en)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", part, re.IGNORECASE)
        if match is None:
            continue
        language: Language = "zh" if match[1].lower() == "zh" else "en"
        best = max(best, (float(match[2] or 1), language), key=lambda pair: pair[0])
    return best[1]
