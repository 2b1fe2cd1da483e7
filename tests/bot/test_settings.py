"""Settings: every problem at once, secrets never repeated, the environment wins over the file."""

import os
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.sources import BadSettings, load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.lower().removesuffix("_file") in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_there_are_defaults() -> None:
    settings = load_settings()
    assert settings.steward_admins == frozenset()
    assert settings.steward_locale == "zh"


@pytest.mark.parametrize("value", ["", " ", ",", " , ,"])
def test_no_list_of_administrators_means_everybody(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("STEWARD_ADMINS", value)
    assert load_settings().steward_admins == frozenset()


@pytest.mark.parametrize("value", ["*", "all", ":", "dingtalk:", "feishu: ", "web:admin", ":manager4220"])
def test_an_administrator_without_a_platform_or_an_id_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("STEWARD_ADMINS", value)
    with pytest.raises(BadSettings, match="platform:id"):
        load_settings()


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "STEWARD_LOCALE": "fr",
        "STEWARD_ADMINS": "manager4220, dingtalk:ok",
        "DINGTALK_OPENAPI_ENDPOINT": "api.dingtalk.com",
        "STEWARD_APPROVAL_MINUTES": "-1",
        "STEWARD_LISTEM": "x",
        "DINGTALK_CLIENT_SECRET_FILE": "/does/not/exist",
        "DINGTALK_ENABLED": "perhaps",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as raised:
        load_settings()
    said = str(raised.value)
    for expected in (
        *(
            "STEWARD_LOCALE",
            "manager4220: write platform:id",
            "DINGTALK_OPENAPI_ENDPOINT",
            "STEWARD_APPROVAL_MINUTES",
        ),
        *("STEWARD_LISTEM: no such setting", "DINGTALK_CLIENT_SECRET_FILE: /does/not/exist", "DINGTALK_ENABLED"),
    ):
        assert expected in said


@pytest.mark.parametrize(
    "url",
    ["https://ops.example.com/steward", "https://ops.example.com/?x", "https://a:b@ops.example.com", "http://h#x"],
)
def test_a_public_url_that_shares_its_host_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("STEWARD_PUBLIC_URL", url)
    with pytest.raises(BadSettings, match="STEWARD_PUBLIC_URL: needs a host name of its own"):
        load_settings()


@pytest.mark.parametrize("url", ["https://steward.example.com/", "http://localhost:8080", "https://[::1]:8443"])
def test_a_public_url_of_its_own_host_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("STEWARD_PUBLIC_URL", url)
    assert load_settings().steward_public_url == url.rstrip("/")


def test_card_templates_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_settings().dingtalk_public_template, load_settings().dingtalk_own_templates) == ("", {})
    monkeypatch.setenv("DINGTALK_CARD_TEMPLATE_ID", "one.schema")
    settings = load_settings()
    assert (settings.dingtalk_public_template, settings.dingtalk_own_templates) == ("one.schema", {})
    monkeypatch.setenv("DINGTALK_CARD_TEMPLATE_ID", " approval=a.schema, status = s.schema,")
    settings = load_settings()
    assert settings.dingtalk_public_template == ""
    assert settings.dingtalk_own_templates == {"approval": "a.schema", "status": "s.schema"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("aproval=a.schema", "the kinds of template are approval, diagnosis, status"),
        ("approval=a", "ends in .schema"),
        ("approval=", "ends in .schema"),
        ("approval=a.schema,approval=b.schema", "one template for each kind"),
        ("a.schema,b.schema", "write one template id"),
        ("a", "write one template id"),
    ],
)
def test_a_wrong_card_template_is_told(monkeypatch: pytest.MonkeyPatch, value: str, said: str) -> None:
    monkeypatch.setenv("DINGTALK_CARD_TEMPLATE_ID", value)
    with pytest.raises(BadSettings, match=f"DINGTALK_CARD_TEMPLATE_ID.*{said}"):
        load_settings()


def test_an_enabled_platform_needs_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINGTALK_ENABLED", "true")
    with pytest.raises(BadSettings, match="DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET: needed"):
        load_settings()


def test_a_secret_comes_from_a_file_and_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cr3t-pw\n")
    monkeypatch.setenv("DINGTALK_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    settings = load_settings()
    assert settings.dingtalk_client_secret.get_secret_value() == "s3cr3t-pw"
    assert "s3cr3t-pw" not in repr(settings)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "steward.toml").write_text('steward_locale = "en"\nsteward_admins = "feishu:ou_x"\n')
    monkeypatch.setenv("STEWARD_ADMINS", "dingtalk:manager4220,feishu:ou_y")
    settings = load_settings()
    assert settings.steward_locale == "en"
    assert settings.steward_admins == {("dingtalk", "manager4220"), ("feishu", "ou_y")}


@pytest.mark.parametrize(
    "text", ["steward_locale = ", 'no_such_setting = "x"', 'dingtalk_client_secret = ["s3cr3t-pw"]']
)
def test_a_wrong_file_is_told_without_repeating_values(tmp_path: Path, text: str) -> None:
    (tmp_path / "steward.toml").write_text(text)
    with pytest.raises(BadSettings) as raised:
        load_settings()
    assert "s3cr3t-pw" not in str(raised.value)


def test_conversations_are_named_with_their_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEWARD_OPS_CONVERSATIONS", "dingtalk:cid6KeB+/x==, feishu:oc_1")
    assert load_settings().steward_ops_conversations == {("dingtalk", "cid6KeB+/x=="), ("feishu", "oc_1")}
    monkeypatch.setenv("STEWARD_OPS_CONVERSATIONS", "oc_1")
    with pytest.raises(BadSettings, match=r"OPS_CONVERSATIONS: oc_1: write platform:id, e\.g\. feishu:oc_x"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"STEWARD_ALERTMANAGER_TOKEN": "s3cr3t-9Zq", "STEWARD_ALERTMANAGER_USERNAME": "ops"}, "give one of these"),
        ({"STEWARD_ALERTMANAGER_USERNAME": "ops"}, "one needs the other"),
        ({"STEWARD_ALERTMANAGER_PASSWORD": "s3cr3t-9Zq"}, "one needs the other"),
        ({"STEWARD_ALERTMANAGER_TOKEN": "s3cr3t-9Zq\nX: y"}, "no header may have"),
        ({"STEWARD_ALERTMANAGER_FILTER": "prod"}, "write matchers"),
        ({"STEWARD_ALERTMANAGER_FILTER": 'cluster="prod" or true'}, "write matchers"),
        ({"STEWARD_ALERTMANAGER_URL": "alertmanager:9093"}, "must be an http:// or https:// URL"),
        ({"STEWARD_ALERTMANAGER_URL": "http://am:99999"}, "STEWARD_ALERTMANAGER_URL"),
        (
            {"STEWARD_ALERTMANAGER_URL": "http://ops:s3cr3t-9Zq@am:9093", "STEWARD_ALERTMANAGER_TOKEN": "s3cr3t-9Zq"},
            "give one of these",
        ),
        ({"STEWARD_LOCALE_FILE": "/tmp/x"}, "STEWARD_LOCALE_FILE: no such setting"),
    ],
)
def test_the_way_to_alertmanager_is_said_once_and_so_that_it_can_be_gone(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=said) as raised:
        load_settings()
    assert "s3cr3t-9Zq" not in str(raised.value)


def test_a_token_for_alertmanager_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cr3t-9Zq\n")
    (tmp_path / "ca.pem").write_text("-")
    monkeypatch.setenv("STEWARD_ALERTMANAGER_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("STEWARD_ALERTMANAGER_CA_FILE", str(tmp_path / "ca.pem"))
    settings = load_settings()
    assert settings.steward_alertmanager_token.get_secret_value() == "s3cr3t-9Zq"
    assert settings.steward_alertmanager_ca_file == str(tmp_path / "ca.pem")
    assert "s3cr3t-9Zq" not in repr(settings)


def test_proxies_are_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().steward_proxies == ()
    monkeypatch.setenv("STEWARD_PROXIES", "10.0.0.5, fd00::/8")
    assert [str(each) for each in load_settings().steward_proxies] == ["10.0.0.5/32", "fd00::/8"]
    monkeypatch.setenv("STEWARD_PROXIES", "nginx")
    with pytest.raises(BadSettings, match=r"STEWARD_PROXIES: 'nginx' .*write addresses or networks"):
        load_settings()


@pytest.mark.parametrize(
    "given",
    [
        {"OIDC_ISSUER": "https://id.example.com"},
        {"OIDC_CLIENT_ID": "steward"},
        {"OIDC_ADMIN_GROUP": "k8s-admins"},
        {"OIDC_ISSUER": "id.example.com", "OIDC_CLIENT_ID": "steward"},
    ],
)
def test_half_a_provider_is_refused_instead_of_ignored(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match="OIDC_ISSUER"):
        load_settings()
