"""Picture files written byte by byte: what no writer makes, but a browser may send."""

from __future__ import annotations

import functools
import io
import struct
import zlib

import numpy as np
from PIL import Image as Pillow

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body=b""):
    """One chunk of a PNG with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def head(width, height, depth=8, colour=0, *, interlace=0):
    """A PNG as far as its size."""
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


@functools.cache
def nothing(length):
    """So many zeros, deflated."""
    return zlib.compress(bytes(length), 9)


def flat_png(width, height, before=b"", after=b""):
    """A black PNG, with more chunks before and after its pixels."""
    pixels = chunk(b"IDAT", nothing((width + 1) * height))
    return head(width, height) + before + pixels + after + chunk(b"IEND")


def flat_bits(width, height, interlace=0):
    """One bit a pixel: a large picture from few bytes."""
    pixels = chunk(b"IDAT", nothing((width // 8 + 2) * height))
    return head(width, height, 1, interlace=interlace) + pixels + chunk(b"IEND")


def palette_png(colours, index):
    """A PNG of 16 × 16 pixels, all of palette entry ``index``; the palette has ``colours``."""
    pixels = zlib.compress((b"\0" + bytes([index]) * 16) * 16)
    palette = chunk(b"PLTE", bytes(range(3 * colours))) if colours else b""
    return head(16, 16, 8, 3) + palette + chunk(b"IDAT", pixels) + chunk(b"IEND")


def saved(kind, size=(32, 24), mode="RGB", *, grain=4, **options):
    """A picture of random colours, one every ``grain`` pixels and smooth between them, in RGBA before ``mode``."""
    pixels = np.random.default_rng(3).integers(0, 256, (size[1] // grain, size[0] // grain, 4), dtype=np.uint8)
    picture = Pillow.fromarray(pixels).resize(size).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def moving(kind, frames=3):
    """A picture of several frames."""
    first, *more = (Pillow.new("RGB", (32, 24), (80 * k % 256, 40, 90)) for k in range(frames))
    buffer = io.BytesIO()
    first.save(buffer, kind, save_all=True, append_images=more)
    return buffer.getvalue()


def segment(marker, body):
    """One segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_with(*segments):
    """A JPEG with segments before its tables."""
    data = saved("JPEG")
    return data[:2] + b"".join(segments) + data[2:]


def jpeg_frame(marker=0xC0, *, depth=8, height=24, width=32, parts=3):
    """A JPEG whose frame header says something else than its pixels."""
    data = saved("JPEG")
    at = data.index(b"\xff\xc0")
    fields = struct.pack(">BBHBHHB", 0xFF, marker, 8 + 3 * parts, depth, height, width, parts)
    return data[:at] + fields + (data[at + 10 : at + 19] * 90)[: 3 * parts] + data[at + 19 :]


def scans(count):
    """A progressive JPEG whose last scan but one is there ``count`` times more."""
    data = saved("JPEG", (2000, 1500), progressive=True, quality=10)
    start = data.rfind(b"\xff\xda", 0, data.rfind(b"\xff\xda"))
    end = data.find(b"\xff", start + 12)
    return data[:start] + data[start:end] * count + data[start:]


def gif_frame(left=0, top=0):
    """A frame of 8 × 8 black pixels for a GIF."""
    data = io.BytesIO()
    Pillow.new("P", (8, 8)).save(data, "GIF")
    found = data.getvalue()
    at = found.rindex(struct.pack("<BHHHHB", 0x2C, 0, 0, 8, 8, 0))
    return struct.pack("<BHH", 0x2C, left, top) + found[at + 5 : -1]


def gif(width, height, left=0, top=0, *, extensions=b"", more=b""):
    """A GIF of one picture of 8 × 8, and whatever follows."""
    return (
        struct.pack("<6sHHBBB", b"GIF89a", width, height, 0x80, 0, 0)
        + b"\0\0\0\xff\xff\xff"
        + extensions
        + gif_frame(left, top)
        + more
        + b";"
    )


def riff(kind, body):
    """A WebP of one chunk."""
    chunks = kind + struct.pack("<I", len(body)) + body + bytes(16)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def webp_of_frames(count):
    """A moving WebP whose last frame is there ``count`` times more."""
    data = moving("WEBP")
    at = data.rfind(b"ANMF")
    length = 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    out = data[: at + length] + data[at : at + length] * count + data[at + length :]
    return out[:4] + struct.pack("<I", len(out) - 8) + out[8:]


def bmp(width, height, bits, compression, *, colours=0):
    """A BMP with 64 bytes behind its header."""
    fields = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, colours, 0)
    return struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54 + 64) + fields + bytes(64)


def exif_flood():
    """65,535 EXIF values of half a megabyte each, all the same bytes: 32 GB for who reads them all."""
    entries = b"".join(struct.pack("<HHII", tag, 7, 500_000, 800_000) for tag in range(65_535))
    return b"II*\0" + struct.pack("<IH", 8, 65_535) + entries + bytes(600_000)


def exif_circle():
    """Directories that lead to themselves: the EXIF, the GPS and the next one."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825, 0xA005))
    return b"II*\0" + struct.pack("<IH", 8, 3) + entries + struct.pack("<I", 8)


def in_app1(exif):
    """EXIF in as many segments of a JPEG as it takes."""
    return b"".join(segment(0xE1, b"Exif\0\0" + exif[k : k + 60_000]) for k in range(0, len(exif), 60_000))


def avif_of(width, height):
    """An AVIF that says it is larger than it is."""
    data = saved("AVIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def heic_of(width, height):
    """The boxes of a HEIC photo, as far as its size."""
    size = struct.pack(">I4sIII", 20, b"ispe", 0, width, height)
    return struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1") + struct.pack(">I4s", 28, b"meta") + size


def avif_with_exif_flood():
    """Saved with EXIF that declares nothing, then overwritten: a writer, too, would read the flood."""
    flood = exif_flood()
    calm = flood[:8] + bytes(len(flood) - 8)
    data = saved("AVIF", exif=calm)
    assert calm in data
    return data.replace(calm, flood)
