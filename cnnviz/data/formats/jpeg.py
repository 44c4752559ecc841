"""JPEG (ITU-T T.81): marker segments, then one or more scans of coefficients."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cnnviz.data.formats import exif
from cnnviz.data.formats.header import BadImage, Header, damaged

MAX_SCANS = 50  # encoders write 1 to 20; each extra one walks over all coefficients again: 6 ms at 12 megapixels
MAX_SEGMENTS = 2_000  # an ICC profile takes up to 255
_SOI, _EOI, _SOS, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, _SOI, *range(0xD0, 0xD8)})
_KEPT = frozenset({0xDB, 0xC4, 0xCC, 0xDD, 0xE0, 0xEE, *_FRAMES})  # tables, frame, JFIF and Adobe (colour transform)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass
class _Walk:
    """What has been seen so far."""

    kept: list[memoryview] = field(default_factory=list)
    size: tuple[int, int] | None = None
    orientation: int = 0
    first_scan: int = 0
    scans: int = 0


def accepts(data: bytes) -> bool:
    """Whether ``data`` starts like a JPEG."""
    return data.startswith(b"\xff\xd8\xff")


def read(data: bytes) -> Header:
    """Size, orientation, and a copy from which comments, profiles, thumbnails and further pictures are gone."""
    walk, view, end = _Walk(), memoryview(data), len(data)
    for marker, start, stop in _segments(data):
        if marker == _EOI:
            end = start
            break
        _see(walk, marker, view[start:stop], start)
    if walk.size is None or not walk.first_scan:
        raise damaged("JPEG")
    # No end marker is added to a file that breaks off: so the decoder notices that pixels are missing.
    content = b"".join([b"\xff\xd8", *walk.kept, view[walk.first_scan : end], data[end : end + 2]])
    return Header("JPEG", walk.size, content, walk.orientation or 1)


def _segments(data: bytes) -> list[tuple[int, int, int]]:
    """(marker, start, end) of each segment up to the end of the first picture; entropy-coded data is stepped over."""
    found, position = [], 2
    while match := _MARKER.search(data, position):
        marker, start = data[match.end() - 1], match.start()
        position = match.end()
        if marker not in _BARE:
            length = 0 if marker == _EOI else int.from_bytes(data[position : position + 2], "big")
            position += length
            found.append((marker, start, position))
        if marker == _EOI:
            break
        if len(found) > MAX_SEGMENTS or position > len(data):
            raise damaged("JPEG")
    return found


def _see(walk: _Walk, marker: int, segment: memoryview, start: int) -> None:
    if marker == _SOS:
        walk.scans += 1
        walk.first_scan = walk.first_scan or start
        if walk.scans > MAX_SCANS:
            raise BadImage(f"The JPEG file has more than {MAX_SCANS} scans: save it again as an ordinary JPEG.")
    elif walk.first_scan:
        return  # tables between scans stay where they are
    elif marker == _APP1 and not walk.orientation and bytes(segment[4:10]) == b"Exif\x00\x00":
        walk.orientation = exif.orientation(bytes(segment[4:]))
    elif marker in _KEPT:
        if marker in _FRAMES:
            if walk.size is not None or len(segment) < 9:
                raise damaged("JPEG")
            height, width = int.from_bytes(segment[5:7], "big"), int.from_bytes(segment[7:9], "big")
            walk.size = (width, height)
        walk.kept.append(segment)
