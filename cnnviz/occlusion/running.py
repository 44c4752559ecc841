"""One occlusion under way: what is known of each window, and the engine that answers, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.occlusion.engine import Incremental
from cnnviz.occlusion.patch import Patch
from cnnviz.occlusion.result import Maps, Occlusion
from cnnviz.occlusion.whole import Whole, engine

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models import Network

BATCH, BATCH_PIXELS, MOST_AT_ONCE = 16, 160 * 160, 64  # at 160 pixels more than 16 would leave the cache
EVERY = 0.3  # seconds from one answer to the next, of computing
ALIKE, FEWEST = 0.99, 8  # bfloat16 is kept if it correlates so with float32, over at least so many windows
Window = tuple[int, int]


class Run:
    """Windows of ``patch`` over ``picture``, showing ``fill``; tensors ``(1, 3, H, W)`` as the network takes them."""

    def __init__(self, network: Network, patch: Patch, *, picture: Tensor, fill: Tensor) -> None:
        self.network, self.model, self.patch, self.picture, self.fill = network, network.lean, patch, picture, fill
        self.size = (int(picture.shape[2]), int(picture.shape[3]))
        self.spans = patch.spans(*self.size)
        self.shape = (len(self.spans[0][0]), len(self.spans[1][0]))
        self.probability, self.logit = (np.full(self.shape, np.nan, np.float32) for _ in range(2))
        self.predicted = np.full(self.shape, -1, np.int64)
        self.most = min(MOST_AT_ONCE, BATCH * max(1, BATCH_PIXELS // (self.size[0] * self.size[1])))
        self.dtype = torch.float32
        self.agreement: float | None = None
        self.seconds = self.speed = 0.0

    def answers(self, target: int | None, *, bfloat16: bool) -> Iterator[Occlusion]:
        """The clean picture, then the windows batch by batch, a coarse grid first."""
        start = time.perf_counter()
        self._open(torch.float32)
        scores = self.engine.scores[0]
        self.clean = shares(scores[None])[0]
        self.target = int(self.clean.argmax()) if target is None else target
        self.score = float(finite(scores[self.target]))
        self.seconds = time.perf_counter() - start
        yield self._answer()
        for level, windows in enumerate(levels(*self.shape)):
            yield from self._level(windows)
            if level == 0 and bfloat16:
                self._try_bfloat16(windows)
            yield self._answer()

    def _level(self, windows: Sequence[Window]) -> Iterator[Occlusion]:
        """Compute the windows; an answer whenever it is time for one, except after the last."""
        done, waited = 0, 0.0
        while done < len(windows):
            batch = windows[done : done + self._count(len(windows) - done)]
            start, used = time.perf_counter(), time.thread_time()
            self._note(batch, self._scores(batch))
            spent = time.perf_counter() - start
            # of this thread's own time: on a busy machine, batches of one would make it busier still
            self.speed = max(1e-6, time.thread_time() - used) / len(batch)
            self.seconds, waited, done = self.seconds + spent, waited + spent, done + len(batch)
            if waited + spent > EVERY and done < len(windows):
                waited = 0.0
                yield self._answer()

    def _count(self, left: int) -> int:
        """How many windows of those ``left`` fit into the time between two answers, in batches of one size."""
        most = max(1, min(self.most, int(EVERY / self.speed))) if self.speed else 1
        return -(-left // -(-left // most)) if left else most

    def _open(self, dtype: torch.dtype) -> None:
        with self.network.lock, torch.inference_mode():
            self.engine: Incremental | Whole = engine(self.model, self.picture, dtype)
            self.scores_of = self.engine.over(*self.spans)
            self.dtype = dtype

    def _scores(self, windows: Sequence[Window]) -> Tensor:
        with self.network.lock, torch.inference_mode():
            return self.scores_of(self.fill.to(self.dtype), windows)

    def _note(self, windows: Sequence[Window], scores: Tensor) -> None:
        rows, columns = np.transpose(windows)
        self.probability[rows, columns] = shares(scores)[:, self.target]
        self.logit[rows, columns] = finite(scores[:, self.target])
        self.predicted[rows, columns] = scores.argmax(1).numpy()

    def _try_bfloat16(self, windows: Sequence[Window]) -> None:
        """Go on in bfloat16 if it says the same of these windows, whose answers in float32 are known."""
        if len(windows) < FEWEST or not isinstance(self.engine, Incremental) or not fast_bfloat16():
            return
        start, before = time.perf_counter(), self.speed
        self._open(torch.bfloat16)
        found = [self._scores(windows[k : k + self.most])[:, self.target] for k in range(0, len(windows), self.most)]
        known = self.logit[tuple(np.transpose(windows))]
        self.agreement = correlation(known, finite(torch.cat(found)))
        if self.agreement < ALIKE:
            self._open(torch.float32)
            self.speed = before
        self.seconds += time.perf_counter() - start

    def _answer(self) -> Occlusion:
        done = int((self.predicted >= 0).sum())
        return Occlusion(
            progress=done / self.predicted.size,
            done=done,
            rows=self.shape[0],
            columns=self.shape[1],
            probability=self.probability.copy(),
            logit=self.logit.copy(),
            predicted=self.predicted.copy(),
            clean=self.clean,
            score=self.score,
            target=self.target,
            tops=self.spans[0][0],
            lefts=self.spans[1][0],
            patch=(self.patch.height, self.patch.width),
            size=self.size,
            seconds=self.seconds,
            exact=self.dtype == torch.float32,
            agreement=self.agreement,
        )


def levels(rows: int, columns: int) -> list[list[Window]]:
    """Every fourth window in both directions, then what every second adds, then the rest: none twice, no empty list."""
    found: dict[int, list[Window]] = {4: [], 2: [], 1: []}
    for row in range(rows):
        for column in range(columns):
            found[next(step for step in found if row % step == 0 and column % step == 0)].append((row, column))
    return [windows for windows in found.values() if windows]


def shares(scores: Tensor) -> Maps:
    """Probabilities of logits ``(N, classes)``, finite whatever the network answered."""
    found: Maps = scores.double().softmax(1).nan_to_num().float().numpy()
    return found


def finite(scores: Tensor) -> Maps:
    """Logits as they are, but for what is no number."""
    found: Maps = scores.float().nan_to_num(posinf=1e30, neginf=-1e30).numpy()
    return found


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Pearson's correlation, in -1…1; 0 where one of the two is constant."""
    a, b = (values.astype(np.float64) - values.mean(dtype=np.float64) for values in (one, other))
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 faster than float32."""
    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16") or found.get("bf16"))
