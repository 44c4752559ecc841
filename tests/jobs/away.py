"""A training as a worker of the cluster sees it, of tiny steps and without torch. It keeps what it is told to."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnviz import runs
from cnnviz.data.whole import write_whole


def work(folder: Path, commands: Callable[[float], dict[str, Any] | None], *, cap: float) -> None:
    """Write down every command; ``keep`` writes a checkpoint of so many bytes, ``die`` ends the process."""
    with runs.writer(folder), (folder / "events.jsonl").open("a") as log:
        tell(log, begun=os.getpid(), cap=cap, threads=os.environ["OMP_NUM_THREADS"], folder=str(folder))
        tell(
            log,
            there=sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if "/." not in str(path)),
        )
        runs.stand(folder, "running")
        while True:
            command = commands(0.02)
            if command is not None:
                obey(folder, log, command)
                tell(log, heard=command)
            if command in ({"do": "stop"}, {"do": "leave"}):
                runs.stand(folder, "stopped" if command == {"do": "stop"} else "interrupted", "told so")
                Path(os.environ["CNNVIZ_DATA"]).mkdir(exist_ok=True)
                Path(os.environ["CNNVIZ_DATA"], folder.name).write_text(json.dumps(command))
                return


def obey(folder: Path, log: Any, command: dict[str, Any]) -> None:
    if command["do"] == "keep":
        (folder / "checkpoints").mkdir(exist_ok=True)
        weights = content(command["bytes"])
        name = f"last-{command['bytes']:016x}.safetensors"
        write_whole(folder / "checkpoints" / name, weights)
        write_whole(folder / "checkpoints" / "last.json", json.dumps(name).encode())
        for old in (folder / "checkpoints").glob("last-*"):
            if old.name != name:
                old.unlink()
    elif command["do"] == "die":
        os._exit(1)


def content(size: int) -> bytes:
    """What a checkpoint of this size holds."""
    return random.Random(size).randbytes(size)


def tell(log: Any, **event: Any) -> None:
    log.write(json.dumps(event) + "\n")
    log.flush()
