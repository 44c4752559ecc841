"""From a name to a network: built without weights, filled with verified ones, kept for the next who asks."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import torch

from cnnviz.models import published, trusted, uploaded, weights
from cnnviz.models.diverged import check_scores
from cnnviz.models.errors import BadWeights
from cnnviz.models.network import Network
from cnnviz.models.registry import NETWORKS
from cnnviz.runs import BadRun, learned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnviz.data.downloads import Progress

KEPT = 4


class Shelf:
    """The networks used last, at most ``limit``. Safe for threads; a network is loaded once however many ask for it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._networks: OrderedDict[str, Network] = OrderedDict()
        self._lock = threading.Lock()
        self._loading: dict[str, threading.Lock] = {}

    def get(self, name: str, make: Callable[[str], Network]) -> Network:
        """The network ``name``, made by ``make(name)`` unless it is here; what ``make`` raises is passed on."""
        with self._lock:
            own = self._loading.setdefault(name, threading.Lock())
        # one lock per name: waiting for VGG-16's half gigabyte must not hold up those who want a network that is here
        with own:
            found = self._find(name)
            return found if found is not None else self._put(name, make(name))

    def _find(self, name: str) -> Network | None:
        with self._lock:
            if name in self._networks:
                self._networks.move_to_end(name)
            return self._networks.get(name)

    def _put(self, name: str, network: Network) -> Network:
        with self._lock:
            self._networks[name] = network
            while len(self._networks) > self._limit:
                self._networks.popitem(last=False)
        return network

    def clear(self) -> None:
        """Forget all; a network still in use lives on with its user."""
        with self._lock:
            self._networks.clear()


_SHELF = Shelf(KEPT)


def load(name: str) -> Network:
    """The network called ``name``, with verified weights; the same object for all callers.

    ``run-<id>@<epoch>`` is what a training of one's own has made, ``run-<id>`` after its last saved epoch;
    ``own-<digest>`` was uploaded.
    Raises :class:`~cnnviz.registry.UnknownItem`, :class:`BadWeights` or :class:`NotDownloaded`, each naming the fix.
    """
    if learned.is_run(name):
        with _sentences():
            run, epoch = learned.named(name)
        return _SHELF.get(f"run-{run}@{epoch}", _read_run)
    if uploaded.is_own(name):
        return _SHELF.get(name, uploaded.network)
    NETWORKS[name]  # an unknown name must not reach the shelf, which keeps a lock per name
    return _SHELF.get(name, _read)


def forget() -> None:
    """Drop the networks kept in memory, so that the next :func:`load` reads and verifies its files anew."""
    _SHELF.clear()


def available(name: str) -> bool:
    """Whether :func:`load` needs no download: weights shipped, or downloaded and of the published digest."""
    if learned.is_run(name):
        with contextlib.suppress(BadRun):
            return bool(learned.named(name))
        return False
    if uploaded.is_own(name):
        return uploaded.own(name) is not None
    spec = NETWORKS[name]
    if spec.make is not None:
        return True
    return weights.embedded(name) if spec.published is None else published.verified(spec.published)


def download(name: str, *, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Progress]:
    """Get the weights of ``name`` unless they are here; yield progress.

    Raises :class:`~cnnviz.data.downloads.DownloadError` with one sentence when offline. Shipped networks need nothing.
    """
    spec = NETWORKS[name]
    if spec.published is not None:
        yield from published.fetch_weights(spec, cancelled=cancelled)


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """What is wrong with a run is told as what is wrong with a network."""
    try:
        yield
    except BadRun as error:
        raise BadWeights(str(error)) from error


def _read_run(name: str) -> Network:
    with _sentences():
        found = learned.network(name)
    check_scores(found)
    return found


def _read(name: str) -> Network:
    spec = NETWORKS[name]
    if spec.make is not None:
        return trusted.network(spec)
    state, card = weights.read_embedded(name) if spec.published is None else published.read_published(spec)
    # on the meta device nothing is allocated, initialized or drawn from the random generator
    with torch.device("meta"):
        model = spec.build(len(card["classes"]))
    try:
        model.load_state_dict(state, strict=True, assign=True)
    except RuntimeError as error:
        fix = "install the torchvision of constraints.txt" if spec.published else "train it again (cnnviz train --help)"
        raise BadWeights(f"the weights of {name} were made for another version of the network; {fix}") from error
    return Network(spec, model, classes=card["classes"], card=card)
