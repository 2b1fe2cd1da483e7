"""What a card looked like when somebody decided can be seen afterwards, and the steps on the way do not fill the disk."""

from datetime import UTC, datetime

from bot import audit, versions
from bot.approvals import Approvals
from bot.router import NotificationRouter
from bot.store import Store
from cards.model import Card, Progress, Tone
from tests.bot.stand import ADMIN, GROUP, MEMBER, Door, restart_order, run_sql

CARD = Card(id="c", kind="status", tone=Tone.RUNNING, tag="执行中", title="T", summary="S")


def step(percent: int, **more: object) -> Card:
    return CARD.model_copy(update={"progress": Progress(percent=percent, step="…"), **more})


async def test_states_stay_and_of_the_steps_between_them_the_newest(store: Store, router: NotificationRouter) -> None:
    await router.send_card(CARD, (GROUP,))
    for percent in range(50):
        await router.update_card(step(percent))
    await router.update_card(step(100, tone=Tone.SUCCESS, tag="成功", final=True))
    numbers = [each.version for each in await versions.kept(store, "c")]
    assert numbers == [1, *range(33, 53)]
    assert [each.version for each in await versions.kept(store, "c") if not each.step] == [1, 52]
    first, last = await versions.at_version(store, "c", 1), await versions.at_version(store, "c", 52)
    assert first == CARD and last is not None and last.tag == "成功"


async def test_what_a_copy_still_shows_and_what_was_clicked_is_kept(store: Store, router: NotificationRouter) -> None:
    await router.send_card(CARD, (GROUP,))
    for percent in (1, 2, 3):
        await router.update_card(step(percent))
    await run_sql(store, "UPDATE deliveries SET shown_version = 3")
    await store.write(lambda tx: versions.clicked(tx, "c", 2))
    for percent in range(4, 60):
        await router.update_card(step(percent))
    assert [each.version for each in await versions.kept(store, "c")][:3] == [1, 2, 3]


async def details(store: Store) -> list[tuple[str, str]]:
    return [(row["status"], row["detail"]) async for row in audit.entries(store)]


async def test_the_row_of_a_click_names_the_version_that_the_copy_showed(
    store: Store, router: NotificationRouter, approvals: Approvals
) -> None:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启 nginx", request="r")
    (copy,) = await store.rows("SELECT key FROM deliveries")
    await router.update_card((await _card(store, action.card_id)).model_copy(update={"tone": Tone.WAITING}))
    await run_sql(store, "UPDATE deliveries SET shown_version = 1")
    digest = action.order.digest[:16]
    await approvals.click(copy["key"], "approve", MEMBER, digest=digest)
    await approvals.click(copy["key"], "deny", ADMIN, digest=digest, note="card v7")
    assert (await details(store))[1:] == [("REFUSED", "card v1 · access.not_admin"), ("DENIED", "card v1 · card v7")]
    assert versions.clicked_version("card v1 · card v7") == 1


async def test_a_typed_decision_names_no_version_whatever_was_written(
    store: Store, router: NotificationRouter, approvals: Approvals
) -> None:
    action = await approvals.propose(restart_order(), MEMBER, GROUP, intent="重启 nginx", request="r")
    await approvals.decide(action.id, "deny", ADMIN, note="card v9")
    assert (await details(store))[-1] == ("DENIED", "typed · card v9")
    assert versions.clicked_version("typed · card v9") is None


async def test_a_card_and_each_of_its_versions_carry_the_address_of_its_page(store: Store, door: Door) -> None:
    router = NotificationRouter(
        store, {"dingtalk": door}, lambda: datetime.now(UTC), public_url="https://ops.example/steward"
    )
    await router.send_card(CARD, (GROUP,))
    assert (await router.update_card(step(3))).link == "https://ops.example/steward/chat?card_id=c"


async def test_without_pages_there_is_no_link(store: Store, router: NotificationRouter) -> None:
    await router.send_card(CARD, (GROUP,))
    assert (await router.update_card(step(3))).link is None


async def _card(store: Store, card_id: str) -> Card:
    card = await versions.at_version(store, card_id, 1)
    assert card is not None
    return card
