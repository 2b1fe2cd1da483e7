"""A stand-in in another process, driven through its control door with the same calls."""

import asyncio
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, Self, TypeVar

import aiohttp
from pydantic import BaseModel

from sandbox.changes import Change, Said
from sandbox.delivery import Ack, DeliverySnapshot, Undelivered
from sandbox.records import Call, Violation

GRACE = 10.0
ERRORS: dict[str, type[Exception]] = {
    "LookupError": LookupError,
    "KeyError": LookupError,
    "TimeoutError": TimeoutError,
    "Undelivered": Undelivered,
}

S = TypeVar("S", bound=BaseModel)
V = TypeVar("V", bound=BaseModel)
M = TypeVar("M", bound=Said)
K = TypeVar("K", bound=BaseModel)


class RemoteDelivery:
    """As Delivery, with the state it had when it was last looked at."""

    def __init__(self, gateway: "RemoteStandIn[Any, Any, Any, Any]", seen: DeliverySnapshot) -> None:
        self._gateway = gateway
        self.seen = seen

    @property
    def msg_id(self) -> str:
        return self.seen.msg_id

    @property
    def state(self) -> str:
        return self.seen.state

    async def acked(self, seconds: float = 10.0) -> Ack:
        value = await self._gateway.call("acked", wait=seconds, delivery=self.seen.id, seconds=seconds)
        self.seen = DeliverySnapshot.model_validate(value)
        if self.seen.ack is None:
            raise Undelivered(self.seen.state)
        return self.seen.ack


class RemoteDoor(ABC):
    """The client of a control door. Errors are those of the stand-in: LookupError, TimeoutError, Undelivered; ValueError for
    wrong arguments."""

    module: str

    def __init__(self, control_url: str, session: aiohttp.ClientSession) -> None:
        self.control_url = control_url
        self._session = session
        self.url = ""

    async def call(self, name: str, /, *args: Any, wait: float = 0.0, **arguments: Any) -> Any:
        timeout = aiohttp.ClientTimeout(total=wait + GRACE)
        url = f"{self.control_url}/_control/{name}"
        async with self._session.post(url, json={"args": args, **arguments}, timeout=timeout) as response:
            body = await response.json(content_type=None)
            if response.status == 400:
                raise ERRORS.get(body["error"], ValueError)(body["message"])
            response.raise_for_status()
            return body["value"]

    async def learn(self) -> None:
        about = await self.call("about")
        self.url = about["url"]
        self.know(about)

    @abstractmethod
    def know(self, about: dict[str, Any]) -> None:
        """What a bot connects with."""

    @classmethod
    @asynccontextmanager
    async def at(cls, control_url: str) -> AsyncIterator[Self]:
        """A stand-in that already runs somewhere on this machine."""
        async with aiohttp.ClientSession() as session:
            gateway = cls(control_url, session)
            await gateway.learn()
            yield gateway

    @classmethod
    @asynccontextmanager
    async def process(cls, *options: str) -> AsyncIterator[Self]:
        """A stand-in in a process of its own, ended with the block. `options` are of `python -m` its module."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", cls.module, *options, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None, "asked for a pipe"
            async with asyncio.timeout(20):
                about = json.loads(await process.stdout.readline())
            async with cls.at(about["control"]) as gateway:
                yield gateway
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


class RemoteStandIn(RemoteDoor, Generic[S, V, M, K]):
    """The four types are what the platform calls a card, a view of it, a message of the bot's and a click."""

    card_type: type[S]
    view_type: type[V]
    message_type: type[M]
    click_type: type[K]

    async def add_user(self, person: str, name: str = "", **fields: Any) -> None:
        await self.call("add_user", person, name, **fields)

    async def add_group(self, conversation: str, title: str, members: Sequence[str], **fields: Any) -> None:
        await self.call("add_group", conversation, title, list(members), **fields)

    async def remove_user(self, person: str) -> None:
        await self.call("remove_user", person)

    async def say(self, person: str, text: str = "", **fields: Any) -> RemoteDelivery:
        """`fields` as of the stand-in's own say."""
        return self._delivery(await self.call("say", person, text, **fields))

    async def event(self, event_type: str, data: Any, *, event_id: str = "") -> RemoteDelivery:
        return self._delivery(await self.call("event", event_type, data, event_id=event_id))

    async def push(self, topic: str, data: Any) -> RemoteDelivery:
        return self._delivery(await self.call("push", topic, data))

    async def click(self, person: str, card: str, button: str, *rest: Any, **fields: Any) -> K:
        """`rest` and `fields` as of the stand-in's own click."""
        return self.click_type.model_validate(await self.call("click", person, card, button, *rest, **fields))

    async def press(self, person: str, card: str, *content: Any, **fields: Any) -> K:
        return self.click_type.model_validate(await self.call("press", person, card, *content, **fields))

    async def inject(self, frame: str) -> int:
        return int(await self.call("inject", frame=frame))

    async def fault(self, name: str, **fields: Any) -> Any:
        """A method of Faults by its name."""
        return await self.call("fault", name, **fields)

    async def advance(self, seconds: float) -> None:
        await self.call("advance", seconds=seconds)

    async def card(self, card: str) -> S:
        return self.card_type.model_validate(await self.call("card", card))

    async def cards(self) -> list[str]:
        return list(await self.call("cards"))

    async def messages(self) -> list[M]:
        return [self.message_type.model_validate(one) for one in await self.call("messages")]

    async def calls(self) -> list[Call]:
        return [Call.model_validate(one) for one in await self.call("calls")]

    async def counts(self) -> dict[str, int]:
        return dict(await self.call("counts"))

    async def violations(self) -> list[Violation]:
        return [Violation.model_validate(one) for one in await self.call("violations")]

    async def connected(self, count: int = 1, seconds: float = 10.0) -> None:
        await self.call("connected", wait=seconds, count=count, seconds=seconds)

    async def shown(self, card: str, text: str, *, user: str = "", seconds: float = 10.0) -> V:
        arguments: dict[str, Any] = {"card": card, "text": text, "user": user, "seconds": seconds}
        return self.view_type.model_validate(await self.call("shown", wait=seconds, **arguments))

    async def next_card(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> S:
        arguments: dict[str, Any] = {"containing": containing, "after": after, "seconds": seconds}
        return self.card_type.model_validate(await self.call("next_card", wait=seconds, **arguments))

    async def next_message(self, *, containing: str = "", after: int = 0, seconds: float = 10.0) -> M:
        arguments: dict[str, Any] = {"containing": containing, "after": after, "seconds": seconds}
        return self.message_type.model_validate(await self.call("next_message", wait=seconds, **arguments))

    async def now(self) -> int:
        return int((await self.call("about"))["now"])

    async def changes(self, number: int) -> AsyncIterator[Change[M]]:
        """Every visible change after `number`, for ever."""
        while True:
            for value in await self.call("wait_changes", wait=30.0, number=number, seconds=30.0):
                change = Change[self.message_type].model_validate(value)  # type: ignore[name-defined]
                number = change.number
                yield change

    async def say_burst(
        self, person: str, texts: Sequence[str], *, conversation: str = "", per_second: float
    ) -> list[float]:
        arguments: dict[str, Any] = {"conversation": conversation, "per_second": per_second}
        return list(await self.call("say_burst", person, list(texts), wait=60 + len(texts) / per_second, **arguments))

    async def click_burst(self, presses: Sequence[tuple[str, str, str]], *, per_second: float) -> list[K]:
        arguments: dict[str, Any] = {"presses": [list(one) for one in presses], "per_second": per_second}
        values = await self.call("click_burst", wait=60 + len(presses) / per_second, **arguments)
        return [self.click_type.model_validate(one) for one in values]

    def _delivery(self, value: Any) -> RemoteDelivery:
        return RemoteDelivery(self, DeliverySnapshot.model_validate(value))
