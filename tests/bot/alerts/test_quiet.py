"""What fires and is not told: silenced or inhibited in Alertmanager, muted by labels, told of elsewhere. None of it is resolved."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.types import Conversation, Message
from bot.alerts import book, mute_book
from bot.alerts.alert import Place
from bot.alerts.pages import alerts_page, mutes_page
from bot.alerts.rhythm import Rhythm
from bot.audit import entries
from bot.brain.planner import Matcher, Mute
from bot.brain.rules import plan
from bot.people import NotDone
from cards.model import Card, Table, Tone
from setup_server.accounts import Role
from tests.bot.alerts.duty import OPS, Duty, duty
from tests.bot.stand import MEMBER, ZH, Clock

CART = Place(name="cart", namespace="shop", pod="cart-7d9c5b6f4d-x2vbn")
ALONE = Conversation(platform="dingtalk", id="cid-alone", kind="single")


async def said(here: Duty, text: str, *, where: Conversation = OPS, known_as: str = "m-1") -> Card:
    mute = plan(text)
    assert isinstance(mute, Mute)
    message = Message(id=known_as, conversation=where, sender=MEMBER, text=text, sent_at=here.clock.now)
    return (await here.mutes.handle(mute, message, f"card-{known_as}")).card


@pytest.mark.parametrize(
    ("why", "tag"), [("silenced", "已在 Alertmanager 静默"), ("inhibited", "被 Alertmanager 抑制")]
)
async def test_what_is_silenced_in_alertmanager_is_not_called_resolved(tmp_path: Path, why: str, tag: str) -> None:
    async with duty(tmp_path, Clock()) as here:
        await here.poll(here.alert())
        for _ in range(10):
            here.clock.advance(60)
            await here.poll(here.alert(quiet=why))
        card = await here.card()
        assert (card.tag, card.tone, card.final, card.version) == (tag, Tone.MUTED, False, 2)
        await here.poll(here.alert())
        assert ((await here.card()).tag, (await here.card()).version) == ("告警中", 3)
        await here.poll(here.alert(quiet=why))
        await here.over()
        assert (await here.card()).tag == "✅ 已恢复"


async def test_what_was_silenced_before_it_fired_has_no_card_until_it_is_not(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        await here.poll(here.alert(quiet="silenced"))
        assert await here.cards() == []
        await here.poll(here.alert())
        assert (await here.card()).tag == "告警中"


async def test_a_mute_by_labels_holds_for_what_fires_and_what_will(tmp_path: Path) -> None:
    clock = Clock()
    async with duty(tmp_path, clock) as here:
        await here.poll(here.alert(labels=("namespace=shop", "team=pay")))
        told = await said(here, "静默 namespace=shop,team!=web 2小时")
        assert "现在有 1 组告警符合" in told.summary
        await here.poll(
            here.alert(labels=("namespace=shop", "team=pay")), here.alert("Other", labels=("namespace=shop",))
        )
        card = await here.card()
        assert (card.tag, card.tone) == ("已静默", Tone.MUTED)
        assert card.buttons[0].twin == told.buttons[0].twin
        await here.poll(here.alert("Third", labels=("namespace=shop", "team=web")))
        assert len(await here.cards()) == 2
    clock.advance(3600)
    async with duty(tmp_path, clock) as here:  # it outlives a restart
        await here.poll(here.alert("Other", labels=("namespace=shop",)))
        assert len(await here.cards()) == 2
        clock.advance(3601)
        await here.poll(here.alert("Other", labels=("namespace=shop",)))
        assert len(await here.cards()) == 3


async def test_a_mute_by_labels_is_in_the_book_and_ends_by_its_code(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        for _ in range(2):
            told = await said(here, "静默 HighLatency")  # handled again after a crash it is one
        await here.poll(here.alert())
        assert await here.cards() == []
        undo = told.buttons[0].twin
        assert undo is not None
        await said(here, undo, known_as="m-2")
        await here.poll(here.alert())
        assert len(await here.cards()) == 1
        rows = [row async for row in entries(here.store)]
        assert [(row["action_type"], row["target_resource"], row["user_id"]) for row in rows] == [
            ("mute", "alertname=HighLatency", MEMBER.id),
            ("unmute", "alertname=HighLatency", MEMBER.id),
        ]
        with pytest.raises(NotDone):
            await said(here, undo, known_as="m-3")


async def test_what_is_muted_in_private_is_told_where_it_would_have_been_heard(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        await said(here, "静默 severity=warning 7天", where=ALONE)
        card = await here.card()
        assert await here.places() == {OPS.id}
        assert "李雷 静默了 severity=warning" in card.summary


async def test_who_may_only_look_mutes_nothing_by_labels(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock(), role=Role.VIEWER) as here:
        with pytest.raises(NotDone):
            await said(here, "静默 namespace=shop 1小时")
        await here.poll(here.alert(labels=("namespace=shop",)))
        assert (await here.card()).tag == "告警中"


async def test_mutes_and_alerts_can_be_listed(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        many = [here.alert(f"Alert{number:02}") for number in range(30)]
        await here.poll(*many, here.alert("Worst", severity="critical"))
        await here.mutes.mute(await here.code(), here.clock.now + timedelta(hours=1), MEMBER)
        await said(here, "静默 namespace=test 2小时")
        now = here.clock.now
        page = mutes_page(ZH, "c", await book.muted(here.store, now), await mute_book.in_force(here.store, now))
        rows = page.card.sections[0].body
        assert isinstance(rows, Table)
        assert [row[2] for row in rows.rows] == ["李雷", "李雷"]
        assert all(command.startswith("取消静默 ") for command in page.commands.values())
        firing = alerts_page(ZH, "c", await book.firing(here.store), now, told=True).card
        assert "31 组告警正在发生：严重 1，警告 30" in firing.summary and "其中已静默 1" in firing.summary
        table = firing.sections[0].body
        assert isinstance(table, Table) and table.rows[0][0] == "Worst" and len(table.rows) == 20
        assert "11" in firing.footer[0]
        here.clock.advance(7201)
        now = here.clock.now
        empty = mutes_page(ZH, "c", await book.muted(here.store, now), await mute_book.in_force(here.store, now))
        assert "没有任何静默" in empty.card.summary


async def test_a_label_that_is_not_there_is_an_empty_one_and_events_have_labels_too(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        matchers = (Matcher(label="workload", value="cart"), Matcher(label="reason", value="BackOff"))
        mute = Mute(seconds=3600, matchers=matchers)
        message = Message(id="m", conversation=OPS, sender=MEMBER, text="", sent_at=here.clock.now)
        await here.mutes.handle(mute, message, "c")
        event = here.alert("BackOff + Unhealthy", place=CART, source="events")
        await here.desk.settle("events", (event,))
        assert await here.cards() == []


async def test_warnings_about_a_workload_that_an_alert_tells_of_are_no_second_card(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        alert = here.alert("KubePodCrashLooping", place=CART)
        event = here.alert("BackOff", place=CART, source="events", key="e")
        await here.poll(alert)
        await here.desk.settle("events", (event,))
        assert len(await here.cards()) == 1
        await here.over()
        await here.desk.settle("events", (event,))
        assert [card.final for card in await here.cards()] == [True, False]
        await here.poll(alert)
        await here.desk.settle("events", (event,))
        assert [card.tag for card in await here.cards()] == ["告警中", "见另一张卡片"]


async def test_while_nobody_answers_the_cards_say_that_it_is_not_known(tmp_path: Path) -> None:
    clock = Clock()
    async with duty(tmp_path, clock) as here:
        await here.poll(here.alert())
        for _ in range(4):
            here.clock.advance(600)
            await here.desk.doubt("alertmanager", clock.now)
        card = await here.card()
        assert (card.tag, card.tone, card.final, card.version) == ("❓ 是否还在未知", Tone.WARNING, False, 2)
        assert "不知道" in card.footer[0] and card.buttons, "what can be done about it stays"
    async with duty(tmp_path, clock) as here:  # neither does a restart close it
        await here.desk.doubt("alertmanager", clock.now)
        assert (await here.card()).version == 2
        await here.poll(here.alert())
        card = await here.card()
        assert (card.tag, "不知道" in " ".join(card.footer)) == ("告警中", False)
        await here.desk.doubt("alertmanager", clock.now)
        await here.over()
        assert (await here.card()).tag == "✅ 已恢复"


async def test_what_flaps_changes_its_card_ever_more_rarely(tmp_path: Path) -> None:
    async with duty(tmp_path, Clock()) as here:
        for _ in range(24 * 60 // 5):
            await here.poll(here.alert())
            here.clock.advance(150)
            await here.poll()
            here.clock.advance(150)
            await here.poll()
        card = await here.card()
        assert card.version <= 2 * 3 + 3
        assert "反复出现" in " ".join(card.footer) and "安静" in " ".join(card.footer)
        assert not card.final
        here.clock.advance(Rhythm().patience(99).total_seconds())
        await here.poll()
        here.clock.advance(60)
        await here.poll()
        assert (await here.card()).final
