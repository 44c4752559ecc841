"""A file is replaced only when all of it is on disk, and what failed leaves nothing behind."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from cnnviz.data.whole import write_whole


def test_the_order_that_survives_a_loss_of_power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content reaches the disk before the name, and the name before the call returns."""
    done: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def noted(*args: Any, real: Any = real, name: str = name) -> Any:
            done.append(name)
            return real(*args)

        monkeypatch.setattr(os, name, noted)
    write_whole(tmp_path / "file", b"content")
    assert done == ["fsync", "replace", "fsync"] and (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_what_was_there_stays(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"before")

    def fails(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, failing, fails)
    with pytest.raises(OSError, match="Input"):
        write_whole(tmp_path / "file", b"after")
    assert (tmp_path / "file").read_bytes() == b"before" and len(list(tmp_path.iterdir())) == 1


def test_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    contents = [bytes([number]) * 50_000 for number in range(8)]
    failed: list[BaseException] = []

    def write(content: bytes) -> None:
        try:
            for _ in range(20):
                write_whole(tmp_path / "file", content)
        except OSError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(each,)) for each in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed and (tmp_path / "file").read_bytes() in contents and len(list(tmp_path.iterdir())) == 1
