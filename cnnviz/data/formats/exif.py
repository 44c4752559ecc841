"""The one EXIF entry that matters here: which way up the camera was held.

Read by hand, because a general EXIF reader copies every value that a file declares: 65,535 entries may all point at
the same megabytes.
"""

from __future__ import annotations

import struct

ORIENTATION = 0x0112
_SHORT = 3
_ENTRY = 12  # bytes: tag, type, count, value


def orientation(exif: bytes) -> int:
    """The orientation 1..8 in a TIFF block (with or without the ``Exif`` prefix); 1 if absent or broken."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 10:
        return 1
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    if start + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for entry in range(min(count, (len(tiff) - start - 2) // _ENTRY)):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + entry * _ENTRY)
        if tag == ORIENTATION and kind == _SHORT:
            return value if 1 <= value <= 8 else 1
    return 1
