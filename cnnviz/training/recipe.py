"""A recipe: everything that decides how a network is trained, in one frozen record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    ``lr`` rises linearly over ``warmup`` of all steps and falls to zero along a half cosine; with ``ends`` it
    begins and ends with these shares of ``lr`` and falls in a straight line. The shifts of batch norms learn
    ``shift_rate`` times as fast and the last layer ``head_rate`` times, with so much less or more weight decay; with 1
    and 1 nothing but kernels and matrices decays. ``sizes`` lists ``(fraction of the epochs, side in pixels)`` in
    order: small images first are cheap and lose nothing. ``still`` lists ``(fraction of the epochs, part of the
    network)`` in order: from there on that part and all before it learn no more, and need no gradients. With ``muon``
    kernels move by Muon, the rest by SGD. ``alternate`` mirrors each image in every other epoch, not by chance.
    ``lookahead`` sets the weights to their running average every five steps (Zhang et al. 2019). ``balance`` is the
    power of the class size by which images are drawn: 1 draws every image equally often, 0 every class. ``cutmix`` is
    the share of batches that are mixed. ``averaging`` is the decay per step of the running average of the weights that
    is what gets saved; 0 saves the last weights. ``area`` is the share of a photograph that a training view shows.
    ``then`` is trained next, from the network that this recipe keeps. A recipe that is ``taught`` learns not the
    labels but what the networks say together that the recipes before it kept.
    """

    network: str
    dataset: str
    epochs: int
    batch: int
    lr: float
    weight_decay: float
    momentum: float = 0.9
    warmup: float = 0.1
    ends: tuple[float, float] | None = None
    shift_rate: float = 1.0
    head_rate: float = 1.0
    smoothing: float = 0.0
    cutmix: float = 0.0
    cutout: int = 0
    shift: int = 2
    alternate: bool = False
    jitter: float = 0.0
    balance: float = 1.0
    averaging: float = 0.0
    lookahead: bool = False
    muon: bool = False
    taught: bool = False
    sizes: tuple[tuple[float, int], ...] = ()
    still: tuple[tuple[float, str], ...] = ()
    area: tuple[float, float] = (0.25, 1.0)
    seed: int = 0
    then: Recipe | None = None

    @property
    def total_epochs(self) -> int:
        """Epochs of this recipe and of all that follow."""
        return self.epochs + (self.then.total_epochs if self.then else 0)

    def size_at(self, epoch: int) -> int:
        """Side of the training images in ``epoch``; 0 if the data set has one size only."""
        for fraction, size in self.sizes:
            if epoch < round(fraction * self.epochs):
                return size
        return self.sizes[-1][1] if self.sizes else 0

    def still_at(self, epoch: int) -> str:
        """The last part of the network that learns no more in ``epoch``; empty if all of it does."""
        parts = [part for fraction, part in self.still if epoch >= round(fraction * self.epochs)]
        return parts[-1] if parts else ""
