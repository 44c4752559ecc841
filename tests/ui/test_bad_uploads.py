"""The permanent corpus through the uploaders of the pages: a picture or one sentence, and the page goes on working."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import jobs
from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample
from cnnviz.models import uploaded
from tests.data.bad_pictures import BOMBS, BROKEN, CALM, FOREIGN, ODD
from tests.data.bad_zips import BAD_ZIPS
from tests.models.bad_weights import ARCHITECTURE, BAD_WEIGHTS, good
from tests.promises import quick_and_full
from tests.ui.opening import on_page
from tests.ui.training_runs import Told, own_runs, queue

__all__ = ["own_runs", "queue"]
pytestmark = [pytest.mark.timeout(1_200), pytest.mark.usefixtures("fresh_caches")]

PAGES = ("augmentation", "cam", "convolution", "filters", "ledger", "occlusion", "scores")
NETWORK = {"network": "cifar-fast"}
QUERY = dict.fromkeys(("cam", "filters", "ledger", "occlusion"), NETWORK) | {"convolution": {"c_view": "picture"}}
REFUSED = {name: (make, says) for group in (BOMBS, FOREIGN, BROKEN) for name, (make, says) in group.items()}
SHOWN = {**CALM, **ODD}
GOOD = ("mine.png", encode_png(sample("coffee")[:, ::-1]), "image/png")


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(jobs, "submit", lambda *_, **__: "0")
    monkeypatch.setattr(jobs, "find", lambda *_, **__: None)


def every(corpus: dict[str, Any], step: int) -> dict[str, Any]:
    """Each ``step``-th file, and always the first."""
    return {name: each for k, (name, each) in enumerate(corpus.items()) if k % step == 0}


def give(app: AppTest, file: tuple[str, bytes, str], *, key: str = "upload-0-") -> list[str]:
    """Upload a file where the key begins so; return the complaints."""
    uploader = next(each for each in app.file_uploader if str(each.key).startswith(key))
    uploader.set_value(file).run()
    assert not app.exception, [each.value for each in app.exception]
    return [each.value for each in app.error]


@pytest.mark.promise("uploads")
@pytest.mark.parametrize("step", quick_and_full(40, 1))
@pytest.mark.parametrize("stem", PAGES)
def test_a_bad_picture_is_one_sentence_on_every_page(stem: str, step: int, figure: Callable[[str], None]) -> None:
    app = on_page(stem, **QUERY.get(stem, {}))
    refused, shown = every(REFUSED, step), every(SHOWN, step)
    for name, (make, says) in refused.items():
        told = give(app, ("picture.png", make(), "image/png"))
        assert len(told) == 1 and says in told[0] and len(told[0]) <= 140, (name, told)
    for name, make in shown.items():
        assert give(app, ("picture.gif", make(), "image/gif")) == [], name
    assert give(app, GOOD) == []
    figure(
        f"page {stem}: {len(refused)} bad pictures refused in a sentence, {len(shown)} odd ones shown, then a good one"
    )


@pytest.mark.promise("uploads")
@pytest.mark.parametrize("step", quick_and_full(6, 1))
def test_a_bad_state_dict_is_one_sentence(step: int, figure: Callable[[str], None]) -> None:
    app = on_page("cam", **NETWORK)
    app.selectbox(key="own-architecture").set_value(ARCHITECTURE).run()
    chosen = every(BAD_WEIGHTS, step)
    for name, (make, says) in chosen.items():
        told = give(app, ("mine.safetensors", make(), ""), key="own-weights-")
        assert len(told) == 1 and says in told[0] and len(told[0]) <= 140, (name, told)
    assert give(app, ("mine.safetensors", good(), ""), key="own-weights-") == []
    assert uploaded.is_own(app.selectbox(key="network").value)
    figure(f"{len(chosen)} bad state dicts on a page: each one sentence; then a good one becomes the network")


@pytest.mark.promise("uploads")
@pytest.mark.parametrize("step", quick_and_full(5, 1))
@pytest.mark.parametrize("key", ["train-upload-", "train-import-"])
def test_a_bad_zip_is_one_sentence(key: str, step: int, queue: Told, figure: Callable[[str], None]) -> None:
    app = on_page("training")
    chosen = every(BAD_ZIPS, step)
    for name, (make, says) in chosen.items():
        told = give(app, ("mine.zip", make(), "application/zip"), key=key)
        assert len(told) == 1 and 15 <= len(told[0]) <= 140, (name, told)
        assert says in told[0] or key == "train-import-", (name, told)
    app.run()
    assert not app.exception
    figure(
        f"{len(chosen)} bad zips as {'classes' if 'upload' in key else 'a run'} on the training page: each one sentence"
    )
