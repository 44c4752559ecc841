"""Every page through the app and alone, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.paths import APP, PAGES

FILES = sorted(PAGES.glob("*.py"))
pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_page_runs_through_the_app(path: Path, fresh_caches: None) -> None:
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.switch_page(f"pages/{path.name}").run()
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_page_runs_alone(path: Path, fresh_caches: None) -> None:
    app = AppTest.from_file(str(path), default_timeout=60).run()
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_what_goes_wrong_inside_is_one_sentence(
    path: Path, fresh_caches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit as st

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("secret path /etc/shadow")

    for name in ("columns", "subheader", "skeleton"):
        monkeypatch.setattr(st, name, broken)
    monkeypatch.setattr("cnnviz.ui.components.cards.cards", broken)
    app = AppTest.from_file(str(path), default_timeout=60).run()
    assert not app.exception
    assert len(app.error) == 1
    assert "secret" not in app.error[0].value and len(app.error[0].value) < 160
