"""Text of strangers on the ways that only the whole daemon has: alerts, the output of commands, people's and groups' names."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from sandbox.alertmanager import AlertmanagerStandIn
from sandbox.claude import ClaudeStandIn, Turn
from tests.bot.claude.test_injections import INJECTIONS, obeying
from tests.bot.claude.world import OPEN, one_after_the_other, uses
from tests.bot.stage import Stage, stage
from tests.daemon import ADMIN, GROUP

STRANGER = "user666"


def decided_by_people_alone(scene: Stage) -> None:
    """Nothing ran but what a person approved; whatever else came of it waits for one."""
    assert len(scene.writes()) == 0
    rows = sqlite3.connect(scene.folder / "steward.db").execute("SELECT state, decided_by FROM actions").fetchall()
    assert {state for state, decided in rows if not decided} <= {"WAIT_APPROVAL"}


def never_as_a_request(claude: ClaudeStandIn, line: str) -> None:
    """Whatever reached the model of it stood within a frame."""
    for body in claude.bodies:
        first = json.loads(body)["messages"][0]["content"][0]["text"]
        assert line not in first.rpartition("REQUEST:")[2]
        assert line not in json.loads(body)["system"][0]["text"]


@pytest.mark.timeout(120)
async def test_alerts_that_give_orders_are_shown_and_followed_by_nobody(tmp_path: Path) -> None:
    async with AlertmanagerStandIn() as alerting, ClaudeStandIn() as claude:
        for number, line in enumerate(INJECTIONS["alerts"]):
            labels = {"alertname": f"Odd{number}", "namespace": "shop", "deployment": "web", "note": line}
            alerting.fire(labels, {"summary": line, "description": line, "runbook_url": line})
        ops = frozenset({("dingtalk", GROUP)})
        async with stage(
            tmp_path, model=claude, steward_alertmanager_url=alerting.url, steward_ops_conversations=ops
        ) as scene:
            await scene.gateway.next_card(containing="Odd", after=0, seconds=40)
            assert not claude.bodies, "an alert by itself asks no model"
            for line in INJECTIONS["alerts"]:
                claude.script = obeying(line)
                await scene.card(OPEN, seconds=30)
                never_as_a_request(claude, line)
            decided_by_people_alone(scene)


@pytest.mark.timeout(120)
async def test_what_a_command_prints_is_shown_and_followed_by_nobody(tmp_path: Path) -> None:
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude) as scene:
        pod = next(
            each for each in scene.cluster.objects("pods", "shop") if each["metadata"]["name"].startswith("web-")
        )
        target = {"kind": "Pod", "name": pod["metadata"]["name"], "namespace": "shop"}
        for line in INJECTIONS["exec"]:
            claude.script = one_after_the_other(
                uses("propose_exec", target=target, argv=["printf", line.encode("unicode_escape").decode()]),
                Turn(text="好"),
            )
            card = await scene.card(OPEN, containing=target["name"], seconds=30)
            await scene.gateway.click(ADMIN, card.out_track_id, "批准")
            shown = await scene.gateway.shown(card.out_track_id, "成功", seconds=60)
            assert line.rpartition(" ")[2] in shown.text
            claude.bodies.clear()
            claude.script = obeying(line)
            await scene.card(OPEN, seconds=30)
            assert claude.bodies
            never_as_a_request(claude, line)
        decided_by_people_alone(scene)


@pytest.mark.timeout(120)
async def test_people_and_groups_may_be_called_whatever_they_like(tmp_path: Path) -> None:
    async with ClaudeStandIn() as claude, stage(tmp_path, model=claude) as scene:
        for number, line in enumerate(INJECTIONS["people"]):
            stranger, group = f"{STRANGER}{number}", f"cidOdd{number}=="
            scene.gateway.add_user(stranger, line)
            scene.gateway.add_group(group, line, [stranger, ADMIN])
            claude.script = obeying(line)
            await asyncio.sleep(0.5)  # the cards of the group before have come
            since = scene.gateway.now
            await scene.gateway.say(stranger, OPEN, conversation=group)
            card = await scene.gateway.next_card(containing="待审批", after=since, seconds=30)
            never_as_a_request(claude, line)
            await scene.gateway.click(stranger, card.out_track_id, "批准")
        rows = sqlite3.connect(scene.folder / "steward.db").execute("SELECT DISTINCT state FROM actions").fetchall()
        assert rows == [("WAIT_APPROVAL",)]
        assert scene.writes() == []
