"""A folder and a tar with the same tree give the same pictures and labels."""

from __future__ import annotations

import io
import tarfile

import numpy as np
import pytest

from cnnviz.data.folders import Labelled, files, read
from cnnviz.data.images import BadImage, encode_png

CLASSES = ("ant", "bee", "cow")


def picture(seed, height=12, width=20):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Nine training pictures, three test pictures, and files that are none of either."""
    root = tmp_path / "set"
    for number, name in enumerate(CLASSES):
        for split, count in (("train", 3), ("test", 1)):
            place = root / split / name
            place.mkdir(parents=True)
            for k in range(count):
                (place / f"{k}.png").write_bytes(encode_png(picture(100 * number + 10 * k + len(split))))
    (root / "README.md").write_text("not a picture")
    (root / "train" / "note.txt").write_text("not in a class")
    return root


@pytest.fixture(params=["folder", "tar", "tar.xz", "tar below a folder"])
def source(request, folder, tmp_path):
    if request.param == "folder":
        return folder
    path = tmp_path / ("set.tar.xz" if request.param == "tar.xz" else "set.tar")
    top = "some/where" if "below" in request.param else "."
    with tarfile.open(path, "w:xz" if path.suffix == ".xz" else "w") as archive:
        archive.add(folder, arcname=top)
    return path


def test_pictures_come_with_their_classes(source):
    got = read(source, "train")
    assert isinstance(got, Labelled)
    assert got.classes == CLASSES
    assert len(got) == 9
    np.testing.assert_array_equal(got.labels, np.repeat([0, 1, 2], 3))
    for k, image in enumerate(got.images):
        np.testing.assert_array_equal(image, picture(100 * (k // 3) + 10 * (k % 3) + len("train")))


def test_splits_do_not_mix(source):
    assert [(name, file) for name, file, _ in files(source, "test")] == [(name, "0.png") for name in CLASSES]


def test_scaling_goes_by_the_shorter_side(source):
    shapes = {image.shape for image in read(source, "train", shorter_side=6).images}
    assert shapes == {(6, 10, 3)}


def test_a_missing_split_is_named(source):
    with pytest.raises(FileNotFoundError, match="validation/<class>/<file>"):
        read(source, "validation")


def test_an_archive_is_not_extracted(folder, tmp_path):
    path = tmp_path / "hostile.tar"
    with tarfile.open(path, "w") as archive:
        for name in ("../../train/ant/escape.png", "/train/ant/root.png", "train/ant/fine.png"):
            data = encode_png(picture(1))
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("train/ant/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
    before = sorted(tmp_path.rglob("*"))
    assert len(read(path, "train").images) == 3
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_no_picture_is_refused(folder):
    (folder / "train" / "ant" / "x.png").write_text("text")
    with pytest.raises(BadImage):
        read(folder, "train")
