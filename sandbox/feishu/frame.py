"""Frames of the long connection: protobuf (proto2, package pbbp2), one to a binary WebSocket message."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

CONTROL = 0
DATA = 1
VARINT = 0
FIXED64 = 1
LENGTH = 2
FIXED32 = 5


class Malformed(ValueError):
    """The bytes are no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`headers` keeps its order and may repeat a key. The first four are required: they are written even when zero,
    since the Go and Node SDKs drop a frame without them."""

    seq_id: int = 0
    log_id: int = 0
    service: int = 0
    method: int = CONTROL
    headers: tuple[tuple[str, str], ...] = ()
    payload_encoding: str = ""
    payload_type: str = ""
    payload: bytes = b""
    log_id_new: str = ""
    missing: frozenset[str] = field(default=frozenset())

    def header(self, key: str) -> str:
        """Empty when there is none."""
        return next((value for name, value in self.headers if name == key), "")

    def answer(self, payload: bytes, *headers: tuple[str, str]) -> "Frame":
        """The frame sent back with another payload, as every SDK acknowledges."""
        return replace(self, headers=(*self.headers, *headers), payload=payload)


def encode(frame: Frame) -> bytes:
    out = bytearray()
    for number, value in ((1, frame.seq_id), (2, frame.log_id), (3, frame.service), (4, frame.method)):
        out.append(number << 3 | VARINT)
        _write_varint(out, value)
    for key, text in frame.headers:
        header = bytearray()
        _write_bytes(header, 1, key.encode())
        _write_bytes(header, 2, text.encode())
        _write_bytes(out, 5, bytes(header))
    if frame.payload_encoding:
        _write_bytes(out, 6, frame.payload_encoding.encode())
    if frame.payload_type:
        _write_bytes(out, 7, frame.payload_type.encode())
    if frame.payload:
        _write_bytes(out, 8, frame.payload)
    if frame.log_id_new:
        _write_bytes(out, 9, frame.log_id_new.encode())
    return bytes(out)


def decode(data: bytes) -> Frame:
    """Raises Malformed. `missing` names required fields that were not written."""
    numbers: dict[int, int] = {}
    texts: dict[int, bytes] = {}
    headers: list[tuple[str, str]] = []
    for number, value in _fields(data):
        if isinstance(value, int):
            numbers[number] = value
        elif number == 5:
            inside = {key: part for key, part in _fields(value) if isinstance(part, bytes)}
            headers.append((_text(inside.get(1, b"")), _text(inside.get(2, b""))))
        else:
            texts[number] = value
    names = {1: "SeqID", 2: "LogID", 3: "service", 4: "method"}
    return Frame(
        seq_id=numbers.get(1, 0),
        log_id=numbers.get(2, 0),
        service=_int32(numbers.get(3, 0)),
        method=_int32(numbers.get(4, 0)),
        headers=tuple(headers),
        payload_encoding=_text(texts.get(6, b"")),
        payload_type=_text(texts.get(7, b"")),
        payload=texts.get(8, b""),
        log_id_new=_text(texts.get(9, b"")),
        missing=frozenset(name for number, name in names.items() if number not in numbers),
    )


def _write_varint(out: bytearray, value: int) -> None:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_bytes(out: bytearray, number: int, value: bytes) -> None:
    out.append(number << 3 | LENGTH)
    _write_varint(out, len(value))
    out += value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == LENGTH:
            size, at = _varint(data, at)
        elif kind in {FIXED64, FIXED32}:
            size = 8 if kind == FIXED64 else 4
        else:
            raise Malformed(f"wire type {kind}")
        if at + size > len(data):
            raise Malformed("cut short")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed("bad varint")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _int32(value: int) -> int:
    value &= 0xFFFF_FFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
