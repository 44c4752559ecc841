"""GIF (87a and 89a): a canvas, then blocks; only the first picture is read."""

from __future__ import annotations

import struct

from cnnviz.data.formats.header import Header, damaged

MAX_BLOCKS = 32_768  # extension data before the first picture, 255 bytes each
_EXTENSION, _PICTURE, _CONTROL = 0x21, 0x2C, 0xF9


def accepts(data: bytes) -> bool:
    """Whether ``data`` starts like a GIF."""
    return data.startswith((b"GIF87a", b"GIF89a"))


def read(data: bytes) -> Header:
    """Size of canvas and first picture together, and a copy without comments and application blocks."""
    if len(data) < 13:
        raise damaged("GIF")
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    start = 13 + _palette(flags)
    picture, control = _first_picture(data, start)
    if picture + 10 > len(data):
        raise damaged("GIF")
    left, top, wide, high = struct.unpack_from("<4H", data, picture + 1)
    size = (max(width, left + wide), max(height, top + high))
    return Header("GIF", size, data[:start] + control + data[picture:])


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _first_picture(data: bytes, position: int) -> tuple[int, bytes]:
    """Where the first picture starts, and the control block (its transparent colour) that precedes it."""
    control = b""
    for _ in range(MAX_BLOCKS):
        if position + 2 > len(data):
            break
        if data[position] == _PICTURE:
            return position, control
        if data[position] == _EXTENSION:
            end = _end_of_blocks(data, position + 2)
            if data[position + 1] == _CONTROL and end - position == 8:
                control = data[position:end]
            position = end
        elif data[position] == 0:
            position += 1  # some writers pad with an empty block
        else:
            break
    raise damaged("GIF")


def _end_of_blocks(data: bytes, position: int) -> int:
    for _ in range(MAX_BLOCKS):
        if position >= len(data):
            break
        if data[position] == 0:
            return position + 1
        position += 1 + data[position]
    raise damaged("GIF")
