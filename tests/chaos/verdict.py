"""What must be true once everything works again, whatever happened before; each thing that is not, by name."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot import audit
from bot.deliveries import stable_id
from bot.store import open_store
from sandbox.dingtalk.api import CARD_CALLBACK as DINGTALK_CLICK
from sandbox.feishu.api import CARD_CALLBACK as FEISHU_CLICK
from tests.chaos.both import Side, World
from tests.chaos.copies import Copies
from tests.chaos.people import People, Said

_OF_LATE_FRAMES = (
    "late-or-second-answer",
    "late-answer",
    "unknown-or-second-answer",
    "update-while-clicked",
    "update-during-callback",
)
OPEN = ("WAIT_APPROVAL", "EXECUTING", "VERIFYING")


@dataclass
class Verdict:
    seed: int
    faults: Counter[str]
    called_off: int
    """Misfortunes that were still waiting for something to hit when everything was healed."""
    counts: Counter[str] = field(default_factory=Counter)
    """What happened: messages, clicks, actions, effects, copies, and copies that were told in words or given up."""
    violations: list[tuple[str, str]] = field(default_factory=list)
    """Name and what was seen."""

    @property
    def clean(self) -> bool:
        return not self.violations

    @property
    def struck(self) -> int:
        return self.faults.total() - self.called_off

    def of(self, name: str) -> int:
        return sum(1 for violation, _ in self.violations if violation == name)

    def __str__(self) -> str:
        what = ", ".join(f"{count} {name}" for name, count in sorted(self.counts.items()))
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.faults.items()))
        lines = [f"seed {self.seed}: {self.faults.total()} faults ({kinds}; {self.called_off} hit nothing); {what}"]
        lines += [f"  VIOLATION {name}: {seen}" for name, seen in self.violations]
        return "\n".join(
            [*lines, "  all is well" if self.clean else f"  again: python -m tests.chaos.im --seed {self.seed}"]
        )


def unsettled(world: World, people: People) -> list[str]:
    """What still moves, or should."""
    found = [f"not delivered: {said.text}" for said in people.said if said.delivery.state == "waiting"]
    found += [f"no line of {side.platform}" for side in world.sides.values() if not side.gateway.lines]
    found += [f"not handled: {row['id']}" for row in world.rows("SELECT id FROM inbox WHERE state = 'NEW'")]
    found += [
        f"action {row['id']} is {row['state']}"
        for row in world.rows(f"SELECT id, state FROM actions WHERE state IN ({', '.join('?' * len(OPEN))})", *OPEN)
    ]
    found += [
        f"copy {row['key']} on {row['platform']} is behind: {row['error']}"
        for row in world.rows("SELECT key, platform, error FROM deliveries WHERE behind = 1 AND state <> 'gone'")
    ]
    return found


async def verdict(world: World, people: People, faults: Counter[str], called_off: int, seed: int) -> Verdict:
    """`world` has settled and its daemon has stopped, or it never will. What a daemon that broke left undone is no finding of
    its own, and it may have left nothing that can be read."""
    found = Verdict(seed, faults, called_off)
    _crashes(world, found)
    if world.ended:
        return found
    say = found.violations.append
    for reason in unsettled_but_lines(world, people):
        say(("unsettled", reason))
    note_effects(world, found)
    copies = Copies(world)
    _messages(world, people, copies, found)
    for name, seen in copies.wrong():
        say((name, seen))
    found.counts.update(copies.counts)
    _clicks(world, found)
    await _book(world, found)
    _manners(world, found)
    return found


def unsettled_but_lines(world: World, people: People) -> list[str]:
    return [reason for reason in unsettled(world, people) if not reason.startswith("no line")]


def note_effects(world: World, found: Verdict) -> None:
    """(1) At most one effect of each action, none without an approval that was recorded before it, none missing."""
    actions = {row["id"]: row for row in world.rows("SELECT * FROM actions")}
    approved = {
        row["card_id"]: row["timestamp"]
        for row in world.rows("SELECT card_id, timestamp FROM audit_logs WHERE status = 'APPROVED'")
    }
    found.counts["actions"] = len(actions)
    found.counts["effects"] = len(world.effects)
    for mark, effects in world.effects.items():
        if len(effects) > 1:
            found.violations.append(("double execution", f"action {mark}: {sorted(effects)}"))
        action = actions.get(mark)
        when = approved.get(action["card_id"]) if action is not None else None
        if action is None or when is None or not action["claimed_at"] or when > action["claimed_at"]:
            found.violations.append(("not approved", f"an effect of {mark}"))
    for action in actions.values():
        if action["state"] == "SUCCESS" and action["id"] not in world.effects:
            found.violations.append(("no effect", f"action {action['id']} says SUCCESS"))


def _messages(world: World, people: People, copies: Copies, found: Verdict) -> None:
    """(2) What was acknowledged was handled and answered."""
    handled = {row["id"]: row["state"] for row in world.rows("SELECT id, state FROM inbox")}
    decided = Counter(
        row["user_id"] for row in world.rows("SELECT user_id FROM audit_logs WHERE status IN ('APPROVED', 'DENIED')")
    )
    found.counts["messages"] = len(people.said)
    for said in people.said:
        if said.delivery.state != "acked":
            found.counts["messages never delivered"] += 1
            continue
        state = handled.get(f"{said.platform}:{said.delivery.msg_id}")
        if state != "DONE":
            found.violations.append(("lost command", f"{said.text} ({said.person}): {state}"))
        elif not _answered(said, copies):
            if said.code and decided[said.person]:
                decided[said.person] -= 1  # the decided card is the answer
            else:
                found.violations.append(("no answer", f"{said.text} ({said.person}, {said.delivery.msg_id})"))


def _answered(said: Said, copies: Copies) -> bool:
    request = said.delivery.msg_id
    return any(copies.of(stable_id("card", each)) for each in (request, f"{request}/0", f"{request}/undo"))


def _clicks(world: World, found: Verdict) -> None:
    """(4) Every click that was acknowledged left its row, and no click left two."""
    cards = {row["key"]: row["card_id"] for row in world.rows("SELECT key, card_id FROM deliveries")}
    rows = Counter(
        (row["user_id"], row["card_id"])
        for row in world.rows(
            "SELECT user_id, card_id FROM audit_logs WHERE action_type NOT LIKE 'execute_%'"
            " AND action_type NOT LIKE 'propose_%' AND user_id <> 'steward'"
        )
    )
    heard: Counter[tuple[str, str]] = Counter()
    acked: Counter[tuple[str, str]] = Counter()
    for side in world.sides.values():
        for person, key, attempts, answered in _frames(side):
            who = person, cards.get(key, key[:64])
            heard[who] += attempts
            acked[who] += answered
            found.counts["clicks"] += 1
    typists = {side.typist for side in world.sides.values()}
    for who in acked.keys() | rows.keys():
        if who[0] not in typists and not acked[who] <= rows[who] <= heard[who]:
            seen = f"{who[0]} on {who[1]}: {acked[who]} acknowledged of {heard[who]}, {rows[who]} in the book"
            found.violations.append(
                ("click without its row" if rows[who] < acked[who] else "row without a click", seen)
            )


def _frames(side: Side) -> Iterator[tuple[str, str, int, bool]]:
    """Of each click: who, on which copy, in how many frames, and whether it was answered."""
    for delivery in side.gateway.deliveries.kept:
        if delivery.kind == "card" or delivery.topic not in {DINGTALK_CLICK, FEISHU_CLICK}:
            continue
        told = json.loads(delivery.data)
        answered = delivery.ack is not None and delivery.ack.code == 200
        if side.platform == "dingtalk":
            told = json.loads(told)
            yield told["userId"], told["outTrackId"], len(delivery.attempts), answered
        else:
            event = told["event"]
            key = event["action"]["value"].get("key", "")
            yield event["operator"]["open_id"], key, len(delivery.attempts), answered


async def _book(world: World, found: Verdict) -> None:
    async with open_store(world.folder / "data" / "steward.db") as store:
        try:
            found.counts["audit rows"] = await audit.verify(store)
        except audit.Broken as broken:
            found.violations.append(("broken chain", str(broken)))


def _manners(world: World, found: Verdict) -> None:
    """(6) What the platforms forbid. A click that came twice or late cannot be answered once and in time, and of one that has not
    come, or was never answered, nobody can know that its card is locked."""
    for side in world.sides.values():
        clicks = list(_frames(side))
        spare = sum(max(attempts - 1, not answered) for _, _, attempts, answered in clicks)
        spare += world.late_frames[side.platform]
        rules = Counter(violation.rule for violation in side.gateway.violations)
        del rules["value-too-long"]  # known and borne: the documented kilobyte is not what is enforced
        for rule in _OF_LATE_FRAMES:
            rules[rule] -= min(rules[rule], 4 * spare)
        for rule, count in (+rules).items():
            seen = [one.detail for one in side.gateway.violations if one.rule == rule]
            found.violations.append(("bad manners", f"{count} × {rule} on {side.platform}: {seen[-3:]}"))


def _crashes(world: World, found: Verdict) -> None:
    """(7) Nothing of ours broke."""
    if world.ended:
        found.violations.append(("crash", f"the daemon ended: {world.ended}"))
    for entry in world.log:
        if entry.get("exc_info"):
            found.violations.append(("crash", str(entry)[:600]))
