"""A network that has to be downloaded: offered, refused in a sentence, used when it has arrived."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import models
from cnnviz.data.downloads import DownloadError, Progress

pytestmark = pytest.mark.usefixtures("fresh_caches")


def script() -> None:
    import streamlit as st

    from cnnviz.ui.networks import ready

    st.text("ready" if ready("resnet18") else "not ready")


def test_it_is_offered_with_its_size_and_what_is_built_in() -> None:
    app = AppTest.from_function(script, default_timeout=60).run()
    assert app.text[0].value == "not ready"
    assert "MB" in app.markdown[0].value
    assert [button.label for button in app.button] == [
        "Download ResNet-18 (ImageNet)",
        "Use the network that is built in",
    ]


def test_without_a_network_the_download_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(_name: str) -> Iterator[Progress]:
        yield Progress(0, 100)
        raise DownloadError("The server can't be reached: go online, then try again.")

    monkeypatch.setattr(models, "download", offline)
    app = AppTest.from_function(script, default_timeout=60).run()
    app.button(key="download-resnet18").click().run()
    assert [error.value for error in app.error] == ["The server can't be reached: go online, then try again."]
    assert not app.exception


def test_when_it_has_arrived_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    here: list[str] = []

    def arrives(name: str) -> Iterator[Progress]:
        yield from (Progress(50, 100), Progress(100, 100))
        here.append(name)

    monkeypatch.setattr(models, "download", arrives)
    monkeypatch.setattr(models, "available", lambda name: name in here)
    app = AppTest.from_function(script, default_timeout=60).run()
    app.button(key="download-resnet18").click().run()
    assert here == ["resnet18"]
    assert app.text[0].value == "ready"
