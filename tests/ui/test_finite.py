"""What the pages send to the browser of a black, white, flat or saturated picture: numbers, and JSON it can read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnviz import jobs
from cnnviz.data.images import encode_png
from cnnviz.ui.components import packing
from tests.extremes import PICTURES, strict
from tests.promises import quick_and_full
from tests.ui.opening import on_page

pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("fresh_caches")]
NETWORK = {"network": "cifar-fast"}
QUERIES: dict[str, dict[str, str]] = {
    "augmentation": {},
    "cam": NETWORK,
    "convolution": {"c_view": "picture"},
    "filters": NETWORK,
    "ledger": NETWORK,
    "occlusion": NETWORK,
    "scores": {},
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many arrays of floats were packed; one with a NaN or an infinity fails."""
    counts, whole = [], packing.packed

    def packed(values: Any, kind: str) -> str:
        if np.dtype(kind).kind == "f":
            assert np.isfinite(np.asarray(values, np.float64)).all(), "an array with NaN is sent"
            counts.append(np.size(values))
        return whole(values, kind)

    for module in list(sys.modules.values()):
        if getattr(module, "packed", None) is whole and module.__name__.startswith("cnnviz."):
            monkeypatch.setattr(module, "packed", packed)
    monkeypatch.setattr(jobs, "submit", lambda *_, **__: "0")
    monkeypatch.setattr(jobs, "find", lambda *_, **__: None)
    return counts


@pytest.mark.promise("finite")
@pytest.mark.parametrize("names", quick_and_full(("black",), tuple(PICTURES)))
@pytest.mark.parametrize("stem", QUERIES)
def test_no_message_to_the_browser_holds_nan(
    stem: str, names: tuple[str, ...], sent: list[int], figure: Callable[[str], None]
) -> None:
    app, messages = on_page(stem, **QUERIES[stem]), 0
    for name in names:
        uploader = next(each for each in app.file_uploader if str(each.key).startswith("upload-"))
        uploader.set_value((f"{name}.png", encode_png(PICTURES[name]), "image/png")).run()
        assert not app.exception and not app.error, name
        for each in app.get("bidi_component"):
            messages += bool(strict(each.proto.json or "null"))
        for each in app.get("plotly_chart"):
            messages += bool(strict(each.proto.spec))
    assert messages
    figure(f"page {stem}: {messages} messages and {sum(sent):,} packed numbers, {len(names)} flat pictures: all finite")
