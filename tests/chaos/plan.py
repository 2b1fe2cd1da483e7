"""What will happen, from a seed: misfortunes and what people do, each at its second. The same seed plans the same.

How the two meet also depends on how fast the machine is; a seed that failed fails again nearly always, not always.
"""

import random
import re
from collections import Counter
from dataclasses import dataclass

from tests.chaos.both import Platform
from tests.chaos.misfortunes import MISFORTUNES

PER_SECOND = 1.0
"""Misfortunes in a second of the world."""
DEEDS_PER_SECOND = 1.8
KINDS = {"frames": 4, "lines": 1, "REST": 4, "replies": 2}
"""How often each kind of misfortune; a line that is cut every second lets nobody say anything."""
PARKS = re.compile(
    r"^(authFailed|resource\.|\d+/\d+|514|403|1|10000403\d\d|invalidClientIdOrSecret|100\d\d|99991543)"
    r"[^:]*: (ticket|endpoint|handshake|token)$|IpNotIn.*ticket|banned|who am I"
)
RARELY = 0.05
"""How often what keeps a whole platform away for minutes: nothing else can hit it meanwhile."""
DEEDS = {
    "ask": 24,
    "read": 10,
    "approve": 26,
    "deny": 5,
    "intrude": 6,
    "crowd": 5,
    "late": 5,
    "type": 7,
    "undo": 3,
    "restart": 0.15,
}
"""ask: for a change. read: ask for a page, a list or a diagnosis. approve, deny: an administrator presses. intrude: a member
presses. crowd: several press at once, on both platforms. late: press what was seen before. type: 批准 or 拒绝 and the code.
undo: press what a card offers afterwards. restart: the daemon is stopped, as by SIGTERM, and started again."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One misfortune. `dice` is the seed of whatever it leaves open; one that lasts is over after `lasts` seconds."""

    at: float
    platform: Platform
    kind: str
    name: str
    dice: int
    lasts: float

    def __str__(self) -> str:
        return f"{self.at:7.2f}  {self.platform:8}  {self.kind:8}  {self.name}"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does; `dice` is the seed of who, where and with what."""

    at: float
    kind: str
    dice: int

    def __str__(self) -> str:
        return f"{self.at:7.2f}  {'people':8}  {self.kind}"


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    strikes: tuple[Strike, ...]
    deeds: tuple[Deed, ...]

    @property
    def counts(self) -> Counter[str]:
        return Counter(f"{strike.platform} {strike.kind}" for strike in self.strikes)


def plan_of(seed: int, faults: int) -> Plan:
    dice = random.Random(seed)
    seconds = max(10.0, faults / PER_SECOND)
    strikes = sorted((_strike(dice, seconds) for _ in range(faults)), key=lambda strike: strike.at)
    kinds, weights = zip(*DEEDS.items(), strict=True)
    deeds = sorted(
        (
            Deed(dice.uniform(0, seconds), dice.choices(kinds, weights)[0], dice.getrandbits(32))
            for _ in range(round(seconds * DEEDS_PER_SECOND))
        ),
        key=lambda deed: deed.at,
    )
    return Plan(seed, tuple(strikes), tuple(deeds))


def _strike(dice: random.Random, seconds: float) -> Strike:
    platform: Platform = dice.choice(("dingtalk", "feishu"))
    kind = dice.choices(*zip(*KINDS.items(), strict=True))[0]
    names = sorted(MISFORTUNES[platform][kind])
    name = dice.choices(names, [RARELY if PARKS.search(each) else 1.0 for each in names])[0]
    return Strike(dice.uniform(1, seconds), platform, kind, name, dice.getrandbits(32), dice.uniform(2, 20))
