"""Preprocessing and augmentation: what may be done to a picture before the network sees it."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Preprocessing and augmentation",
    section="Training",
    order=10,
    icon=":material/shuffle:",
    question="What may be done to a picture before the network sees it, and does it still show the same thing?",
    summary="Twenty augmentations alone and composed, mixup and cutmix, whose labels they keep; and preprocessing.",
    references=(
        Reference("Krizhevsky et al. 2012, §4.1", "https://papers.nips.cc/paper/4824"),
        Reference("Wu et al. 2015 (Deep Image), Fig. 4", "https://arxiv.org/abs/1501.02876"),
        Reference("Szegedy et al. 2015, §6", "https://arxiv.org/abs/1409.4842"),
        Reference("DeVries & Taylor 2017 (cutout)", "https://arxiv.org/abs/1708.04552"),
        Reference("Zhong et al. 2020 (random erasing)", "https://arxiv.org/abs/1708.04896"),
        Reference("LeCun et al. 1998 (Efficient BackProp), §4.3"),
        Reference("Decks D0, “Data pre-processing” and “Data augmentation”; D2; D3, section 4"),
    ),
    pictures=(
        Picture("augmentation-grid.webp", "Drawn anew for every look", "Twelve random draws of a cat's picture", {}),
        Picture(
            "augmentation-sixteen.webp",
            "Sixteen tiles of a deck, corrected",
            "Colour casts, vignettes, turns and lens distortions of one picture",
            {"augment-grid": "deck"},
        ),
        Picture(
            "augmentation-labels.webp",
            "A 6 upside down is a 9",
            "Twenty augmentations of a digit, marked by whether they keep its label",
            {"augment-steps": "rotation", "aug-rotation-degrees": "180"},
        ),
        Picture(
            "augmentation-points.webp",
            "Centre, then scale",
            "A cloud of points as it is, zero-centred, standardized and between 0 and 1",
            {"points-outlier": "true"},
        ),
    ),
)


def render() -> None:
    """The grid of draws and its numbers; whose labels it keeps, what an epoch is, and preprocessing below."""
    with ui.presets.presets(ui.augmenting.examples.EXAMPLES):
        side, main = body()
        with side:
            shown = ui.augmenting.controls.choose_shown()
        with main:
            grid = ui.augmenting.grid.draw(shown)
        ui.augmenting.reading.strip(shown, grid)
        ui.augmenting.labels.section(shown)
        ui.augmenting.epochs.section(shown)
        ui.augmenting.mixing.section(shown)
        ui.augmenting.points.section()
        ui.augmenting.channels.section(shown)


if __name__ == "__main__":
    run(LECTURE, render)
