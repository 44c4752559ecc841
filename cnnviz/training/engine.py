"""The training of a network, told as it happens: one flat loop of events.

    for event in train(Config(data="shapes", epochs=2), opened("shapes")):
        print(event)

All randomness of a step comes from the seed, the epoch and the number of the batch, and dropout's from a state that is
saved: a run goes on from any step as if nothing had happened.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import torch
from torch import Tensor

from cnnviz.data.splits import Part, Splits
from cnnviz.training import rules, standing
from cnnviz.training.augmentation import parse
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.course import Course, limited
from cnnviz.training.device import Randomness, chosen, lag_of, precision
from cnnviz.training.events import Begun, Changed, Ended, Epoch, Event, Note, Step
from cnnviz.training.feeding import Feeding
from cnnviz.training.fresh import fresh
from cnnviz.training.judging import AT_ONCE, judged, scores
from cnnviz.training.learner import Learner
from cnnviz.training.looking import look
from cnnviz.training.loop import cutmix
from cnnviz.training.networks import spec_of
from cnnviz.training.parallel import ALONE, Peers
from cnnviz.training.schedules import factor, lower
from cnnviz.training.state import State
from cnnviz.training.tallies import Answers, Arriving, Sums

LARGEST = 1e4  # a loss beyond it is of no network that learns
WHOLE = 0.9  # the last tenth is trained on whole pictures, as they will be seen
T = TypeVar("T")


class Training:
    """One run, from its first step or from ``state``; on the CPU it goes on from there bit for bit.

    ``pace`` is the least number of seconds between two :class:`Step` events; 0 tells every step. Between two events,
    :meth:`state`, :meth:`change` and :meth:`stop` may be called, and torch's random numbers are the caller's. Who does
    not ask for the next event pauses it. Raises :class:`BadConfig` for settings that fit no network, rule or data.
    """

    def __init__(
        self, config: Config, splits: Splits, *, state: State | None = None, looking: bool = True, peers: Peers = ALONE
    ) -> None:
        self.config, self.splits, self.pace, self.peers = config, splits, 0.25, peers
        self.device, self.spec = chosen(config), spec_of(config)
        if splits.train.images.shape[1:] != (32, 32, 3) or not len(splits.validation):
            raise BadConfig("training takes pictures of 32×32 pixels, and some of them to validate with")
        self.course = Course(config, self._fed(limited(splits.train, config), parsed=config.augmentation))
        self.validation = self._fed(splits.validation)
        self.random = Randomness(config.seed, self.device)
        with self.random:
            model = fresh(self.spec, config, classes=len(splits.classes), images=self.course.images)
        self._lag = lag_of(self.device)
        dtype = precision(config, self.device)
        self.learner = Learner(model, config, dtype=dtype, memory=self._lag + 2, peers=peers)
        self.live = config  # its rate, momentum and decay are those of the next step
        self.seconds, self.sums, self._window = 0.0, Sums(), Sums()
        self._way: deque[Arriving] = deque()
        self._answers, self._at_once, self._failure = Answers(), AT_ONCE, ""
        self._looking, self._changing, self._stopping = looking, False, False
        if state is not None:
            standing.restore(self, state)

    def _fed(self, part: Part, *, parsed: str = "") -> Feeding:
        return Feeding(part, mean=self.spec.mean, std=self.spec.std, device=self.device, steps=parse(parsed))

    @property
    def network(self) -> torch.nn.Module:
        """The network to judge, look at and save."""
        return self.learner.kept

    @property
    def lr(self) -> float:
        """The rate of the next step."""
        return self.live.lr * factor(self.config.schedule, self.course.progress, warmup=self.config.warmup)

    def change(self, lr: float | None = None, momentum: float | None = None, weight_decay: float | None = None) -> None:
        """Set them from the next step on; the next event is :class:`Changed`.

        A schedule goes on: its factor multiplies the new rate. Raises :class:`BadConfig` for a value out of range.
        """
        given = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        known: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self.live = dataclasses.replace(self.live, **known)
        self._changing = True

    def stop(self) -> None:
        """End before the next step."""
        self._stopping = True

    def state(self) -> State:
        """Where it stands, between two events; a diverged one stands at its last good weights."""
        if self._count(ahead=0):
            self._count_answers()
        return standing.stored(self)

    def events(self) -> Iterator[Event]:
        """All that happens, up to :class:`Ended`."""
        happening = self._happening()
        while True:
            with self.random:
                event = self._changed() if self._changing else next(happening, None)
            if event is None:
                return
            if isinstance(event, Ended):
                self.peers.lead(None)
            yield event

    def _happening(self) -> Iterator[Event]:
        yield self._begun()
        if not self.course.seen:  # before the first epoch, or after one whose look may have been lost
            yield from self._look(None)
        while self.course.epoch < self.config.epochs:
            while not (self.course.over or self._stopping or self._failure):
                if self._within_memory(self._take_step) is None:
                    yield self._halved()
                elif self._count(ahead=self._lag) and self._window.seconds >= self.pace:
                    yield self._told()
            if not (self._stopping or self._failure):
                yield from self._validate()
            if self._stopping or self._failure:
                yield self._broken_off()
                return
        yield self._done()

    def _take_step(self) -> bool:
        began, course = time.perf_counter(), self.course
        self.peers.lead(self.live)
        progress, lr, step = course.progress, self.lr, course.step
        raw, labels, rng = course.next()
        share, weight = self.peers.share(len(labels)), self.peers.weight(len(labels))
        pixels, others, kept = course.images.normalized(raw), None, 1.0
        if self.config.cutmix and progress < WHOLE and rng.random() < self.config.cutmix:
            pixels, partner, kept = cutmix(pixels, rng)
            others = labels[partner][share]
        found = self.learner.gradients(pixels[share], labels[share], others=others, kept=kept, weight=weight)
        self.learner.update(lr)
        course.go()
        self._way.append(Arriving(step, len(labels), lr=lr, loss=found[0]))
        # of a mixed image, the larger part is to be named
        self._answers.add(found[1], labels[share] if others is None or kept >= 0.5 else others)
        self._spent(began, self.sums, self._window)
        return True

    def _spent(self, began: float, *sums: Sums) -> None:
        took = time.perf_counter() - began
        self.seconds += took
        for each in sums:
            each.seconds += took

    def _count(self, *, ahead: int) -> bool:
        """Read the losses of all steps but the last ``ahead``; False if they say that it has diverged."""
        while len(self._way) > ahead:
            arrived = self._way.popleft()
            loss = arrived.read()
            if not loss < LARGEST:  # also if it is no number
                self._diverge(arrived.step, arrived.lr, f"{loss:.3g}")
                return False
            for sums in (self.sums, self._window):
                sums.add(loss, arrived.images)
        return True

    def _count_answers(self) -> None:
        right, answers = self._answers.read()
        for sums in (self.sums, self._window):
            sums.add_answers(right, answers)

    def _diverge(self, step: int, lr: float, loss: str) -> None:
        """Go back to the last weights that gave a loss."""
        self._way.clear()
        self.learner.back_to(step - 1)
        self.course.step = step + 1
        self._failure = (
            f"the loss was {loss} at step {step + 1}, with a learning rate of {lr:.3g}; "
            f"start again with {lower(lr):.1g} or less"
        )

    def _within_memory(self, work: Callable[[], T]) -> T | None:
        """What ``work`` returns, or None if the device has no memory left for it."""
        try:
            return work()
        except torch.OutOfMemoryError:
            pass
        # only here, where nothing holds on to the tensors of what failed
        self.learner.release()
        return None

    def _halved(self) -> Note:
        if self.course.batch == 1:
            self._failure = "one image at a time is too much for the memory of this device; take a smaller network"
        self.course.halve()
        return Note(self.course.step, f"the device's memory is full: the batch is halved to {self.course.batch}")

    def _scores(self, images: Feeding) -> Tensor:
        """Logits; in smaller parts where memory asks for it."""
        while True:
            work = partial(scores, self.network, images, dtype=self.learner.dtype, at_once=self._at_once)
            found = self._within_memory(work) if self._at_once > 1 else work()
            if found is not None:
                return found
            self._at_once //= 2

    def _validate(self) -> Iterator[Event]:
        if not self._count(ahead=0):
            return
        if self._window.steps:
            yield self._told()  # an epoch shorter than the pace has its steps told, too
        began, lr, step = time.perf_counter(), self.lr, self.course.step
        logits = self._scores(self.validation)
        loss, accuracy = judged(logits, self.validation.labels)
        self._spent(began)
        if not math.isfinite(loss):
            self._diverge(step - 1, lr, f"{loss:.3g}")
        sums, self.sums, self._window = self.sums, Sums(), Sums()
        self.course.turn()
        found = (sums.mean_loss, sums.accuracy, loss, accuracy)
        yield Epoch(self.course.epoch, step, *found, lr=lr, images_per_s=sums.speed, seconds=self.seconds)
        yield from self._look(logits)

    def _look(self, logits: Tensor | None) -> Iterator[Event]:
        if not self._looking or self._failure:
            return
        began, course = time.perf_counter(), self.course
        seen = look(
            self.network,
            self.splits,
            epoch=course.epoch,
            step=course.step,
            device=self.device,
            before=self.learner.before() if course.step else None,
            classes=self.splits.classes,
            mean=self.spec.mean,
            std=self.spec.std,
            logits=logits,
        )
        self._spent(began)
        yield seen

    def _begun(self) -> Begun:
        course = self.course
        return Begun(
            course.step,
            course.epoch,
            self.config.epochs,
            steps_per_epoch=course.steps_per_epoch,
            batch=course.batch,
            parameters=sum(p.numel() for p in self.network.parameters()),
            classes=self.splits.classes,
            training=len(course.images),
            validation=len(self.validation),
            test=len(self.splits.test),
            device=torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else "cpu",
            precision=str(self.learner.dtype).removeprefix("torch."),
            threads=torch.get_num_threads(),
        )

    def _told(self) -> Step:
        self._count_answers()
        sums, self._window, ahead = self._window, Sums(), len(self._way)
        step = self.course.step - ahead
        return Step(step, self.course.passes(ahead), sums.mean_loss, sums.accuracy, self.lr, sums.speed, self.seconds)

    def _changed(self) -> Changed:
        self._changing, live = False, self.live
        rules.change(self.learner.optimizer, live.rule, momentum=live.momentum, weight_decay=live.weight_decay)
        return Changed(self.course.step, live.lr, live.momentum, live.weight_decay)

    def _broken_off(self) -> Ended:
        state = "stopped" if not self._failure else "diverged" if self.course.batch else "failed"
        message = self._failure or f"stopped after {self.course.step} steps"
        return Ended(state, self.course.step, self.seconds, message, math.nan, math.nan)

    def _done(self) -> Ended:
        test = self._fed(self.splits.test)
        loss, accuracy = judged(self._scores(test), test.labels)
        message = f"{accuracy:.1%} of {len(test):,} test images are right"
        return Ended("done", self.course.step, self.seconds, message, loss, accuracy)


def train(config: Config, splits: Splits, *, state: State | None = None) -> Iterator[Event]:
    """All events of a run; see :class:`Training`."""
    yield from Training(config, splits, state=state).events()
