"""What a run has trained is chosen where networks are chosen: by menu, epoch and link."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnviz import runs
from cnnviz.models import forget
from cnnviz.paths import PAGES
from cnnviz.runs import recorded
from cnnviz.training.config import Config
from cnnviz.training.networks import spec_of
from cnnviz.training.state import State
from tests.runs.made import begun, passed

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("fresh_caches")]


def script() -> None:
    import streamlit as st

    from cnnviz.ui.networks import choose_network, ready

    name = choose_network()
    st.text(f"{name} {'ready' if ready(name) else 'not ready'}")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run with the epochs 0, 1 and 2."""
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))
    monkeypatch.setattr(recorded, "FOLDER", tmp_path / "recorded")
    forget()
    made = runs.create(Config(), label="my <b>run</b>")
    with runs.writer(made) as write:
        write.event(begun())
        for epoch in range(3):
            torch.manual_seed(epoch)
            model = spec_of(Config()).build(3)
            if epoch:
                write.event(passed(epoch))
            tensors = {f"network.{name}": tensor for name, tensor in model.state_dict().items()}
            write.checkpoint(State(tensors, {"step": 10 * epoch, "epoch": epoch}))
    runs.stand(made, "done")
    return made


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(script, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def link(app: AppTest) -> str:
    """The network in the address."""
    value = app.query_params["network"]
    return value if isinstance(value, str) else value[0]


def test_it_is_in_the_menu_behind_the_others_and_brings_its_epochs(run: str) -> None:
    app = opened()
    assert app.selectbox(key="network").options[-1] == "my b run /b, epoch 2" and not app.select_slider
    app.selectbox(key="network").select(f"run-{run}@2").run()
    assert app.text[0].value == f"run-{run}@2 ready"
    assert link(app) == f"run-{run}@2"
    app.select_slider[0].set_value(1).run()
    assert app.text[0].value == f"run-{run}@1 ready" and link(app) == f"run-{run}@1"
    assert app.selectbox(key="network").options[-1] == "my b run /b, epoch 1"
    app.selectbox(key="network").select("photo").run()
    assert app.text[0].value == "photo ready" and not app.select_slider
    assert not app.exception and not app.error


@pytest.mark.parametrize(("asked", "given"), [("@1", "@1"), ("", "@2"), ("@0", "@0")])
def test_a_link_restores_it(asked: str, given: str, run: str) -> None:
    app = opened(network=f"run-{run}{asked}")
    assert app.text[0].value == f"run-{run}{given} ready"
    assert app.select_slider[0].value == int(given[1:])
    assert link(app) == f"run-{run}{given}"


@pytest.mark.parametrize("asked", ["run-0123456789ab", "run-../../x@1", "run-{run}@9", "run-", "<script>"])
def test_nonsense_gives_the_default(asked: str, run: str) -> None:
    app = opened(network=asked.format(run=run))
    assert app.text[0].value == "photo ready" and not app.exception


def test_one_whose_weights_were_changed_is_told(run: str) -> None:
    path = runs.folder(run) / "checkpoints" / "epoch-0001.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    app = opened(network=f"run-{run}@1")
    assert "changed after it was saved" in app.error[0].value and "not ready" in app.text[0].value
    app.select_slider[0].set_value(2).run()
    assert app.text[0].value == f"run-{run}@2 ready" and not app.error


def test_one_that_is_deleted_meanwhile(run: str) -> None:
    app = opened(network=f"run-{run}@1")
    runs.delete(run)
    app.run()
    assert app.text[0].value == "photo ready" and not app.exception


def test_the_maps_of_a_run(run: str) -> None:
    app = AppTest.from_file(str(PAGES / "cam.py"), default_timeout=60)
    app.query_params["network"] = f"run-{run}@1"
    app.run()
    assert not app.exception and not app.error
    assert any("my" in block.value and "epoch 1" in block.value for block in app.markdown)
