"""Frames as they are on the wire: whatever comes, and what goes out for it."""

import asyncio
import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.feishu.frames import Delivery, Malformed, acknowledgement, headers, parse_frame, part, ping
from adapters.feishu.parts import Parts
from adapters.feishu.sdk import Frame


def raw(payload: bytes = b"{}", **said: str) -> bytes:
    frame = Frame()
    frame.SeqID, frame.LogID, frame.service, frame.method = 2**64 - 1, 7, 33554678, 1
    for key, value in said.items():
        header = frame.headers.add()
        header.key, header.value = key, value
    frame.payload = payload
    written: bytes = frame.SerializeToString()
    return written


def test_an_acknowledgement_echoes_the_frame_and_says_how_long_it_took() -> None:
    said = {
        "type": "event",
        "message_id": "m",
        "sum": "1",
        "seq": "0",
        "trace_id": "t",
        "instance_id": "secret address",
    }
    delivery = Delivery(parse_frame(raw(**said)), "event", b"{}", 0.0)
    frame = parse_frame(acknowledgement(delivery, {"toast": {"content": "好"}}, code=200, milliseconds=12))
    assert (frame.SeqID, frame.LogID, frame.service, frame.method) == (2**64 - 1, 7, 33554678, 1)
    assert headers(frame) == {**said, "biz_rt": "12"}
    payload = json.loads(frame.payload)
    assert payload["code"] == 200
    assert json.loads(base64.b64decode(payload["data"])) == {"toast": {"content": "好"}}


def test_an_event_is_acknowledged_without_data() -> None:
    delivery = Delivery(parse_frame(raw(type="event")), "event", b"{}", 0.0)
    frame = parse_frame(acknowledgement(delivery, None, code=500, milliseconds=0))
    assert json.loads(frame.payload) == {"code": 500}


def test_a_ping_writes_every_required_field() -> None:
    frame = Frame.FromString(ping(33554678))
    assert frame.IsInitialized()
    assert (frame.SeqID, frame.LogID, frame.service, frame.method) == (0, 0, 33554678, 0)
    assert headers(frame) == {"type": "ping"}
    assert not frame.HasField("payload")


def test_a_frame_that_lacks_required_fields_can_still_be_answered() -> None:
    frame = Frame()
    frame.method = 1
    parsed = parse_frame(frame.SerializePartialToString())
    assert acknowledgement(Delivery(parsed, "event", b"", 0.0), None, code=200, milliseconds=0)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_malformed(noise: bytes) -> None:
    try:
        frame = parse_frame(noise)
        part(headers(frame))
    except Malformed:
        return
    Delivery(frame, "event", frame.payload, 0.0)


@given(st.binary(max_size=60), st.integers(0, 80), st.integers(0, 255))
def test_a_damaged_frame_is_a_frame_or_malformed(payload: bytes, at: int, byte: int) -> None:
    damaged = bytearray(raw(payload, type="event", message_id="m"))
    damaged[at % len(damaged)] = byte
    with suppress(Malformed):
        parse_frame(bytes(damaged))


@pytest.mark.parametrize(
    "said", [{"sum": "two"}, {"sum": "2", "seq": "2"}, {"sum": "-1", "seq": "-2"}, {"sum": "1", "seq": "1"}]
)
def test_parts_that_cannot_be_are_malformed(said: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        part(said)


def test_a_frame_that_says_nothing_of_parts_is_whole() -> None:
    assert part({}) == (1, 0)


# Parts


async def test_parts_come_in_any_order_and_twice() -> None:
    parts = Parts()
    assert parts.add("m", 3, 2, b"c") is None
    assert parts.add("m", 3, 0, b"a") is None
    assert parts.add("other", 2, 0, b"x") is None
    assert parts.add("m", 3, 0, b"a") is None
    assert parts.add("m", 3, 1, b"b") == b"abc"
    assert parts.add("other", 2, 1, b"y") == b"xy"
    assert parts.add("m", 1, 0, b"whole") == b"whole"


async def test_parts_that_miss_are_waited_for_only_so_long() -> None:
    parts = Parts(seconds=0.01)
    assert parts.add("m", 2, 0, b"a") is None
    await asyncio.sleep(0.02)
    assert parts.add("m", 2, 1, b"b") is None
    assert parts.add("m", 2, 0, b"a") == b"ab"


async def test_parts_take_only_so_much_room() -> None:
    parts = Parts(most_bytes=100)
    assert parts.add("first", 2, 0, b"x" * 60) is None
    assert parts.add("second", 2, 0, b"y" * 60) is None
    assert parts.add("second", 2, 1, b"z") == b"y" * 60 + b"z"
    assert parts.add("first", 2, 1, b"z") is None


async def test_parts_of_two_messages_under_one_name_are_dropped() -> None:
    parts = Parts()
    assert parts.add("m", 2, 0, b"a") is None
    assert parts.add("m", 3, 1, b"b") is None
    assert parts.add("", 2, 0, b"a") is None
    assert parts.add("m", 10_000, 0, b"a") is None
