import json
from typing import Any

import pytest

from sandbox.feishu import Clock, FeishuStandIn
from tests.sandbox.feishu.card import button, card, markdown
from tests.sandbox.feishu.conftest import GROUP, LI
from tests.sandbox.feishu.line import Client

CARDS = "/open-apis/cardkit/v1/cards"


class Entity:
    """A card entity, and the numbers of what is done to it."""

    def __init__(self, sdk: Client, card_id: str) -> None:
        self.sdk = sdk
        self.card_id = card_id
        self.sequence = 0

    async def call(self, method: str, path: str, **body: Any) -> int:
        self.sequence += 1
        body = {"sequence": self.sequence, **body}
        answer = (await self.sdk.call(method, f"{CARDS}/{self.card_id}{path}", body))[1]
        return int(answer["code"])


async def create(sdk: Client, content: Any) -> tuple[int, Any]:
    return await sdk.call("POST", CARDS, {"type": "card_json", "data": json.dumps(content)})


@pytest.fixture
async def entity(sdk: Client) -> Entity:
    content = card(markdown("eins", element_id="md"), button("OK", element_id="ok"), streaming_mode=True)
    return Entity(sdk, (await create(sdk, content))[1]["data"]["card_id"])


async def sent(entity: Entity) -> str:
    return await entity.sdk.send_card(GROUP, {"type": "card", "data": {"card_id": entity.card_id}})


async def test_text_is_streamed_until_the_stream_is_closed(gateway: FeishuStandIn, entity: Entity) -> None:
    message_id = await sent(entity)
    assert gateway.cards[message_id].view(LI).streaming
    for text in ("eins zwei", "eins zwei drei"):
        assert await entity.call("PUT", "/elements/md/content", content=text) == 0
    assert gateway.cards[message_id].view(LI).markdown == "eins zwei drei"
    settings = json.dumps({"config": {"streaming_mode": False}})
    assert await entity.call("PATCH", "/settings", settings=settings) == 0
    assert await entity.call("PUT", "/elements/md/content", content="more") == 300309
    assert not gateway.cards[message_id].view(LI).streaming


async def test_a_stream_closes_itself_after_ten_minutes(entity: Entity, clock: Clock) -> None:
    assert await entity.call("PUT", "/elements/ok/content", content="x") == 300310
    await clock.advance(601)
    assert await entity.call("PUT", "/elements/md/content", content="x") == 200850


async def test_elements_are_added_changed_and_deleted(gateway: FeishuStandIn, entity: Entity) -> None:
    message_id = await sent(entity)
    more = json.dumps([markdown("null", element_id="zero")])
    path = "/elements"
    assert await entity.call("POST", path, type="insert_before", target_element_id="md", elements=more) == 0
    assert await entity.call("PATCH", "/elements/md", partial_element=json.dumps({"content": "zwei"})) == 0
    assert await entity.call("PUT", "/elements/ok", element=json.dumps(button("Nein", element_id="no"))) == 0
    view = gateway.cards[message_id].view(LI)
    assert (view.markdown, [one.text for one in view.buttons]) == ("null\nzwei", ["Nein"])
    actions = json.dumps(
        [
            {"action": "delete_elements", "params": {"element_ids": ["zero"]}},
            {
                "action": "partial_update_element",
                "params": {"element_id": "md", "partial_element": {"content": "drei"}},
            },
        ]
    )
    assert await entity.call("POST", "/batch_update", actions=actions) == 0
    assert await entity.call("DELETE", "/elements/no") == 0
    view = gateway.cards[message_id].view(LI)
    assert (view.markdown, view.buttons) == ("drei", ())
    assert await entity.call("DELETE", "/elements/no") == 300315
    assert await entity.call("PATCH", "/elements/md", partial_element=json.dumps({"tag": "hr"})) == 300312
    whole = {"type": "card_json", "data": json.dumps(card(markdown("neu")))}
    assert await entity.call("PUT", "", card=whole) == 0
    assert gateway.cards[message_id].view(LI).markdown == "neu"


async def test_sequence_rises_uuids_are_used_once_and_an_entity_is_sent_once(entity: Entity, clock: Clock) -> None:
    assert await entity.call("PUT", "/elements/md/content", content="a", sequence=5, uuid="u") == 0
    assert await entity.call("PUT", "/elements/md/content", content="b", sequence=5) == 300317
    assert await entity.call("PUT", "/elements/md/content", content="b", sequence=6, uuid="u") == 200770
    await sent(entity)
    status, again = await entity.sdk.send(GROUP, "interactive", {"type": "card", "data": {"card_id": entity.card_id}})
    assert (status, again["code"]) == (400, 230099)
    assert "200780" in again["msg"]
    await clock.advance(15 * 86400)
    await entity.sdk.log_in()
    assert await entity.call("PUT", "/elements/md/content", content="c", sequence=9) == 200750


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"elements": []}, 300303),
        (card(markdown("x", element_id="a"), markdown("y", element_id="a")), 300301),
        (card(update_multi=False), 300302),
        (card(*[markdown("x")] * 201), 300305),
        (card(markdown("x" * 31_000)), 200860),
        (card({"tag": "note"}), 200220),
    ],
)
async def test_entities_are_refused_with_codes_of_their_own(sdk: Client, content: Any, code: int) -> None:
    status, answer = await create(sdk, content)
    assert (status, answer["code"]) == (400, code)


async def test_a_sent_card_becomes_an_entity(gateway: FeishuStandIn, sdk: Client) -> None:
    message_id = await sdk.send_card(GROUP, card(markdown("eins", element_id="md")))
    _, answer = await sdk.call("POST", f"{CARDS}/id_convert", {"message_id": message_id})
    entity = Entity(sdk, answer["data"]["card_id"])
    assert await entity.call("PATCH", "/elements/md", partial_element=json.dumps({"content": "zwei"})) == 0
    assert gateway.cards[message_id].view(LI).markdown == "zwei"
