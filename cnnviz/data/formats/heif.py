"""The HEIF container (ISO/IEC 23008-12): AVIF, which Pillow decodes, and HEIC, which needs pillow-heif."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from cnnviz.data.formats.header import Header, damaged

MAX_BOXES = 4_096
_AVIF = frozenset({b"avif", b"avis"})
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"})


def accepts(data: bytes) -> bool:
    """Whether ``data`` starts with a file-type box that names one of the two formats."""
    return data[4:8] == b"ftyp" and not _brands(data).isdisjoint(_AVIF | _HEIC)


def read(data: bytes) -> Header:
    """Size, by the largest one declared, and for AVIF a copy whose EXIF no reader will find.

    Both formats say by a property, not by EXIF, how to turn the picture, and their decoders follow it.
    """
    sizes = [_declared(data, start, end) for kind, start, end in _boxes(data) if kind != b"mdat"]
    size = max((one for some in sizes for one in some), key=lambda one: one[0] * one[1], default=None)
    if size is None:
        raise damaged("AVIF or HEIC")
    if _brands(data).isdisjoint(_AVIF):
        return Header("HEIC", size, data)
    return Header("AVIF", size, _without_exif(data))


def _brands(data: bytes) -> set[bytes]:
    end = min(int.from_bytes(data[:4], "big"), 256, len(data))
    return {data[8:12], *(data[k : k + 4] for k in range(16, end - 3, 4))}


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    position = 0
    for _ in range(MAX_BOXES):
        if position + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, position)
        if length == 1 and position + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, position + 8)
        elif length == 0:
            length = len(data) - position
        if length < 8:
            return
        yield kind, position, min(position + length, len(data))
        position += length


def _declared(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """(width, height) of each ``ispe`` property in ``data[start:end]``."""
    found, position = [], start
    while (position := data.find(b"ispe", position, end)) >= 0 and position + 16 <= len(data):
        found.append(struct.unpack_from(">II", data, position + 8))
        position += 16
    return found


def _without_exif(data: bytes) -> bytes:
    """Rename EXIF items, in place so that offsets hold: the plugin would copy every value that EXIF declares."""
    changed = bytearray(data)
    for kind, start, end in _boxes(data):
        if kind != b"mdat":  # never touch pixels
            changed[start:end] = changed[start:end].replace(b"Exif", b"skip")
    return bytes(changed)
