"""Where a training stands: all it needs to go on exactly as if it had never stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class State:
    """Tensors by name, on the CPU and owned by this record, and facts that JSON can hold.

    Names begin with ``network.`` (the weights that train), ``kept.`` (those to judge, save and look at, where they are
    an average), ``optimizer.`` or ``random.``; ``facts`` holds the position (``step``, ``epoch``), the live settings
    and the running sums.
    """

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def network(self) -> dict[str, Tensor]:
        """The weights to look at, by their names in the network."""
        kept = {name.removeprefix("kept."): t for name, t in self.tensors.items() if name.startswith("kept.")}
        if kept:
            return kept
        return {n.removeprefix("network."): t for n, t in self.tensors.items() if n.startswith("network.")}

    @property
    def finite(self) -> bool:
        """Whether every weight is a finite number."""
        floats = (t for name, t in self.tensors.items() if not name.startswith("random.") and t.is_floating_point())
        return all(bool(t.isfinite().all()) for t in floats)
