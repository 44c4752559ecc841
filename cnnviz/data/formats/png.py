"""PNG (ISO/IEC 15948): a list of checksummed chunks, of which a picture needs four kinds."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from cnnviz.data.formats import exif
from cnnviz.data.formats.header import Header, damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 32_768  # 10 MB in pieces of 305 bytes; writers use 8 kB and more
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
_GRAY, _RGB = 0, 2


def accepts(data: bytes) -> bool:
    """Whether ``data`` starts like a PNG."""
    return data.startswith(SIGNATURE)


def read(data: bytes) -> Header:
    """Size, orientation, and a copy with IHDR, PLTE, tRNS and one IDAT: no text, profile or animation is left."""
    found: dict[bytes, list[memoryview]] = {kind: [] for kind in (*_KEPT, b"eXIf")}
    for kind, body in _chunks(memoryview(data)):
        if kind in found and (body or not found[kind]):  # thousands of empty chunks are not worth remembering
            found[kind].append(body)
    if not found[b"IHDR"] or len(found[b"IHDR"][0]) != 13 or not found[b"IDAT"]:
        raise damaged("PNG")
    head = bytes(found[b"IHDR"][0])
    width, height = struct.unpack_from(">II", head)
    turned = exif.orientation(bytes(found[b"eXIf"][0][:65_536])) if found[b"eXIf"] else 1
    return Header("PNG", (width, height), _rebuilt(head, found), turned)


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if position + 12 > len(data):
            return  # a missing end chunk is no loss: the pixels tell whether they are all there
        (length,) = struct.unpack_from(">I", data, position)
        kind = bytes(data[position + 4 : position + 8])
        end = position + 8 + length
        if kind == b"IEND":
            return
        if end + 4 > len(data):
            raise damaged("PNG")
        body = data[position + 8 : end]
        if kind in _KEPT and zlib.crc32(body, zlib.crc32(kind)) != struct.unpack_from(">I", data, end)[0]:
            raise damaged("PNG")
        yield kind, body
        position = end + 4
    raise damaged("PNG")


def _rebuilt(head: bytes, found: dict[bytes, list[memoryview]]) -> bytes:
    chunks = [SIGNATURE, _chunk(b"IHDR", head)]
    if found[b"PLTE"]:
        chunks.append(_chunk(b"PLTE", bytes(found[b"PLTE"][0][:768])))
    if found[b"tRNS"]:
        chunks.append(_chunk(b"tRNS", _transparency(head[8], head[9], bytes(found[b"tRNS"][0][:256]))))
    pixels = b"".join(found[b"IDAT"])
    return b"".join([*chunks, *_parts(b"IDAT", pixels), _chunk(b"IEND", b"")])


def _transparency(depth: int, colour: int, value: bytes) -> bytes:
    """The transparent colour as the decoder compares it: on 8 bits for what it expands or shortens to 8 bits."""
    if colour == _GRAY and 1 < depth < 8 and len(value) >= 2:
        (level,) = struct.unpack_from(">H", value)
        return struct.pack(">H", level % (1 << depth) * 255 // ((1 << depth) - 1))
    if colour == _RGB and depth == 16 and len(value) >= 6:
        return struct.pack(">3H", *(level >> 8 for level in struct.unpack_from(">3H", value)))
    return value


def _chunk(kind: bytes, body: bytes) -> bytes:
    return b"".join(_parts(kind, body))


def _parts(kind: bytes, body: bytes) -> tuple[bytes, ...]:
    return struct.pack(">I", len(body)), kind, body, struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
