"""The main job as people in the group see it: a mention, a card, the administrator's click, the final card."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.dingtalk import CardSnapshot, api
from sandbox.dingtalk.remote import RemoteGateway
from tests.daemon import ADMIN, MEMBER

ENDED = ("✅", "❌", "⚠️", "⚪")
"""How the title of a card begins that has come to its end."""
FREE = {each.name for each in vars(api).values() if isinstance(each, api.Api) and not each.counted}
"""Calls that DingTalk does not count in an organisation's month."""
AFTERWARDS = 1.5
"""Seconds in which a late call after the final card would still be counted."""

Eye = Callable[[], Awaitable[float]]
"""Waits for something in the cluster; the moment it was seen (epoch seconds)."""


@dataclass(frozen=True, slots=True)
class Story:
    """Moments are epoch seconds: `ended_at` when the gateway took the final card, `seen_at` what the eye saw. `calls` are those
    after the click went out, `all_calls` those since the mention; calls that DingTalk does not count are left out."""

    title: str
    ended_at: float
    seen_at: float
    calls: Counter[str]
    all_calls: Counter[str]

    @property
    def lag(self) -> float:
        return self.ended_at - self.seen_at


async def story(gateway: RemoteGateway, group: str, text: str, eye: Eye | None = None) -> Story:
    """Ask, approve, and wait for the end. The eye looks from before the click on."""
    asked = await _counted(gateway)
    number = await gateway.now()
    await (await gateway.say(MEMBER, text, conversation=group)).acked()
    track = (await gateway.next_card(after=number, seconds=30)).out_track_id
    before = await _counted(gateway)
    async with asyncio.TaskGroup() as tasks:
        eyes = tasks.create_task(_look(eye))
        end = tasks.create_task(_ended(gateway, track))
        await asyncio.sleep(0.2)  # so that the eye's watch is open
        click = await gateway.click(ADMIN, track, "approve")
        if not click.ok:
            raise RuntimeError(f"{text}: the click was not answered: {click.reason}")
    card = end.result()
    await asyncio.sleep(AFTERWARDS)
    after = await _counted(gateway)
    return Story(
        title=_title(card),
        ended_at=card.versions[-1].at,
        seen_at=eyes.result(),
        calls=after - before,
        all_calls=after - asked,
    )


async def _look(eye: Eye | None) -> float:
    return await eye() if eye is not None else 0.0


async def _ended(gateway: RemoteGateway, track: str) -> CardSnapshot:
    """The card as soon as it shows how it ended."""
    async with asyncio.timeout(120):
        while True:
            number = await gateway.now()
            card = await gateway.card(track)
            if _title(card).startswith(ENDED):
                return card
            await gateway.call("wait_changes", wait=30.0, number=number, seconds=30.0)


def _title(card: CardSnapshot) -> str:
    return card.versions[-1].public.get("title", "")


async def _counted(gateway: RemoteGateway) -> Counter[str]:
    return Counter({name: count for name, count in (await gateway.counts()).items() if name not in FREE})
