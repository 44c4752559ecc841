"""The one who writes a run: events as they come, looks, checkpoints."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from cnnviz.data.whole import PART
from cnnviz.runs.errors import Locked, NotSaved, sentence
from cnnviz.runs.log import Log, event_in
from cnnviz.runs.looking import MOST_LOOKS, look_name, looks_of, save_look
from cnnviz.runs.places import CHECKPOINTS, EVENTS, LOCK, LOOKS, Folder, Run
from cnnviz.runs.places import folder as folder_of
from cnnviz.runs.saving import (
    best_epoch,
    drop_epoch,
    save_epoch,
    save_last,
    saved_epochs,
    worth_keeping,
)
from cnnviz.training.events import Begun, Epoch, Event, Look, Saved
from cnnviz.training.state import State

PATIENCE = 5.0  # seconds to wait for the lock: somebody may just be asking whether it is held


def writer(run: Run) -> Writer:
    """A context in which this process alone writes the run, known by its id or its folder.

    Raises :class:`BadRun`, and :class:`Locked` on entering while another process writes.
    """
    return Writer(folder_of(run))


@contextmanager
def lock(run: Run) -> Iterator[None]:
    """Be the one who writes the run, inside; raises :class:`Locked` if another process is, :class:`OSError`."""
    held = FileLock(folder_of(run) / LOCK)
    try:
        held.acquire(timeout=PATIENCE)
    except Timeout as error:
        raise Locked("another process trains this run; watch it, or stop it first") from error
    try:
        yield
    finally:
        held.release()


def locked(run: Run) -> bool:
    """Whether a process is writing this run now; raises :class:`BadRun` if there is no such run on disk."""
    place = folder_of(run) / LOCK
    if not place.exists():
        return False
    try:
        with FileLock(place).acquire(timeout=0):
            return False
    except (Timeout, OSError):
        return True


class Writer:
    """Holds the run's lock from entering to leaving; entering raises :class:`Locked` or :class:`OSError`.

    A training that goes on tells :class:`~cnnviz.training.events.Begun` with the step of the checkpoint first: looks
    and saved epochs of later steps are removed then.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held = ExitStack()
        self._classes: tuple[str, ...] = ()
        self._epoch_at: dict[int, int] = {0: 0}
        self._accuracy: dict[int, float] = {}
        self._from = 0  # the step that this sitting began at

    def __enter__(self) -> Self:
        with ExitStack() as held:
            held.enter_context(lock(self.folder))
            for place in (self.folder, self.folder / CHECKPOINTS, self.folder / LOOKS):
                for left in place.glob(PART):
                    left.unlink(missing_ok=True)
            self._log = Log(self.folder / EVENTS)
            held.callback(self._log.close)
            for line in self._log.lines():
                self._note(event_in(line))
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()

    @property
    def trouble(self) -> str:
        """Why the last event is not on disk, in a sentence, or nothing. It is tried again with the next event."""
        return "" if self._log.trouble is None else sentence(self._log.trouble, "What the training tells")

    def event(self, event: Event) -> None:
        """Append an event; a look goes to a file of its own. An error of the disk shows in :attr:`trouble`."""
        if isinstance(event, Begun):
            self._from = event.step
            self._go_on_from(event.step)
        if isinstance(event, Look) and (self._seen_before(event) or not self._save_look(event)):
            return
        self._note(event)
        self._log.append(event)

    def _seen_before(self, look: Look) -> bool:
        """Whether a training that goes on looks again at where it goes on from: the first look knows the last step."""
        return look.step == self._from > 0 and (self.folder / look_name(look.epoch)).exists()

    def _save_look(self, look: Look) -> bool:
        try:
            save_look(self.folder, look)
            self._thin_looks()
        except OSError as error:
            self._log.trouble = error
            return False
        return True

    def checkpoint(self, state: State) -> Saved:
        """Save ``state``, tell :class:`Saved` in the log and return it.

        The whole state becomes the one to go on from. If it is that right after an :class:`Epoch` event, or before the
        first step, its weights are saved as those of that epoch too. Takes about 0.1 s for 2 million parameters with
        Adam. Raises :class:`NotSaved` if the disk doesn't take it or a weight is not finite; the checkpoint before
        is as it was.
        """
        if not state.finite:
            raise NotSaved("The weights are no longer finite, so the last finite checkpoint was kept.")
        step, epoch = int(state.facts["step"]), self._epoch_at.get(int(state.facts["step"]))
        manifest: dict[str, Any] = {"run": self.folder.name, "step": step, "classes": list(self._classes)}
        manifest |= {name: state.facts[name] for name in ("mean", "std") if name in state.facts}
        try:
            self._log.sync()
            if epoch is not None:
                save_epoch(self.folder, state.network, {**manifest, "epoch": epoch})
            whole = int(state.facts.get("epoch", 0)) if epoch is None else epoch
            save_last(self.folder, state, {**manifest, "epoch": whole})
        except OSError as error:
            raise NotSaved(sentence(error, "A checkpoint")) from error
        with suppress(OSError):  # the next one tries again
            self._thin_epochs()
        saved = Saved(whole, step)
        self._log.append(saved)
        return saved

    def _note(self, event: Event | None) -> None:
        """Remember what checkpoints need to know."""
        if isinstance(event, Epoch):
            self._epoch_at[event.step] = event.epoch
            self._accuracy[event.epoch] = event.val_accuracy
        elif isinstance(event, Begun):
            self._classes = event.classes
            self._epoch_at = {at: epoch for at, epoch in self._epoch_at.items() if at <= event.step}

    def _go_on_from(self, step: int) -> None:
        """Remove the looks and the weights of epochs that come after ``step``: they are made again."""
        files = Folder(self.folder)
        self._epoch_at = {at: epoch for at, epoch in self._epoch_at.items() if at <= step}
        last = max(self._epoch_at.values())
        self._accuracy = {epoch: value for epoch, value in self._accuracy.items() if epoch <= last}
        try:
            for epoch in (each for each in saved_epochs(files) if each > last):
                drop_epoch(self.folder, epoch)
            for epoch in (each for each in looks_of(files) if each > last):
                (self.folder / look_name(epoch)).unlink(missing_ok=True)
        except OSError as error:
            self._log.trouble = error

    def _thin_epochs(self) -> None:
        there = saved_epochs(Folder(self.folder))
        for epoch in set(there) - worth_keeping(there, best_epoch(self._accuracy)):
            drop_epoch(self.folder, epoch)

    def _thin_looks(self) -> None:
        there = looks_of(Folder(self.folder))
        for epoch in set(there) - worth_keeping(there, best_epoch(self._accuracy), MOST_LOOKS):
            (self.folder / look_name(epoch)).unlink(missing_ok=True)
