"""Weights of torchvision's networks: downloaded once, verified each time. Nothing here leaves the machine."""

import hashlib
import io
import os
import pickle

import pytest
import torch

from cnnviz.data import downloads
from cnnviz.models import BadWeights, NotDownloaded, available, download, load
from cnnviz.models.published import path
from cnnviz.models.registry import Published


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("created-by-a-pickle",)


@pytest.fixture
def publish(register, tmp_path, monkeypatch):
    """Make the tiny network one that torchvision publishes with this content; the file is not there yet."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def make(content: bytes) -> Published:
        name = f"tiny-{hashlib.sha256(content).hexdigest()[:8]}.pth"
        published = Published(
            "ResNet18_Weights.IMAGENET1K_V1", f"https://example.org/models/{name}", 44.7, 119, 0.7, 0.9, "aux"
        )
        register(published=published, build=lambda classes: torch.nn.Linear(3, classes))
        path(published).parent.mkdir(exist_ok=True)
        return published

    return make


@pytest.fixture
def content(tmp_path):
    state = torch.nn.Linear(3, 1000).state_dict()
    file = tmp_path / "made.pth"
    torch.save({**state, "aux1.weight": torch.zeros(2)}, file)
    return file.read_bytes()


def test_without_the_file_the_size_and_the_command_are_told(publish, content):
    publish(content)
    assert not available("tiny")
    with pytest.raises(NotDownloaded, match="Tiny needs 45 MB first: cnnviz networks --download tiny"):
        load("tiny")


def test_the_published_file_is_used(publish, content):
    path(publish(content)).write_bytes(content)
    assert available("tiny")
    network = load("tiny")
    assert network.classes[207] == "golden retriever"
    assert network.card["sha256"] == hashlib.sha256(content).hexdigest()
    assert network.card["accuracy"] == {"top1": 0.7, "top5": 0.9}
    assert set(network.model.state_dict()) == {"weight", "bias"}
    assert list(download("tiny")) == []


def test_another_file_is_refused_before_it_is_read(publish, content):
    file = path(publish(content))
    file.write_bytes(pickle.dumps(Malicious()))
    assert not available("tiny")
    with pytest.raises(BadWeights, match=r"not the published file; delete it and run cnnviz networks --download tiny"):
        load("tiny")
    assert not os.path.exists("created-by-a-pickle")  # noqa: PTH110


def test_a_file_that_changes_after_it_was_verified_is_refused(publish, content):
    file = path(publish(content))
    file.write_bytes(content)
    assert available("tiny")
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(file, ns=(1, 1))
    assert not available("tiny")
    with pytest.raises(BadWeights):
        load("tiny")


def torch_file(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


HOSTILE = {
    "empty": b"",
    "text": b"not a file of torch",
    "pickle": pickle.dumps(Malicious(), protocol=2),
    "pickle in torch's archive": torch_file(Malicious()),
    "list": torch_file([1, 2]),
    "numbered": torch_file({1: torch.zeros(2)}),
    "no tensors": torch_file({"weight": 1, "bias": 2}),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_of_the_right_digest_runs_nothing(publish, hostile, tmp_path):
    path(publish(hostile)).write_bytes(hostile)
    with pytest.raises(BadWeights):
        load("tiny")
    assert not (tmp_path / "created-by-a-pickle").exists()


def test_a_file_of_another_version_is_refused(publish, tmp_path):
    torch.save({"weight": torch.zeros(7)}, tmp_path / "other.pth")
    content = (tmp_path / "other.pth").read_bytes()
    path(publish(content)).write_bytes(content)
    with pytest.raises(BadWeights, match=r"another version.*constraints\.txt"):
        load("tiny")


def test_the_download_asks_for_the_published_digest_and_passes_progress_on(publish, content, monkeypatch):
    published, asked = publish(content), []

    def fetch(url, target, **options):
        asked.append((url, target, options["sha256"]))
        yield "half"
        target.write_bytes(content)
        yield "all"

    monkeypatch.setattr(downloads, "fetch", fetch)
    assert list(download("tiny")) == ["half", "all"]
    assert asked == [(published.url, path(published), hashlib.sha256(content).hexdigest()[:8])]
    assert available("tiny")


def test_offline_is_told_in_one_sentence(publish, content, monkeypatch):
    from click.testing import CliRunner

    from cnnviz.cli import main

    publish(content)

    def fetch(url, target, **options):
        raise downloads.DownloadError("example.org can't be reached; check the network connection and try again")
        yield

    monkeypatch.setattr(downloads, "fetch", fetch)
    with pytest.raises(downloads.DownloadError, match="can't be reached"):
        list(download("tiny"))
    result = CliRunner().invoke(main, ["networks", "--download", "tiny"])
    assert result.exit_code == 2
    assert "can't be reached" in result.stderr
    assert "Traceback" not in result.output
