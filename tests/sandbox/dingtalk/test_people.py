import pytest

from sandbox.dingtalk import DingTalkStandIn
from tests.sandbox.dingtalk.conftest import HAN, LI
from tests.sandbox.dingtalk.line import Client


async def test_a_person_is_found_by_each_of_their_ids(gateway: DingTalkStandIn, sdk: Client) -> None:
    union_id = gateway.directory.user(LI).union_id
    found = (await sdk.oapi("/topapi/v2/user/get", {"userid": LI, "language": "zh_CN"}))["result"]
    assert (found["userid"], found["name"], found["unionid"], found["admin"]) == (LI, "李雷", union_id, True)
    assert (await sdk.oapi("/topapi/user/getbyunionid", {"unionid": union_id}))["result"]["userid"] == LI
    assert (await sdk.oapi("/topapi/v2/user/getbymobile", {"mobile": "13800000000"}))["result"]["userid"] == LI


@pytest.mark.parametrize(
    ("path", "sent", "errcode"),
    [
        ("/topapi/v2/user/get", {"userid": "nobody"}, 33012),
        ("/topapi/v2/user/get", {"userid": "guest"}, 33012),
        ("/topapi/v2/user/get", {}, 400002),
        ("/topapi/user/getbyunionid", {"unionid": "nobody"}, 33012),
        ("/topapi/v2/user/getbymobile", {"mobile": "0"}, 33012),
    ],
)
async def test_unknown_people_have_an_errcode(sdk: Client, path: str, sent: dict[str, str], errcode: int) -> None:
    assert (await sdk.oapi(path, sent))["errcode"] == errcode


async def test_form_bodies_are_read_too(gateway: DingTalkStandIn, sdk: Client) -> None:
    url = f"{gateway.url}/topapi/v2/user/get?access_token={sdk.token}"
    async with sdk.session.post(url, data={"userid": HAN}) as response:
        assert (await response.json())["result"]["name"] == "韩梅梅"


async def test_who_left_is_unknown(gateway: DingTalkStandIn, sdk: Client) -> None:
    await gateway.remove_user(HAN)
    assert (await sdk.oapi("/topapi/v2/user/get", {"userid": HAN}))["errcode"] == 33012
