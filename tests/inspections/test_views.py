"""Pictures on their way to the worker: they arrive as they left, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data.images import BadImage
from cnnviz.data.samples import SAMPLES, sample
from cnnviz.inspections.views import carried, unpacked
from cnnviz.models import load


@pytest.mark.parametrize("name", ["photo", "convnetjs"])
def test_a_view_arrives_pixel_for_pixel(name: str) -> None:
    network = load(name)
    picture = np.random.default_rng(3).integers(0, 256, (211, 333, 3), dtype=np.uint8)
    view = network.view(picture)
    text = carried(view)
    np.testing.assert_array_equal(unpacked(text, network), view)
    assert len(text) < 400_000


def test_a_sample_is_named_not_sent() -> None:
    network = load("convnetjs")
    for name in SAMPLES:
        np.testing.assert_array_equal(unpacked(f"sample:{name}", network), network.view(sample(name)))


@pytest.mark.parametrize("text", ["", "cat", "sample:../cat", "png:", "png:%%%", "png:aGVsbG8=", "file:///etc/passwd"])
def test_anything_else_is_told(text: str) -> None:
    with pytest.raises(BadImage) as told:
        unpacked(text, load("convnetjs"))
    assert len(str(told.value)) <= 140
