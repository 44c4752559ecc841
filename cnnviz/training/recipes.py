"""The recipes that made the weights that ship, and those that are quoted with a time."""

from __future__ import annotations

from dataclasses import replace

from cnnviz.training.recipe import Recipe

FAST = Recipe(
    network="cifar-fast",
    dataset="cifar10-jpeg",
    epochs=60,
    batch=512,
    lr=0.75,
    weight_decay=1.33e-3,
    momentum=0.85,
    warmup=0.2,
    ends=(0.2, 0.07),
    shift_rate=64.0,
    head_rate=1 / 81,  # the head begins a ninth as large: so its steps are in proportion
    smoothing=0.2,
    shift=4,
    cutout=8,
    alternate=True,
    lookahead=True,
    sizes=((0.4, 25), (1.0, 32)),
)
"""The settings of airbench94 (Jordan 2024), with small images first."""

MIXED = replace(FAST, epochs=18, lr=0.4, ends=(0.2, 0.03), cutmix=0.6, cutout=0, smoothing=0.1, sizes=(), seed=1)

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
    # 60 epochs know the images by heart: a warm restart in which more than half of the batches are mixed (Yun et al.
    # 2019), and one that learns what both networks say together
    "cifar-fast": replace(
        FAST,
        then=replace(MIXED, then=replace(MIXED, epochs=20, ends=(0.2, 0.02), cutmix=0.7, taught=True, seed=2)),
    ),
    # airbench94 with Muon (Jordan 2024) on batches half as large, with the lookahead of its older form; its rates are
    # for sums over 2,000 images, these for means over 1,000
    "cifar-fast-quick": Recipe(
        network="cifar-fast",
        dataset="cifar10-jpeg",
        epochs=16,
        batch=1000,
        lr=0.2,
        weight_decay=0.01,
        momentum=0.85,
        warmup=0.0,
        ends=(1.0, 0.0),
        shift_rate=264.0,
        head_rate=0.05,
        smoothing=0.2,
        alternate=True,
        lookahead=True,
        muon=True,
        sizes=((0.19, 21), (0.63, 25), (1.0, 32)),
        # a tenth less time; held out, an epoch less of it and an epoch more were no worse than none
        still=((0.75, "block1"), (0.94, "block2")),
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
        # a warm restart (Loshchilov & Hutter 2017), now with parts of the image missing
        then=Recipe(
            network="cifar-resnet20",
            dataset="cifar10-jpeg",
            epochs=20,
            batch=128,
            lr=0.1,
            weight_decay=5e-4,
            warmup=0.1,
            shift=3,
            cutout=8,
            averaging=0.998,
            seed=1,
        ),
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
