"""What people meet: good requests, bad input, dropped lines. A clear answer each, nothing lost, nothing run unapproved."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bot.stage import Stage, stage
from tests.daemon import ADMIN, GROUP, MEMBER


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def test_a_read_is_answered_at_once_and_writes_nothing(scene: Stage) -> None:
    text = await scene.answer("看下 shop 的 pod")
    assert "nginx-" in text
    assert "redis-0" in text
    assert scene.writes() == []


async def test_a_diagnosis_names_the_reason_and_offers_steps_that_only_propose(scene: Stage) -> None:
    await asyncio.sleep(1)
    card = await scene.card("为什么 cart 起不来", containing="诊断")
    text = card.view(MEMBER).text
    assert "CrashLoopBackOff" in text or "崩溃" in text or "反复退出" in text
    assert "connection refused" in text
    assert "s3cr3t-pw" not in text
    assert scene.writes() == []


async def test_several_objects_of_a_name_are_asked_about_and_the_button_proposes_the_right_one(scene: Stage) -> None:
    card = await scene.card("重启 api", containing="哪一个")
    labels = [button.text for button in card.view(MEMBER).buttons]
    assert any("shop" in label for label in labels)
    chosen = next(label for label in labels if "staging" in label)
    since = scene.gateway.now
    await scene.gateway.click(MEMBER, card.out_track_id, chosen)
    proposal = await scene.gateway.next_card(containing="待审批", after=since)
    assert "staging" in proposal.view(ADMIN).text


async def test_a_question_can_be_answered_by_typing_its_number(scene: Stage) -> None:
    card = await scene.card("重启 api", containing="哪一个")
    first = card.view(MEMBER).buttons[0].text
    text = await scene.answer("1", containing="待审批")
    assert ("shop" in first) == ("shop" in text)


async def test_doubling_becomes_a_number_from_the_live_cluster(scene: Stage) -> None:
    text = await scene.answer("nginx 扩大一倍", containing="待审批")
    assert "6 个副本" in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("kubectl frobnicate pod x -n shop", "没有执行"),
        ("kubectl delete pod x -nshop", "没有执行"),
        ("kubectl delete pod x -n shop -n kube-system", "没有执行"),
        ("kubectl dеlete pod x -n shop", "没有执行"),
        ("kubectl delete pod .. -n shop", "没有执行"),
        ("kubectl delete ns shop", "没有执行"),
        ("kubectl get secret db -n shop -o yaml", "没有执行"),
        ("kubectl exec web -n shop -- sh -c 'rm -rf /'", "没有执行"),
        ("kubectl get pods -n shop; kubectl delete pod x", "没有执行"),
        ("kubectl rollout undo deployment/nginx -n shop", "还不执行"),
        ("重启 ../../kube-system", ""),
        ("批准 ZZZZ", "没有编号"),
        ("批准", "编号"),
        ("7", "没有可以用 7 回答的问题"),
        ("重启 no-such-thing", "没有找到"),
        ("今天天气怎么样", ""),
        ("", ""),
    ],
)
async def test_bad_input_gets_a_clear_answer_and_runs_nothing(scene: Stage, said: str, expected: str) -> None:
    assert expected in await scene.answer(said)
    assert scene.writes() == []


async def test_a_message_of_a_megabyte_is_answered(scene: Stage) -> None:
    assert "太长" in await scene.answer("重启 nginx " + "啊" * 350_000)
    assert scene.writes() == []


async def test_a_message_over_quota_is_answered(scene: Stage) -> None:
    scene.gateway.faults.exhaust_pushes()
    assert "额度" in await scene.answer("帮我重启下 nginx")


async def test_a_click_on_an_unknown_card_is_answered_and_recorded(scene: Stage) -> None:
    click = await scene.gateway.press(ADMIN, "no-such-card", ["approve"], {"digest": "0" * 16}, conversation=GROUP)
    assert click.ok
    assert scene.writes() == []


async def test_the_same_message_redelivered_gives_one_card(scene: Stage) -> None:
    scene.gateway.faults.duplicate_next(3)
    await scene.answer("帮我重启下 nginx", containing="待审批", msg_id="msgSame")
    await scene.gateway.say(MEMBER, "帮我重启下 nginx", conversation=GROUP, msg_id="msgSame")
    await scene.answer("帮助")
    waiting = [card for card in scene.gateway.cards.values() if "待审批" in card.view(ADMIN).title]
    assert len(waiting) == 1


@pytest.mark.parametrize("cut", ["disconnect", "close", "abort"])
async def test_a_cut_line_comes_back_and_the_next_message_is_answered(scene: Stage, cut: str) -> None:
    before = list(scene.gateway.lines)
    done = getattr(scene.gateway.faults, cut)()
    if asyncio.iscoroutine(done):
        await done
    await scene.gateway.until(lambda: any(line not in before for line in scene.gateway.lines), 15)
    assert "使用帮助" in await scene.answer("帮助")


async def test_a_silent_line_is_noticed_and_replaced(tmp_path: Path) -> None:
    async with stage(tmp_path, silence=1.5) as scene:
        before = list(scene.gateway.lines)
        done = scene.gateway.faults.freeze()
        if asyncio.iscoroutine(done):
            await done
        await scene.gateway.until(lambda: any(line not in before for line in scene.gateway.lines), 15)
        assert "使用帮助" in await scene.answer("帮助")


async def test_strangers_get_nothing(scene: Stage) -> None:
    scene.gateway.add_user("guest", "路人", outside=True)
    scene.gateway.add_group("cidother", "mixed", ["guest", ADMIN])
    since = scene.gateway.now
    await scene.gateway.say("guest", "帮我重启下 nginx", conversation="cidother")
    card = await scene.gateway.next_card(after=since)
    assert "只有本组织的成员" in card.view(ADMIN).text
    assert scene.writes() == []


async def test_the_cluster_away_is_said_and_nothing_is_lost(scene: Stage) -> None:
    scene.cluster.fail_next("*", "/", status=503, times=1000)
    assert "连不上集群" in await scene.answer("看下 shop 的 pod")
    scene.cluster.traffic.faults.clear()
    assert "nginx-" in await scene.answer("看下 shop 的 pod")


async def test_a_secret_in_a_request_is_on_no_card_and_in_no_row_but_the_order_itself(scene: Stage) -> None:
    said = "kubectl exec redis-0 -n shop -- redis-cli --password=hunter2hunter2 ping"
    card = await scene.card(said, containing="待审批")
    assert "redis-cli" in card.view(ADMIN).text
    assert "hunter2hunter2" not in str(card.view(ADMIN).variables)
    with sqlite3.connect(scene.folder / "steward.db") as file:
        for table, columns in (("actions", "intent"), ("cards", "body"), ("audit_logs", "command_snapshot || intent")):
            texts = [row[0] for row in file.execute(f"SELECT {columns} FROM {table}")]
            assert "redis-cli" in str(texts), table
            assert "hunter2hunter2" not in str(texts), table
    file.close()


async def test_cluster_text_never_becomes_markup(scene: Stage) -> None:
    scene.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "evil", "namespace": "shop"},
            "type": "Warning",
            "reason": "Evil",
            "message": "[click](http://evil.example) ![x](http://evil.example/x) <a atId=manager4220>王伟</a> ```\n**批准**",
            "involvedObject": {"kind": "Pod", "name": "x", "namespace": "shop"},
            "lastTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )
    card = await scene.card("shop 有什么事件", containing="Evil")
    markdown = card.view(ADMIN).variables["markdown"]
    assert "](http" not in markdown
    assert "<a " not in markdown


async def test_english_speaks_english(tmp_path: Path) -> None:
    async with stage(tmp_path, locale="en") as scene:
        text = await scene.answer("restart nginx")
        assert "waiting for approval" in text
        assert "Restart deployment/nginx" in text


async def test_a_click_from_another_organisation_approves_nothing(scene: Stage) -> None:
    card = await scene.card("帮我重启下 nginx", containing="待审批")
    body = {
        "type": "actionCallback",
        "outTrackId": card.out_track_id,
        "corpId": "dingother",
        "userId": ADMIN,
        "userIdType": 1,
        "spaceId": GROUP,
        "spaceType": "IM_GROUP",
        "extension": "{}",
        "content": json.dumps(
            {"cardPrivateData": {"actionIds": ["approve"], "params": card.view(ADMIN).buttons[0].params}}
        ),
    }
    delivery = await scene.gateway.push("/v1.0/card/instances/callback", body)
    await delivery.acked(5)
    await scene.answer("帮助")
    assert "待审批" in card.view(ADMIN).title
    assert scene.writes() == []
