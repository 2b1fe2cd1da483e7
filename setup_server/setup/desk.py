"""What the pages of /setup ask of whoever runs the rest: to try things out, and to keep what was tried."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from setup_server.accounts import Account
from setup_server.site import Language

Step = Literal["dingtalk", "feishu", "cluster", "model"]
STEPS: tuple[Step, ...] = ("dingtalk", "feishu", "cluster", "model")
PLATFORMS: tuple[Step, ...] = ("dingtalk", "feishu")


class Field(NamedTuple):
    """One setting of a step; `name` is the setting's own."""

    name: str
    secret: bool = False
    needed: bool = True


FIELDS: Mapping[Step, tuple[Field, ...]] = {
    "dingtalk": (Field("dingtalk_client_id"), Field("dingtalk_client_secret", secret=True)),
    "feishu": (Field("feishu_app_id"), Field("feishu_app_secret", secret=True)),
    "cluster": (Field("kubeconfig", needed=False),),
    "model": (
        Field("anthropic_api_key", secret=True),
        Field("anthropic_base_url", needed=False),
        Field("anthropic_model", needed=False),
    ),
}


class Found(NamedTuple):
    """One thing that was tried, in the reader's language. `well` is None where it could not be learned."""

    name: str
    well: bool | None
    said: str


class Held(NamedTuple):
    """What a step has now. Of a secret only its end is told."""

    on: bool
    shown: Mapping[str, str]
    """By field; a secret's last four characters, "" for none."""
    fixed: Mapping[str, Literal["environment", "file"]]
    """Fields that come from outside, and from where: a page cannot change them."""


class Click(NamedTuple):
    """How far the test of the card callback is. `word`: somebody has to say something to the bot first."""

    stage: Literal["connecting", "word", "click", "well", "failed"]
    said: str = ""
    """What went wrong."""


class Tried(NamedTuple):
    """Values that were tried and are not kept yet, and what came of it."""

    shown: Mapping[str, str]
    found: tuple[Found, ...]
    passed: bool
    """Nothing was found that would not work."""
    wrong: str = ""
    """The field that is at fault, where one is."""
    click: Click | None = None
    kept: bool = False
    keepable: bool = True
    """Whether it could be kept although it has not passed."""


class Desk(Protocol):
    async def held(self, step: Step) -> Held: ...

    def tried(self, step: Step) -> Tried | None:
        """The last try, while nobody has left it."""
        ...

    async def try_out(
        self, step: Step, values: Mapping[str, str], who: Account, address: str, language: Language
    ) -> Tried:
        """Try values; a platform's, when they are accepted, with a card and its click, which goes on after this returns. Whatever
        passes its whole test is kept. "" for a secret means the one that is there already, if nothing else changed."""
        ...

    async def look(self, step: Step, language: Language) -> tuple[Found, ...]:
        """What is in use now, tried again."""
        ...

    async def keep(self, step: Step, who: Account, address: str) -> bool:
        """Keep what was tried although its test has not passed; False when there is nothing."""
        ...

    def leave(self, step: Step) -> None:
        """Forget what was tried."""
        ...

    async def turn_off(self, step: Step, who: Account, address: str) -> None:
        """Forget what is kept of a step, secrets too."""
        ...


class TooLate(Exception):
    """There is an administrator already, or the token is another one by now."""


class NameInUse(Exception):
    """Somebody who is no administrator has this user name."""


class FirstDoor(Protocol):
    """The way in while there is no administrator."""

    async def owned(self) -> bool:
        """Whether there is an administrator."""
        ...

    async def token_hash(self) -> str:
        """Of the setup token; "" when there is none."""
        ...

    async def take(self, token_hash: str, username: str, password_hash: str) -> Account:
        """Make the first administrator and use the token up, in one step. Raises TooLate, NameInUse, and
        ValueError for what is no name."""
        ...


class Code(NamedTuple):
    """What to say to the bot."""

    text: str
    until: datetime


class Identity(NamedTuple):
    platform: str
    name: str


class Pairing(Protocol):
    """Ties an account to who its owner is in the groups."""

    async def code(self, account: Account, address: str) -> Code:
        """A new code; the one before is worth nothing any more. It is in the audit book that, not which."""
        ...

    async def identities(self, account: Account) -> tuple[Identity, ...]: ...
