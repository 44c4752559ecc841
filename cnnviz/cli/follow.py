"""A run of the training engine in the shell's own process: told as it goes, and kept where the page finds it."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from cnnviz.cli.errors import Complaint
from cnnviz.training.config import Config

if TYPE_CHECKING:
    from cnnviz.runs import Writer
    from cnnviz.training.accompanying import Accompanying
    from cnnviz.training.engine import Training
    from cnnviz.training.events import Event
    from cnnviz.training.parallel import Peers
    from cnnviz.training.state import State

INTERRUPTED = 130  # exit status of a command that Ctrl+C ended
WIPE = "\r\x1b[K"


def begin(
    given: Mapping[str, Any], *, label: str, keep: bool, download: bool, threads: int | None, as_json: bool
) -> None:
    """Train a new network with the settings that were ``given``, the others being the network's own."""
    from cnnviz.training import parallel

    config = chosen(given)
    peers = parallel.join()
    if peers.rank:
        accompany(config, peers=peers, state=None, threads=threads)
        return
    fetch(config.data, allowed=download)
    training = made(config, state=None, threads=threads, peers=peers)
    run = None
    if keep:
        from cnnviz import runs

        run = runs.create(config, label=label, by="shell")
    follow(training, Teller(config, run, as_json=as_json))


def go_on(run: str, *, changes: Mapping[str, float], threads: int | None, as_json: bool) -> None:
    """Go on with a run of the store from its last checkpoint, with the threads that it began with."""
    from cnnviz import runs
    from cnnviz.training import parallel

    summary = runs.summary(run)
    if summary.recorded or summary.state == "done":
        raise Complaint(f"the run {run} is over; begin a new one with more --epochs")
    peers, state, threads = parallel.join(), runs.checkpoint(run), threads or runs.threads(run) or None
    if peers.rank:
        accompany(summary.config, peers=peers, state=state, threads=threads)
        return
    training = made(summary.config, state=state, threads=threads, peers=peers)
    if changes:
        training.change(**changes)
    follow(training, Teller(summary.config, run, as_json=as_json))


def chosen(given: Mapping[str, Any]) -> Config:
    """The network's own settings, changed as asked; a folder is known by its whole path."""
    from cnnviz.data.sets import DATASETS
    from cnnviz.training.networks import defaults

    values = dict(given)
    if "stack" in values:
        values.setdefault("network", "stack")
    config = defaults(values.get("network", Config.network))
    data = values.get("data", config.data)
    if data not in DATASETS and Path(data).exists():
        values["data"] = str(Path(data).resolve())
    return dataclasses.replace(config, **values)


def fetch(data: str, *, allowed: bool) -> None:
    """Download a data set, with a bar on standard error, if it is not here and can be had."""
    from cnnviz.data.sets import DATASETS

    item = DATASETS.get(data)
    if item is None or item.download is None or item.available():
        return
    if not allowed:
        raise Complaint(f"{item.title} is not here; add --download to get its {(item.size or 0) / 1e6:.0f} MB first")
    with click.progressbar(length=1000, label=data, file=sys.stderr) as bar:
        for progress in item.download():
            if progress.total:
                bar.update(int(1000 * progress.done / progress.total) - bar.pos)


def made(config: Config, *, state: State | None, threads: int | None, peers: Peers) -> Training:
    """The engine, where it begins or goes on; of several processes each has its own, and the first one leads."""
    import torch

    from cnnviz.data.sets import opened
    from cnnviz.training.accompanying import Accompanying
    from cnnviz.training.engine import Training
    from cnnviz.training.memory import keep_freed_memory

    keep_freed_memory()
    if threads:
        torch.set_num_threads(threads)
    kind = Accompanying if peers.rank else Training
    return kind(config, opened(config.data, paths=True), state=state, peers=peers)


def accompany(config: Config, *, peers: Peers, state: State | None, threads: int | None) -> None:
    """Take part in the run of the first process until it ends; Ctrl+C is for that one to hear."""
    from cnnviz.training import parallel

    training = cast("Accompanying", made(config, state=state, threads=threads, peers=peers))
    with interrupted():
        training.accompany()
    parallel.part()
    os._exit(0)  # torch's threads may still be there: waiting for them at the end has aborted a process


def follow(training: Training, teller: Teller) -> None:
    """Run to the end: each epoch leaves a checkpoint, and Ctrl+C ends it with one."""
    from cnnviz.jobs.sitting import Sitting

    with teller.keeping(), interrupted() as asked:

        def commands(_seconds: float) -> dict[str, str] | None:
            return {"do": "stop"} if asked or teller.deaf else None

        teller.stand("running")
        written = cast("Writer", teller)
        state, message = Sitting(training, written, commands, stand=teller.stand, cap=math.inf).to_the_end()
        teller.stand(state, message)
    teller.close()
    if state == "failed":
        raise Complaint(message)
    if asked and teller.run is not None:
        click.echo(f"Go on with: cnnviz train --resume {teller.run}", err=True)
    if asked:
        raise click.exceptions.Exit(INTERRUPTED)


@contextmanager
def interrupted() -> Iterator[list[int]]:
    """A list that the first Ctrl+C (or SIGTERM) puts something in; the second one interrupts as usual."""
    asked: list[int] = []

    def stop(number: int, _frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Teller:
    """Writes the run's folder, if it has one, and prints: strict JSON on standard output, or progress on error.

    ``deaf`` tells that nobody reads the output any more, ``trouble`` why the last event is not on disk.
    """

    def __init__(self, config: Config, run: str | None, *, as_json: bool) -> None:
        self.deaf, self.trouble = False, ""
        self._config, self.run, self._json = config, run, as_json
        self._writer: Writer | None = None
        self._events: list[Event] = []
        self._live = sys.stderr.isatty()
        self._open = ""  # what wipes the line of steps that stands on the terminal

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Inside, the run's folder is written by this process alone; raises :class:`cnnviz.runs.Locked`."""
        if self.run is None:
            yield
            return
        from cnnviz import runs

        with runs.writer(runs.folder(self.run)) as self._writer:
            yield

    def stand(self, state: str, message: str = "") -> None:
        """Say where the run is."""
        if self.run is not None:
            from cnnviz import runs

            runs.stand(runs.folder(self.run), state, message)

    def checkpoint(self, state: State) -> None:
        """Keep where it stands, and tell so; raises :class:`cnnviz.runs.NotSaved`."""
        if self._writer is not None:
            self._told(self._writer.checkpoint(state))

    def event(self, event: Event) -> None:
        """Keep one event, and tell it."""
        if self._writer is not None:
            self._writer.event(event)
            self.trouble = self._writer.trouble
        self._told(event)

    def _told(self, event: Event) -> None:
        try:
            self._tell(event)
        except BrokenPipeError:
            self.deaf = True

    def _tell(self, event: Event) -> None:
        """One line; on a terminal that of a step is overwritten by the next, elsewhere it is left out."""
        from cnnviz.training.telling import line, row

        if self._json:
            click.echo(json.dumps(row(event, run=self.run), ensure_ascii=False, allow_nan=False))
            return
        self._events += [event] if event.event != "look" else []
        text, passing = line(event), event.event == "step"
        if text and (self._live or not passing):
            click.echo(self._open + text, err=True, nl=not passing)
            self._open = WIPE if passing else ""

    def close(self) -> None:
        """What is wrong with the disk, the verdict, and the line that sums up."""
        if self.trouble:
            click.echo(self.trouble, err=True)
        from cnnviz.training.events import Begun
        from cnnviz.training.telling import summed
        from cnnviz.training.verdict import verdict

        if self._json:
            return
        classes = next((len(event.classes) for event in self._events if isinstance(event, Begun)), 0)
        click.echo(self._open + verdict(self._events, classes=classes).sentence, err=True)
        click.echo(summed(self._events, self._config, run=self.run))
