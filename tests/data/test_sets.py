"""Every data set of the menu: three parts that share no picture, what it says is what it holds, kept whole or not."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import numpy as np
import pytest

from cnnviz.data import stored
from cnnviz.data.sets import DATASETS, BadData, Part, Splits, examples, known, menu, opened
from cnnviz.data.splits import complete, set_aside, shuffled
from tests.data.class_sets import checked, tarred, tree

PARTS = ("train", "validation", "test")
DRAWN = [name for name, item in DATASETS.items() if item.lacking is str]  # needs no file, so it can always be opened


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "user"))
    monkeypatch.delenv("CNNVIZ_SHARED", raising=False)
    return tmp_path / "user"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A home where generated sets stay prepared for all tests of this file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNVIZ_DATA", str(tmp_path_factory.mktemp("drawn")))
        yield


def few(seed=0, name="few"):
    rng = np.random.default_rng(seed)
    parts = [
        Part(rng.integers(0, 256, (n, 8, 8, 3), dtype=np.uint8), np.arange(n, dtype=np.int64) % 2) for n in (20, 4, 6)
    ]
    return Splits(name, "A few", ("ant", "bee"), *parts)


def same(one, other):
    assert (one.name, one.title, one.classes) == (other.name, other.title, other.classes)
    for name in PARTS:
        a, b = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(a.images, b.images)
        np.testing.assert_array_equal(a.labels, b.labels)


@pytest.mark.parametrize("name", DATASETS)
def test_the_menu_says_what_a_set_is_before_it_is_opened(name, home):
    item = DATASETS[name]
    assert item.name == name
    assert all((item.title, item.summary, item.reference))
    assert item.side == 32
    assert len(item.classes) == len(set(item.classes)) >= 2
    assert all(count > 0 for count in item.counts)
    assert item.available() is not bool(item.missing)
    if item.missing:
        with pytest.raises(BadData) as error:
            opened(name)
        assert checked(error) == item.missing
    assert (item.size is None) == (item.download is None)
    assert not home.exists()  # asking writes nothing


def test_the_default_comes_first_and_is_always_there():
    assert next(iter(DATASETS)) == "textures"
    assert DATASETS["textures"].available() and {"textures", "shapes"} <= set(DRAWN)
    assert [item.name for item in menu()][: len(DATASETS)] == list(DATASETS)


@pytest.mark.parametrize("name", DRAWN)
def test_three_parts_that_share_no_picture(name, drawn):
    told = []
    data = opened(name, progress=lambda done, total: told.append((done, total)))
    assert isinstance(data, Splits)
    assert data.side == 32
    assert tuple(len(getattr(data, part)) for part in PARTS) == DATASETS[name].counts
    assert data.classes == DATASETS[name].classes
    assert told[-1] == (sum(DATASETS[name].counts),) * 2
    seen = [{image.tobytes() for image in getattr(data, part).images} for part in PARTS]
    assert not (seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2])
    for part in PARTS:
        assert getattr(data, part).images.dtype == np.uint8
        assert getattr(data, part).labels.dtype == np.int64
        assert len(set(np.bincount(getattr(data, part).labels, minlength=len(data.classes)))) == 1
    same(data, opened(name))


@pytest.mark.parametrize("name", DRAWN)
def test_examples_are_training_images_of_their_class(name, drawn):
    found = examples(name, 3)
    data = opened(name)
    assert tuple(found) == data.classes
    for number, label in enumerate(data.classes):
        assert found[label].shape == (3, 32, 32, 3)
        of_class = data.train.images[data.train.labels == number]
        assert all((of_class == image).all(axis=(1, 2, 3)).any() for image in found[label])


def test_an_unknown_name_is_refused(home):
    for name in ("", "cifar11", "own-0123456789abcdef", "own-../../etc", "/etc", "..", "x" * 500):
        for ask in (opened, known, examples):
            with pytest.raises(BadData) as error:
                ask(name)
            checked(error)


def test_a_path_is_opened_for_the_command_line_only(home, tmp_path):
    path = tmp_path / "set.tar"
    path.write_bytes(tarred(tree()))
    with pytest.raises(BadData, match="No data set is called"):
        opened(str(path))
    assert opened(str(path), paths=True).classes == ("ant", "bee", "cow")
    assert opened("shapes", paths=True).name == "shapes"  # a name of the menu wins


def test_no_torch_and_no_network_library_for_a_menu():
    code = (
        "import sys; from cnnviz.data.sets import *; menu(); examples('shapes', 2); "
        "sys.exit(bool({'torch', 'torchvision', 'streamlit'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_set_is_built_once_and_mapped_afterwards(home):
    built = []
    for _ in range(3):
        data = stored.cached("few-1", lambda: built.append(1) or few())
        same(data, few())
    assert len(built) == 1
    assert not data.train.images.flags.writeable
    assert sorted(path.suffix for path in (home / "cache/sets/few-1").iterdir()) == [".json", *[".npy"] * 6]


@pytest.mark.parametrize("file", ["train-images.npy", "test-labels.npy", "set.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "empty", "junk"])
def test_a_damaged_store_is_built_anew(home, file, damage):
    stored.cached("few-1", few)
    path = home / "cache/sets/few-1" / file
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle] ^= 1
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes({"flip": content, "cut": content[:middle], "empty": b"", "junk": b"\0" + b"[" * 5_000}[damage])
    built = []
    same(stored.cached("few-1", lambda: built.append(1) or few()), few())
    # a flipped bit in the card may fall where it does not matter
    assert built or (file == "set.json" and damage == "flip")
    same(stored.cached("few-1", few), few())


def test_an_error_at_any_write_leaves_the_whole_set_or_none(home, monkeypatch):
    """The n-th file cannot be brought to the disk, for every n: the arrays are there all the same."""
    fsync = stored.os.fsync
    for failing in range(7):  # six arrays and the card
        calls = iter(range(1_000))

        def fail(descriptor, calls=calls, failing=failing):
            if next(calls) == failing:
                raise OSError(28, "No space left on device")
            fsync(descriptor)

        monkeypatch.setattr(stored.os, "fsync", fail)
        same(stored.cached(f"few-{failing}", few), few())
        assert [path.name for path in (home / "cache/sets").iterdir() if path.suffix != ".lock"] == []
    monkeypatch.undo()


def test_where_nothing_can_be_written_the_arrays_stay_in_memory(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "file"))
    same(stored.cached("few-1", few), few())


def test_of_many_callers_one_builds(home):
    built, found, start = [], [], threading.Barrier(8)

    def build():
        built.append(1)
        return few()

    def ask():
        start.wait()
        found.append(stored.cached("few-1", build))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    for data in found:
        same(data, few())


def test_the_sets_opened_last_stay(home):
    for k in range(stored.KEPT + 3):
        stored.cached(f"few-{k:02}", few)
    left = sorted(path.name for path in (home / "cache/sets").iterdir() if path.is_dir())
    assert left == [f"few-{k:02}" for k in range(3, stored.KEPT + 3)]


def test_an_array_of_another_kind_is_no_set(home):
    stored.cached("few-1", few)
    folder = home / "cache/sets/few-1"
    np.save(folder / "train-images.npy", np.zeros((20, 8, 8, 3)))
    card = json.loads((folder / "set.json").read_text())
    card["sums"]["train-images.npy"] = stored._sum(folder / "train-images.npy")
    (folder / "set.json").write_text(json.dumps(card))
    assert stored.read(folder) is None


def unequal():
    labels = np.repeat(np.arange(4), (100, 50, 10, 1)).astype(np.int64)
    images = np.arange(161, dtype=np.uint8).reshape(-1, 1, 1, 1).repeat(3, axis=3)
    return Part(images, labels)


def test_what_is_set_aside_is_a_share_of_each_class_and_gone_from_the_rest():
    kept, aside = set_aside(unequal(), 0.1)
    assert list(np.bincount(aside.labels, minlength=4)) == [10, 5, 1, 0]
    assert sorted([*kept.images[:, 0, 0, 0], *aside.images[:, 0, 0, 0]]) == list(range(161))
    again = set_aside(unequal(), 0.1)
    np.testing.assert_array_equal(again[1].images, aside.images)
    assert len(set_aside(unequal(), 0.5, most=8)[1]) == 2 * 3  # a quarter of 8 from each class that has it


def test_missing_parts_come_from_training_and_given_ones_stay():
    train, validation, test = complete({"train": unequal()})
    assert list(np.bincount(test.labels, minlength=4)) == [20, 10, 2, 0]
    assert list(np.bincount(validation.labels, minlength=4)) == [8, 4, 1, 0]
    assert len(train) + len(validation) + len(test) == 161
    given = {"train": unequal(), "validation": unequal(), "test": unequal()}
    assert complete(given) == tuple(given.values())


def test_shuffled_holds_the_same_pairs():
    mixed = shuffled(unequal())
    assert not np.array_equal(mixed.labels, unequal().labels)
    order = np.argsort(mixed.images[:, 0, 0, 0])
    np.testing.assert_array_equal(mixed.labels[order], unequal().labels)
