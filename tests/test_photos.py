"""Photographs as people upload them: classified, explained, and dropped on the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.cam import explain, top
from cnnviz.data.images import read_image
from cnnviz.models import load
from cnnviz.paths import PAGES

OTHER_NAMES = {"tabby": "cat", "golden_retriever": "dog", "airliner": "airplane", "African_elephant": "elephant"}


@pytest.fixture(scope="module")
def photos(shared: Path) -> list[Path]:
    found = sorted(Path(shared, "data", "photos").glob("*.jpg"))
    assert len(found) >= 20
    return found


def test_what_the_network_knows_is_among_its_first_five(photos: list[Path]) -> None:
    network = load("photo")
    first = five = known = 0
    for path in photos:
        name = OTHER_NAMES.get(path.stem, path.stem)
        if name not in network.classes:
            continue
        guesses = top(network, network.predict(read_image(path))[0])
        known, first = known + 1, first + (guesses[0].name == name)
        five += name in [guess.name for guess in guesses]
    assert known >= 14
    assert five / known >= 0.8
    assert first / known >= 0.6


def test_the_map_adds_up_to_the_score_on_every_photo(photos: list[Path]) -> None:
    network = load("photo")
    for path in photos:
        found = explain(network, read_image(path))
        assert found.bias is not None
        assert found.total + found.bias == pytest.approx(found.logit, abs=1e-4)
        assert np.isfinite(found.map).all() and min(found.map.shape) >= 10


def test_every_photo_dropped_on_the_page_gives_an_answer(photos: list[Path]) -> None:
    app = AppTest.from_file(str(PAGES / "cam.py"), default_timeout=60).run()
    for path in photos:
        app.file_uploader[0].set_value((path.name, path.read_bytes(), "image/jpeg")).run()
        assert not app.exception and not app.error
        assert "your photo" in " ".join(block.value for block in app.markdown)
