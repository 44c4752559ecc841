"""One picture and one network follow the visitor: from lecture to lecture, and a network of the visitor's own too."""

from __future__ import annotations

from pathlib import Path

import pytest
import safetensors.torch
import torch
from streamlit.testing.v1 import AppTest

from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample
from cnnviz.models import NETWORKS
from cnnviz.models.weights import FOLDER
from cnnviz.paths import APP
from tests.ui.opening import on_page, text

PHOTO = ("cup.png", encode_png(sample("coffee")), "image/png")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


def switched(app: AppTest, page: str) -> AppTest:
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception and not app.error
    return app


def test_a_photo_goes_along_until_it_is_dropped() -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    switched(app, "cam").file_uploader[0].set_value(PHOTO).run()
    assert "your photo" in text(app) and not [b for b in app.button if b.key == "drop-photo"]
    switched(app, "occlusion")
    assert app.button(key="drop-photo").label == "Stop using your photo"
    switched(app, "cam")
    assert "your photo" in text(app)
    app.button(key="drop-photo").click().run()
    assert "your photo" not in text(app)


def test_reset_drops_it() -> None:
    app = on_page("cam")
    app.file_uploader[0].set_value(PHOTO).run()
    assert "your photo" in text(app)
    app.button(key="reset").click().run()
    assert "your photo" not in text(app)


def test_the_network_goes_along() -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    switched(app, "cam").selectbox(key="network").set_value("cifar-resnet20").run()
    assert switched(app, "occlusion").selectbox(key="network").value == "cifar-resnet20"


def test_uploaded_weights_become_the_network_of_the_page() -> None:
    app = on_page("cam")
    data = (FOLDER / "cifar-resnet20.safetensors").read_bytes()
    app.selectbox(key="own-architecture").set_value("cifar-resnet20").run()
    app.file_uploader(key="own-weights-0-0").set_value(("mine.safetensors", data, "")).run()
    assert not app.exception and not app.error
    name = app.selectbox(key="network").value
    assert name.startswith("own-") and "Your weights in CIFAR ResNet-20, 10 classes" in text(app)
    assert on_page("cam", network=name).selectbox(key="network").value == name  # its link, elsewhere


def test_weights_that_do_not_fit_are_told_in_a_sentence() -> None:
    app = on_page("cam")
    state = safetensors.torch.save({"a": torch.ones(1)})
    app.selectbox(key="own-architecture").set_value("resnet18").run()
    app.file_uploader(key="own-weights-0-0").set_value(("mine.safetensors", state, "")).run()
    assert len(app.error) == 1 and "does not fit" in app.error[0].value
    assert app.selectbox(key="network").value == "photo" and "resnet18" in NETWORKS
