"""Chaos for IM: the daemon between both platforms, while frames, lines and calls go wrong by the hundred.

`python -m tests.chaos.im --seed N [--faults 500] [--verbose]` plays one seed again and says what came of it.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bot import app
from tests.chaos.both import Platform, Run, World, both
from tests.chaos.hurry import HurryingLoop, hurry
from tests.chaos.misfortunes import MISFORTUNES, Mend
from tests.chaos.people import People
from tests.chaos.plan import Plan, Strike, plan_of
from tests.chaos.verdict import Verdict, unsettled, verdict

SETTLED_WITHIN = 30_000.0
"""Seconds of the world: the last redelivery of Feishu's comes after more than seven hours."""
LOOK_EVERY = 60.0


@dataclass
class Fate:
    """Lets misfortunes happen, and ends them."""

    world: World
    called_off: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    _mends: dict[tuple[Platform, str], Mend] = field(default_factory=dict)

    async def strike(self, strike: Strike) -> None:
        side = self.world.sides[strike.platform]
        mend = MISFORTUNES[strike.platform][strike.kind][strike.name](side, random.Random(strike.dice))
        self.struck[f"{strike.platform} {strike.kind}"] += 1
        if "delayed" in strike.name or "reordered" in strike.name or "split" in strike.name:
            self.world.late_frames[strike.platform] += 4
        if mend is not None:
            self._mends[strike.platform, strike.name] = mend
            await asyncio.sleep(strike.lasts)
            mend()

    def heal(self) -> None:
        """Everything works from now on; lines that are dead stay dead until that is noticed."""
        for mend in self._mends.values():
            mend()
        self.called_off = sum(side.gateway.faults.heal() for side in self.world.sides.values())


async def play(loop: HurryingLoop, plan: Plan, folder: Path, run: Run = app.run) -> Verdict:
    """`run` is the daemon."""
    async with both(loop, folder, plan.seed, run) as world:
        fate, people = Fate(world), People(world)
        begun = loop.time()

        async def at(second: float, what: object) -> None:
            await asyncio.sleep(begun + second - loop.time())
            await (fate.strike(what) if isinstance(what, Strike) else people.do(what))

        async with asyncio.TaskGroup() as group:
            for event in (*plan.strikes, *plan.deeds):
                group.create_task(at(event.at, event))
        fate.heal()
        await _settle(world, people, random.Random(plan.seed))
        await world.stop()
        return await verdict(world, people, fate.struck, fate.called_off, plan.seed)


async def _settle(world: World, people: People, dice: random.Random) -> None:
    """Until nothing moves any more, or the daemon broke; meanwhile somebody decides a part of what is still open, and the rest
    expires."""
    end = world.loop.time() + SETTLED_WITHIN
    decided: set[str] = set()
    while world.loop.time() < end and not world.ended and unsettled(world, people):
        async with asyncio.TaskGroup() as group:
            for side in world.sides.values():
                for copy in people.open_cards(side):
                    if copy not in decided and dice.random() < 0.5:
                        button = dice.choice(("approve", "deny"))
                        each = random.Random(dice.getrandbits(32))
                        group.create_task(people.press(side, dice.choice(side.admins), copy, button, each))
                    decided.add(copy)
        await asyncio.sleep(LOOK_EVERY)


def played(seed: int, faults: int, run: Run = app.run) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="steward-chaos-") as folder:
        random.seed(seed)  # the daemon's jitter
        return hurry(lambda loop: play(loop, plan_of(seed, faults), Path(folder), run))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.im", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--verbose", action="store_true", help="print the plan too")
    asked = parser.parse_args()
    plan = plan_of(asked.seed, asked.faults)
    if asked.verbose:
        for event in sorted((*plan.strikes, *plan.deeds), key=lambda event: event.at):
            sys.stdout.write(f"{event}\n")
    found = played(asked.seed, asked.faults)
    sys.stdout.write(f"{found}\n")
    return 0 if found.clean else 1


if __name__ == "__main__":
    sys.exit(main())
