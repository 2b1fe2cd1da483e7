"""Frames of the long connection, on the official SDK's types: what came in, and the acknowledgement that goes out.

Source: the SDKs (lark_oapi/ws, ws-client of the Node SDK, ws of the Go SDK). A frame is one binary WebSocket message; its payload
is JSON.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from adapters.feishu.sdk import DecodeError, FrameType, MessageType, const
from adapters.feishu.sdk import Frame as _Frame
from adapters.strange import json_object, string

Frame: TypeAlias = Any
"""The SDK's protobuf message, which has no types: SeqID, LogID, service, method, headers, payload."""

CONTROL: int = FrameType.CONTROL.value
DATA: int = FrameType.DATA.value
EVENT: str = MessageType.EVENT.value
CARD: str = MessageType.CARD.value
PONG: str = MessageType.PONG.value

MESSAGE = "im.message.receive_v1"
CLICK = "card.action.trigger"
LEFT = "contact.user.deleted_v3"
CHANGED = "contact.user.updated_v3"

OK, FAILED = 200, 500

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_REQUIRED = ("SeqID", "LogID", "service", "method")


class Malformed(Exception):
    """Not what the protocol promises."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that waits for an acknowledgement: the frame that completed it, and the payload of all its parts."""

    frame: Frame = field(repr=False)
    type: str
    payload: bytes = field(repr=False)
    heard_at: float
    """By the loop's clock."""

    def event(self) -> "Event":
        """Raises Malformed for what is no event."""
        body = json_object(self.payload)
        header = json_object(body.get("header"))
        kind = string(header.get("event_type"))
        if not kind:
            raise Malformed("no event_type")
        return Event(kind, header, json_object(body.get("event")))


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    header: dict[str, Any] = field(repr=False)
    body: dict[str, Any] = field(repr=False)


def parse_frame(raw: bytes) -> Frame:
    """A missing required field is 0, as it is when it is left out by those who do not write zeros: the acknowledgement needs it."""
    try:
        frame = _Frame.FromString(raw)
    except (DecodeError, ValueError, TypeError, IndexError) as exc:
        raise Malformed(f"no frame: {type(exc).__name__}") from None
    for name in _REQUIRED:
        if not frame.HasField(name):
            setattr(frame, name, 0)
    return frame


def headers(frame: Frame) -> dict[str, str]:
    return {header.key: header.value for header in frame.headers}


def part(said: dict[str, str]) -> tuple[int, int]:
    """How many parts there are and which this is; one where a frame says nothing of it. Raises Malformed."""
    try:
        total, which = int(said.get(const.HEADER_SUM) or 1), int(said.get(const.HEADER_SEQ) or 0)
    except ValueError:
        raise Malformed("sum or seq is no number") from None
    if not 0 <= which < total:
        raise Malformed("seq is not below sum")
    return total, which


def ping(service: int) -> bytes:
    frame = _Frame()
    frame.SeqID = frame.LogID = 0
    frame.service, frame.method = service, CONTROL
    _add(frame, const.HEADER_TYPE, MessageType.PING.value)
    return _written(frame)


def acknowledgement(delivery: Delivery, answer: dict[str, Any] | None, *, code: int, milliseconds: int) -> bytes:
    """The frame itself with all its headers: `instance_id` says where it has to go. `answer` is the response to a callback."""
    said: dict[str, Any] = {"code": code}
    if answer is not None:
        said["data"] = base64.b64encode(_compact(answer).encode()).decode()
    frame = _Frame()
    frame.CopyFrom(delivery.frame)
    _add(frame, const.HEADER_BIZ_RT, str(milliseconds))
    frame.payload = _compact(said).encode()
    return _written(frame)


def _add(frame: Frame, key: str, value: str) -> None:
    header = frame.headers.add()
    header.key, header.value = key, value


def _written(frame: Frame) -> bytes:
    raw: bytes = frame.SerializeToString()
    return raw
