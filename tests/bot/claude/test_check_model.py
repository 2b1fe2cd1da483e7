"""The doctor tries the model with one tiny call and has a sentence for each failure."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.brain.claude.endpoint import DEFAULT_MODEL, Endpoint
from bot.check_model import model_look
from bot.settings import Settings
from sandbox.claude import ClaudeStandIn
from tests.bot.claude.world import QUICK, ZH

ROOT = Path(__file__).parents[3]
SETTINGS = Settings()
"""Read before any loop runs: settings are files."""


async def test_a_model_that_works_is_said_to_with_its_cost() -> None:
    async with ClaudeStandIn() as claude:
        look = await model_look(SETTINGS, ZH, Endpoint(claude.api_key, claude.url, patience=QUICK))
        assert look.well and DEFAULT_MODEL in look.said
        assert len(claude.bodies) == 1
        assert json.loads(claude.bodies[0])["max_tokens"] == 64


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("overload_next", "繁忙"),
        ("fail_next", "500"),
        ("page_next", "不是大模型"),
        ("stall_next", "超时"),
        ("cut_next", "中断"),
    ],
)
async def test_each_failure_has_its_words(fault: str, said: str) -> None:
    async with ClaudeStandIn() as claude:
        getattr(claude.faults, fault)(times=2)
        look = await model_look(SETTINGS, ZH, Endpoint(claude.api_key, claude.url, patience=QUICK))
        assert look.well is False and said in look.said


async def test_a_wrong_key_and_an_unknown_model_are_told_apart() -> None:
    async with ClaudeStandIn() as claude:
        claude.models = ("claude-other",)
        wrong = await model_look(SETTINGS, ZH, Endpoint("sk-wrong", claude.url, patience=QUICK))
        unknown = await model_look(SETTINGS, ZH, Endpoint(claude.api_key, claude.url, "claude-x", patience=QUICK))
        assert "密钥被拒绝" in wrong.said and "sk-wrong" not in wrong.said
        assert "没有这个模型" in unknown.said


async def test_without_a_key_nothing_is_called_and_nothing_is_wrong() -> None:
    assert (await model_look(SETTINGS, ZH)).well is None


def test_the_sdk_knows_the_default_model() -> None:
    from bot.brain.claude.door import MODELS

    assert DEFAULT_MODEL in MODELS


def test_the_sdk_is_not_imported_by_the_daemon_until_it_is_used() -> None:
    code = "import sys, bot.app, bot.planners; sys.exit('anthropic' in sys.modules or 'httpx2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
