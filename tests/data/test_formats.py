"""Every colour mode in every format that is read, written by Pillow and compared with an oracle of our own: counted.

The formats' finer rules (palettes, depths, transparent colours, CMYK, orientations) stand in ``test_images.py``.
"""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image as Pillow

from cnnviz.data.images import decode
from tests.data.test_images import SIDES, exif, stored

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF")
MODES = (
    "1",
    "L",
    "LA",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBX",
    "CMYK",
    "YCbCr",
    "I",
    "I;16",
    "HSV",
    "LAB",
    "F",
    "RGBa",
    "La",
)
KEPT = {("PNG", "I"), ("PNG", "I;16"), ("JPEG", "CMYK")}  # other writers cut 16 bits and inks themselves
EXACT, CLOSE = 1, 26  # of 255: lossless, and lossy beside an edge
SECRET = b"taken at 48.137 N 11.575 E by A. Person"
Tell = Callable[[str], None]


def scene() -> np.ndarray:
    """Smooth, so that lossy formats stay close; no symmetry; alpha from 0 to 255."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([255 * x / 63, 255 * y / 47, 128 + 100 * np.sin(x / 29 + y / 37), 255 * (x + y) / 110], -1).astype(
        np.uint8
    )


def in_mode(mode: str) -> Pillow.Image:
    """The scene in a mode of Pillow."""
    picture = Pillow.fromarray(scene())
    if mode in ("I", "I;16"):
        return Pillow.fromarray(
            (scene()[..., 0].astype(np.int32) * 257).astype(np.uint16 if mode == "I;16" else np.int32)
        )
    try:
        return picture.convert(mode)
    except ValueError:
        return picture.convert("LA").convert(mode) if mode in ("La", "PA") else picture.convert("RGB").convert(mode)


def expected(picture: Pillow.Image) -> np.ndarray:
    """RGB over white in floats, by the meaning of the mode."""
    if picture.mode.startswith("I"):
        return np.repeat(np.asarray(picture).astype(float)[..., None] / 257, 3, 2)
    if picture.mode == "CMYK":
        inks = np.asarray(picture).astype(float)
        return (255 - inks[..., :3]) * (255 - inks[..., 3:]) / 255
    whole = np.asarray(picture.convert("RGBA")).astype(float)
    alpha = whole[..., 3:] / 255
    return whole[..., :3] * alpha + 255 * (1 - alpha)


@pytest.mark.promise("formats")
def test_every_mode_in_every_format_comes_out_right(figure: Tell) -> None:
    right, unwritable = [], 0
    for kind, mode in itertools.product(FORMATS, MODES):
        picture, buffer = in_mode(mode), io.BytesIO()
        quality = {"lossless": True, "exact": True} if kind == "WEBP" else {}
        quality |= {"quality": 95, "subsampling": 0 if kind == "JPEG" else "4:4:4"} if kind in ("JPEG", "AVIF") else {}
        try:
            picture.save(buffer, kind, **quality)
        except (OSError, ValueError, KeyError):
            unwritable += 1
            continue
        got = decode(buffer.getvalue())
        with Pillow.open(io.BytesIO(buffer.getvalue())) as kept:  # what the writer made of it: GIF has 256 colours
            want = expected(picture if (kind, mode) in KEPT else kept.copy())
        assert (got.shape, got.dtype) == ((48, 64, 3), np.uint8)
        worst = np.abs(got - want).max()
        assert worst <= (CLOSE if kind in ("JPEG", "AVIF") else EXACT + 1), (kind, mode, worst)
        right.append((kind, mode))
    assert {kind for kind, _ in right} == set(FORMATS) and len(right) >= 40
    figure(f"{len(right)} pairs of format and colour mode decoded right; {unwritable} more that Pillow can't write")


@pytest.mark.promise("formats")
def test_eight_orientations_in_every_format_that_has_them_give_one_picture(figure: Tell) -> None:
    upright, done = scene()[..., :3], 0
    for orientation, order in itertools.product(SIDES, "<>"):
        turned, tag = Pillow.fromarray(stored(upright, orientation)), exif(orientation, order)
        for kind in ("PNG", "WEBP", "JPEG", "AVIF"):
            buffer = io.BytesIO()
            extra = {"lossless": True} if kind == "WEBP" else {"quality": 95}
            turned.save(buffer, kind, exif=b"Exif\0\0" + tag if kind == "JPEG" else tag, **extra)
            assert np.abs(decode(buffer.getvalue()).astype(float) - upright).max() <= (
                0 if kind in ("PNG", "WEBP") else CLOSE
            )
            done += 1
    figure(f"8 orientations × 2 byte orders × 4 formats: {done} files, one upright picture; PNG and WebP to the bit")


@pytest.mark.promise("formats")
def test_nothing_but_pixels_is_left(figure: Tell) -> None:
    from cnnviz.data.images import encode_jpeg, encode_png

    tag = b"II*\0" + struct.pack("<IHHHII", 8, 1, 0x010E, 2, len(SECRET), 26) + bytes(4) + SECRET
    done = 0
    for kind in ("PNG", "JPEG", "WEBP", "AVIF"):
        buffer = io.BytesIO()
        with_prefix = b"Exif\0\0" + tag if kind == "JPEG" else tag
        Pillow.fromarray(scene()[..., :3]).save(buffer, kind, exif=with_prefix, icc_profile=SECRET * 9)
        assert SECRET in buffer.getvalue()
        for encode in (encode_png, encode_jpeg):
            assert SECRET[:12] not in encode(decode(buffer.getvalue()))
            done += 1
    figure(f"{done} pictures with a place and a name in EXIF and profile: neither is in what goes on")
