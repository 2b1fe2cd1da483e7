"""The harness itself: short seeds that must be well, and daemons whose doors are broken, which it must notice."""

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.types import Adapter, Answer, CardAction, Message, Sent
from bot import app
from bot.doors import adapters_of
from cards.model import Card
from tests.chaos.im import played
from tests.chaos.plan import plan_of
from tests.chaos.verdict import Verdict, note_effects

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]
FAULTS = 50


@pytest.mark.parametrize("seed", [3])
def test_whatever_befalls_frames_lines_and_calls_all_is_well_in_the_end(seed: int) -> None:
    found = played(seed, FAULTS)
    assert found.clean, str(found)
    assert found.counts["effects"] and found.counts["clicks"] and found.struck


def test_a_seed_plans_the_same_again() -> None:
    assert plan_of(7, 200) == plan_of(7, 200)
    assert plan_of(7, 200) != plan_of(8, 200)


class Door:
    """A real one, for whoever breaks something of it."""

    def __init__(self, real: Adapter) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class ForgetsMessages(Door):
    """Acknowledges every message and passes on four of five."""

    heard = 0

    async def listen(self, on_message: Any, on_action: Any, *more: Any, **named: Any) -> None:
        async def four_of_five(message: Message) -> None:
            self.heard += 1
            if self.heard % 5:
                await on_message(message)

        await self.real.listen(four_of_five, on_action, *more, **named)


class ForgetsClicks(Door):
    """Answers every click and passes on none."""

    async def listen(self, on_message: Any, on_action: Any, *more: Any, **named: Any) -> None:
        async def nobody(_: CardAction, acknowledge: Any) -> None:
            await acknowledge(Answer(toast="好"))

        await self.real.listen(on_message, nobody, *more, **named)


class ForgetsRepairs(Door):
    """Takes it that every third change of a card has arrived, and makes none."""

    changed = 0

    async def update(self, sent: Sent, card: Card) -> None:
        self.changed += 1
        if self.changed % 3:
            await self.real.update(sent, card)


@pytest.mark.parametrize(
    ("broken", "violation"),
    [(ForgetsMessages, "lost command"), (ForgetsClicks, "click without its row"), (ForgetsRepairs, "wrong card")],
)
def test_a_door_that_is_broken_is_found_out(broken: type[Door], violation: str) -> None:
    async def run(settings: Any, *arguments: Any, **named: Any) -> None:
        doors = {platform: broken(door) for platform, door in adapters_of(settings).items()}
        await app.run(settings, *arguments, **named, doors=doors)

    found = played(3, FAULTS, run)
    assert found.of(violation), str(found)


def test_a_daemon_that_breaks_before_it_has_a_file_is_found_out() -> None:
    async def run(settings: Any, *_: Any, **__: Any) -> None:
        await asyncio.to_thread((settings.steward_data_dir / "steward.db").touch)
        raise OSError("no space left")

    found = played(3, 5, run)
    assert [name for name, _ in found.violations] == ["crash"], str(found)
    assert "no space left" in found.violations[0][1]


def test_an_effect_that_came_twice_unapproved_or_not_at_all_is_found_out() -> None:
    book = {
        "actions": [
            {"id": name, "card_id": f"card-{name}", "state": "SUCCESS", "claimed_at": "2026-01-01T00:00:02"}
            for name in ("once", "twice", "never", "unasked")
        ],
        "audit_logs": [
            {"card_id": f"card-{name}", "timestamp": "2026-01-01T00:00:01"} for name in ("once", "twice", "never")
        ],
    }
    world: Any = SimpleNamespace(
        rows=lambda sql: next(rows for table, rows in book.items() if table in sql),
        effects={"once": {("u", 2)}, "twice": {("u", 3), ("u", 4)}, "unasked": {("u", 5)}},
    )
    found = Verdict(0, Counter(), 0)
    note_effects(world, found)
    assert [name for name, _ in found.violations] == ["double execution", "not approved", "no effect"]
