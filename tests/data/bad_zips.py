"""The permanent corpus of bad zips of class folders: each made, by name, with words that its sentence must contain."""

from __future__ import annotations

import functools
import io
import struct
import zipfile

from cnnviz.data import own
from tests.data.class_sets import png, tarred, tree, zipped


def patched(content, at, form, value):
    """The zip with one field of every directory entry overwritten."""
    changed = bytearray(content)
    place = changed.find(b"PK\x01\x02")
    while place >= 0:
        struct.pack_into(form, changed, place + at, value)
        place = changed.find(b"PK\x01\x02", place + 4)
    return bytes(changed)


def overlapping():
    """A thousand entries that all mean the same ten megabytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ant/0.png", bytes(9_000_000))
        first = archive.infolist()[0]
        for number in range(1, 1_000):
            info = zipfile.ZipInfo(f"ant/{number}.png")
            for field in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(info, field, getattr(first, field))
            archive.filelist.append(info)
        archive._didModify = True
    return buffer.getvalue()


@functools.cache
def lying():
    """The directory says 100 bytes for each of eleven files, and one inflates to 150 MB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("ant/large.png", bytes(150_000_000))
        for label in ("ant", "bee"):
            for number in range(5):
                archive.writestr(f"{label}/{number}.png", bytes(500))
    return patched(buffer.getvalue(), 24, "<I", 100)


def crowded(count):
    """A directory of so many empty files, and nothing else."""
    entries = own._ENTRY + struct.pack("<6H3L5H2L", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, count % 65_536, count % 65_536, count * len(entries), 4, 0)
    return b"PK\x03\x04" + entries * count + end


def nested(depth):
    """Zips in zips, in the place of a picture."""
    content = png(1)
    for _ in range(depth):
        content = zipped({"ant/1.png": content, "bee/1.png": content})
    return content


@functools.cache
def zeros(megabytes):
    """One file of so many zeros: 1 MB from 1 kB."""
    return zipped({"ant/1.png": bytes(megabytes * 1_000_000)})


BAD_ZIPS = {
    "nothing": (lambda: b"", "empty"),
    "no zip": (lambda: png(1), "not a zip"),
    "only a signature": (lambda: b"PK\x03\x04", "damaged"),
    "cut short": (lambda: zipped(tree())[:5_000], "damaged"),
    "an empty zip": (lambda: zipped({}), "no pictures in class folders"),
    "no folders": (lambda: zipped({"a.png": png(1)}), "no pictures in class folders"),
    "one class": (lambda: zipped(tree(classes=("ant",))), "one class"),
    "no pictures": (lambda: zipped({"ant/1.png": b"x", "bee/1.png": b"x"}), "None of the 2 files"),
    "a class of four": (lambda: zipped(tree() | tree(classes=("dog",), each=4)), "“dog” has 4 pictures"),
    "fifty-one classes": (lambda: zipped(tree(classes=[f"c{k}" for k in range(51)], each=1)), "51 class folders"),
    "encrypted": (lambda: patched(zipped(tree()), 8, "<H", 1), "password"),
    "another method": (lambda: zipped(tree(), zipfile.ZIP_LZMA), "None of the 30 files"),
    "a quine of entries": (overlapping, "unpacks to 9,000 MB"),
    "a bomb": (lambda: zipped({f"ant/{k}.png": bytes(9_999_999) for k in range(21)}), "unpacks to 210 MB"),
    "a small bomb": (lambda: zipped({"ant/1.png": bytes(5_000_000)}), "times its size"),
    "a bomb that lies": (lying, "None of the 11 files"),
    "only test folders": (lambda: zipped(tree(splits=("test",))), "no train folder"),
    "a million entries": (lambda: crowded(1_000_000), "more than 20,000 files"),
    "zips in zips": (lambda: nested(3), "None of the 2 files"),
    "a bomb in a zip": (lambda: zipped({"ant/1.png": zeros(190), "bee/1.png": zeros(190)}), "times its size"),
    "190 MB from 190 kB": (lambda: zeros(190), "1,028 times its size"),
    "sizes of 4 GB": (lambda: patched(zipped(tree()), 24, "<I", 2**32 - 2), "unpacks to 128,849 MB"),
    "sizes that are not there": (
        lambda: patched(zipped(tree()), 24, "<I", 2**32 - 1),
        "unpacks to 128,849 MB",
    ),
    "files from behind the end": (lambda: patched(zipped(tree()), 42, "<I", 2**31), "None of the 30 files"),
    "tar": (lambda: tarred(tree()), "not a zip"),
    "packed tar": (lambda: tarred(tree(), "gz"), "not a zip"),
    "document": (lambda: zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}), "None of"),
    "a program and a page": (lambda: zipped({"ant/1.exe": b"MZ", "bee/1.html": b"<script>"}), "None of the 2 files"),
    "a lot of entries": (lambda: b"PK" + own._ENTRY * 20_001, "more than 20,000 files"),
}

ZIP_BOMBS = {
    name: make
    for name, (make, says) in BAD_ZIPS.items()
    if any(word in says for word in ("unpacks", "times", "20,000"))
}
