"""Where things are: the app's own files, and the folder that belongs to the user.

From a clone (or an editable installation) the app's files lie beside the package; a wheel carries them inside it, in
``cnnviz/_app``. Standard library only.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _root() -> Path:
    # The wheel's copy first: the folder above an installed package is site-packages, where any file may lie.
    packed = PACKAGE / "_app"
    return packed if packed.is_dir() else PACKAGE.parent


ROOT = _root()
APP = ROOT / "app.py"
PAGES = ROOT / "pages"
ASSETS = ROOT / "assets"
STATIC = ROOT / "static"  # what the server hands out as files: Streamlit fixes the name
SETTINGS = ROOT / ".streamlit" / "config.toml"


def user_data() -> Path:
    """The folder for downloads and results: ``CNNVIZ_DATA`` if set, otherwise the platform's own. Not created here.

    Read anew at each call, so that a test or ``cnnviz app --data`` may set it.
    """
    chosen = os.environ.get("CNNVIZ_DATA", "").strip()
    if chosen:
        return _resolved(chosen, os.getcwd())  # noqa: PTH109 (a Path would cost what the cache saves)
    from platformdirs import user_data_path

    return user_data_path("cnnviz", appauthor=False)


@lru_cache(maxsize=8)
def _resolved(text: str, _working: str) -> Path:
    """Asked for a hundred times per page; following the links each time costs a tenth of it."""
    return Path(text).expanduser().resolve()
