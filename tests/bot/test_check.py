"""`steward check` against both stand-ins: what is wrong is found, ends in exit code 1, and names the setting that mends it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.check import check
from bot.settings import Settings
from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.cluster import ClusterStandIn
from sandbox.dingtalk import DingTalkStandIn
from sandbox.dingtalk.api import CARD_WRITE, CONTACT_READ, CREATE, ROBOT_SEND
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import (
    CARD_CALLBACK,
    CONTACT,
    HEAR_ALONE,
    HEAR_MENTIONS,
    MESSAGE_EVENT,
    SELF_MANAGE,
    SEND_AS_BOT,
)
from tests.daemon import ADMIN, FEISHU_ADMIN, FEISHU_GROUP, GROUP


@dataclass
class Said:
    code: int
    lines: list[str]

    def about(self, what: str) -> str:
        """The only line that begins with this, after its sign."""
        (line,) = [each for each in self.lines if each[2:].strip().startswith(what)]
        return line

    @property
    def wrong(self) -> list[str]:
        return [line for line in self.lines if line.startswith("❌")]


@dataclass
class World:
    dingtalk: DingTalkStandIn
    feishu: FeishuStandIn
    folder: Path
    out: pytest.CaptureFixture[str]

    async def check(self, *, wait: float = 0.0, **changed: Any) -> Said:
        fields = {
            "kubeconfig": str(self.folder / "kubeconfig"),
            "steward_data_dir": self.folder,
            "steward_listen": "",
            "steward_admins": frozenset({("dingtalk", ADMIN), ("feishu", FEISHU_ADMIN)}),
            "steward_ops_conversations": frozenset({("dingtalk", GROUP), ("feishu", FEISHU_GROUP)}),
            "dingtalk_enabled": True,
            "dingtalk_client_id": self.dingtalk.client_id,
            "dingtalk_client_secret": self.dingtalk.client_secret,
            "dingtalk_openapi_endpoint": self.dingtalk.url,
            "dingtalk_oapi_endpoint": self.dingtalk.url,
            "feishu_enabled": True,
            "feishu_app_id": self.feishu.app_id,
            "feishu_app_secret": self.feishu.app_secret,
            "feishu_domain": self.feishu.url,
            **changed,
        }
        settings = await asyncio.to_thread(Settings, **fields)
        code = await check(settings, click=bool(wait), wait=wait or 1.0)
        return Said(code, self.out.readouterr().out.splitlines())


@pytest.fixture
async def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[World]:
    async with ClusterStandIn() as cluster, DingTalkStandIn() as dingtalk, FeishuStandIn() as feishu:
        cluster.write_kubeconfig(tmp_path / "kubeconfig")
        dingtalk.add_user(ADMIN, "王伟")
        dingtalk.add_group(GROUP, "k8s-ops", [ADMIN])
        feishu.add_user(FEISHU_ADMIN, "王伟")
        feishu.add_group(FEISHU_GROUP, "k8s-ops", [FEISHU_ADMIN])
        yield World(dingtalk, feishu, tmp_path, capsys)


async def test_all_is_well(world: World) -> None:
    said = await world.check()
    assert (said.code, said.wrong) == (0, [])
    for platform in ("dingtalk", "feishu"):
        assert said.about(f"{platform}: ").startswith("✅")
        assert "--click" in said.about(f"{platform} click")
    assert said.about("feishu events").startswith("✅")
    assert said.about("feishu callbacks").startswith("✅")
    assert not world.dingtalk.cards
    assert not world.feishu.cards


@pytest.mark.parametrize(
    ("locale", "dingtalk", "feishu"),
    [
        ("zh", ("凭证与基础信息", "Client Secret"), ("凭证与基础信息", "App Secret")),
        ("en", ("credentials rejected", "Client Secret"), ("Credentials & Basic Info", "App Secret")),
    ],
)
async def test_a_wrong_secret_leads_to_the_page_that_shows_it(
    world: World, locale: str, dingtalk: tuple[str, ...], feishu: tuple[str, ...]
) -> None:
    said = await world.check(dingtalk_client_secret="wrong-one", feishu_app_secret="wrong-two", steward_locale=locale)
    assert said.code == 1
    for platform, words in (("dingtalk", dingtalk), ("feishu", feishu)):
        line = said.about(f"{platform}: ")
        assert line.startswith("❌")
        assert all(word in line for word in words), line
    assert "wrong-one" not in "".join(said.lines)
    assert "wrong-two" not in "".join(said.lines)


@pytest.mark.parametrize("scope", [SEND_AS_BOT, HEAR_MENTIONS, HEAR_ALONE, CONTACT])
@pytest.mark.parametrize(("locale", "where"), [("zh", "权限管理"), ("en", "Permissions & Scopes")])
async def test_a_permission_that_feishu_did_not_grant(world: World, scope: str, locale: str, where: str) -> None:
    world.feishu.faults.revoke_scope(scope)
    said = await world.check(steward_locale=locale)
    assert said.code == 1
    (line,) = said.wrong
    assert line.startswith("❌ feishu scope.")
    assert scope in line
    assert where in line


@pytest.mark.parametrize("scope", [CARD_WRITE, ROBOT_SEND, CONTACT_READ])
@pytest.mark.parametrize(("locale", "where"), [("zh", "权限管理"), ("en", "Permissions")])
async def test_a_permission_that_dingtalk_did_not_grant(world: World, scope: str, locale: str, where: str) -> None:
    world.dingtalk.faults.revoke_scope(scope)
    said = await world.check(steward_locale=locale)
    assert said.code == 1
    line = said.about(f"dingtalk scope: {'缺少权限' if locale == 'zh' else 'permission'} {scope}")
    assert line.startswith("❌")
    assert where in line
    assert "dingtalk" in "".join(said.wrong)


async def test_a_bot_that_is_switched_off_is_refused_and_the_console_is_still_read(world: World) -> None:
    world.feishu.credentials.bot_enabled = False
    said = await world.check(wait=5, dingtalk_enabled=False)
    assert said.code == 1
    assert said.wrong == [said.about("feishu: ")]
    assert said.about("feishu callbacks").startswith("✅")
    assert not world.feishu.cards, "nothing is posted by who was refused"


@pytest.mark.parametrize("what", ["event", "callback"])
@pytest.mark.parametrize("how", ["missing", "elsewhere"])
@pytest.mark.parametrize(
    ("locale", "pages"),
    [
        ("zh", {"event": "事件与回调 → 事件配置", "callback": "事件与回调 → 回调配置"}),
        (
            "en",
            {
                "event": "Events & Callbacks → Event configuration",
                "callback": "Events & Callbacks → Callback configuration",
            },
        ),
    ],
)
async def test_what_feishu_does_not_send_over_the_long_connection(
    world: World, what: str, how: str, locale: str, pages: dict[str, str]
) -> None:
    console = world.feishu.credentials
    if how == "missing":
        {"event": console.events, "callback": console.callbacks}[what].clear()
    else:
        setattr(console, f"{what}_mode", "webhook")
    said = await world.check(steward_locale=locale)
    assert said.code == 1
    (line,) = said.wrong
    assert line.startswith(f"❌ feishu {what}s")
    assert pages[what] in line
    if how == "missing":
        assert {"event": MESSAGE_EVENT, "callback": CARD_CALLBACK}[what] in line


@pytest.mark.parametrize(("locale", "words"), [("zh", "读不到应用配置"), ("en", "cannot be read")])
async def test_what_may_not_be_read_is_said_and_is_no_error(world: World, locale: str, words: str) -> None:
    world.feishu.faults.revoke_scope(SELF_MANAGE)
    said = await world.check(steward_locale=locale)
    assert (said.code, said.wrong) == (0, [])
    for what in ("events", "callbacks"):
        line = said.about(f"feishu {what}")
        assert line.startswith("⚠️")
        assert words in line
        assert SELF_MANAGE in line


@pytest.mark.parametrize(("locale", "found", "missing"), [("zh", "可用", "没有发布"), ("en", "works", "not published")])
async def test_own_templates_are_found_or_missed_and_nothing_is_posted(
    world: World, locale: str, found: str, missing: str
) -> None:
    world.dingtalk.add_template("ours.schema")
    before = world.dingtalk.now
    said = await world.check(
        steward_locale=locale, dingtalk_card_template_id="approval=ours.schema,status=nobodys.schema"
    )
    assert said.code == 1
    assert said.about("dingtalk template.approval").startswith("✅")
    assert found in said.about("dingtalk template.approval")
    assert said.wrong == [said.about("dingtalk template.status")]
    assert "nobodys.schema" in said.wrong[0]
    assert missing in said.wrong[0]
    assert world.dingtalk.calls[CREATE.name] == 2, "a call each"
    assert world.dingtalk.changes_after(before) == [], "nobody sees anything"


async def test_one_template_for_every_card_is_tried_too(world: World) -> None:
    said = await world.check(dingtalk_card_template_id="nobodys.schema")
    assert "nobodys.schema" in said.about("dingtalk template.default")
    assert said.code == 1


async def test_a_template_that_cannot_be_tried_is_no_error(world: World) -> None:
    world.dingtalk.faults.fail_next(CREATE.name, code="param.somethingElse", status=400)
    said = await world.check(dingtalk_card_template_id="approval=ours.schema")
    assert said.code == 0
    assert "param.somethingElse" in said.about("dingtalk template.approval")


async def pressed(gateway: DingTalkStandIn | FeishuStandIn, person: str) -> Any:
    card = await gateway.next_card(containing="连接测试", after=0, seconds=20)
    return await gateway.click(person, card.id, "收到")


async def test_a_pressed_button_proves_the_callbacks_of_both(world: World) -> None:
    async with asyncio.TaskGroup() as group:
        checking = group.create_task(world.check(wait=20))
        clicks = [
            group.create_task(pressed(world.dingtalk, ADMIN)),
            group.create_task(pressed(world.feishu, FEISHU_ADMIN)),
        ]
    said = checking.result()
    assert (said.code, said.wrong) == (0, [])
    assert all(click.result().ok for click in clicks)
    for platform, gateway, person in (
        ("dingtalk", world.dingtalk, ADMIN),
        ("feishu", world.feishu, FEISHU_ADMIN),
    ):
        assert any(f"{platform} click: 点击已送达" in line for line in said.lines)
        (card,) = gateway.cards.values()
        assert "点击已送达" in card.view(person).text, "who pressed sees it as well"
        assert not gateway.violations, list(gateway.violations)


@pytest.mark.parametrize(
    ("locale", "feishu", "dingtalk"),
    [("zh", "事件与回调 → 回调配置", "没有等到点击"), ("en", "Callback configuration", "no click came")],
)
async def test_nobody_presses(world: World, locale: str, feishu: str, dingtalk: str) -> None:
    said = await world.check(wait=0.5, steward_locale=locale)
    assert said.code == 1
    assert feishu in next(line for line in said.wrong if "feishu click" in line)
    assert dingtalk in next(line for line in said.wrong if "dingtalk click" in line)


async def test_a_callback_that_is_not_published_shows_200340_and_the_check_explains_it(world: World) -> None:
    world.feishu.credentials.callbacks.clear()
    async with asyncio.TaskGroup() as group:
        checking = group.create_task(world.check(wait=2, dingtalk_enabled=False))
        click = group.create_task(pressed(world.feishu, FEISHU_ADMIN))
    assert click.result().reason == "200340"
    said = checking.result()
    assert said.code == 1
    unheard = [line for line in said.wrong if "feishu click" in line]
    assert len(unheard) == 1
    assert "200340" in unheard[0]
    assert "回调配置" in unheard[0]
    assert any(line.startswith("❌ feishu callbacks") for line in said.wrong)


async def test_without_a_place_for_the_card_the_setting_is_named(world: World) -> None:
    said = await world.check(
        wait=0.5,
        dingtalk_enabled=False,
        steward_ops_conversations=frozenset(),
        steward_admins=frozenset({("dingtalk", ADMIN)}),
    )
    assert "STEWARD_OPS_CONVERSATIONS" in said.about("feishu click")
    assert said.code == 1


async def test_an_alertmanager_is_tried_and_what_is_wrong_with_it_is_said(world: World) -> None:
    said = await world.check()
    assert said.about("STEWARD_ALERTMANAGER_URL").startswith("⚠️")
    async with AlertmanagerStandIn(user=("ops", "pw-9Zq")) as there:
        said = await world.check(steward_alertmanager_url=there.url)
        assert said.code == 1
        assert "STEWARD_ALERTMANAGER_USERNAME" in said.about("STEWARD_ALERTMANAGER_URL")
        there.fire({"alertname": "X"})
        said = await world.check(steward_alertmanager_url=there.url.replace("//", "//ops:pw-9Zq@"))
        assert "1 组告警正在发生" in said.about("STEWARD_ALERTMANAGER_URL")
        assert "pw-9Zq" not in "\n".join(said.lines)
        nowhere = await world.check(
            steward_alertmanager_url=there.url.replace("//", "//ops:pw-9Zq@"), steward_ops_conversations=frozenset()
        )
        assert "STEWARD_OPS_CONVERSATIONS" in nowhere.about("STEWARD_ALERTMANAGER_URL")
