"""Who may see which card, and finding one among many."""

from datetime import timedelta

from adapters.types import Conversation
from bot import card_book
from bot.approvals import Approvals
from bot.card_book import CardBook
from bot.router import NotificationRouter
from bot.store import Store
from cards.model import Card, Tone
from setup_server.accounts import Account, Role
from tests.bot.stand import ADMIN, GROUP, MEMBER, Clock, restart_order

OWNER = Account(id="1", name="chen", role=Role.ADMINISTRATOR)
VIEWER = Account(id="2", name="lin", role=Role.VIEWER)
PRIVATE = Conversation(platform="dingtalk", id="manager4220", kind="single")


def card(number: int, tone: Tone = Tone.NEUTRAL) -> Card:
    return Card(id=f"c-{number:03}", kind="notice", tone=tone, title=f"card {number}", summary="S")


async def test_what_somebody_asked_in_private_is_for_administrators(store: Store, router: NotificationRouter) -> None:
    book = CardBook(store, router)
    await router.send_card(card(1), (PRIVATE,))
    await router.send_card(card(2), (PRIVATE, GROUP))
    assert await book.story("c-001", VIEWER) is None and await book.story("c-001", VIEWER, 1) is None
    assert await book.story("c-002", VIEWER) is not None and await book.story("c-001", OWNER) is not None
    assert [each.id for each in (await book.shelf(VIEWER, (), "")).cards] == ["c-002"]
    assert len((await book.shelf(OWNER, (), "")).cards) == 2


async def test_every_card_is_on_one_page_whatever_the_state_is(
    store: Store, router: NotificationRouter, clock: Clock
) -> None:
    book = CardBook(store, router)
    tones = (Tone.FAILURE, Tone.WARNING, Tone.SUCCESS)
    for number in range(100):
        await router.send_card(card(number, tones[number % 3]), (GROUP,))
        clock.advance(0 if number % 7 else 1)  # many at one instant
    for wanted, of in ((), 100), ((Tone.FAILURE, Tone.WARNING), 67), ((Tone.SUCCESS,), 33), ((Tone.MUTED,), 0):
        seen: list[str] = []
        after = ""
        while True:
            shelf = await book.shelf(OWNER, wanted, after)
            seen += [each.id for each in shelf.cards]
            if not (after := shelf.further):
                break
        assert len(seen) == len(set(seen)) == of
        assert [each[2:] for each in seen] == sorted((each[2:] for each in seen), reverse=True)


async def test_a_place_in_the_list_that_nobody_gave_out_is_its_beginning(
    store: Store, router: NotificationRouter
) -> None:
    await router.send_card(card(1), (GROUP,))
    for after in ("x", "' OR 1=1 --", "2026~", "~c-001", "9" * 5000):
        assert len((await CardBook(store, router).shelf(OWNER, (), after)).cards) == 1


async def test_a_flood_of_clicks_hides_no_decision(
    store: Store, router: NotificationRouter, approvals: Approvals, clock: Clock
) -> None:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启", request="r")
    (copy,) = await store.rows("SELECT key FROM deliveries")
    for _ in range(card_book.FUTILE + 20):
        await approvals.click(copy["key"], "approve", MEMBER, digest=action.order.digest[:16])
    clock.advance(timedelta(seconds=9).total_seconds())
    await approvals.click(copy["key"], "approve", ADMIN, digest=action.order.digest[:16])
    story = await CardBook(store, router).story(action.card_id, OWNER)
    assert story is not None
    assert [each.verb for each in story.happenings].count("approve") == card_book.FUTILE + 1
    assert (story.happenings[0].verb, story.happenings[0].who) == ("propose", "李雷")
    assert (story.happenings[-1].status, story.happenings[-1].who, story.happenings[-1].version) == (
        "APPROVED",
        "王伟",
        1,
    )
    assert story.left_out == 20
