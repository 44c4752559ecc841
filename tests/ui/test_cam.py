"""The CAM page: controls change what is explained."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample
from cnnviz.paths import PAGES

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(PAGES / "cam.py"), default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def text(app: AppTest) -> str:
    return " ".join(block.value for block in app.markdown)


def formula(app: AppTest) -> str:
    return " ".join(block.value for block in app.latex)


def test_the_formula_holds_with_the_numbers_shown() -> None:
    import re

    app = opened()
    identity = next(block.value for block in app.latex if "logit" in block.value)
    mean, bias, logit = (float(x) for x in re.findall(r"[-+]?\d+\.\d+", identity)[-3:])
    assert mean + bias == pytest.approx(logit, abs=0.011)


def test_a_link_restores_class_method_layer_and_comparison() -> None:
    app = opened(picture="coffee", **{"class": "cup"}, method="grad-cam", layer="stage3", versus="method")
    assert app.selectbox(key="class").value == "cup"
    assert app.selectbox(key="method").value == "grad-cam"
    assert app.selectbox(key="layer").value == "stage3"
    assert app.selectbox(key="versus").value == "method"
    assert "does not add up to the logit" in " ".join(block.value for block in app.caption)


def test_cam_is_not_offered_where_it_does_not_hold() -> None:
    app = opened(layer="stage2")
    assert "CAM" not in app.selectbox(key="method").options
    assert "Grad-CAM" in app.selectbox(key="method").options
    assert not app.error


def test_an_upload_replaces_the_sample_and_a_bad_one_is_told() -> None:
    app = opened()
    uploader = app.file_uploader[0]
    uploader.set_value(("cup.png", encode_png(sample("coffee")), "image/png")).run()
    assert "your photo" in text(app)
    app.file_uploader[0].set_value(("cup.png", b"\x89PNG but no more", "image/png")).run()
    assert len(app.error) == 1 and len(app.error[0].value) <= 140
    assert "your photo" not in text(app)


def test_reset_gives_every_control_its_default() -> None:
    app = opened(picture="coffee", **{"class": "cup"}, versus="nothing")
    app.button(key="reset").click().run()
    assert app.selectbox(key="class").value == "the most probable"
    assert app.selectbox(key="versus").value == "runner-up"
    assert "picture" not in app.query_params


@pytest.mark.parametrize("network", ["cifar-resnet20", "cifar-fast", "convnetjs"])
def test_every_embedded_network_explains(network: str) -> None:
    app = opened(network=network)
    assert not app.exception and not app.error
    assert formula(app)


def test_the_code_shown_reproduces_the_numbers_shown(capsys: pytest.CaptureFixture[str]) -> None:
    import runpy
    import tempfile
    from pathlib import Path

    source = opened(picture="coffee").code[0].value
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "shown.py")
        script.write_text(source)
        runpy.run_path(str(script))
    for printed, line in zip(capsys.readouterr().out.splitlines(), source.splitlines()[-2:], strict=True):
        said = line.split("# ")[1]
        assert printed.split()[0] == said.split()[0]
        assert float(printed.split()[-1]) == pytest.approx(float(said.split()[-1]), abs=1e-3)
