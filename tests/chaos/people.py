"""The people of both platforms: they ask, press, press again, press too late, and type what they may not press."""

import asyncio
import random
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.delivery import Delivery
from tests.chaos.both import NAMES, Platform, Side, World
from tests.chaos.plan import Deed

TRIES = 4
"""How often somebody presses whose client said that it failed."""
PATIENCE = 30.0
"""Seconds until a typist has found a card to decide."""
_CODE = re.compile(r"编号 ([A-Z0-9]{4})\b")


@dataclass(frozen=True, slots=True)
class Said:
    platform: Platform
    person: str
    text: str
    delivery: Delivery
    code: str = ""
    """Of the action that this decides."""


@dataclass(frozen=True, slots=True)
class Press:
    """One press and whether the client took the answer. `copy` is the card as the platform names it."""

    platform: Platform
    person: str
    copy: str
    button: str
    ok: bool
    reason: str


@dataclass
class People:
    world: World
    said: list[Said] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    """Only those that left the client: of a button that calls back."""
    _seen: dict[str, tuple[int, set[str]]] = field(default_factory=dict)

    async def do(self, deed: Deed) -> None:
        dice = random.Random(deed.dice)
        side = self.world.sides[dice.choice(("dingtalk", "feishu"))]
        match deed.kind:
            case "ask":
                await self.say(side, dice.choice(side.people[:-1]), dice.choice(side.groups), _change(dice))
            case "read":
                await self.say(side, dice.choice(side.people[:-1]), dice.choice(side.groups), _reading(dice))
            case "approve" | "deny":
                await self._press_one(side, dice.choice(side.admins), deed.kind, dice)
            case "intrude":
                await self._press_one(side, dice.choice(side.members), dice.choice(("approve", "deny")), dice)
            case "undo":
                await self._press_one(side, dice.choice(side.people[:-1]), "undo", dice)
            case "late":
                await self._press_late(side, dice)
            case "crowd":
                await self._crowd(dice)
            case "type":
                await self._type(side, dice)
            case "restart":
                await self.world.stop()
                self.world.start()

    async def say(self, side: Side, person: str, group: str, text: str, code: str = "") -> None:
        delivery = await side.gateway.say(person, text, conversation=group)
        self.said.append(Said(side.platform, person, text, delivery, code))

    def open_cards(self, side: Side, button: str = "approve") -> list[str]:
        """Cards on which this button can be pressed now."""
        return [copy for copy in side.gateway.cards if button in self._offers(side, copy)]

    def _offers(self, side: Side, copy: str) -> set[str]:
        """What an administrator can press on it; looked at again when it has changed."""
        card = side.gateway.cards[copy]
        if not card.visible_to(side.admins[0]):
            return set()
        seen, offers = self._seen.get(copy, (0, set()))
        if seen != len(card.versions):
            view = card.view(side.admins[0])
            offers = {name for name in ("approve", "deny", "undo") if _button(view, name) is not None}
            self._seen[copy] = len(card.versions), offers
        return offers

    async def press(
        self, side: Side, person: str, copy: str, button: str, dice: random.Random, *, stale: bool = False
    ) -> None:
        """As a person does: again while the client says that it failed and the button is there."""
        for _ in range(TRIES):
            card = side.gateway.cards[copy]
            if not card.visible_to(person):
                return
            earlier = card.earlier_views(person) if side.platform == "dingtalk" else card.earlier_views()
            views = [card.view(person), *(earlier if stale else [])]
            found = next((one for view in views if (one := _button(view, button)) is not None), None)
            if found is None:
                return
            if side.platform == "dingtalk":
                click = await side.gateway.press(person, copy, [found.action_id], found.params)
            else:
                action = {"value": found.value, "tag": "button"}
                if found.form:
                    reason = dice.choice(("", "不行", "等封网结束"))
                    action |= {"name": found.name, "form_value": {one.name: reason for one in found.fields}}
                click = await side.gateway.press(person, copy, action)
            self.presses.append(Press(side.platform, person, copy, button, click.ok, click.reason))
            if click.ok:
                return
            await asyncio.sleep(dice.uniform(1, 5))

    async def _press_one(self, side: Side, person: str, button: str, dice: random.Random) -> None:
        if copies := self.open_cards(side, button):
            await self.press(side, person, dice.choice(copies), button, dice)

    async def _press_late(self, side: Side, dice: random.Random) -> None:
        copies = [copy for copy, card in side.gateway.cards.items() if len(card.versions) > 1]
        if copies:
            person = dice.choice((*side.admins, *side.members))
            await self.press(side, person, dice.choice(copies), dice.choice(("approve", "deny")), dice, stale=True)

    async def _crowd(self, dice: random.Random) -> None:
        """Everybody about the same action, on whatever copy he sees."""
        codes = {
            code: (side, copy)
            for side in self.world.sides.values()
            for copy in self.open_cards(side)
            if (code := _code(side, copy))
        }
        if not codes:
            return
        wanted = dice.choice(sorted(codes))
        async with asyncio.TaskGroup() as group:
            for side in self.world.sides.values():
                for copy in [one for one in self.open_cards(side) if _code(side, one) == wanted]:
                    for person in (*dice.sample(side.admins, 2), dice.choice(side.members)):
                        button = dice.choice(("approve", "approve", "deny"))
                        group.create_task(self.press(side, person, copy, button, random.Random(dice.getrandbits(32))))

    async def _type(self, side: Side, dice: random.Random) -> None:
        for _ in range(int(PATIENCE)):
            if codes := [code for copy in self.open_cards(side) if (code := _code(side, copy))]:
                code = dice.choice(codes)
                text = dice.choice((f"批准 {code}", f"批准 {code}", f"拒绝 {code} 今天不发布"))
                await self.say(side, side.typist, dice.choice(side.groups), text, code)
                return
            await asyncio.sleep(1)


def _button(view: Any, name: str) -> Any:
    """One that can be pressed, by what it stands for."""
    for button in view.buttons:
        means = button.params if hasattr(button, "params") else button.value
        if means.get("id") == name and button.calls_back and button.enabled:
            return button
    return None


def _code(side: Side, copy: str) -> str:
    found = _CODE.search(side.gateway.cards[copy].view(side.admins[0]).text)
    return found[1] if found else ""


def _change(dice: random.Random) -> str:
    name = dice.choice(NAMES)
    return dice.choice(
        (
            f"重启 {name}",
            f"帮我重启下 {name}",
            f"{name} 扩到 {dice.randint(1, 3)} 个副本",
            f"把 {name} 的镜像换成 registry.local/app:{dice.randint(2, 9)}",
            f"kubectl rollout restart deployment/{name} -n {name.partition('-')[0]}",
        )
    )


def _reading(dice: random.Random) -> str:
    name = dice.choice(NAMES)
    team = name.partition("-")[0]
    return dice.choice(
        (
            "帮助",
            "状态",
            "审计 今天",
            f"kubectl get pods -n {team}",
            f"为什么 {name} 起不来",
            f"重启 {name[:-1]}",
            "天气怎么样",
        )
    )
