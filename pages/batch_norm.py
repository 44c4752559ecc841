"""Batch normalization: what it does to a batch, what goes back through it, and why higher rates learn."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Batch normalization",
    section="Training",
    order=30,
    icon=":material/align_horizontal_center:",
    question="What does a batch look like on its way through the layer, and why does it help to train?",
    summary="A batch through centring, scaling, γ and β; running statistics; the way back; trained with and without.",
    references=(
        Reference("Ioffe & Szegedy 2015", "https://arxiv.org/abs/1502.03167"),
        Reference("Wu & He 2018 (group norm)", "https://arxiv.org/abs/1803.08494"),
        Reference("Santurkar et al. 2018 (why it helps)", "https://arxiv.org/abs/1805.11604"),
        Reference("Decks D1, batch normalization; D2, batch-normalization (1) to (3)"),
    ),
    pictures=(
        Picture(
            "batch-norm-steps.webp",
            "1, 2, 3, 4 through four lines",
            "A batch centred, scaled, stretched and shifted",
            {},
        ),
        Picture(
            "batch-norm-gradient.webp",
            "The way back, in six equations",
            "Gradients of a batch: one output reaches every input",
            {},
        ),
        Picture(
            "batch-norm-sharing.webp",
            "Who shares a mean?",
            "Batch, layer, instance and group normalization as blocks",
            {},
        ),
        Picture(
            "batch-norm-training.webp",
            "Trained with and without",
            "Losses with and without batch normalization at four learning rates",
            {},
        ),
    ),
)


def render() -> None:
    """Controls left, the batch right; below it the numbers, the way back, and a training."""
    with ui.presets.presets(ui.normalizing.examples.EXAMPLES):
        side, main = body()
        with side:
            shown = ui.normalizing.controls.choose_shown()
        with main:
            ui.normalizing.controls.draw(shown)
        ui.normalizing.reading.strip(shown)
        ui.normalizing.running.section(shown)
        ui.normalizing.gradient.section(shown)
        ui.normalizing.squashing.section(shown)
        ui.normalizing.companions.section(shown)
        ui.normalizing.placement.section()
        ui.normalizing.sharing.section()
        ui.normalizing.training.section()


if __name__ == "__main__":
    run(LECTURE, render)
