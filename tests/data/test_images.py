"""Every valid picture comes out as RGB uint8, upright, over white.

The oracles are numpy, OpenCV and the formats' own rules, not Pillow's conversions.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from cnnviz.data import images
from cnnviz.data.images import BadImage, decode

GRAY, RGB, PALETTE, GRAY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGB_ALPHA: 4}
# EXIF 2.32, tag 0x0112: the side of the scene where the stored row 0 and the stored column 0 lie.
SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(samples, colour, depth=8, extra=b"", *, after=b""):
    """A PNG of integer samples (H, W, channels), written without any library."""
    height, width = samples.shape[:2]
    if depth == 16:
        rows = samples.astype(">u2").reshape(height, -1).view(np.uint8)
    elif depth == 8:
        rows = samples.astype(np.uint8).reshape(height, -1)
    else:
        bits = (samples.reshape(height, -1, 1) >> np.arange(depth - 1, -1, -1)) & 1
        rows = np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(raw))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + pixels + after + chunk(b"IEND", b"")


def over_white(colour, alpha):
    colour, alpha = np.asarray(colour, float), np.asarray(alpha, float)[..., None] / 255
    return colour * alpha + 255 * (1 - alpha)


def near(got, want, by):
    assert got.dtype == np.uint8
    assert got.shape == want.shape
    assert np.abs(got.astype(float) - want).max() <= by


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.fixture
def photo():
    """Smooth colours, so that lossy formats stay close; no symmetry."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([255 * x / 63, 255 * y / 47, 128 + 100 * np.sin(x / 9 + y / 17)], -1).astype(np.uint8)


def saved(array, kind, **options):
    buffer = io.BytesIO()
    Pillow.fromarray(array).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("colour", "depth"),
    [
        (GRAY, 1),
        (GRAY, 2),
        (GRAY, 4),
        *((colour, depth) for colour in CHANNELS if colour != PALETTE for depth in (8, 16)),
    ],
)
def test_every_png_type_is_scaled_to_8_bits_and_laid_over_white(random, colour, depth):
    top = 2**depth - 1
    samples = random.integers(0, top + 1, (20, 30, CHANNELS[colour]))
    levels = samples * (255 / top)
    shades = levels[..., :1] if colour in (GRAY, GRAY_ALPHA) else levels[..., :3]
    want = np.broadcast_to(shades, (20, 30, 3))
    if colour in (GRAY_ALPHA, RGB_ALPHA):
        want = over_white(want, levels[..., -1])
    near(decode(png(samples, colour, depth)), want, 3 if depth == 16 and colour != GRAY else 1)


def test_16_bit_gray_is_rounded_not_clipped():
    values = np.arange(65_536).reshape(256, 256, 1)
    np.testing.assert_array_equal(decode(png(values, GRAY, 16))[..., 1], np.rint(values[..., 0] / 257))


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("alpha", ["none", "one", "some"])
def test_palettes_with_and_without_transparency(random, depth, alpha):
    colours = random.integers(0, 256, (2**depth, 3))
    alphas = np.full(2**depth, 255)
    if alpha == "one":
        alphas[1] = 0
    elif alpha == "some":
        alphas[:] = random.integers(0, 256, 2**depth)
    extra = chunk(b"PLTE", colours.astype(np.uint8).tobytes())
    if alpha != "none":
        extra += chunk(b"tRNS", alphas.astype(np.uint8).tobytes())
    index = random.integers(0, 2**depth, (20, 30, 1))
    want = over_white(colours[index[..., 0]], alphas[index[..., 0]])
    near(decode(png(index, PALETTE, depth, extra)), want, 1)


@pytest.mark.parametrize(
    ("colour", "depth"), [(GRAY, 1), (GRAY, 2), (GRAY, 4), (GRAY, 8), (GRAY, 16), (RGB, 8), (RGB, 16)]
)
def test_the_transparent_colour_of_a_png_becomes_white(random, colour, depth):
    samples = random.integers(0, 2**depth, (20, 30, CHANNELS[colour]))
    samples[3:6] = samples[4, 4]
    extra = chunk(b"tRNS", samples[4, 4].astype(">u2").tobytes())
    levels = np.broadcast_to(samples * (255 / (2**depth - 1)), (20, 30, 3)).copy()
    levels[(samples == samples[4, 4]).all(-1)] = 255
    near(decode(png(samples, colour, depth, extra)), levels, 1)


def stored(upright, orientation):
    """The picture as a camera would store it, pixel by pixel from the standard's table."""
    row, column = SIDES[orientation]
    height, width = upright.shape[:2]
    swapped = row in ("left", "right")
    out = np.empty((width, height, 3) if swapped else (height, width, 3), np.uint8)
    for r in range(out.shape[0]):
        for c in range(out.shape[1]):
            down, along = (c, r) if swapped else (r, c)
            y = height - 1 - down if "bottom" in (row, column) else down
            x = width - 1 - along if "right" in (row, column) else along
            out[r, c] = upright[y, x]
    return out


def exif(orientation, order="<"):
    mark = {"<": b"II", ">": b"MM"}[order]
    entries = [(0x010F, 2, 4, b"cam\0"), (0x0112, 3, 1, struct.pack(order + "HH", orientation, 0))]
    body = b"".join(struct.pack(order + "HHI", *entry[:3]) + entry[3] for entry in entries)
    return mark + struct.pack(order + "HIH", 42, 8, len(entries)) + body + bytes(4)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_eight_orientations_give_the_same_pixels(photo, orientation, order):
    turned, tag = stored(photo, orientation), exif(orientation, order)
    before, after = png(turned, RGB, extra=chunk(b"eXIf", tag)), png(turned, RGB, after=chunk(b"eXIf", tag))
    for data in (before, after, saved(turned, "WEBP", lossless=True, exif=tag)):
        np.testing.assert_array_equal(decode(data), photo)
    near(decode(saved(turned, "JPEG", quality=95, subsampling=0, exif=b"Exif\0\0" + tag)), photo, 8)
    near(decode(saved(turned, "AVIF", quality=95, subsampling="4:4:4", exif=tag)), photo, 12)


@pytest.mark.parametrize(
    "tag",
    [b"", b"II", exif(0), exif(9), exif(6)[:20], b"II*\0" + b"\xff" * 4, b"MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0" * 3],
)
def test_a_broken_orientation_is_no_orientation(photo, tag):
    np.testing.assert_array_equal(decode(png(photo, RGB, extra=chunk(b"eXIf", tag))), photo)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("gray", [False, True])
def test_jpeg_agrees_with_opencv(photo, progressive, gray):
    data = saved(photo[..., 0] if gray else photo, "JPEG", quality=90, progressive=progressive)
    want = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    near(decode(data), want, 3)


def test_cmyk_follows_the_adobe_convention():
    inks = np.array([[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0], [0, 0, 255, 0], [0, 0, 0, 255], [60, 0, 120, 90]])
    blocks = np.repeat(np.repeat(inks[None], 16, 0), 16, 1).astype(np.uint8)
    buffer = io.BytesIO()
    Pillow.fromarray(blocks, "CMYK").save(buffer, "JPEG", quality=100)
    assert b"Adobe" in buffer.getvalue()
    want = (255 - blocks[..., :3].astype(float)) * (255 - blocks[..., 3:]) / 255
    near(decode(buffer.getvalue()), want, 4)


@pytest.mark.parametrize("alpha", [False, True])
def test_webp_gif_and_bmp(random, alpha):
    few = random.integers(0, 256, (16, 3), dtype=np.uint8)[random.integers(0, 16, (24, 40))]
    np.testing.assert_array_equal(decode(saved(few, "BMP")), few)
    np.testing.assert_array_equal(decode(saved(few, "GIF")), few)
    opacity = random.integers(0, 256, (24, 40, 1), dtype=np.uint8) if alpha else np.full((24, 40, 1), 255, np.uint8)
    data = saved(np.concatenate([few, opacity], -1), "WEBP", lossless=True, exact=True)
    near(decode(data), over_white(few, opacity[..., 0]), 1)


def test_transparent_gif_is_laid_over_white(random):
    index = random.integers(0, 4, (24, 40), dtype=np.uint8)
    colours = random.integers(0, 256, (4, 3), dtype=np.uint8)
    picture = Pillow.fromarray(index, "P")
    picture.putpalette(colours.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, "GIF", transparency=2, comment=b"a comment" * 100)
    np.testing.assert_array_equal(decode(buffer.getvalue()), np.where((index == 2)[..., None], 255, colours[index]))


def bmp(rows, *, bits, height, compression=0, palette=b""):
    width = 12
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(rows), 0, 0, len(palette) // 4, 0)
    return struct.pack("<2sIHHI", b"BM", 54 + len(palette) + len(rows), 0, 0, 54 + len(palette)) + head + palette + rows


def test_bmp_stored_from_the_top_or_the_bottom_and_run_length_coded(random):
    index = np.sort(random.integers(0, 5, (9, 12)), axis=1)
    colours = random.integers(0, 256, (5, 3), dtype=np.uint8)
    palette = np.concatenate([colours[:, ::-1], np.zeros((5, 1), np.uint8)], 1).tobytes()
    plain = [row.astype(np.uint8).tobytes() for row in index]
    runs = [b"".join(bytes([1, value]) for value in row) + b"\0\0" for row in plain]
    for data in (
        bmp(b"".join(plain[::-1]), bits=8, height=9, palette=palette),
        bmp(b"".join(plain), bits=8, height=-9, palette=palette),
        bmp(b"".join(runs[::-1]) + b"\0\1", bits=8, height=9, compression=1, palette=palette),
    ):
        np.testing.assert_array_equal(decode(data), colours[index])


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_only_the_first_frame_counts(kind):
    first, second = (Pillow.new("RGB", (32, 24), colour) for colour in ("red", "blue"))
    buffer = io.BytesIO()
    lossless = {"lossless": True} if kind == "WEBP" else {}
    first.save(buffer, kind, save_all=True, append_images=[second, second], duration=100, **lossless)
    near(decode(buffer.getvalue()), np.broadcast_to([255.0, 0, 0], (24, 32, 3)), 4)


def test_what_stands_beside_the_pixels_changes_nothing(photo):
    plain = decode(saved(photo, "JPEG", quality=90))
    dressed = saved(photo, "JPEG", quality=90, comment=b"x" * 60_000, icc_profile=b"p" * 200_000, dpi=(300, 300))
    second = saved(photo[::-1], "JPEG")
    np.testing.assert_array_equal(decode(dressed + second), plain)
    text = chunk(b"tEXt", b"Author\0someone") + chunk(b"gAMA", struct.pack(">I", 45455))
    np.testing.assert_array_equal(decode(png(photo, RGB, extra=text) + b"trailing bytes"), photo)


def test_avif_stays_close(photo):
    near(decode(saved(photo, "AVIF", quality=95, subsampling="4:4:4")), photo, 12)


def test_heic_stays_close_where_the_extra_is_installed(photo):
    heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    heif.from_bytes("RGB", (64, 48), photo.tobytes()).save(buffer, quality=95, chroma=444)
    near(decode(buffer.getvalue()), photo, 12)


def test_heic_without_the_extra_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    size = struct.pack(">I4sIII", 20, b"ispe", 0, 640, 480)
    data = struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1") + struct.pack(">I4s", 28, b"meta") + size
    with pytest.raises(BadImage, match=r"HEIC.*JPEG"):
        decode(data)


def test_the_result_may_be_written_to(photo):
    for orientation in (1, 6):
        got = decode(png(photo, RGB, extra=chunk(b"eXIf", exif(orientation))))
        assert got.flags.writeable
        assert got.flags.c_contiguous


@pytest.mark.slow
def test_real_photos_agree_with_opencv(shared: Path):
    for path in sorted((shared / "data" / "photos").glob("*.jpg")):
        want = cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1]
        near(images.read_image(path), want, 6)
