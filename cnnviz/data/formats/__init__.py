"""What a picture file says about itself, read in plain Python before any decoder sees it.

One file per format. Each reader finds the size and the orientation, and returns the same picture without its
metadata: comments, colour profiles, thumbnails, further frames. So a hostile header costs nothing, and no decoder
meets a bomb hidden in metadata.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnviz.data.formats import bmp, gif, heif, jpeg, png, webp
from cnnviz.data.formats.header import ACCEPTED, BadImage, Header

_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Header]], ...] = (
    (jpeg.accepts, jpeg.read),
    (png.accepts, png.read),
    (webp.accepts, webp.read),
    (gif.accepts, gif.read),
    (bmp.accepts, bmp.read),
    (heif.accepts, heif.read),
)

# Files that people drop by mistake; knowing the name makes the advice better than "unknown format".
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"PK\x03\x04", "an archive or a document"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML or SVG file"),
    (b"<", "a web page"),
)


def read_header(data: bytes) -> Header:
    """Recognise ``data`` by its content and read its header; :class:`BadImage` says what else it is."""
    for accepts, read in _READERS:
        if accepts(data):
            return read(data)
    start = data[:64].lstrip().removeprefix(b"\xef\xbb\xbf")
    for prefix, name in _FOREIGN:
        if data.startswith(prefix) or start.startswith(prefix):
            raise BadImage(f"This is {name}, which is not read here: save it as PNG or JPEG and choose that file.")
    raise BadImage(f"This file is not a picture that can be read: choose a {ACCEPTED} file.")


__all__ = ["ACCEPTED", "BadImage", "Header", "read_header"]
