"""The audit book in the group: whose rows, since when, and whether the chain holds."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import open_store
from tests.book.writing import OTHER_WANG, tamper, write
from tests.bot.stage import Stage, stage
from tests.bot.stand import Clock
from tests.daemon import ADMIN, MEMBER


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Stage]:
    """A restart was asked for by 李雷 and refused by 王伟; another 王伟 was on the other platform, long ago."""
    clock = Clock()
    clock.now = clock.now.replace(year=2020)
    async with open_store(tmp_path / "steward.db") as store:
        await write(store, clock, 3, **OTHER_WANG, action_type="approve_scale")
    async with stage(tmp_path) as made:
        card = await made.card("重启 nginx", containing="待审批")
        await made.gateway.click(ADMIN, card.out_track_id, "deny")
        yield made


def mentioning(*people: str) -> dict[str, object]:
    """The message's list of who was mentioned; the robot is always in it."""
    return {"extra": {"atUsers": [{"dingtalkId": f"$:LWCP_v1:${each}", "staffId": each} for each in people]}}


async def test_today_everybody(scene: Stage) -> None:
    text = await scene.answer("审计 今天")
    assert "今天 · 共 2 条" in text
    assert text.index("deny_restart") < text.index("propose_restart"), "the newest first"
    assert f"王伟 ({ADMIN})" in text
    assert f"李雷 ({MEMBER})" in text
    assert "哈希链完整" in text


async def test_somebody_by_mention_by_name_by_id_and_oneself(scene: Stage) -> None:
    for said, more in (
        ("审计 @李雷 本周", mentioning(MEMBER)),
        ("审计 本周", mentioning(MEMBER)),  # a client that leaves the name out
        ("审计 @李雷 今天", {}),
        ("审计 李雷 今天", {}),
        (f"audit {MEMBER} this week", {}),
        ("我的操作记录", {"by": MEMBER}),
    ):
        text = await scene.answer(said, **more)  # type: ignore[arg-type]
        assert "共 1 条" in text, said
        assert "propose_restart" in text, said
        assert "deny_restart" not in text, said


async def test_people_of_one_name_are_all_shown_and_said_to_be_several(scene: Stage) -> None:
    text = await scene.answer("审计 王伟")
    assert "王伟（2 人同名） · 共 4 条" in text
    assert "approve_scale" in text
    assert "王伟（2 人同名） · 今天 · 共 1 条" in await scene.answer("审计 王伟 今天")
    assert "共 0 条" in await scene.answer("审计 王伟 昨天")


async def test_who_is_not_in_the_book_is_said_not_to_be(scene: Stage) -> None:
    assert "没有叫“韩梅梅”的人" in await scene.answer("审计 韩梅梅 昨天")
    assert "没有组织内的编号" in await scene.answer("审计 @外人 今天", **mentioning(""))


async def test_a_broken_chain_is_said_on_the_card(scene: Stage) -> None:
    tamper(scene.folder / "steward.db", "UPDATE audit_logs SET status = 'APPROVED' WHERE seq = 5")
    assert "哈希链被破坏：第 5 条被改过" in await scene.answer("审计 今天")
