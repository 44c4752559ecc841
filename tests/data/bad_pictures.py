"""The permanent corpus of bad pictures. Nothing is stored: each is made, by name, with words its sentence must contain.

``BOMBS`` are made to cost memory or time and are refused from their header; ``CALM`` hide a bomb where nothing looks,
and are shown; ``FOREIGN`` and ``BROKEN`` are refused as well; ``ODD`` are strange, and shown.
"""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image as Pillow

from tests.data.crafted import (
    SIGNATURE,
    avif_of,
    avif_with_exif_flood,
    bmp,
    chunk,
    exif_circle,
    exif_flood,
    flat_bits,
    flat_png,
    gif,
    gif_frame,
    head,
    heic_of,
    in_app1,
    jpeg_frame,
    jpeg_with,
    moving,
    nothing,
    palette_png,
    riff,
    saved,
    scans,
    segment,
    webp_of_frames,
)

CUT, LARGE, THIN, SMALL = "damaged or cut short", "limit is 12 megapixels", "50 times", "at least 8"

BOMBS = {
    "png of 144 megapixels": (lambda: flat_bits(12_000, 12_000), LARGE),
    "png just above the limit": (lambda: flat_bits(4_200, 3_001), LARGE),
    "png of 2^31 pixels a side": (
        lambda: head(2**31 - 1, 2**31 - 1) + chunk(b"IDAT", b"x") + chunk(b"IEND"),
        LARGE,
    ),
    "interlaced png of 400 megapixels": (lambda: flat_bits(20_000, 20_000, interlace=1), LARGE),
    "png like a thread": (lambda: flat_bits(60_000, 16), THIN),
    "png of one row": (lambda: flat_bits(60_000, 1), SMALL),
    "png of empty chunks": (lambda: head(64, 64) + chunk(b"IDAT") * 800_000, CUT),
    "png of 100,000 frames": (
        lambda: flat_png(64, 64, chunk(b"acTL", bytes(8)) + chunk(b"fcTL", bytes(26)) * 100_000),
        CUT,
    ),
    "png cut in its header": (lambda: head(64, 64)[:20], CUT),
    "gif of 4 gigapixels": (lambda: gif(65_535, 65_535), LARGE),
    "gif with a far away picture": (lambda: gif(10, 10, 65_000, 65_000), LARGE),
    "gif of comments": (lambda: gif(10, 10, extensions=b"!\xfe" + b"\x01x" * 4_900_000 + b"\0"), CUT),
    "gif of empty comments": (lambda: gif(10, 10, extensions=b"!\xfe\0" * 3_000_000), CUT),
    "webp canvas of 281 terapixels": (lambda: riff(b"VP8X", bytes(4) + b"\xff" * 6), LARGE),
    "lossless webp of 268 megapixels": (lambda: riff(b"VP8L", b"\x2f" + b"\xff\xff\xff\x0f"), LARGE),
    "lossy webp of 268 megapixels": (lambda: riff(b"VP8 ", bytes(3) + b"\x9d\x01\x2a\xff\x3f\xff\x3f"), LARGE),
    "bmp of 900 megapixels": (lambda: bmp(30_000, 30_000, 1, 0), LARGE),
    "bmp of a negative width": (lambda: bmp(-3_000, 3_000, 24, 0), SMALL),
    "bmp of the most negative height": (lambda: bmp(3_000, -(2**31), 24, 0), THIN),
    "run-length bmp of 9 megapixels": (lambda: bmp(3_000, 3_000, 4, 2), "640 × 480"),
    "run-length bmp of line ends": (lambda: bmp(600, 500, 8, 1) + bytes(9_000_000), "640 × 480"),
    "jpeg of 4 gigapixels": (lambda: jpeg_frame(height=65_500, width=65_500), LARGE),
    "jpeg of comments": (lambda: jpeg_with(b"\xff\xfe\0\2" * 2_400_000), CUT),
    "jpeg of 100,000 profiles": (lambda: jpeg_with(segment(0xE2, b"ICC_PROFILE\0\1\1") * 100_000), CUT),
    "jpeg of scans": (lambda: scans(20_000), CUT),
    "jpeg of restarts": (lambda: b"\xff\xd8\xff\xc0" + b"\xff\xd0" * 4_900_000, CUT),
    "avif of 3.6 gigapixels": (lambda: avif_of(60_000, 60_000), LARGE),
    "heic of 3.6 gigapixels": (lambda: heic_of(60_000, 60_000), LARGE),
    "eleven megabytes": (lambda: b"\x89PNG" + bytes(11_000_000), "limit is 10"),
    "svg of a billion laughs": (
        lambda: b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg>&b;</svg>' * 90_000,
        "SVG",
    ),
}

CALM = {
    "png with profile bombs": lambda: flat_png(64, 64, chunk(b"iCCP", b"p\0\0" + nothing(1_000_000)) * 5_000),
    "png with text bombs": lambda: flat_png(64, 64, chunk(b"zTXt", b"k\0\0" + nothing(60_000_000)) * 100),
    "png with international text bombs": lambda: flat_png(
        64, 64, chunk(b"iTXt", b"k\0\1\0\0\0" + nothing(60_000_000)) * 100
    ),
    "png whose pixels go on for 60 MB": lambda: head(64, 64) + chunk(b"IDAT", nothing(60_000_000)) + chunk(b"IEND"),
    "png with a frame of 4 gigapixels": lambda: flat_png(
        64,
        64,
        chunk(b"acTL", struct.pack(">II", 2, 0))
        + chunk(b"fcTL", struct.pack(">5I", 0, 65_535, 65_535, 0, 0) + bytes(6)),
        chunk(b"fdAT", bytes(4) + nothing(60_000_000)),
    ),
    "png with an exif flood": lambda: flat_png(64, 64, chunk(b"eXIf", exif_flood())),
    "png with exif in a circle": lambda: flat_png(64, 64, chunk(b"eXIf", exif_circle())),
    "jpeg with an exif flood": lambda: jpeg_with(in_app1(exif_flood())),
    "jpeg with exif in a circle": lambda: jpeg_with(in_app1(exif_circle())),
    "jpeg with exif of noise": lambda: jpeg_with(in_app1(b"II*\0" + np.random.default_rng(1).bytes(50_000))),
    "avif with an exif flood": avif_with_exif_flood,
    "webp with an exif flood": lambda: saved("WEBP", exif=exif_flood()),
    "webp with exif in a circle": lambda: saved("WEBP", exif=exif_circle()),
    "webp of 2,000 frames": lambda: webp_of_frames(2_000),
    "gif of 90,000 frames": lambda: gif(10, 10, more=gif_frame() * 90_000),
    "gif with far away frames": lambda: gif(10, 10, more=gif_frame(65_000, 65_000)),
}


def _zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("picture.png", flat_png(64, 64))
    return buffer.getvalue()


def _filed(kind):
    buffer = io.BytesIO()
    Pillow.new("RGB", (32, 32), "red").save(buffer, kind)
    return buffer.getvalue()


FOREIGN = {
    "nothing": (lambda: b"", "empty"),
    "one byte": (lambda: b"\x89", "not a picture"),
    "text": (lambda: b"Dear Sir or Madam, " * 40, "not a picture"),
    "BM as text": (lambda: b"BMI and other measures of health, a short introduction", "not a picture"),
    "zeros": (lambda: bytes(1_000), "not a picture"),
    "noise": (lambda: np.random.default_rng(0).bytes(100_000), "not a picture"),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(100), "PDF"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
    "packed svg": (lambda: gzip.compress(b"<svg/>", mtime=0), "not a picture"),
    "web page": (lambda: b"\n\n<!doctype html><title>404</title>", "web page"),
    "tiff": (lambda: _filed("TIFF"), "TIFF"),
    "tiff of 4 gigapixels": (
        lambda: b"II*\0" + struct.pack("<IHHHIIHHII", 8, 2, 256, 4, 1, 65_535, 257, 4, 1, 65_535),
        "TIFF",
    ),
    "icon": (lambda: _filed("ICO"), "icon"),
    "photoshop": (lambda: b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 300_000, 300_000, 8, 3), "Photoshop"),
    "jpeg xl": (lambda: b"\xff\x0a" + bytes(100), "JPEG XL"),
    "jpeg 2000": (lambda: b"\x00\x00\x00\x0cjP  " + bytes(100), "JPEG 2000"),
    "zip with a picture": (_zip, "archive"),
    "sound": (lambda: b"RIFF" + struct.pack("<I", 100) + b"WAVE" + bytes(100), "not a picture"),
    "film": (lambda: struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0) + bytes(100), "not a picture"),
    "program": (lambda: b"\x7fELF" + bytes(1_000), "not a picture"),
    "pickle": (lambda: b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.", "not a picture"),
}

BROKEN = {
    "signature only": (lambda: SIGNATURE, CUT),
    "png without pixels": (lambda: head(64, 64) + chunk(b"IEND"), CUT),
    "png with a broken checksum": (lambda: flat_png(64, 64)[:-20] + b"\0" + flat_png(64, 64)[-19:], CUT),
    "png of colour type 5": (lambda: head(64, 64, 8, 5) + chunk(b"IDAT", nothing(4_160)) + chunk(b"IEND"), CUT),
    "png of 3 bits": (lambda: head(64, 64, 3, 0) + chunk(b"IDAT", nothing(4_160)) + chunk(b"IEND"), CUT),
    "png whose pixels are noise": (lambda: head(64, 64) + chunk(b"IDAT", bytes(range(256))) + chunk(b"IEND"), CUT),
    "png with a filter of 9": (
        lambda: head(64, 64) + chunk(b"IDAT", zlib.compress((b"\x09" + bytes(64)) * 64)) + chunk(b"IEND"),
        CUT,
    ),
    "gif that is a program as well": (lambda: gif(0x2A2F, 60, extensions=b"!\xfe\x09*/=1;//*/\0"), THIN),
    "small": (lambda: flat_png(7, 64), SMALL),
    "narrow": (lambda: flat_png(8, 408), THIN),
    "empty png": (lambda: head(0, 0) + chunk(b"IDAT", nothing(10)) + chunk(b"IEND"), SMALL),
    "gif without picture": (lambda: gif(64, 64)[:20] + b";", CUT),
    "avif type only": (lambda: struct.pack(">I4s4sI", 16, b"ftyp", b"avif", 0), CUT),
    "heic type only": (lambda: struct.pack(">I4s4sI", 16, b"ftyp", b"heic", 0), CUT),
    "jpeg of 12 bits": (lambda: jpeg_frame(depth=12), CUT),
    "lossless jpeg": (lambda: jpeg_frame(0xC3), CUT),
    "hierarchical jpeg": (lambda: jpeg_frame(0xC5), CUT),
    "jpeg of unknown height": (lambda: jpeg_frame(height=0), SMALL),
    "jpeg of 70 colours": (lambda: jpeg_frame(parts=70), CUT),
    "jpeg of two frames": (lambda: jpeg_with(saved("JPEG")[saved("JPEG").index(b"\xff\xc0") :][:19]), CUT),
    "bmp of 7 bits": (lambda: bmp(32, 32, 7, 0), CUT),
    "bmp of four billion colours": (lambda: bmp(32, 32, 8, 0, colours=2**32 - 1), CUT),
}

ODD = {
    "png of half its rows": lambda: head(64, 64) + chunk(b"IDAT", nothing(2_080)) + chunk(b"IEND"),
    "mpo": lambda: moving("MPO"),
    "moving png": lambda: moving("PNG"),
    "moving gif": lambda: moving("GIF"),
    "interlaced png": lambda: flat_bits(64, 64, interlace=1),
    "arithmetic jpeg with the pixels of another": lambda: jpeg_frame(0xC9),
    "png of a palette colour that is not there": lambda: palette_png(2, 200),
    "png of a palette that is not there": lambda: palette_png(0, 0),
    "picture that is a zip as well": lambda: flat_png(64, 64) + _zip(),
    "picture that is a web page as well": lambda: flat_png(64, 64, chunk(b"tEXt", b"a\0<script>alert(1)</script>")),
    "jpeg with a thousand bytes behind it": lambda: saved("JPEG") + b"\xff" * 1_000,
}


_BORDERS = {
    "png": rb"....(?:IHDR|PLTE|IDAT|tEXt|pHYs|eXIf|acTL|fcTL|fdAT|IEND)",
    "jpeg": rb"\xff[\xc0-\xfe]",
    "webp": rb"RIFF|WEBP|VP8.|EXIF|ANIM|ANMF|ALPH",
    "gif": rb"[\x21\x2c]",
}


def cut_at_every_border():
    """Pictures that end before, within and behind the mark of each of their parts, by name."""
    whole = {
        "png": flat_png(64, 64, chunk(b"tEXt", b"a\0b") + chunk(b"pHYs", bytes(9)), chunk(b"eXIf", exif_circle())),
        "moving png": moving("PNG"),
        "palette png": palette_png(2, 1),
        "jpeg": jpeg_with(in_app1(exif_circle())),
        "progressive jpeg": saved("JPEG", progressive=True),
        "webp": saved("WEBP", exif=exif_circle()),
        "moving webp": moving("WEBP"),
        "gif": moving("GIF"),
    }
    return {
        f"{name}, {at} of {len(data)} bytes": data[:at]
        for name, data in whole.items()
        for found in re.finditer(_BORDERS[name.split()[-1]], data, re.DOTALL)
        for at in (found.start(), found.start() + 1, found.end(), found.end() + 3)
    }
