"""Best patches on disk: what is read is what was found; one flipped byte, and it is dropped; room is made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from cnnviz.data.images import decode, encode_jpeg
from cnnviz.features import Source, best, default_data, keeping, search, source, sources
from cnnviz.features.cutting import SIDE, strip
from cnnviz.models import Network
from tests.features.conftest import made


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    return tmp_path


def kept(network: Network, pictures: Source, count: int = 1000) -> Path:
    *_, found = search(network, "last", pictures)
    place = keeping.address(network, "last", default_data(network), count=count)
    shares = list(keeping.keep(place, pictures, found))
    assert shares == sorted(shares)
    return place


def test_what_is_read_is_what_was_found(network: Network, source: Source) -> None:
    assert best(network, "last", 0) is None
    kept(network, source)
    *_, found = search(network, "last", source)
    for unit in range(6):
        read = best(network, "last", unit)
        assert read is not None and read.unit == unit and read.told == source.told
        assert read.numbers == tuple(found.numbers[unit]) and read.scores == pytest.approx(tuple(found.scores[unit]))
        assert tuple(read.boxes[3]) == found.box(unit, 3)
        assert decode(read.jpeg).shape == (SIDE, 9 * SIDE, 3)
        assert read.jpeg == encode_jpeg(strip(source, found, unit))
    assert best(network, "last", 6) is None and best(network, "act", 0) is None


@pytest.mark.parametrize("at", [0, 31, 32, 45, -1])
def test_a_flipped_byte_is_noticed_and_the_file_dropped(network: Network, source: Source, at: int) -> None:
    place = kept(network, source)
    content = bytearray(place.read_bytes())
    content[at] ^= 4
    place.write_bytes(bytes(content))
    assert best(network, "last", 0) is None
    assert not place.exists()


@pytest.mark.parametrize("length", [0, 20, 100])
def test_a_file_cut_short_is_dropped(network: Network, source: Source, length: int) -> None:
    place = kept(network, source)
    place.write_bytes(place.read_bytes()[:length])
    assert keeping.read(place) is None and not place.exists()


def test_other_weights_are_another_network(network: Network, source: Source) -> None:
    kept(network, source)
    other = made()
    assert best(other, "last", 0) is not None  # equal weights, another object
    changed = made()
    with torch.no_grad():
        changed.model.first.weight[0, 0, 0, 0] += 1e-3  # type: ignore[union-attr, operator]
    assert best(changed, "last", 0) is None
    assert best(network, "last", 0, "shapes") is None


def test_the_oldest_make_room(network: Network, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "KEPT", 3)
    places = [kept(network, source, count) for count in (11, 12, 13)]
    for age, place in enumerate(places):
        os.utime(place, (1_000_000 + age, 1_000_000))
    assert keeping.read(places[0]) is not None  # now it was read last
    kept(network, source, 14)
    assert [place.exists() for place in places] == [True, False, True]


def test_where_nothing_can_be_written_nothing_is(network: Network, source: Source, own_folder: Path) -> None:
    (own_folder / "cache").write_text("in the way")
    place = kept(network, source)
    assert not place.exists() and best(network, "last", 0) is None


def test_a_file_is_read_without_torch(network: Network, source: Source) -> None:
    place = kept(network, source)
    lines = (
        "import sys, pathlib",
        "from cnnviz.features import keeping",
        f"found = keeping.best_in(pathlib.Path({str(place)!r}), 2)",
        "assert found.unit == 2 and 'torch' not in sys.modules",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)


def test_sources_are_the_same_every_time_and_say_what_they_are(network: Network) -> None:
    one, two = (source("samples", network, count=23, seed=4) for _ in range(2))
    numbers = np.array([0, 7, 22])
    np.testing.assert_array_equal(one.views(numbers), two.views(numbers))
    assert not np.array_equal(one.views(numbers), source("samples", network, count=23, seed=5).views(numbers))
    assert one.views(numbers).shape[1:] == (24, 24, 3) and one.count == 23 and one.grouped
    assert "23 crops" in one.told and one.classes[one.labels[10]] == one.classes[0] == "Cat"
    assert "samples" in sources() and default_data(network) == "textures"  # small, and it says not what it learned from


def test_a_data_set_is_looked_at_where_nobody_trained(network: Network) -> None:
    from cnnviz.data.sets import opened

    found = source("shapes", network, count=50, seed=1)
    test = opened("shapes").test
    assert found.count == 50 and "50 test images" in found.told
    wanted = {bytes(network.view(image)) for image in test.images}
    assert all(bytes(view) in wanted for view in found.views(np.arange(5)))
