"""How Alertmanager is reached: where it is, what it asks for, whom it is vouched for by. Never logged and never shown whole."""

import base64
import re
from dataclasses import dataclass, field

from yarl import URL

from bot.settings import MATCHER, Settings

_MATCHER = re.compile(MATCHER)
_PAGES = re.compile(r"(/api/v[12](/alerts)?)?/*$")
"""What people copy along with the address."""


@dataclass(frozen=True, slots=True)
class Access:
    """`url` "" is for none. `matchers` choose among what several clusters tell the same Alertmanager."""

    url: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca_file: str = ""
    matchers: tuple[str, ...] = ()

    @property
    def _base(self) -> URL:
        """Without the page of its own that a browser shows (`/#/alerts`)."""
        url = URL(self.url)
        return url.with_path(_PAGES.sub("", url.path)).with_query(None).with_fragment(None)

    @property
    def alerts(self) -> URL:
        """Where it lists them; no name or password is in it."""
        return self._base.with_user(None) / "api/v2/alerts"

    @property
    def shown(self) -> str:
        """For people: the address without what opens it; "?" for what is none."""
        try:
            return str(self._base.with_user(None)).rstrip("/") if self.url else ""
        except ValueError:
            return "?"

    @property
    def opens(self) -> bool:
        """Whether there is anything to be let in by."""
        return bool(self.headers)

    @property
    def headers(self) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        base = URL(self.url)
        user, password = (self.user, self.password) if self.user else (base.user or "", base.password or "")
        if not user:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def access_of(settings: Settings) -> Access:
    return Access(
        url=settings.steward_alertmanager_url,
        token=settings.steward_alertmanager_token.get_secret_value(),
        user=settings.steward_alertmanager_username,
        password=settings.steward_alertmanager_password.get_secret_value(),
        ca_file=settings.steward_alertmanager_ca_file,
        matchers=tuple(each.strip() for each in _MATCHER.findall(settings.steward_alertmanager_filter)),
    )
