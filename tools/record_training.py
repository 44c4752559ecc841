"""Record a run that the training page shows before anybody trains: ``python -m tools.record_training [NAME=VALUE…]``.

Settings are those of a training: ``data=textures network=convnetjs epochs=10``; those not given are the network's own.
``label=TEXT`` names it. The run is trained in a folder of its own and written to ``assets/recorded/<id>.zip``, the
format of an export, with all its looks. Prints seconds, accuracy and size; a page should not carry more than 2 MB.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
import time

from cnnviz import runs
from cnnviz.data.sets import Splits, opened
from cnnviz.runs.recorded import FOLDER
from cnnviz.training.config import Config, rebuilt
from cnnviz.training.engine import Training
from cnnviz.training.events import Begun, Ended, Epoch
from cnnviz.training.networks import defaults

LARGEST = 2_000_000  # bytes


def config_of(given: dict[str, str]) -> Config:
    """The settings asked for, each read as its field's type."""
    base = defaults(given.get("network", Config.network))
    kinds = {field.name: type(getattr(base, field.name)) for field in dataclasses.fields(base)}
    return rebuilt({**base.told(), **{name: kinds.get(name, str)(value) for name, value in given.items()}})


def record(config: Config, splits: Splits, *, label: str) -> tuple[str, bytes]:
    """Train to the end; the run's id and its export."""
    run = runs.create(config, label=label)
    with runs.writer(run) as write:
        training = Training(config, splits)
        for event in training.events():
            write.event(event)
            if isinstance(event, (Begun, Epoch)):
                write.checkpoint(training.state())
            if isinstance(event, Epoch):
                print(f"epoch {event.epoch}: {event.val_accuracy:.4f} after {event.seconds:.0f} s", flush=True)
            if isinstance(event, Ended):
                print(f"{event.state}: {event.test_accuracy:.4f} of the test images {event.message}")
                runs.stand(run, event.state, event.message)
    return run, runs.export(run, all_looks=True)


def main(arguments: list[str]) -> None:
    """Record one run."""
    given = dict(argument.split("=", 1) for argument in arguments)
    label = given.pop("label", "")
    config = config_of(given)
    splits = opened(config.data)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CNNVIZ_DATA"] = folder
        name, data = record(config, splits, label=label)
    if len(data) > LARGEST:
        raise SystemExit(f"{len(data)} bytes are more than {LARGEST}; train for fewer epochs or a smaller network")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.zip").write_bytes(data)
    print(f"{name}.zip: {time.perf_counter() - began:.0f} s, {len(data)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
