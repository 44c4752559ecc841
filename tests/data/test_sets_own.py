"""An uploaded zip of class folders becomes a set or is refused in one sentence, whatever is in it."""

from __future__ import annotations

import functools
import json
import os
import threading

import numpy as np
import pytest
from filelock import FileLock

from cnnviz.data import own
from cnnviz.data.images import encode_png
from cnnviz.data.sets import BadData, admit, examples, forget, known, menu, opened
from tests.data.bad_zips import BAD_ZIPS, ZIP_BOMBS, lying
from tests.data.class_sets import checked, pixels, png, tree, zipped


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "user"))
    return tmp_path / "user"


def refused(content, says=""):
    with pytest.raises(BadData) as error:
        admit(content, by="ann")
    assert says in checked(error)
    return str(error.value)


def kept(home):
    return sorted(path.name for path in (home / "datasets").iterdir() if path.is_dir())


def test_a_zip_becomes_a_set_that_every_door_opens(home):
    name = admit(zipped(tree(each=20)), by="ann", title="Meine Tiere.zip")
    assert own.is_own(name)
    data = opened(name)
    assert (data.name, data.title, data.classes) == (name, "Meine Tiere.zip", ("ant", "bee", "cow"))
    assert [len(part) for part in (data.train, data.validation, data.test)] == [42, 6, 12]
    found = {image.tobytes() for part in (data.train, data.validation, data.test) for image in part.images}
    assert found == {pixels(k).tobytes() for k in range(60)}
    item = known(name)
    assert (item.counts, item.classes, item.title, item.available()) == ((42, 6, 12), data.classes, data.title, True)
    assert item.summary == "60 pictures of 3 classes."
    assert len(examples(name, 4)["bee"]) == 4
    assert kept(home) == [name]


def test_who_waits_too_long_for_the_zips_of_others_is_told_so(home, monkeypatch):
    (home / "datasets").mkdir(parents=True)
    monkeypatch.setattr(own, "PATIENCE", 0.1)
    with FileLock(home / "datasets" / "own.lock", timeout=5), pytest.raises(BadData, match="in a minute") as error:
        admit(zipped(tree()), by="ann")
    checked(error)
    assert admit(zipped(tree()), by="ann")


def test_the_same_zip_has_the_same_name_and_is_decoded_once(home, monkeypatch):
    name = admit(zipped(tree()), by="ann")
    monkeypatch.setattr(own, "gather", None)
    assert admit(zipped(tree()), by="bob") == name
    assert [item.name for item in menu("bob")][-1] == name
    assert json.loads((home / "datasets" / name / "set.json").read_text())["facts"]["by"] == ["ann", "bob"]


def test_nobody_is_shown_the_sets_of_others():
    name = admit(zipped(tree()), by="ann")
    assert name in [item.name for item in menu("ann")]
    assert name not in [item.name for item in menu("bob")]
    assert name in [item.name for item in menu()]


def test_a_removed_or_damaged_set_is_told_in_a_sentence(home):
    name = admit(zipped(tree()), by="ann")
    path = home / "datasets" / name / "train-images.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadData, match="upload it again") as error:
        opened(name)
    checked(error)
    assert admit(zipped(tree()), by="ann") == name
    assert len(opened(name).train) == 21
    forget(name)
    forget("../..")
    assert (home / "datasets").is_dir()
    for ask in (opened, known, examples):
        with pytest.raises(BadData, match="upload it again"):
            ask(name)


def test_bad_pictures_are_left_out_and_counted():
    files = tree() | {"ant/broken.png": png(1)[:50], "ant/note.txt": b"text", "bee/small.png": png(2, 4, 40)}
    item = known(admit(zipped(files), by="ann"))
    assert sum(item.counts) == 30
    assert "3 files were left out; the first: " in item.summary
    assert item.summary.endswith(".")


def test_what_computers_add_is_nothing():
    files = tree() | {
        "__MACOSX/ant/._0.png": b"x",
        "ant/.DS_Store": b"x",
        "ant/Thumbs.db": b"x",
        "desktop.ini": b"x",
        "ant/": b"",
    }
    assert known(admit(zipped(files), by="ann")).summary == "30 pictures of 3 classes."


HOSTILE = (
    "../../ant/1.png",
    "/etc/ant/2.png",
    "..\\..\\ant\\3.png",
    "C:\\ant\\4.png",
    "a/../b/./ant/5.png",
    "ant/\x01.png",
)


def test_names_lead_nowhere(home, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    name = admit(
        zipped(tree() | {path: png(500 + k) for k, path in enumerate(HOSTILE)}), by="../../x", title="../x\x00"
    )
    assert opened(name).classes == ("ant", "bee", "cow")
    assert sum(known(name).counts) == 36
    new = [path for path in sorted(tmp_path.rglob("*")) if path not in before]
    assert {path.name for path in new} <= {"user", "datasets", "own.lock", name, "set.json"} | {
        f"{part}-{kind}.npy" for part in ("train", "validation", "test") for kind in ("images", "labels")
    }


def test_class_names_are_labels():
    names = ("<script>alert(1)</script>", "a\u202eb\x07c", "猫" * 60, "{x.__class__}")
    data = opened(admit(zipped(tree(classes=names, each=5)), by="ann"))
    assert set(data.classes) == {"script>", "ab c", "猫" * 40, "{x.__class__}"}


def flat(side):
    return encode_png(np.zeros((side, side, 3), dtype=np.uint8))


@pytest.mark.promise("uploads")
def test_what_is_no_set_is_refused_in_a_sentence_and_leaves_nothing(home, figure):
    told = {name: refused(make(), says) for name, (make, says) in BAD_ZIPS.items()}
    assert not (home / "datasets").exists() or kept(home) == []
    figure(f"{len(told)} bad zips of class folders refused in at most {max(map(len, told.values()))} characters")


@pytest.mark.promise("bombs")
def test_zip_bombs_cost_little(in_child, home, figure):
    def work(content):
        try:
            return admit(content, by="ann")
        except BadData as error:
            return str(error)

    costs = {name: in_child(functools.partial(work, make())) for name, make in ZIP_BOMBS.items()}
    for name, cost in costs.items():
        assert cost.result == refused(ZIP_BOMBS[name](), ""), name
        assert cost.megabytes <= 20, (name, cost.megabytes)
        assert cost.seconds <= 0.1, (name, cost.seconds)
    worst = max(cost.seconds for cost in costs.values())
    peak = max(cost.megabytes for cost in costs.values())
    figure(f"{len(costs)} zip bombs refused from the directory: worst {worst:.3f} s of CPU and {peak:.1f} MB")


def test_the_limits_are_told(monkeypatch):
    monkeypatch.setattr(own, "MAX_IMAGES", 29)
    assert "holds 30 pictures and the limit is 29" in refused(zipped(tree()))
    monkeypatch.undo()
    monkeypatch.setattr(own, "MAX_BYTES", 49_000_000)
    refused(b"PK" + bytes(49_000_000), "limit is 50")


def test_pixels_are_counted_in_all_pictures_together(home, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(home))
    monkeypatch.setattr(own, "MAX_PIXELS", 40 * 1_000_000)
    files = {f"{label}/{k}.png": flat(2_000) for label in ("ant", "bee") for k in range(6)}
    monkeypatch.setattr(own, "MAX_RATIO", 10_000)
    refused(zipped(files), "more than 40 megapixels")


def test_a_bomb_costs_little_memory(in_child, home):
    def work():
        try:
            admit(lying(), by="ann")
        except BadData as error:
            return str(error)
        return ""

    cost = in_child(work)
    assert cost.result
    assert cost.megabytes < 60


def test_a_full_disk_is_told(home, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused(zipped(tree()), "make room")
    assert kept(home) == []


def test_each_person_keeps_five_and_all_keep_twenty(home, monkeypatch):
    monkeypatch.setattr(own, "MOST_SETS", 8)
    names = [admit(zipped(tree(classes=("ant", "bee"), each=5, seed=k)), by=f"p{k // 7}") for k in range(12)]
    for number, name in enumerate(names):  # files made within one tick of the clock have no order
        if (home / "datasets" / name).exists():
            os.utime(home / "datasets" / name, (number, number))
    last = admit(zipped(tree(classes=("ant", "bee"), each=5, seed=99)), by="p1")
    left = kept(home)
    assert last in left
    assert len(left) <= 8
    assert sum(name in left for name in names[:7]) <= 5


def test_twenty_uploads_of_one_zip_at_once_are_one_set(home):
    content, found, start = zipped(tree()), [], threading.Barrier(8)

    def upload(by):
        start.wait()
        found.append(admit(content, by=by))

    threads = [threading.Thread(target=upload, args=(f"p{k}",)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == len(kept(home)) == 1
