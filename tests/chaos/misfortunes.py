"""Every misfortune by name, for each platform: what may befall frames, lines and calls. Each is as the fact sheets have it.

A misfortune that lasts gives back what ends it; the others are used up by what they hit.
"""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.dingtalk import api as ding
from sandbox.feishu import api as fei
from tests.chaos.both import Platform, Side

Mend = Callable[[], object]
Misfortune = Callable[[Side, random.Random], Mend | None]

DENIED = "Forbidden.AccessDenied"
PASSING, FINAL = "passing", "final"
"""Whether what is refused may be had later, or the platform will never have it."""

_DINGTALK_CALLS = (ding.CREATE_AND_DELIVER, ding.UPDATE)
_DINGTALK: dict[str, tuple[tuple[int, str], ...]] = {
    PASSING: (
        (403, f"{DENIED}.QpsLimitForAppkeyAndApi"),
        (403, f"{DENIED}.QpsLimitForApi"),
        (403, f"{DENIED}.QpmLimitForAppkeyAndApi"),
        (403, f"{DENIED}.ApiCountLimitForOrg"),
        (403, f"{DENIED}.IpNotInWhiteList"),
        (400, "InvalidAuthentication"),
        (429, "TooManyRequests"),
        (400, "system.busy"),
        (500, "system.error"),
        (503, "ServiceUnavailable"),
    ),
    FINAL: (
        (403, f"{DENIED}.AccessTokenPermissionDenied"),
        (400, "param.contentUnsafe"),
        (400, "param.invalid"),
    ),
}
_ONLY_CREATE = (
    (400, "param.templateNotExist"),
    (400, "param.templateUnpublished"),
    (400, "param.cardPublicDataEmpty"),
    (400, "param.openSpaceIdInvalid"),
    (400, "param.openDeliverModelError"),
    (400, "invalid.openConversationId"),
    (400, "conversation.org.notMatch"),
)
_ONLY_UPDATE = ((400, "param.userIdNotExist"), (400, "param.cardNotExist"))
_MESSAGE_CODES = ((400, "send.too.fast"), (403, f"{DENIED}.QpsLimitForAppkeyAndApi"), (503, "ServiceUnavailable"))
_TICKET_CODES = (
    (401, "authFailed"),
    (403, f"{DENIED}.IpNotInWhiteList"),
    (403, f"{DENIED}.QpsLimitForAppkeyAndApi"),
    (400, "resource.not.found"),
    (503, "ServiceUnavailable"),
)
_TOKEN_CODES = (
    (400, "invalidClientIdOrSecret"),
    (403, f"{DENIED}.QpsLimitForAppkeyAndApi"),
    (503, "ServiceUnavailable"),
)

_FEISHU_CALLS = (fei.SEND, fei.REPLY, fei.PATCH)
_FEISHU: dict[str, tuple[int, ...]] = {
    PASSING: (
        99991400, 230020, 11232, 11233, 99991663, 99991661, 99991671, 99991401, 99991662, 99991673, 2200, 1000040343,
    ),
    FINAL: (230001, 230002, 230006, 230022, 230025, 230027, 230028, 230054, 99991672),
}  # fmt: skip
_ONLY_SEND = (230013, 230035, 230038, 230049, 230053, 230075, 230029, 230034, 232009)
_ONLY_PATCH = (230011, 230017, 230019, 230031, 230050, 230110)
_CARD_CODES = (
    (11310, "element exceeds the limit"),
    (11310, "card action is lock"),
    (100290, "invalid person id"),
    (200621, "parse card json err"),
    (200550, "chart spec is invalid"),
    (200914, "input is wrong"),
)
_ENDPOINT_CODES = (514, 403, 1, 1000040343, 1000040344, 1000040350)
_HANDSHAKES = ((514, 1000040344), (514, 1000040350), (403, 0), (514, 0), (0, 0))
_FEISHU_TOKEN_CODES = (10003, 10014, 99991543, 99991400, 2200)


def _does(method: str, *arguments: Any, **named: Any) -> Misfortune:
    """One call of the gateway's faults."""

    def befall(side: Side, _: random.Random) -> None:
        getattr(side.gateway.faults, method)(*arguments, **named)

    return befall


def _some(method: str, *arguments: Any, most: int = 3) -> Misfortune:
    """The same for the next few."""

    def befall(side: Side, dice: random.Random) -> None:
        getattr(side.gateway.faults, method)(*arguments, times=dice.randint(1, most))

    return befall


def _slowly(method: str, *arguments: Any, slowest: float) -> Misfortune:
    def befall(side: Side, dice: random.Random) -> None:
        getattr(side.gateway.faults, method)(*arguments, seconds=dice.uniform(0.2, slowest))

    return befall


def _connecting(method: str, *arguments: Any, **named: Any) -> Misfortune:
    """The line breaks, and coming back is refused."""

    def befall(side: Side, _: random.Random) -> None:
        getattr(side.gateway.faults, method)(*arguments, **named)
        side.gateway.faults.abort()

    return befall


def _without_token(method: str, *arguments: Any, **named: Any) -> Misfortune:
    """The token ends, and a new one is refused."""

    def befall(side: Side, _: random.Random) -> None:
        getattr(side.gateway.faults, method)(*arguments, **named)
        side.gateway.faults.expire_tokens()

    return befall


def _scope(scope: str) -> Misfortune:
    def befall(side: Side, _: random.Random) -> Mend:
        side.gateway.faults.revoke_scope(scope)
        return partial(side.gateway.credentials.scopes.add, scope)

    return befall


def _linger(side: Side, _: random.Random) -> Mend:
    side.gateway.faults.linger()
    return partial(side.gateway.faults.let_go)


def _reorder(side: Side, dice: random.Random) -> None:
    side.gateway.faults.reorder_next(dice.randint(2, 4))


def _goodbye(side: Side, dice: random.Random) -> None:
    """One of the lines, where there are several."""
    if lines := side.gateway.lines:
        side.gateway.faults.disconnect(dice.choice(lines).id)


def _month(side: Side, _: random.Random) -> Mend:
    side.gateway.faults.exhaust_calls()
    return partial(setattr, side.gateway.limits, "month_calls", None)


def _pushes(side: Side, _: random.Random) -> Mend:
    side.gateway.faults.exhaust_pushes()
    return partial(setattr, side.gateway.limits, "month_pushes", None)


def _banned(side: Side, dice: random.Random) -> Mend:
    side.gateway.faults.ban_ip(dice.uniform(5, 60))
    return partial(side.gateway.faults.ban_ip, 0.0)


def _noise(side: Side, dice: random.Random) -> None:
    """A frame that nobody understands, on every line."""
    frame = dice.choice(["", "{", "null", '{"type":"CALLBACK"}', "\x00\xff"])
    for line in side.gateway.lines:
        line.send(frame if side.platform == "dingtalk" else frame.encode())


def _split(side: Side, dice: random.Random) -> Mend:
    side.gateway.faults.split_frames(dice.randint(2, 5))
    return partial(side.gateway.faults.split_frames, 1)


def _instance(side: Side, _: random.Random) -> Mend:
    side.gateway.faults.demand_instance("instance-7")
    return partial(side.gateway.faults.demand_instance, "")


def _unpublished(side: Side, _: random.Random) -> Mend:
    callbacks = side.gateway.credentials.callbacks
    before = set(callbacks)
    side.gateway.faults.unpublish_callbacks()
    return partial(callbacks.update, before)


def _recalled(side: Side, dice: random.Random) -> None:
    """Somebody takes one of the bot's cards back."""
    cards = [card for card in side.gateway.cards.values() if not card.recalled]
    if cards:
        card = dice.choice(cards)
        side.gateway.messages.all[card.message_id].deleted = True
        side.gateway.cards.recall(card)


def _frames(message: str, click: str) -> dict[str, Misfortune]:
    """What may befall the frames of either platform."""
    found: dict[str, Misfortune] = {"frames reordered": _reorder, "malformed frame": _noise}
    for what, topic in (("message", message), ("click", click)):
        found |= {
            f"{what} dropped": _some("drop_next", topic),
            f"{what} duplicated": _some("duplicate_next", topic),
            f"{what} delayed": _slowly("delay_frames", topic, slowest=8.0 if what == "message" else 1.5),
        }
    return found


def _lines() -> dict[str, Misfortune]:
    return {
        "line closed": _does("close"),
        "line aborted": _does("abort"),
        "line frozen": _does("freeze"),
        "goodbye lingers": _linger,
    }


def _replies(*apis: Any) -> dict[str, Misfortune]:
    found: dict[str, Misfortune] = {}
    for one in apis:
        found[f"reply lost: {one.name}"] = _some("lose_reply_next", one.name, most=2)
        found[f"reply slow: {one.name}"] = _slowly("delay_next", one.name, slowest=14.0)
    return found


def _dingtalk_rest() -> dict[str, Misfortune]:
    plans = [(one, code) for one in _DINGTALK_CALLS for kind in (PASSING, FINAL) for code in _DINGTALK[kind]]
    plans += [(ding.CREATE_AND_DELIVER, code) for code in _ONLY_CREATE]
    plans += [(ding.UPDATE, code) for code in _ONLY_UPDATE]
    plans += [(ding.GROUP_SEND, code) for code in _MESSAGE_CODES]
    found: dict[str, Misfortune] = {
        f"{code}: {one.name}": _does("fail_next", one.name, status=status, code=code) for one, (status, code) in plans
    }
    found |= {
        f"{code}: token": _without_token("fail_next", ding.ACCESS_TOKEN.name, status=status, code=code)
        for status, code in _TOKEN_CODES
    }
    return found | {
        "300001: session": _does("fail_next", ding.SEND_BY_SESSION.name, status=200, code="300001"),
        "token expired": _does("expire_tokens"),
        "card not delivered": _does("fail_deliver_next"),
        "address banned": _banned,
        "month used up": _month,
        **{
            f"param.contentUnsafe twice: {one.name}": _does(
                "fail_next", one.name, status=400, code="param.contentUnsafe", times=2
            )
            for one in _DINGTALK_CALLS
        },
        "scope revoked": _scope(ding.CARD_WRITE),
    }


def _feishu_rest() -> dict[str, Misfortune]:
    plans = [(one, code) for one in _FEISHU_CALLS for kind in (PASSING, FINAL) for code in _FEISHU[kind]]
    plans += [(one, code) for one in (fei.SEND, fei.REPLY) for code in _ONLY_SEND]
    plans += [(fei.PATCH, code) for code in _ONLY_PATCH]
    found: dict[str, Misfortune] = {
        f"{code}: {one.name}": _does("fail_next", one.name, code=code) for one, code in plans
    }
    for one in _FEISHU_CALLS:
        for sub, said in _CARD_CODES:
            text = f"Failed to create card content, ext=ErrCode: {sub}; ErrPath: ROOT; ErrMsg: {said}; ErrorValue: ;"
            found[f"230099/{sub} {said}: {one.name}"] = _does("fail_next", one.name, code=230099, message=text)
        found[f"429: {one.name}"] = _does("throttle_next", one.name, seconds=2)
        found[f"page of HTML: {one.name}"] = _does("break_next", one.name)
    found |= {
        f"{code}: token": _without_token("fail_next", fei.TENANT_TOKEN.name, code=code) for code in _FEISHU_TOKEN_CODES
    }
    return found | {
        "token expired": _does("expire_tokens"),
        "scope revoked": _scope(fei.SEND_AS_BOT),
        "card recalled": _recalled,
    }


def _dingtalk_lines() -> dict[str, Misfortune]:
    return {
        **_lines(),
        "disconnect frame": _goodbye,
        **{
            f"{code}: ticket": _connecting("fail_next", ding.OPEN_CONNECTION.name, status=status, code=code)
            for status, code in _TICKET_CODES
        },
    }


def _feishu_lines() -> dict[str, Misfortune]:
    return {
        **_lines(),
        **{f"{code}: endpoint": _connecting("refuse_endpoint", code) for code in _ENDPOINT_CODES},
        **{
            f"{status}/{code}: handshake": _connecting("refuse_handshake", status, code) for status, code in _HANDSHAKES
        },
        "page of HTML: endpoint": _connecting("break_endpoint"),
        "page of HTML: who am I": _connecting("break_next", fei.BOT_INFO.name),
        "99991663: who am I": _connecting("fail_next", fei.BOT_INFO.name, code=99991663),
    }


Kind = dict[str, Misfortune]

MISFORTUNES: dict[Platform, dict[str, Kind]] = {
    "dingtalk": {
        "frames": {**_frames(ding.BOT_MESSAGE, ding.CARD_CALLBACK), "pushes used up": _pushes},
        "lines": _dingtalk_lines(),
        "REST": _dingtalk_rest(),
        "replies": _replies(*_DINGTALK_CALLS, ding.GROUP_SEND),
    },
    "feishu": {
        "frames": {
            **_frames(fei.MESSAGE_EVENT, fei.CARD_CALLBACK),
            "frames split": _split,
            "click as card frame": _some("as_card_frames", fei.CARD_CALLBACK),
            "instance demanded": _instance,
            "callbacks unpublished": _unpublished,
        },
        "lines": _feishu_lines(),
        "REST": _feishu_rest(),
        "replies": _replies(*_FEISHU_CALLS),
    },
}
"""By platform and kind."""
