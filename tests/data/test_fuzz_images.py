"""Seeded mutations of valid pictures: whatever they become, only BadImage escapes, in time and within memory."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cnnviz.data import images
from cnnviz.data.images import BadImage, decode
from tests.data.crafted import SIGNATURE, chunk, moving, saved
from tests.promises import quick_and_full

SEEDS = [
    ("PNG", "RGB", {}),
    ("PNG", "P", {"transparency": 3}),
    ("PNG", "LA", {}),
    ("PNG", "1", {}),
    ("JPEG", "RGB", {"exif": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"}),
    ("JPEG", "RGB", {"progressive": True}),
    ("JPEG", "CMYK", {}),
    ("JPEG", "L", {}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("WEBP", "RGB", {"exif": b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"}),
    ("GIF", "P", {"comment": b"hello"}),
    ("BMP", "RGB", {}),
    ("BMP", "P", {}),
    ("AVIF", "RGB", {}),
]


def resummed(data):
    """Correct a PNG's checksums, so that a mutation reaches the decoder."""
    out, at = [data[:8]], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if at + 12 + length > len(data):
            break
        out.append(chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return b"".join(out) + data[at:]


def mutated(data, random):
    """One to eight changes: bytes set, bits flipped, pieces lost, doubled or overwritten; half in the header."""
    changed = bytearray(data)
    for _ in range(random.integers(1, 9)):
        reach = min(len(changed), 64) if random.random() < 0.5 else len(changed)
        at = int(random.integers(0, max(reach, 1)))
        way = random.integers(0, 6)
        if way == 0:
            changed[at : at + 1] = bytes([random.integers(0, 256)])
        elif way == 1 and at < len(changed):
            changed[at] ^= 1 << random.integers(0, 8)
        elif way == 2:
            del changed[at : at + int(random.integers(1, 16))]
        elif way == 3:
            changed[at:at] = changed[at : at + int(random.integers(1, 64))]
        elif way == 4:
            changed[at : at + 4] = [b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff", b"\0\0\1\0"][random.integers(0, 4)]
        elif random.random() < 0.2:
            del changed[at:]
    out = bytes(changed)
    return resummed(out) if out.startswith(SIGNATURE) and random.random() < 0.8 else out


def fuzz(count):
    """Decode so many mutations; return the counts, the longest sentence and the slowest one."""
    valid = [saved(kind, (48, 40), mode, **options) for kind, mode, options in SEEDS]
    valid += [moving(kind) for kind in ("PNG", "GIF", "WEBP", "MPO")]
    shown, longest, slowest = 0, 0, 0.0
    for number in range(count):
        data = mutated(valid[number % len(valid)], np.random.default_rng(number))
        start = time.process_time()
        try:
            image = decode(data)
        except BadImage as refused:
            longest = max(longest, len(str(refused)))
        except BaseException as escaped:
            raise AssertionError(f"mutation {number}: {escaped!r}") from escaped
        else:
            shown += 1
            assert image.dtype == np.uint8
            assert image.ndim == 3
            assert image.shape[2] == 3
            assert image.shape[0] * image.shape[1] <= images.MAX_PIXELS
        slowest = max(slowest, time.process_time() - start)
    return {"shown": shown, "longest": longest, "slowest": slowest}


@pytest.mark.promise("uploads")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", quick_and_full(400, 20_000))
def test_no_mutation_of_a_picture_ends_in_anything_but_a_picture_or_our_sentence(in_child, count, figure):
    cost = in_child(lambda: fuzz(count))
    shown, longest, slowest = (cost.result[name] for name in ("shown", "longest", "slowest"))
    assert 0.1 * count <= shown <= 0.9 * count  # otherwise the mutations say nothing
    assert longest <= 140
    assert slowest <= 0.5
    assert cost.megabytes <= 200
    figure(
        f"{count:,} mutated pictures: {shown:,} shown, {count - shown:,} refused; "
        f"worst {slowest:.2f} s of CPU, {cost.megabytes:.0f} MB, {longest} characters"
    )
