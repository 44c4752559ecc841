"""What the other processes of a run on several GPUs do: every step with the first one, and nothing else."""

from __future__ import annotations

from cnnviz.training import rules
from cnnviz.training.engine import Training


class Accompanying(Training):
    """A training that takes its share of each step; it validates, looks and tells nothing."""

    def accompany(self) -> None:
        """Follow the first process until it has ended."""
        with self.random:
            while (live := self.peers.follow(self.live)) is not None:
                if live != self.live:
                    rules.change(
                        self.learner.optimizer, live.rule, momentum=live.momentum, weight_decay=live.weight_decay
                    )
                self.live = live
                if self.course.over:
                    self.course.turn()
                self._take_step()
                self._answers.read()  # nobody asks for them here
                while len(self._way) > self._lag:  # as far behind as the first process
                    self._way.popleft().read()
