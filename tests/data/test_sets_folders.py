"""Class folders as a folder, a zip and three kinds of tar: the same set from each, and no name gets anywhere."""

from __future__ import annotations

import io
import tarfile

import numpy as np
import pytest
from PIL import Image as Pillow

from cnnviz.data.class_folders import square
from cnnviz.data.members import cleaned, placed
from cnnviz.data.sets import BadData, examples, opened
from tests.data.class_sets import checked, pixels, png, tarred, tree, unpacked, zipped

KINDS = ("folder", "zip", "tar", "tar.gz", "tar.xz")


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "user"))


def stored_as(kind, files, tmp_path):
    path = tmp_path / f"set.{kind}"
    if kind == "folder":
        return unpacked(files, path)
    path.write_bytes(zipped(files) if kind == "zip" else tarred(files, kind.removeprefix("tar").removeprefix(".")))
    return path


def of(path):
    return opened(str(path), paths=True)


def images(data):
    return [part.images.tobytes() + part.labels.tobytes() for part in (data.train, data.validation, data.test)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_files_are_the_same_set(kind, tmp_path):
    files = tree(each=20)
    data, other = of(stored_as(kind, files, tmp_path)), of(unpacked(files, tmp_path / "other"))
    assert data.classes == ("ant", "bee", "cow")
    assert [len(part) for part in (data.train, data.validation, data.test)] == [42, 6, 12]
    assert images(data) == images(other)
    for part in (data.train, data.validation, data.test):
        for image, label in zip(part.images, part.labels, strict=True):
            number = next(k for k in range(60) if np.array_equal(image, pixels(k)))
            assert number // 20 == label


@pytest.mark.parametrize("kind", KINDS)
def test_splits_that_are_there_are_kept(kind, tmp_path):
    files = {f"my set/{path}": content for path, content in tree(splits=("train", "val", "test"), each=4).items()}
    data = of(stored_as(kind, files, tmp_path))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [12, 12, 12]
    first = {image.tobytes() for image in data.train.images}
    assert first == {pixels(k).tobytes() for k in range(12)}


def test_a_missing_validation_part_comes_from_training(tmp_path):
    data = of(stored_as("zip", tree(splits=("train", "test")), tmp_path))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [27, 3, 30]


def test_a_class_without_training_images_is_no_class(tmp_path):
    files = tree(splits=("train", "test")) | {"test/dog/1.png": png(1), "test/dog/2.png": png(2)}
    data = of(stored_as("tar", files, tmp_path))
    assert data.classes == ("ant", "bee", "cow")
    assert len(data.test) == 30


def test_other_sizes_are_scaled_and_the_middle_is_kept():
    wide = np.zeros((64, 128, 3), dtype=np.uint8)
    wide[:, 32:96] = 200
    assert (square(wide, 32) == 200).all()
    checks = np.indices((64, 64)).sum(0) % 2 * np.uint8(200)
    assert (square(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8), 32) == 100).all()  # areas are averaged
    assert square(pixels(1, 9, 31), 32).shape == (32, 32, 3)


def test_what_is_no_picture_is_left_out(tmp_path):
    files = tree() | {"ant/notes.txt": b"not a picture", "README": b"x", ".git/a/x.png": png(1), "ant/.DS_Store": b"x"}
    data = of(stored_as("zip", files, tmp_path))
    assert sum(map(len, (data.train, data.validation, data.test))) == 30


HOSTILE = ("../../train/ant/escape.png", "/train/ant/root.png", "train\\ant\\windows.png", "C:/train/ant/drive.png")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_nothing_is_extracted_whatever_the_names(kind, tmp_path):
    files = tree(splits=("train",)) | {name: png(900 + k) for k, name in enumerate(HOSTILE)}
    path = stored_as(kind, files, tmp_path)
    data = of(path)
    assert data.classes == ("ant", "bee", "cow")
    assert sum(map(len, (data.train, data.validation, data.test))) == 34
    outside = [p for p in tmp_path.rglob("*") if (tmp_path / "user") not in p.parents and p.name != "user"]
    assert outside == [path]


def test_links_and_devices_in_a_tar_are_not_followed(tmp_path):
    path = tmp_path / "set.tar"
    with tarfile.open(path, "w") as archive:
        for name, content in tree().items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for kind, number in ((tarfile.SYMTYPE, 1), (tarfile.LNKTYPE, 2), (tarfile.CHRTYPE, 3), (tarfile.FIFOTYPE, 4)):
            info = tarfile.TarInfo(f"ant/x{number}.png")
            info.type, info.linkname = kind, "bee/0.png"
            archive.addfile(info)
    data = of(path)
    assert sum(map(len, (data.train, data.validation, data.test))) == 30


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no pictures in class folders"),
        ({"a.png": png(1)}, "no pictures in class folders"),
        ({"ant/a.txt": b"no"}, "None of the 1 files is a picture"),
        (tree(classes=("ant",)), "one class"),
        (tree(splits=("test",)), "no train folder"),
        (tree(each=1), "only 3 pictures"),
    ],
)
def test_what_is_no_set_is_refused_in_a_sentence(files, says, tmp_path):
    with pytest.raises(BadData, match=says) as error:
        of(stored_as("zip", files, tmp_path))
    checked(error)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_an_archive_cut_short_is_refused(kind, tmp_path):
    path = stored_as(kind, tree(each=20), tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadData) as error:
        of(path)
    checked(error)


def test_what_is_not_there_or_no_archive_is_refused(tmp_path):
    (tmp_path / "text").write_text("not an archive")
    (tmp_path / "empty").write_bytes(b"")
    for name in ("nothing", "text", "empty"):
        with pytest.raises(BadData) as error:
            of(tmp_path / name)
        checked(error)


def test_a_changed_archive_is_another_set(tmp_path):
    path = stored_as("zip", tree(), tmp_path)
    assert len(of(path).classes) == 3
    path.write_bytes(zipped(tree(classes=("ant", "bee", "cow", "dog"))))
    assert len(of(path).classes) == 4


def test_names_become_labels():
    assert cleaned("  a\u202eb\x00c\n d ") == "ab c d"
    assert cleaned("Ka\u0308tzchen 猫 😀") == "Kätzchen 猫 😀"
    assert cleaned("\x07\u200b") == "unnamed"
    assert len(cleaned("x" * 5_000)) == 40
    assert [m.label for m in placed("train/<b>&/1.png", bytes)] == ["<b>&"]
    assert not [*placed("1.png", bytes), *placed("__MACOSX/ant/1.png", bytes), *placed("../1.png", bytes)]


def test_cifar10_as_jpeg_is_such_an_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SHARED", str(tmp_path / "shared"))
    path = tmp_path / "shared/data/cifar10-jpeg.tar.xz"
    with pytest.raises(BadData, match="is not here"):
        opened("cifar10-jpeg")
    assert examples("cifar10-jpeg") == {}
    path.parent.mkdir(parents=True)
    path.write_bytes(tarred(tree(classes=("airplane", "truck"), splits=("train", "test")), "xz"))
    assert examples("cifar10-jpeg") == {}
    data = opened("cifar10-jpeg")
    assert (data.name, data.classes) == ("cifar10-jpeg", ("airplane", "truck"))
    assert len(examples("cifar10-jpeg", 2)["airplane"]) == 2
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadData, match="damaged or cut short") as error:
        opened("cifar10-jpeg")
    checked(error)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_real_archive_gives_the_published_counts(shared, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SHARED", str(shared))
    data = opened("cifar10-jpeg")
    for part, each in ((data.train, 4_500), (data.validation, 500), (data.test, 1_000)):
        assert list(np.bincount(part.labels)) == [each] * 10
    with tarfile.open(shared / "data/cifar10-jpeg.tar.xz") as archive:
        found = (archive.extractfile(info) for info in archive if "test/frog/" in info.name and info.isreg())
        frogs = sorted(np.asarray(Pillow.open(file).convert("RGB")).tobytes() for file in found)
    of_class = data.test.images[data.test.labels == data.classes.index("frog")]
    assert sorted(image.tobytes() for image in of_class) == frogs
