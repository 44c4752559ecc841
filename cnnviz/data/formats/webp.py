"""WebP (RIFF container): the size stands in the first chunk, EXIF in one after the pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from cnnviz.data.formats import exif
from cnnviz.data.formats.header import Header, damaged

MAX_CHUNKS = 4_096
_FIRST = 12


def accepts(data: bytes) -> bool:
    """Whether ``data`` starts like a WebP."""
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def read(data: bytes) -> Header:
    """Size and orientation; the content is unchanged, for its decoder reads only the first frame's chunks."""
    if len(data) < 30 or _FIRST - 4 + struct.unpack_from("<I", data, 4)[0] < 22:
        raise damaged("WebP")
    return Header("WEBP", _size(data), data, _orientation(data))


def _size(data: bytes) -> tuple[int, int]:
    kind, body = data[_FIRST : _FIRST + 4], _FIRST + 8
    if kind == b"VP8X":
        return _three_bytes(data, body + 4) + 1, _three_bytes(data, body + 7) + 1
    if kind == b"VP8L" and data[body] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, body + 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[body + 3 : body + 6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, body + 6)
        return width & 0x3FFF, height & 0x3FFF
    raise damaged("WebP")


def _orientation(data: bytes) -> int:
    for kind, start, end in _chunks(data):
        if kind == b"EXIF":
            return exif.orientation(data[start : min(end, start + 65_536)])
    return 1


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    position = _FIRST
    for _ in range(MAX_CHUNKS):
        if position + 8 > len(data):
            return
        (length,) = struct.unpack_from("<I", data, position + 4)
        yield data[position : position + 4], position + 8, position + 8 + length
        position += 8 + length + length % 2


def _three_bytes(data: bytes, position: int) -> int:
    return int.from_bytes(data[position : position + 3], "little")
