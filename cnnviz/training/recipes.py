"""The recipes that made the weights that ship, and those that are quoted with a time."""

from __future__ import annotations

from cnnviz.training.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    "photo": Recipe(
        network="photo",
        dataset="photos112",
        epochs=40,
        batch=64,
        lr=0.15,
        weight_decay=5e-4,
        warmup=0.06,
        smoothing=0.1,
        cutmix=0.4,
        jitter=0.3,
        balance=0.7,
        averaging=0.998,
        sizes=((0.35, 96), (0.65, 112), (1.0, 128)),
        # random views show things larger than whole pictures do: end at the scale of use (Touvron et al. 2019)
        then=Recipe(
            network="photo",
            dataset="photos112",
            epochs=2,
            batch=64,
            lr=0.01,
            weight_decay=5e-4,
            warmup=0.1,
            smoothing=0.1,
            jitter=0.2,
            balance=0.7,
            averaging=0.99,
            sizes=((1.0, 160),),
            area=(0.6, 1.0),
            seed=1,
        ),
    ),
    "cifar-fast": Recipe(
        network="cifar-fast",
        dataset="cifar10-jpeg",
        epochs=40,
        batch=256,
        lr=0.25,
        weight_decay=5e-4,
        warmup=0.15,
        smoothing=0.1,
        shift=3,
        cutout=10,
        averaging=0.995,
    ),
    "cifar-resnet20": Recipe(
        network="cifar-resnet20",
        dataset="cifar10-jpeg",
        epochs=60,
        batch=128,
        lr=0.2,
        weight_decay=5e-4,
        warmup=0.08,
        shift=3,
        averaging=0.998,
    ),
    "convnetjs": Recipe(
        network="convnetjs",
        dataset="cifar10-jpeg",
        epochs=24,
        batch=64,
        lr=0.05,
        weight_decay=1e-4,
        warmup=0.1,
        shift=2,
        averaging=0.998,
    ),
}
"""By the name that ``cnnviz train`` takes."""
