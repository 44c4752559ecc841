"""Scores and loss: from a picture to ten scores, ten probabilities and one number to make smaller."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Scores and loss",
    section="Training",
    order=20,
    icon=":material/leaderboard:",
    question="How does a picture become ten scores, and the scores one number that training makes smaller?",
    summary="Ten templates, softmax with temperature, cross-entropy with its numbers, ln 10, and the gradient p − y.",
    references=(
        Reference("Bridle 1990 (softmax)", "https://doi.org/10.1007/978-3-642-76153-9_28"),
        Reference("Hinton et al. 2015 (temperature)", "https://arxiv.org/abs/1503.02531"),
        Reference("Krizhevsky 2009 (CIFAR-10)", "https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf"),
        Reference("Decks D1, fully connected layer and losses; D2, prediction with ResNet-50"),
    ),
    pictures=(
        Picture(
            "scores-templates.webp",
            "Ten templates, ten scores",
            "A cat's picture, the scores of ten classes and their probabilities",
            {},
        ),
        Picture("scores-emerging.webp", "Templates emerge from gray", "Ten templates at six moments of a training", {}),
        Picture(
            "scores-start.webp",
            "Why it starts at ln 10",
            "The loss of an untrained network against the size of its weights",
            {},
        ),
        Picture(
            "scores-step.webp", "One step adds the picture", "Ten templates before and after one gradient step", {}
        ),
    ),
)


def render() -> None:
    """Controls left, the scoreboard right; below it the numbers, the start, one step, a training, and sizes."""
    with ui.presets.presets(ui.scoring.examples.EXAMPLES):
        side, main = body()
        with side:
            shown = ui.scoring.controls.choose_scored()
        with main:
            ui.scoring.board.draw(shown)
        ui.scoring.reading.strip(shown)
        ui.scoring.starting.section()
        ui.scoring.stepping.section(shown)
        ui.scoring.training.section()
        ui.scoring.counting.section()


if __name__ == "__main__":
    run(LECTURE, render)
