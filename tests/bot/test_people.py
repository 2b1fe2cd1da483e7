"""What people meet when they speak about people: over DingTalk's wire, with the real daemon."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.stage import Stage, stage
from tests.daemon import ADMIN, GROUP, MEMBER

NEW = "user456"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        made.gateway.add_user(NEW, "韩梅梅")
        made.gateway.add_group(GROUP, "k8s-ops", [ADMIN, MEMBER, NEW])
        yield made


def at(scene: Stage, *people: str) -> dict:
    """What DingTalk says of mentions beside the text."""
    robot = scene.gateway.bot.robot_id
    users = [scene.gateway.directory.user(one) for one in people]
    mentioned = [{"dingtalkId": user.dingtalk_id, "staffId": "" if user.outside else user.user_id} for user in users]
    return {"atUsers": [{"dingtalkId": robot}, *mentioned]}


async def granted(scene: Stage, text: str, person: str, by: str = ADMIN) -> None:
    card = await scene.card(text, containing="待审批", by=MEMBER, extra=at(scene, person))
    since = scene.gateway.now
    await scene.gateway.click(by, card.out_track_id, "approve")
    await scene.gateway.until(lambda: "已生效" in card.view(ADMIN).text)
    assert since <= scene.gateway.now


async def test_a_grant_is_an_approval_card_that_names_who_and_what(scene: Stage) -> None:
    text = await scene.answer("授权 @李雷 管理员", containing="待审批", by=MEMBER, extra=at(scene, MEMBER))
    for part in ("李雷", f"dingtalk:{MEMBER}", "管理员", "高（严重）", "成员 → 管理员"):
        assert part in text, part


async def test_who_is_granted_approves_and_who_loses_it_does_not(scene: Stage) -> None:
    await granted(scene, "授权 @韩梅梅", NEW)
    who = await scene.answer("谁能审批")
    assert f"dingtalk:{NEW}" in who and "韩梅梅" in who and "STEWARD_ADMINS" in who
    restart = await scene.card("重启 web", containing="待审批")
    await granted(scene, "撤销授权 @韩梅梅", NEW)
    await scene.gateway.click(NEW, restart.out_track_id, "approve")
    assert "待审批" in restart.view(ADMIN).text
    assert scene.writes() == []


async def test_nobody_approves_the_grant_of_themselves(scene: Stage) -> None:
    await granted(scene, "授权 @韩梅梅", NEW)
    card = await scene.card("撤销授权 @韩梅梅", containing="待审批", by=MEMBER, extra=at(scene, NEW))
    await scene.gateway.click(NEW, card.out_track_id, "deny")
    assert "待审批" in card.view(ADMIN).text
    assert "不能审批与自己有关的授权" in card.view(NEW).text


@pytest.mark.parametrize(
    ("said", "mentioned", "expected"),
    [
        ("撤销授权 @王伟", [ADMIN], "STEWARD_ADMINS"),
        ("授权 @李雷 成员", [MEMBER], "已经是成员"),
        ("授权 @李雷 @韩梅梅", [MEMBER, NEW], ""),
        ("授权 @李雷 管理员", [], "直接 @ 对方"),
        ("授权", [], "请写明是谁"),
        ("授权 dingtalk:nobody9", [], "没有编号为 nobody9"),
        ("授权 feishu:ou_x", [], "没有启用飞书"),
        ("授权 nobody9", [], "直接 @ 对方"),
        ("绑定 7F3K-92QD", [], "绑定码不对"),
        ("绑定 7F3K-92Q0", [], "请带上绑定码"),
    ],
)
async def test_what_cannot_be_granted_is_said_and_changes_nothing(
    scene: Stage, said: str, mentioned: list[str], expected: str
) -> None:
    text = await scene.answer(said, by=ADMIN, extra=at(scene, *mentioned))
    assert expected in text
    assert "待审批" not in text


async def test_a_person_can_be_named_by_id_and_by_a_mention_that_was_cut_out(scene: Stage) -> None:
    assert f"韩梅梅（dingtalk:{NEW}）" in await scene.answer(f"授权 dingtalk:{NEW}", containing="待审批")
    cut_out = await scene.answer("授权 只读", containing="待审批", extra=at(scene, NEW))
    assert f"韩梅梅（dingtalk:{NEW}）" in cut_out and "只读" in cut_out


async def test_who_am_i_tells_role_id_and_account(scene: Stage) -> None:
    text = await scene.answer("我是谁", by=MEMBER)
    for part in ("成员", f"dingtalk:{MEMBER}", "未绑定"):
        assert part in text, part


async def test_who_left_by_dingtalks_word_decides_nothing_any_more(scene: Stage) -> None:
    await granted(scene, "授权 @韩梅梅", NEW)
    restart = await scene.card("重启 web", containing="待审批")
    event = await scene.gateway.event("user_leave_org", {"timeStamp": "1", "userId": [NEW], "optStaffId": ADMIN})
    assert '"SUCCESS"' in (await event.acked()).data
    await scene.gateway.click(NEW, restart.out_track_id, "approve")
    assert "待审批" in restart.view(ADMIN).text
    assert NEW not in await scene.answer("谁能审批")
    assert scene.writes() == []


async def test_the_settings_do_not_keep_somebody_who_left(scene: Stage) -> None:
    restart = await scene.card("重启 web", containing="待审批")
    event = await scene.gateway.event("user_leave_org", {"userId": [ADMIN]})
    await event.acked()
    await scene.gateway.click(ADMIN, restart.out_track_id, "approve")
    assert "还没有绑定管理员" in await scene.answer("谁能审批")
    assert scene.writes() == []


async def test_a_viewer_may_look_and_not_propose(scene: Stage) -> None:
    await granted(scene, "授权 @韩梅梅 只读", NEW)
    assert "nginx-" in await scene.answer("看下 shop 的 pod", by=NEW)
    assert "只能查看" in await scene.answer("重启 web", by=NEW)
    assert "只能查看" in await scene.answer("授权 @韩梅梅 管理员", by=NEW, extra=at(scene, NEW))
