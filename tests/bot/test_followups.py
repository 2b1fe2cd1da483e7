"""`看下日志` after an approval or an alert means what that was about."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.alerts.alert import Place
from bot.recollection import Recollection
from executor.operations import Target
from tests.bot.alerts.duty import OPS, duty
from tests.bot.stage import Stage, stage
from tests.bot.stand import Clock
from tests.daemon import ADMIN, GROUP


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as made:
        yield made


async def _asked_for_two_things(scene: Stage) -> tuple[str, str]:
    """A restart of nginx, and then something else is spoken of. The card's key and code."""
    card = await scene.card("重启 nginx", containing="待审批")
    (code,) = set(re.findall(r"\b[A-HJKMNP-Z2-9]{4}\b", card.view(ADMIN).text))
    await scene.card("看下 redis-0 的日志", containing="redis-0")
    return card.out_track_id, code


async def test_a_click_leaves_what_it_was_about(scene: Stage) -> None:
    key, _ = await _asked_for_two_things(scene)
    await scene.gateway.click(ADMIN, key, "批准")
    assert "nginx" in (await scene.card("再看下日志", containing="日志")).view(ADMIN).text


async def test_a_typed_approval_leaves_what_it_was_about(scene: Stage) -> None:
    _, code = await _asked_for_two_things(scene)
    await scene.gateway.say(ADMIN, f"拒绝 {code}", conversation=GROUP)
    assert "nginx" in (await scene.card("它的日志呢", containing="日志")).view(ADMIN).text


async def test_an_alert_leaves_what_it_is_about_in_its_conversation(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        await here.poll(here.alert(place=Place(kind="Deployment", name="api", namespace="shop")))
        remembered = await Recollection(here.store, here.clock).of(OPS)
        assert remembered.latest == (Target(kind="Deployment", name="api", namespace="shop"),)
