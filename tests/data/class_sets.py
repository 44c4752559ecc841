"""What the tests of data sets share: small pictures in class folders, and archives made of them."""

from __future__ import annotations

import functools
import io
import tarfile
import zipfile

import numpy as np

from cnnviz.data.images import encode_png


@functools.cache
def png(seed, height=32, width=32):
    """A picture of noise, another one for each seed."""
    return encode_png(pixels(seed, height, width))


def pixels(seed, height=32, width=32):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def tree(classes=("ant", "bee", "cow"), each=10, splits=("",), seed=0):
    """Paths and contents: ``each`` pictures in every class of every split."""
    paths = [f"{s}/{c}/{k}.png".lstrip("/") for s in splits for c in classes for k in range(each)]
    return {path: png(seed + number) for number, path in enumerate(paths)}


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def tarred(files, kind=""):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{kind}") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def unpacked(files, folder):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def checked(error):
    """The sentence of an error, after checking its form."""
    sentence = str(error.value)
    assert 20 <= len(sentence) <= 140, sentence
    assert sentence.endswith("."), sentence
    assert "\n" not in sentence
    return sentence
