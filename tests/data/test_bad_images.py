"""What is no picture, or one made to hurt, is refused in one sentence, quickly and without memory."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow

from cnnviz.data import images
from cnnviz.data.images import BadImage, decode

# The decoder's own warning would mean that our check came too late.
pytestmark = pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body=b""):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def head(width, height, depth=8, colour=0):
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def flat_png(width, height, before=b""):
    pixels = chunk(b"IDAT", zlib.compress(bytes((width + 1) * height), 9))
    return head(width, height) + before + pixels + chunk(b"IEND")


def flat_bits(width, height):
    """One bit a pixel: a large picture from few bytes."""
    return head(width, height, 1) + chunk(b"IDAT", zlib.compress(bytes((width // 8 + 2) * height), 9)) + chunk(b"IEND")


def saved(kind, size=(32, 24), mode="RGB", *, grain=4, **options):
    """A picture of random colours, one every ``grain`` pixels and smooth between them, in RGBA before ``mode``."""
    pixels = np.random.default_rng(3).integers(0, 256, (size[1] // grain, size[0] // grain, 4), dtype=np.uint8)
    picture = Pillow.fromarray(pixels).resize(size).convert(mode)
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def gif(width, height, left=0, top=0, *, extensions=b""):
    return (
        struct.pack("<6sHHBBB", b"GIF89a", width, height, 0x80, 0, 0)
        + b"\0\0\0\xff\xff\xff"
        + extensions
        + struct.pack("<BHHHHB", 0x2C, left, top, 8, 8, 0)
        + b"\x02\x02\x4c\x01\x00;"
    )


def riff(kind, body):
    chunks = kind + struct.pack("<I", len(body)) + body + bytes(16)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def bmp(width, height, bits, compression):
    fields = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54 + 64) + fields + bytes(64)


def scans(count):
    """A progressive JPEG whose last scan but one is there ``count`` times more."""
    data = saved("JPEG", (2000, 1500), progressive=True, quality=10)
    start = data.rfind(b"\xff\xda", 0, data.rfind(b"\xff\xda"))
    end = data.find(b"\xff", start + 12)
    return data[:start] + data[start:end] * count + data[start:]


def exif_flood():
    """65,535 EXIF values of half a megabyte each, all the same bytes: 32 GB for who reads them all."""
    entries = b"".join(struct.pack("<HHII", tag, 7, 500_000, 800_000) for tag in range(65_535))
    return b"II*\0" + struct.pack("<IH", 8, 65_535) + entries + bytes(600_000)


def in_app1(exif):
    return b"".join(segment(0xE1, b"Exif\0\0" + exif[k : k + 60_000]) for k in range(0, len(exif), 60_000))


def avif_of(width, height):
    data = saved("AVIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def avif_with_exif_flood():
    """Saved with EXIF that declares nothing, then overwritten: a writer, too, would read the flood."""
    flood = exif_flood()
    calm = flood[:8] + bytes(len(flood) - 8)
    data = saved("AVIF", exif=calm)
    assert calm in data
    return data.replace(calm, flood)


BOMBS = {
    "png of 144 megapixels": lambda: flat_bits(12_000, 12_000),
    "png just above the limit": lambda: flat_bits(4_200, 3_001),
    "png of 2^31 pixels a side": lambda: head(2**31 - 1, 2**31 - 1) + chunk(b"IDAT", b"x") + chunk(b"IEND"),
    "png like a thread": lambda: flat_bits(60_000, 16),
    "png of empty chunks": lambda: head(64, 64) + chunk(b"IDAT") * 800_000,
    "png cut in its header": lambda: head(64, 64)[:20],
    "gif of 4 gigapixels": lambda: gif(65_535, 65_535),
    "gif with a far away picture": lambda: gif(10, 10, 65_000, 65_000),
    "gif of comments": lambda: gif(10, 10, extensions=b"!\xfe" + b"\x01x" * 4_900_000 + b"\0"),
    "gif of empty comments": lambda: gif(10, 10, extensions=b"!\xfe\0" * 3_000_000),
    "webp canvas of 281 terapixels": lambda: riff(b"VP8X", bytes(4) + b"\xff" * 6),
    "lossless webp of 268 megapixels": lambda: riff(b"VP8L", b"\x2f" + b"\xff\xff\xff\x0f"),
    "lossy webp of 268 megapixels": lambda: riff(b"VP8 ", bytes(3) + b"\x9d\x01\x2a\xff\x3f\xff\x3f"),
    "bmp of 900 megapixels": lambda: bmp(30_000, 30_000, 1, 0),
    "bmp of a negative width": lambda: bmp(-3_000, 3_000, 24, 0),
    "run-length bmp of 9 megapixels": lambda: bmp(3_000, 3_000, 4, 2),
    "run-length bmp of line ends": lambda: bmp(600, 500, 8, 1) + bytes(9_000_000),
    "jpeg of 4 gigapixels": lambda: saved("JPEG").replace(
        struct.pack(">HH", 24, 32), struct.pack(">HH", 65_500, 65_500), 1
    ),
    "jpeg of comments": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 2_400_000 + saved("JPEG")[2:],
    "jpeg of scans": lambda: scans(20_000),
    "avif of 3.6 gigapixels": lambda: avif_of(60_000, 60_000),
    "eleven megabytes": lambda: b"\x89PNG" + bytes(11_000_000),
}

HARMLESS = {
    "png with profile bombs": lambda: flat_png(
        64, 64, (chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(1_000_000), 9)) * 5_000)
    ),
    "png with text bombs": lambda: flat_png(
        64, 64, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(60_000_000), 9)) * 100
    ),
    "png with an exif flood": lambda: flat_png(64, 64, chunk(b"eXIf", exif_flood())),
    "jpeg with an exif flood": lambda: saved("JPEG")[:2] + in_app1(exif_flood()) + saved("JPEG")[2:],
    "avif with an exif flood": avif_with_exif_flood,
    "webp with an exif flood": lambda: saved("WEBP", exif=exif_flood()),
}

NOT_PICTURES = {
    "nothing": b"",
    "one byte": b"\x89",
    "text": b"Dear Sir or Madam, " * 40,
    "BM as text": b"BMI and other measures of health, a short introduction",
    "pdf": b"%PDF-1.7\n" + bytes(100),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "tiff": b"II*\0" + bytes(100),
    "jpeg xl": b"\xff\x0a" + bytes(100),
    "zip": b"PK\x03\x04" + bytes(100),
    "web page": b"\n\n<!doctype html><title>404</title>",
    "zeros": bytes(1_000),
    "signature only": SIGNATURE,
    "no pixels": head(64, 64) + chunk(b"IEND"),
    "wrong checksum": flat_png(64, 64)[:-20] + b"\0" + flat_png(64, 64)[-19:],
    "small": flat_png(7, 64),
    "narrow": flat_png(8, 408),
    "gif without picture": gif(64, 64)[:20] + b";",
    "ftyp only": struct.pack(">I4s4sI", 16, b"ftyp", b"avif", 0),
    "heic brand only": struct.pack(">I4s4sI", 16, b"ftyp", b"heic", 0),
}


def refusal(data):
    """The sentence, after checking its form."""
    with pytest.raises(BadImage) as refused:
        decode(data)
    return checked(str(refused.value))


def checked(sentence):
    assert 20 <= len(sentence) <= 140
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert "\n" not in sentence
    assert any(word in sentence for word in ("choose", "save", "scale", "crop", "export"))
    return sentence


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_what_is_no_picture_is_refused_in_one_sentence(name):
    refusal(NOT_PICTURES[name])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (bytes(10_000_001), r"10\.1 MB.*limit is 10"),
        (flat_bits(4_200, 3_001), r"4200 × 3001.*12 megapixels"),
        (flat_png(7, 64), r"7 × 64.*at least 8"),
        (flat_png(8, 408), r"8 × 408.*50 times"),
        (b"%PDF-1.7", r"PDF.*PNG or JPEG"),
        (saved("PNG")[:-200], "damaged or cut short"),
    ],
)
def test_the_sentence_names_the_limit(data, says):
    with pytest.raises(BadImage, match=says):
        decode(data)


def test_the_limits_themselves_are_allowed():
    assert decode(flat_bits(4_000, 3_000)).shape == (3_000, 4_000, 3)
    assert decode(flat_png(8, 8)).shape == (8, 8, 3)
    assert decode(flat_png(8, 400)).shape == (400, 8, 3)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_files_that_break_off_are_refused(kind, part):
    data = saved(kind, (160, 120))
    refusal(data[: int(len(data) * part)])


def attempt(data):
    try:
        decode(data)
    except BadImage as refused:
        return str(refused)
    return "decoded"


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_from_the_header(in_child, name):
    data = BOMBS[name]()
    cost = in_child(lambda: attempt(data))
    checked(cost.result)
    assert "pixels" in cost.result or "pixels" not in name
    assert cost.seconds <= 0.1
    assert cost.megabytes <= 20


@pytest.mark.parametrize("name", HARMLESS)
def test_bombs_in_metadata_do_not_go_off(in_child, name):
    data = HARMLESS[name]()
    assert len(data) <= images.MAX_BYTES
    cost = in_child(lambda: attempt(data))
    assert cost.result == "decoded"
    assert cost.seconds <= 0.1
    assert cost.megabytes <= 20


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"progressive": True, "subsampling": 0}),
        ("JPEG", {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"}),
        ("PNG", {"compress_level": 1}),
        ("WEBP", {"lossless": True, "quality": 0, "method": 0}),
        ("AVIF", {"speed": 10, "subsampling": "4:4:4"}),
        ("GIF", {}),
    ],
)
def test_the_largest_pictures_keep_to_the_budget(in_child, kind, options):
    data = saved(kind, (4_000, 3_000), "RGB" if kind == "JPEG" else "RGBA", grain=500, **options)
    cost = in_child(lambda: attempt(data))
    assert cost.result == "decoded"
    assert cost.megabytes <= 200
    assert cost.seconds <= 1.0  # 0.5 s on an idle machine; other work may share the core's cache


def test_many_scans_are_refused_by_name():
    with pytest.raises(BadImage, match="more than 50 scans"):
        decode(scans(60))
    assert decode(scans(30)).shape == (1_500, 2_000, 3)
