"""What the developer console is set to, told by codes that somebody has words for."""

import pytest

from adapters.errors import CredentialsRejected, Refused
from adapters.feishu import Feishu
from adapters.types import Finding
from sandbox.feishu import FeishuStandIn
from sandbox.feishu.api import APPLICATION_GET, CONTACT, HEAR_MENTIONS, SCOPES_LIST, SELF_MANAGE
from tests.adapters.feishu.conftest import door_to
from tests.adapters.feishu.wire import strange

APPLICATION = "/open-apis/application/v6/applications/cli_x"
SCOPES = "/open-apis/application/v6/scopes"


async def found(door: Feishu) -> dict[str, Finding]:
    return {finding.name: finding for finding in await door.audit()}


async def test_all_is_well(door: Feishu) -> None:
    await door.check()
    findings = await found(door)
    assert {name: finding.well for name, finding in findings.items()} == {
        "scope.send": True,
        "scope.groups": True,
        "scope.single": True,
        "scope.names": True,
        "events": True,
        "callbacks": True,
    }
    assert findings["callbacks"].said == "feishu.callback_subscribed"


async def test_missing_permissions_are_named(door: Feishu, gateway: FeishuStandIn) -> None:
    gateway.credentials.scopes -= {HEAR_MENTIONS, CONTACT}
    findings = await found(door)
    assert {finding.values["scope"] for finding in findings.values() if finding.well is False} == {
        HEAR_MENTIONS,
        CONTACT,
    }
    assert findings["scope.groups"].said == "feishu.scope_missing"


async def test_what_is_not_subscribed_or_sent_elsewhere(door: Feishu, gateway: FeishuStandIn) -> None:
    gateway.credentials.callbacks.clear()
    gateway.credentials.event_mode = "webhook"
    findings = await found(door)
    assert (findings["callbacks"].well, findings["callbacks"].said) == (False, "feishu.callback_missing")
    assert findings["callbacks"].values == {"callback": "card.action.trigger"}
    assert findings["events"].said == "feishu.event_not_long_connection"
    assert findings["events"].values == {"event": "im.message.receive_v1"}


async def test_what_may_not_be_read_is_no_failure(door: Feishu, gateway: FeishuStandIn) -> None:
    gateway.faults.revoke_scope(SELF_MANAGE)
    gateway.faults.fail_next(SCOPES_LIST.name, code=99991672)
    findings = await found(door)
    assert {finding.well for finding in findings.values()} == {None}
    assert {finding.said for finding in findings.values()} == {"feishu.configuration_unreadable"}
    assert gateway.calls[APPLICATION_GET.name] == 1


@pytest.mark.parametrize(
    "answer", [{"code": 0}, {"code": 0, "data": {"app": {}}}, {"code": 0, "data": {"app": {"event": 7}}}]
)
async def test_what_is_not_said_is_not_known(answer: object) -> None:
    scopes = {"code": 0, "data": {"scopes": [None, {"scope_name": "im:message", "grant_status": 1}]}}
    async with strange(answers={APPLICATION: answer, SCOPES: scopes}) as door:
        findings = await found(door)
    assert (findings["events"].well, findings["events"].said) == (None, "feishu.event_unknown")
    assert (findings["callbacks"].well, findings["callbacks"].said) == (None, "feishu.callback_unknown")
    assert findings["scope.send"].well


async def test_check_tells_wrong_credentials_from_a_missing_bot(door: Feishu, gateway: FeishuStandIn) -> None:
    other = door_to(gateway, secret="wrong")
    with pytest.raises(CredentialsRejected):
        await other.check()
    await other.close()
    gateway.credentials.bot_enabled = False
    with pytest.raises(Refused, match="230006"):
        await door.check()
