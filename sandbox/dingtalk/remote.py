"""The gateway in another process, driven through its control door with the same calls."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox.dingtalk.card_view import CardView
from sandbox.dingtalk.cards import CardSnapshot
from sandbox.dingtalk.changes import Change
from sandbox.dingtalk.clicks import Click
from sandbox.dingtalk.control import DeliverySnapshot
from sandbox.dingtalk.delivery import Ack, Undelivered
from sandbox.dingtalk.records import Call, Violation
from sandbox.dingtalk.robot_messages import RobotMessage

GRACE = 10.0
ERRORS: dict[str, type[Exception]] = {
    "LookupError": LookupError,
    "KeyError": LookupError,
    "TimeoutError": TimeoutError,
    "Undelivered": Undelivered,
}


class RemoteDelivery:
    """As Delivery, with the state it had when it was last looked at."""

    def __init__(self, gateway: "RemoteGateway", seen: DeliverySnapshot) -> None:
        self._gateway = gateway
        self.seen = seen

    @property
    def msg_id(self) -> str:
        return self.seen.msg_id

    async def acked(self, seconds: float = 10.0) -> Ack:
        value = await self._gateway.call("acked", wait=seconds, delivery=self.seen.id, seconds=seconds)
        self.seen = DeliverySnapshot.model_validate(value)
        if self.seen.ack is None:
            raise Undelivered(self.seen.state)
        return self.seen.ack


class RemoteGateway:
    """Errors are those of the gateway: LookupError, TimeoutError, Undelivered; ValueError for wrong arguments."""

    def __init__(self, control_url: str, session: aiohttp.ClientSession) -> None:
        self.control_url = control_url
        self._session = session
        self.url = ""
        self.client_id = ""
        self.client_secret = ""
        self.corp_id = ""

    async def call(self, name: str, /, *, wait: float = 0.0, **arguments: Any) -> Any:
        timeout = aiohttp.ClientTimeout(total=wait + GRACE)
        url = f"{self.control_url}/_control/{name}"
        async with self._session.post(url, json=arguments, timeout=timeout) as response:
            body = await response.json(content_type=None)
            if response.status == 400:
                raise ERRORS.get(body["error"], ValueError)(body["message"])
            response.raise_for_status()
            return body["value"]

    async def learn(self) -> None:
        about = await self.call("about")
        self.url, self.corp_id = about["url"], about["corp_id"]
        self.client_id, self.client_secret = about["client_id"], about["client_secret"]

    async def add_user(self, user_id: str, name: str = "", **fields: Any) -> None:
        await self.call("add_user", user_id=user_id, name=name, **fields)

    async def add_group(self, conversation_id: str, title: str, members: Sequence[str]) -> None:
        await self.call("add_group", conversation_id=conversation_id, title=title, members=list(members))

    async def add_template(self, template_id: str, export: str = "") -> None:
        """`export` is the text of the card builder's file; without it nothing is known of the layout."""
        await self.call("add_template", template_id=template_id, export=export)

    async def remove_user(self, user_id: str) -> None:
        await self.call("remove_user", user_id=user_id)

    async def say(self, user_id: str, text: str = "", **fields: Any) -> RemoteDelivery:
        """`fields` as of DingTalkStandIn.say."""
        return self._delivery(await self.call("say", user_id=user_id, text=text, **fields))

    async def event(self, event_type: str, data: Any, *, event_id: str = "") -> RemoteDelivery:
        return self._delivery(await self.call("event", event_type=event_type, data=data, event_id=event_id))

    async def push(self, topic: str, data: Any) -> RemoteDelivery:
        return self._delivery(await self.call("push", topic=topic, data=data))

    async def click(self, user_id: str, out_track_id: str, button: str, *, stale: bool = False) -> Click:
        value = await self.call("click", user_id=user_id, out_track_id=out_track_id, button=button, stale=stale)
        return Click.model_validate(value)

    async def fill(self, user_id: str, out_track_id: str, text: str) -> Click:
        value = await self.call("fill", user_id=user_id, out_track_id=out_track_id, text=text)
        return Click.model_validate(value)

    async def press(
        self, user_id: str, out_track_id: str, action_ids: Sequence[str] = (), params: dict[str, Any] | None = None
    ) -> Click:
        arguments: dict[str, Any] = {
            "user_id": user_id,
            "out_track_id": out_track_id,
            "action_ids": list(action_ids),
            "params": params,
        }
        return Click.model_validate(await self.call("press", **arguments))

    async def inject(self, frame: str) -> int:
        return int(await self.call("inject", frame=frame))

    async def fault(self, name: str, **fields: Any) -> Any:
        """A method of Faults by its name."""
        return await self.call("fault", name=name, **fields)

    async def advance(self, seconds: float) -> None:
        await self.call("advance", seconds=seconds)

    async def card(self, out_track_id: str) -> CardSnapshot:
        return CardSnapshot.model_validate(await self.call("card", out_track_id=out_track_id))

    async def cards(self) -> list[str]:
        return list(await self.call("cards"))

    async def messages(self) -> list[RobotMessage]:
        return [RobotMessage.model_validate(one) for one in await self.call("messages")]

    async def calls(self) -> list[Call]:
        return [Call.model_validate(one) for one in await self.call("calls")]

    async def counts(self) -> dict[str, int]:
        return dict(await self.call("counts"))

    async def violations(self) -> list[Violation]:
        return [Violation.model_validate(one) for one in await self.call("violations")]

    async def connected(self, count: int = 1, seconds: float = 10.0) -> None:
        await self.call("connected", wait=seconds, count=count, seconds=seconds)

    async def shown(self, out_track_id: str, text: str, *, user: str = "", seconds: float = 10.0) -> CardView:
        arguments: dict[str, Any] = {"out_track_id": out_track_id, "text": text, "user": user, "seconds": seconds}
        return CardView.model_validate(await self.call("shown", wait=seconds, **arguments))

    async def next_card(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> CardSnapshot:
        arguments: dict[str, Any] = {"containing": containing, "after": after, "seconds": seconds}
        return CardSnapshot.model_validate(await self.call("next_card", wait=seconds, **arguments))

    async def next_message(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> RobotMessage:
        arguments: dict[str, Any] = {"containing": containing, "after": after, "seconds": seconds}
        return RobotMessage.model_validate(await self.call("next_message", wait=seconds, **arguments))

    async def now(self) -> int:
        return int((await self.call("about"))["now"])

    async def changes(self, number: int) -> AsyncIterator[Change]:
        """Every visible change after `number`, for ever."""
        while True:
            for value in await self.call("wait_changes", wait=30.0, number=number, seconds=30.0):
                change = Change.model_validate(value)
                number = change.number
                yield change

    async def say_burst(
        self, user_id: str, texts: Sequence[str], *, conversation: str = "", per_second: float
    ) -> list[float]:
        arguments: dict[str, Any] = {
            "user_id": user_id,
            "texts": list(texts),
            "conversation": conversation,
            "per_second": per_second,
        }
        return list(await self.call("say_burst", wait=60 + len(texts) / per_second, **arguments))

    async def click_burst(self, presses: Sequence[tuple[str, str, str]], *, per_second: float) -> list[Click]:
        arguments: dict[str, Any] = {"presses": [list(one) for one in presses], "per_second": per_second}
        values = await self.call("click_burst", wait=60 + len(presses) / per_second, **arguments)
        return [Click.model_validate(one) for one in values]

    def _delivery(self, value: Any) -> RemoteDelivery:
        return RemoteDelivery(self, DeliverySnapshot.model_validate(value))


@asynccontextmanager
async def remote_gateway(control_url: str) -> AsyncIterator[RemoteGateway]:
    """A gateway that already runs somewhere on this machine."""
    async with aiohttp.ClientSession() as session:
        gateway = RemoteGateway(control_url, session)
        await gateway.learn()
        yield gateway


@asynccontextmanager
async def gateway_process(*options: str) -> AsyncIterator[RemoteGateway]:
    """A gateway in a process of its own, ended with the block. `options` are of `python -m sandbox.dingtalk`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.dingtalk", *options, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None, "asked for a pipe"
        async with asyncio.timeout(20):
            about = json.loads(await process.stdout.readline())
        async with remote_gateway(about["control"]) as gateway:
            yield gateway
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
