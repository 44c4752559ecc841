"""BMP: a small header in one of seven versions; run-length coding is rare and slow to decode."""

from __future__ import annotations

import struct

from cnnviz.data.formats.header import BadImage, Header, damaged

MAX_RUN_LENGTH_PIXELS = 640 * 480  # decoded pixel by pixel in Python: 0.1 s
MAX_RUN_LENGTH_BYTES = 640 * 480 * 2
_CORE = 12  # size of the oldest header, with 16-bit sides
_VERSIONS = (40, 52, 56, 64, 108, 124)
_RUN_LENGTH = (1, 2)


def accepts(data: bytes) -> bool:
    """Whether ``data`` starts like a BMP; two letters alone would take in ordinary text."""
    return data.startswith(b"BM") and len(data) >= 26 and struct.unpack_from("<I", data, 14)[0] in (_CORE, *_VERSIONS)


def read(data: bytes) -> Header:
    """Size; a run-length coded file has a smaller limit."""
    (version,) = struct.unpack_from("<I", data, 14)
    if version == _CORE:
        return Header("BMP", struct.unpack_from("<HH", data, 18), data)
    if len(data) < 14 + version:
        raise damaged("BMP")
    width, height = struct.unpack_from("<ii", data, 18)
    (compression,) = struct.unpack_from("<I", data, 30)
    size = (width, abs(height))  # a negative height counts rows from the top
    if compression in _RUN_LENGTH and (width * abs(height) > MAX_RUN_LENGTH_PIXELS or len(data) > MAX_RUN_LENGTH_BYTES):
        raise BadImage("A run-length coded BMP may have at most 640 × 480 pixels: save the picture as PNG.")
    return Header("BMP", size, data)
