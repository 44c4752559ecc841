"""CIFAR-10's archive, made small by this test as Python 2 wrote it: read like pickle reads it, and never unpickled."""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import struct

import numpy as np
import pytest

from cnnviz.data.cifar_batches import read_batches
from cnnviz.data.downloads import DownloadCancelled
from cnnviz.data.pickles import read_pickle
from cnnviz.data.sets import DATASETS, BadData, cifar10, examples, opened
from tests.data.class_sets import checked, tarred
from tests.data.downloading import OPENER

ITEM = DATASETS["cifar10"]
NAMES = [f"data_batch_{k}" for k in range(1, 6)] + ["test_batch"]
FOLDER = "cifar-10-batches-py"


def text(value):
    return b"U" + bytes([len(value)]) + value.encode("latin-1")


def batch(seed, each=2):
    """The bytes that cPickle of Python 2 writes for ``each`` images of every class, instruction by instruction."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(10), each))
    data = rng.integers(0, 256, (len(labels), 3072), dtype=np.uint8)
    raw = data.tobytes()
    return b"".join(
        (
            b"\x80\x02}q\x01(" + text("batch_label") + b"q\x02" + text("training batch 1 of 5") + b"q\x03",
            text("labels") + b"q\x04]q\x05(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e",
            text("data") + b"q\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08",
            b"K\x00\x85q\t" + text("b") + b"\x87q\nRq\x0b(K\x01" + b"K" + bytes([len(labels)]) + b"M\x00\x0c\x86q\x0c",
            b"cnumpy\ndtype\nq\r" + text("u1") + b"K\x00K\x01\x87q\x0eRq\x0f(K\x03" + text("|") + b"NNN",
            b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", len(raw)) + raw + b"tb",
            text("filenames") + b"q\x10]q\x11(" + b"".join(text(f"a_{k}.png") for k in labels) + b"eu.",
        )
    )


def meta(protocol=2):
    told = {"num_cases_per_batch": 10_000, "label_names": list(cifar10.CLASSES), "num_vis": 3_072}
    return pickle.dumps(told, protocol=protocol)


def archive(**changed):
    files = {f"{FOLDER}/{name}": batch(k) for k, name in enumerate(NAMES)}
    files |= {f"{FOLDER}/batches.meta": meta(), f"{FOLDER}/readme.html": b"<html>"}
    files |= {f"{FOLDER}/{name}": content for name, content in changed.items()}
    return tarred({name: content for name, content in files.items() if content is not None}, "gz")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.delenv("CNNVIZ_SHARED", raising=False)
    return tmp_path


@pytest.fixture
def publish(monkeypatch):
    """Let some content be the published archive."""

    def publish(content):
        monkeypatch.setattr(cifar10, "SHA256", hashlib.sha256(content).hexdigest())
        monkeypatch.setattr(cifar10, "SIZE", len(content))
        return content

    return publish


def put(home, content):
    path = home / "datasets" / cifar10.FILE
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_batch_says_what_pickle_says():
    for seed in range(3):
        found, wanted = read_pickle(batch(seed)), pickle.loads(batch(seed), encoding="latin1")  # noqa: S301
        assert found.keys() == wanted.keys()
        np.testing.assert_array_equal(found.pop("data"), wanted.pop("data"))
        assert found == wanted


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_plain_values_are_read_in_each_old_protocol(protocol):
    value = {"a": [1, 300, 70_000, -5], "b": ["x", ["ü", ""], None, True], "c": (1, (2, 3), (1, 2, 3, 4)), "d": {}}
    assert read_pickle(pickle.dumps(value, protocol=protocol)) == value


def test_the_set_has_three_parts(home, publish):
    put(home, publish(archive()))
    assert ITEM.available()
    data = opened("cifar10")
    assert data.classes == cifar10.CLASSES
    assert [len(part) for part in (data.train, data.validation, data.test)] == [90, 10, 20]
    test = pickle.loads(batch(5), encoding="latin1")  # noqa: S301
    np.testing.assert_array_equal(data.test.labels, test["labels"])
    for image, row in zip(data.test.images, test["data"], strict=True):
        for channel in range(3):
            np.testing.assert_array_equal(image[..., channel].ravel(), row[1024 * channel : 1024 * (channel + 1)])
    both = sorted(image.tobytes() for part in (data.train, data.validation) for image in part.images)
    rows = [np.dstack(row.reshape(3, 32, 32)).tobytes() for k in range(5) for row in read_pickle(batch(k))["data"]]
    assert both == sorted(rows)


def test_once_read_the_archive_is_not_needed(home, publish):
    path = put(home, publish(archive()))
    first = opened("cifar10")
    path.unlink()
    assert ITEM.available()
    np.testing.assert_array_equal(opened("cifar10").train.images, first.train.images)
    assert all(len(found) == 2 for found in examples("cifar10", 2).values())


def test_it_is_downloaded_resumed_and_verified(home, publish, serve, monkeypatch):
    content = publish(archive())
    server = serve(content)
    server.faults = ["cut"]
    monkeypatch.setattr(cifar10, "URL", server.url)
    assert not ITEM.available()
    with pytest.raises(Exception, match="start again"):
        list(ITEM.download(opener=OPENER))
    with pytest.raises(DownloadCancelled):
        list(ITEM.download(opener=OPENER, cancelled=lambda: True))
    progress = list(ITEM.download(opener=OPENER))
    assert progress[0].done > 0  # went on from where it was
    assert progress[-1].done == progress[-1].total == len(content)
    assert len(opened("cifar10").train) == 90


def test_another_file_of_the_same_length_is_refused_and_gone(home, publish):
    content = bytearray(publish(archive()))
    content[len(content) // 2] ^= 1
    path = put(home, bytes(content))
    with pytest.raises(BadData, match="not the published file") as error:
        opened("cifar10")
    checked(error)
    assert not path.exists()
    assert ITEM.missing


def test_a_file_of_another_length_counts_as_absent(home, publish):
    put(home, publish(archive())[:-1])
    assert not ITEM.available()
    with pytest.raises(BadData, match="has not been downloaded yet"):
        opened("cifar10")


class Evil:
    """What a malicious pickle does: call something while it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(6))
def test_a_malicious_pickle_calls_nothing(protocol, tmp_path):
    hostile = pickle.dumps({"data": Evil(tmp_path / "made"), "labels": []}, protocol=protocol)
    with pytest.raises(BadData, match=r"foreign instruction|no use for") as error:
        read_pickle(hostile)
    checked(error)
    assert not (tmp_path / "made").exists()


DISGUISED = {
    "another function of numpy": b"cnumpy\nload\n(U\x01xtR.",
    "a method of the array": b"cnumpy\nndarray\n(U\x01xtR.",
    "an array type": b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\ndtype\nK\x00\x85U\x01b\x87R.",
    "objects in an array": b"cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R.",
    "a state for a name": b"cnumpy\nndarray\n}b.",
    "an instance": b"(cos\nsystem\nU\x01xo.",
    "an instance by name": b"(U\x01xios\nsystem\n.",
    "a new object": b"\x80\x02cnumpy\nndarray\n)\x81.",
    "an extension": b"\x80\x02\x82\x01.",
    "a persistent id": b"Ppid\n.",
    "nothing": b"",
    "no end": b"}",
    "an empty stack": b"0.",
    "a mark that is not there": b"]e.",
    "a memory that is not there": b"h\x01.",
    "a list as dictionary": b"]U\x01aU\x01bs.",
    "an unhashable key": b"}]U\x01bs.",
    "a length beyond the file": b"T\xff\xff\xff\x7fabc",
}


@pytest.mark.parametrize("name", DISGUISED)
def test_what_is_no_batch_is_refused(name):
    with pytest.raises(BadData) as error:
        read_pickle(DISGUISED[name])
    checked(error)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"U\x02u1", b"U\x02O8", "calls something"),
        (b"U\x02u1", b"U\x02u2", "calls something"),
        (b"cnumpy\nndarray\n", b"cnumpy\ndtype\n", "calls something"),
        (b"cnumpy\nndarray\n", b"cos\nsystem\n", "names “os system”"),
        (b"cnumpy.core.multiarray\n_reconstruct\n", b"cnumpy\ndtype\n", "calls something"),
        (text("training batch 1 of 5"), b"cbuiltins\neval\n", "names “builtins eval”"),
        (b"NNN", b"NN]", ""),
    ],
)
def test_one_foreign_word_in_a_batch_is_enough(old, new, says):
    content = batch(1).replace(old, new, 1)
    if says:
        with pytest.raises(BadData, match=says) as error:
            read_pickle(content)
        checked(error)
    else:
        assert read_pickle(content)["data"].shape == (20, 3072)  # what describes the type is not looked at


PLAIN = {np.ndarray, list, str, int, tuple, dict, bool, type(None)}


def test_changed_batches_are_read_or_refused():
    """Seeded mutations: arrays, plain values or one exception, never anything else."""
    rng, good, refused = np.random.default_rng(7), batch(1), 0
    head = good.index(b"tb\x89T")
    for _ in range(400):
        content = bytearray(good)
        for at in rng.integers(0, head, rng.integers(1, 4)):
            content[at] = rng.integers(0, 256)
        try:
            found = read_pickle(bytes(content))
        except BadData:
            refused += 1
        else:
            assert {type(value) for value in found.values()} <= PLAIN
    assert refused > 100


def read(tmp_path, content):
    path = tmp_path / cifar10.FILE
    path.write_bytes(content)
    return read_batches(path)


def swapped(old, new):
    assert old in batch(1)
    return batch(1).replace(old, new)


def eleventh_class():
    content = bytearray(batch(1))
    content[content.index(b"]q\x05(K") + 5] = 10
    return bytes(content)


BROKEN = {
    "a missing batch": functools.partial(archive, data_batch_3=None),
    "no names": functools.partial(archive, **{"batches.meta": None}),
    "names that are no list": lambda: archive(**{"batches.meta": pickle.dumps({"label_names": "abc"}, protocol=2)}),
    "a batch that is none": functools.partial(archive, test_batch=b"text"),
    "a batch without data": lambda: archive(test_batch=pickle.dumps({"labels": [1]}, protocol=2)),
    "a batch that is a list": lambda: archive(test_batch=pickle.dumps([1], protocol=2)),
    "a label too many": lambda: archive(test_batch=swapped(b"]q\x05(", b"]q\x05(K\x01")),
    "a label without a class": lambda: archive(test_batch=eleventh_class()),
    "another shape": lambda: archive(test_batch=swapped(b"M\x00\x0c\x86", b"M\x00\x06\x86")),
    "cut in the middle": lambda: archive()[:100_000],
    "cut at the start": lambda: archive()[:5],
    "nothing": lambda: b"",
    "no gzip": lambda: b"text" * 100,
    "an ordinary tar": lambda: tarred({f"{FOLDER}/{name}": batch(1) for name in NAMES}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_is_refused_in_a_sentence(name, tmp_path):
    with pytest.raises(BadData) as error:
        read(tmp_path, BROKEN[name]())
    checked(error)


def test_members_elsewhere_are_not_the_batches(tmp_path):
    for place in ("..", "/etc", f"../{FOLDER}", f"x/{FOLDER}", f"{FOLDER}/../{FOLDER}"):
        files = {f"{place}/{name}": batch(1) for name in NAMES} | {f"{place}/batches.meta": meta()}
        with pytest.raises(BadData, match="has no data_batch_1"):
            read(tmp_path, tarred(files, "gz"))
    assert [path.name for path in tmp_path.iterdir()] == [cifar10.FILE]
