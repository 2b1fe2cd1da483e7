"""What can be set: each name, its type, and what of it would make no sense. `bot.sources` reads them."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
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
TEMPLATE_KINDS = ("approval", "diagnosis", "status")
TEMPLATE = re.compile(r"[^\s=,]+\.schema")
MATCHER = r'\s*[A-Za-z_][A-Za-z0-9_]*\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\]|\\.)*"|[^\s,"]+)'
"""One of Alertmanager's, as its `filter` takes it."""
ON_PLATFORM = re.compile(r"(dingtalk|feishu):([^\s:,]+)")
_EXAMPLES = {"steward_admins": "dingtalk:manager4220", "steward_ops_conversations": "feishu:oc_x"}


def _http_url(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", value):
        raise ValueError("must be an http:// or https:// URL")
    urlsplit(value).port  # noqa: B018 - raises ValueError for one that there is not
    return value.rstrip("/")


def _whole_host(value: str) -> str:
    """Pages of one host trust each other whatever their path is: one beside ours could use an administrator's session."""
    if value and not re.fullmatch(r"https?://[^\s/?#@]+", value):
        raise ValueError(
            "needs a host name of its own, without a path, e.g. https://steward.example.com: "
            "whatever else is served under one host could act with an administrator's session"
        )
    return value


Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Url = Annotated[str, AfterValidator(_http_url)]
HostUrl = Annotated[Url, AfterValidator(_whole_host)]


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
    steward_public_url: HostUrl = "http://aiops.local"
    steward_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Whose X-Forwarded-For is believed; of everybody else it is ignored."""
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

    @field_validator("steward_proxies", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        """`10.0.0.5, 10.42.0.0/16` → networks."""
        if not isinstance(value, str):
            return value
        words = [word.strip() for word in value.split(",") if word.strip()]
        try:
            return tuple(map(ipaddress.ip_network, words))
        except ValueError as error:
            raise ValueError(f"{error}: write addresses or networks, e.g. 10.0.0.5,10.42.0.0/16") from error

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
        if bool(self.oidc_issuer) != bool(self.oidc_client_id) or (self.oidc_admin_group and not self.oidc_issuer):
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID: to sign in by a provider needs both")
        if self.oidc_issuer and not re.match(r"https?://[^\s/]", self.oidc_issuer):
            raise ValueError("OIDC_ISSUER: must be an http:// or https:// URL")
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
