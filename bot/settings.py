"""The only reader of the environment and of steward.toml. Every problem is told at once."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SECRETS = (
    "dingtalk_client_secret",
    "feishu_app_secret",
    "anthropic_api_key",
    "admin_password",
    "oidc_client_secret",
    "steward_alertmanager_token",
    "steward_alertmanager_password",
)
LARGEST_FILE = 1024 * 1024
"""Bytes of steward.toml or a secret's file; nobody means a larger one."""
TEMPLATE_KINDS = ("approval", "diagnosis", "status")
TEMPLATE = re.compile(r"[^\s=,]+\.schema")
MATCHER = r'\s*[A-Za-z_][A-Za-z0-9_]*\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\]|\\.)*"|[^\s,"]+)'
"""One of Alertmanager's, as its `filter` takes it."""
ON_PLATFORM = re.compile(r"(dingtalk|feishu):([^\s:,]+)")
STORABLE = {
    "dingtalk": ("dingtalk_enabled", "dingtalk_client_id", "dingtalk_client_secret"),
    "feishu": ("feishu_enabled", "feishu_app_id", "feishu_app_secret"),
    "cluster": ("kubeconfig",),
    "model": ("anthropic_api_key", "anthropic_base_url", "anthropic_model"),
}
"""What each step of /setup may keep in the database."""
TOGETHER = (STORABLE["dingtalk"], STORABLE["feishu"])
"""An identifier of one source with a secret of another would be nobody's: when any of these is given outside, all of them are."""
_EXAMPLES = {"steward_admins": "dingtalk:manager4220", "steward_ops_conversations": "feishu:oc_x"}


def _http_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", value):
        raise ValueError("must be an http:// or https:// URL")
    urlsplit(value).port  # noqa: B018 - raises ValueError for one that there is not
    return value.rstrip("/")


Source = Literal["environment", "file"]
Origin = Literal["environment", "file", "setup"]
Url = Annotated[str, AfterValidator(_http_url)]


def _card_templates(value: str) -> str:
    words = [word.strip() for word in value.split(",") if word.strip()] if "=" in value else []
    for word in words:
        kind, _, template = map(str.strip, word.partition("="))
        if kind not in TEMPLATE_KINDS:
            raise ValueError(f"{word}: the kinds of template are {', '.join(TEMPLATE_KINDS)}")
        if not TEMPLATE.fullmatch(template):
            raise ValueError(f"{word}: an id ends in .schema, as the card platform shows it")
    if len({word.partition("=")[0].strip() for word in words}) < len(words):
        raise ValueError("one template for each kind")
    if not words and value and not TEMPLATE.fullmatch(value.strip()):
        raise ValueError("write one template id, or approval=ID,diagnosis=ID,status=ID; an id ends in .schema")
    return value.strip()


class BadSettings(Exception):
    """Something is wrong with the settings; the message lists everything, a line each."""


class Settings(BaseSettings):
    """Names are those people type, in lower case; a secret may come as a file (`DINGTALK_CLIENT_SECRET_FILE`)."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_ignore_empty=True, toml_file="steward.toml")

    dingtalk_enabled: bool = False
    dingtalk_client_id: str = ""
    dingtalk_client_secret: SecretStr = SecretStr("")
    dingtalk_corp_id: str = ""
    """The organisation whose people may click; without it, it is learned from the first message after each start."""
    dingtalk_openapi_endpoint: Url = "https://api.dingtalk.com"
    dingtalk_oapi_endpoint: Url = "https://oapi.dingtalk.com"
    dingtalk_monthly_calls: Annotated[int, Field(ge=0)] = 5000
    """What the organisation may call in a calendar month, 0 for as much as it likes."""
    dingtalk_card_template_id: Annotated[str, AfterValidator(_card_templates)] = ""
    """One id, of a template with the public one's variables, or `approval=…,diagnosis=…,status=…` of one's own (docs/
    dingtalk-templates.md); a kind without one, and an empty setting, use the public template."""
    feishu_enabled: bool = False
    feishu_app_id: str = ""
    feishu_app_secret: SecretStr = SecretStr("")
    feishu_domain: Url = "https://open.feishu.cn"
    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: Url = "https://api.anthropic.com"
    anthropic_model: str = ""
    kubeconfig: str = ""
    admin_username: str = ""
    admin_password: SecretStr = SecretStr("")
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_admin_group: str = ""
    steward_data_dir: Path = Path("data")
    steward_listen: Annotated[str, Field(pattern=r"^[^\s:]*:\d{1,5}$|^$")] = "127.0.0.1:8080"
    steward_public_url: Url = "http://aiops.local"
    steward_locale: Literal["zh", "en"] = "zh"
    steward_admins: Annotated[frozenset[tuple[str, str]], NoDecode] = frozenset()
    steward_default_role: Literal["member", "viewer"] = "member"
    """What somebody of the organisation may do to whom nobody granted anything."""
    steward_ops_conversations: Annotated[frozenset[tuple[str, str]], NoDecode] = frozenset()
    """(platform, conversation id): where every action is shown besides the conversation in which it was asked for."""
    steward_alertmanager_url: Url = ""
    steward_alertmanager_token: SecretStr = SecretStr("")
    steward_alertmanager_username: str = ""
    steward_alertmanager_password: SecretStr = SecretStr("")
    steward_alertmanager_ca_file: str = ""
    steward_alertmanager_filter: str = ""
    """Alertmanager's own matchers, separated by commas: `cluster="prod",severity=~"warning|critical"`."""
    steward_approval_minutes: Annotated[float, Field(gt=0, le=1440)] = 15
    """How long an approval card may be answered."""

    steward_model_mask_names: bool = False
    """Whether names of namespaces, workloads, hosts and mentioned people are replaced before they leave for the model."""
    steward_audit_post: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")] = ""
    """When the head of the audit book is posted to the ops conversations each day, in the daemon's time zone; never when empty."""
    steward_audit_keep_days: Annotated[int, Field(ge=2)] | None = None
    """After how many days rows of the audit book are written to a file and removed; never without it."""

    @property
    def dingtalk_public_template(self) -> str:
        """The id of the template for cards that have none of their own; "" is DingTalk's public one."""
        return "" if "=" in self.dingtalk_card_template_id else self.dingtalk_card_template_id

    @property
    def dingtalk_own_templates(self) -> dict[str, str]:
        """Ids by kind of card."""
        pairs = (word.partition("=") for word in self.dingtalk_card_template_id.split(",") if "=" in word)
        return {kind.strip(): template.strip() for kind, _, template in pairs}

    @field_validator("steward_admins", "steward_ops_conversations", mode="before")
    @classmethod
    def _pairs(cls, value: Any, info: ValidationInfo) -> Any:
        """`dingtalk:manager4220,feishu:ou_x` → pairs."""
        if not isinstance(value, str):
            return value
        words = [word.strip() for word in value.split(",") if word.strip()]
        if bad := [word for word in words if not ON_PLATFORM.fullmatch(word)]:
            example = _EXAMPLES[info.field_name or ""]
            raise ValueError(f"{', '.join(bad)}: write platform:id, e.g. {example}")
        return frozenset(match.group(1, 2) for word in words if (match := ON_PLATFORM.fullmatch(word)))

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        missing = [
            name.upper()
            for enabled, names in (
                (self.dingtalk_enabled, ("dingtalk_client_id", "dingtalk_client_secret")),
                (self.feishu_enabled, ("feishu_app_id", "feishu_app_secret")),
            )
            for name in names
            if enabled and not _text(getattr(self, name))
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)}: needed by a platform that is enabled")
        return self

    @field_validator("steward_alertmanager_filter")
    @classmethod
    def _matchers(cls, value: str) -> str:
        if value and not re.fullmatch(rf"{MATCHER}(?:\s*,{MATCHER})*\s*,?\s*", value):
            raise ValueError('write matchers of Alertmanager, e.g. cluster="prod",severity=~"warning|critical"')
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> "Settings":
        """Where it is asked for is said once, and so that it can be sent."""
        token, user = _text(self.steward_alertmanager_token), self.steward_alertmanager_username
        password, inside = _text(self.steward_alertmanager_password), urlsplit(self.steward_alertmanager_url).username
        if sum(map(bool, (token, user, inside))) > 1:
            raise ValueError(
                "STEWARD_ALERTMANAGER_TOKEN, STEWARD_ALERTMANAGER_USERNAME, a name in STEWARD_ALERTMANAGER_URL: give one of these"
            )
        if bool(user) != bool(password) or ":" in user:
            raise ValueError(
                "STEWARD_ALERTMANAGER_USERNAME, STEWARD_ALERTMANAGER_PASSWORD: one needs the other, the name no colon"
            )
        if token and not re.fullmatch(r"[!-~]+", token):
            raise ValueError("STEWARD_ALERTMANAGER_TOKEN: is no token: it has characters that no header may have")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def read_bounded(path: Path) -> str:
    """Raises OSError, or ValueError for what is no text or too large."""
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError("is too large")
    return content.decode("utf-8")


def _secret_files(problems: list[str]) -> dict[str, str]:
    found = {}
    for name in SECRETS:
        path = os.environ.get(f"{name.upper()}_FILE")
        if path and os.environ.get(name.upper()):
            problems.append(f"{name.upper()} and {name.upper()}_FILE: give one of the two")
        elif path:
            try:
                found[name] = read_bounded(Path(path)).strip()
            except (OSError, ValueError) as error:
                problems.append(f"{name.upper()}_FILE: {path}: {_why(error)}")
    return found


def _why(error: OSError | ValueError) -> str:
    """Without a word of what was read."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "is not text" if isinstance(error, UnicodeDecodeError) else str(error)


def _switched_off() -> dict[str, str]:
    """`STEWARD_LISTEN=` means nowhere; any other empty variable is as good as none."""
    return {"steward_listen": ""} if os.environ.get("STEWARD_LISTEN") == "" else {}


def _toml_is_readable(problems: list[str]) -> bool:
    """Judged before the library reads it whole; a missing file is none."""
    try:
        read_bounded(Path("steward.toml"))
    except FileNotFoundError:
        return True
    except (OSError, ValueError) as error:
        problems.append(f"steward.toml: {_why(error)}")
        return False
    return True


def _unknown_names(problems: list[str]) -> None:
    for name in sorted(os.environ):
        known = name.lower() in Settings.model_fields or name.lower().removesuffix("_file") in SECRETS
        if name.startswith("STEWARD_") and not known:
            problems.append(f"{name}: no such setting")


def fixed() -> dict[str, Source]:
    """Which of the storable settings come from outside, and from where: for these the database is not asked. Reads a file.
    Raises BadSettings."""
    try:
        written = tomllib.loads(read_bounded(Path("steward.toml")))
    except FileNotFoundError:
        written = {}
    except (OSError, ValueError) as error:
        raise BadSettings(f"steward.toml: {_why(error)}") from error
    found: dict[str, Source] = {}
    exported = {name.upper() for name, value in os.environ.items() if value}
    for name in (each for names in STORABLE.values() for each in names):
        if {name.upper(), f"{name.upper()}_FILE"} & exported:
            found[name] = "environment"
        elif name in written:
            found[name] = "file"
    for several in TOGETHER:
        if sources := {found[name] for name in several if name in found}:
            found |= dict.fromkeys(several, max(sources, key=("file", "environment").index))
    return found


def load_settings(stored: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """Read everything: the environment, then steward.toml, then what /setup `stored`; the first that has a setting wins. Raises
    BadSettings with every problem in one message; a value that may be secret is never repeated."""
    problems: list[str] = []
    given = _secret_files(problems) | _switched_off()
    _unknown_names(problems)
    if not _toml_is_readable(problems):
        raise BadSettings("\n".join(problems))
    if stored:
        outside = fixed()
        known = {name for names in STORABLE.values() for name in names} - outside.keys()
        given |= {name: value for name, value in stored.items() if name in known}
    try:
        settings = Settings(**cast("dict[str, Any]", given))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = str(problem["loc"][0]).upper() if problem["loc"] else ""
            said = problem["msg"].removeprefix("Value error, ")
            said = "no such setting" if problem["type"] == "extra_forbidden" else said
            problems.append(": ".join(part for part in (name, said) if part))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"steward.toml: {error}")
    if problems:
        raise BadSettings("\n".join(problems))
    return settings
