"""The lecture's examples: the decks' augmentations and clouds, where the decks err, and a network's recipe."""

from __future__ import annotations

from cnnviz.ui.presets import Preset

PLAIN = {"augment-grid": "draws", "augment-seed": 0}


def _steps(*names: str) -> dict[str, object]:
    return PLAIN | {"augment-steps": ",".join(names)}


def _aug(name: str, **values: object) -> dict[str, object]:
    return {f"aug-{name}-{key}": value for key, value in values.items()}


EXAMPLES = (
    Preset(
        "Sixteen tiles",
        {"augment-grid": "deck"},
        "The deck's list was made by a program from a picture now lost: where it says vertical flip, Wu et al. show a "
        "vignette, and where it says perspective, a pincushion; its words are crossed out. “Label preserving”, as the "
        "deck has it, is true of this photo, not of every label: see the table below.",
        "Deck D0, “Data augmentation”; the right names after Wu et al. 2015, Fig. 4, from memory",
    ),
    Preset(
        "D0's four kinds",
        _steps("horizontal-flip", "random-crop", "colour-cast", "barrel"),
        "The four kinds that the deck names: horizontal flip, random crop, colour casting, geometric distortion. "
        "Each draws its own numbers, so no two tiles are alike.",
        "Deck D0, “Data augmentation”",
    ),
    Preset(
        "D2's list",
        _steps("rotation", "translation", "zoom", "horizontal-flip", "colour-jitter"),
        "The second deck's list, all at once. Turning, moving and zooming each leave black where nothing is known.",
        "Deck D2, “Data augmentation”",
    ),
    Preset(
        "D3's list",
        _steps("horizontal-flip", "resized-crop", "perspective", "colour-jitter", "erasing"),
        "The third deck's list. Its advice: heavy augmentation that the data do not need makes results worse, and "
        "validation and test pictures are never augmented; the first tile is theirs.",
        "Deck D3, “Data augmentation”",
    ),
    Preset(
        "CIFAR-10",
        _steps("random-crop", "horizontal-flip") | _aug("random-crop", border=12.5, filled="black"),
        "What nearly every CIFAR-10 result uses: 4 pixels of black around 32×32, a window of the old size, and a coin "
        "for the mirror. Nothing else is needed for 93 % with a ResNet-56.",
        "He et al. 2016, §4.2",
    ),
    Preset(
        "With cutout",
        _steps("random-crop", "horizontal-flip", "cutout") | _aug("cutout", side=0.5),
        "The same and a gray square, half as long as the side: the network may not rely on one part alone.",
        "DeVries & Taylor 2017",
    ),
    Preset(
        "ImageNet",
        _steps("resized-crop", "horizontal-flip", "colour-jitter") | _aug("resized-crop", area=0.08),
        "Windows from 8 % of the picture's area on, mirrored by a coin, colours jittered. Look for a tile in which you "
        "would not know the label yourself.",
        "Szegedy et al. 2015, §6",
    ),
    Preset(
        "A 6 is a 9",
        _steps("rotation") | _aug("rotation", degrees=180.0) | {"augment-data": "digits"},
        "Turned by up to 180° a photo is still of the same thing. A handwritten 6 is then a 9: see the table below, "
        "which is drawn for digits.",
        "Deck D0 calls flips “label preserving”; lecture's own",
    ),
    Preset(
        "D0's triptych",
        {"augment-grid": "draws", "points-of": "cloud", "points-last": "range", "points-outlier": True},
        "In the section on points below, with one outlier. The deck calls (x − μ)/σ “scale to a specific range”: it "
        "promises none, points beyond 3σ stay there. Min–max, beside it, does, and the outlier squeezes all others.",
        "Deck D0, “Data pre-processing”",
    ),
    Preset(
        "Unequal features",
        {"augment-grid": "draws", "points-of": "ranges"},
        "In the section on points below: one feature is 2,500 times as wide as the other. The learning rate that one "
        "can bear is far too small for the other; standardized, both learn equally fast.",
        "Deck D2, batch normalization",
    ),
)
