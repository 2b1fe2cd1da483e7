"""What the documented gateway does not do, and a broken or forged one might."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from adapters.errors import CredentialsRejected, PlatformError, Refused, Throttled, Unreachable
from tests.adapters.ears import Ears
from tests.adapters.feishu.wire import TOKEN, strange

ENDPOINT = "/callback/ws/endpoint"
BOT_INFO = "/open-apis/bot/v3/info"


@pytest.mark.parametrize(("code", "polite"), [(1000, True), (1001, True), (1008, False), (1011, False), (1012, False)])
async def test_a_close_frame_is_polite_or_not_by_its_code(ears: Ears, code: int, *, polite: bool) -> None:
    async def serve(ws: web.WebSocketResponse, _: web.Request) -> None:
        await ws.close(code=code)

    async with strange(serve) as door, asyncio.timeout(5):
        if polite:
            await door.listen(ears.message, ears.click)
        else:
            with pytest.raises(Unreachable, match=str(code)):
                await door.listen(ears.message, ears.click)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 1, "msg": "busy", "data": {}}, Unreachable),
        ({"code": 1000040343, "msg": "internal", "data": None}, Unreachable),
        ({"code": 514, "msg": "auth failed", "data": {}}, CredentialsRejected),
        ({"code": 403, "msg": "forbidden", "data": None}, CredentialsRejected),
        ({"code": 1000040344, "msg": "no credential"}, CredentialsRejected),
        ({"code": 1000040350, "msg": "exceed conn limit"}, Throttled),
        ({"code": 99991400, "msg": "limit"}, Throttled),
        ({"code": 10014, "msg": "app secret invalid"}, CredentialsRejected),
        ({"code": 4242, "msg": "something new"}, CredentialsRejected),
        ((500, {"code": 4242, "msg": "?"}), Unreachable),
        ((502, "<html>Bad Gateway</html>"), Unreachable),
        ((200, "no json"), Unreachable),
        ([], Unreachable),
        ({"code": 0, "data": None}, Unreachable),
        ({"code": 0, "data": {"URL": 7}}, Unreachable),
        ({"code": 0, "data": {"URL": "http://x/ws?service_id=1"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://x/ws?device_id=1"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://x/ws?service_id=one"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://x/ws?service_id=99999999999"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://127.0.0.1:9/ws?service_id=1"}}, Unreachable),
        ({"code": 0, "data": {"URL": "ws://[/ws?service_id=1"}}, Unreachable),
    ],
)
async def test_every_answer_to_the_question_where_to_connect(
    ears: Ears, answer: Any, error: type[PlatformError]
) -> None:
    async with strange(answers={ENDPOINT: answer}) as door:
        with pytest.raises(error):
            await door.listen(ears.message, ears.click)
        with pytest.raises(error) if "ws://" not in str(answer) else pytest.raises(Unreachable):
            await door.listen(ears.message, ears.click)


async def test_an_address_without_tls_is_not_gone_to(ears: Ears) -> None:
    async with strange() as door:
        await door.check()
        door._api.domain = door._api.domain.replace("http://", "https://")
        with pytest.raises(Unreachable):
            await door.check()


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Status": "514", "Autherrcode": "1000040350"}, Throttled),
        ({"Status": "514", "Autherrcode": "1000040344"}, Unreachable),
        ({"Status": "514"}, Unreachable),
        ({"Status": "403", "Msg": "forbidden"}, CredentialsRejected),
        ({"Status": "777"}, Unreachable),
        ({"Msg": "nothing said"}, Unreachable),
    ],
)
async def test_every_refusal_of_a_connection(ears: Ears, headers: dict[str, str], error: type[PlatformError]) -> None:
    async with strange(**headers) as door:
        with pytest.raises(error) as refused:
            await door.listen(ears.message, ears.click)
        assert "t1cket" not in str(refused.value)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 0, "bot": {}}, CredentialsRejected),
        ({"code": 0}, CredentialsRejected),
        ((400, {"code": 230006, "msg": "bot ability is not activated"}), CredentialsRejected),
        ((502, "<html>"), Unreachable),
        ({}, Unreachable),
    ],
)
async def test_without_its_own_id_it_does_not_listen(ears: Ears, answer: Any, error: type[PlatformError]) -> None:
    async with strange(answers={BOT_INFO: answer}) as door:
        with pytest.raises(error):
            await door.listen(ears.message, ears.click)
        with pytest.raises(Refused if error is CredentialsRejected else error):
            await door.check()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"code": 10014, "msg": "app secret invalid"}, CredentialsRejected),
        ({"code": 99991663, "msg": "?"}, CredentialsRejected),
        ({"code": 0, "msg": "ok"}, Unreachable),
        ({"code": 0, "tenant_access_token": "", "expire": 7200}, Unreachable),
        ({"code": 0, "tenant_access_token": "t", "expire": "soon"}, Unreachable),
    ],
)
async def test_every_answer_to_the_question_for_a_token(answer: Any, error: type[PlatformError]) -> None:
    async with strange(answers={TOKEN: answer}) as door:
        with pytest.raises(error):
            await door.check()


@pytest.mark.parametrize("lifetime", [600, 60, 1, 0, -5])
async def test_a_token_that_does_not_live_long_is_used_all_the_same(lifetime: int) -> None:
    async with strange(answers={TOKEN: {"code": 0, "tenant_access_token": "t", "expire": lifetime}}) as door:
        await door.check()
        await door.check()
        assert door.calls[f"POST {TOKEN}"] == 1
