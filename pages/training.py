"""Live training: a network learns in front of the class, and everything about it can be watched and changed."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Live training",
    section="Training",
    order=70,
    icon=":material/monitoring:",
    question="What happens while a network learns?",
    summary="Train a network on CIFAR-10 or on your own pictures: curves, filters, mistakes, while it runs.",
    references=(
        Reference("Karpathy 2014, ConvNetJS", "https://cs.stanford.edu/people/karpathy/convnetjs/demo/cifar10.html"),
        Reference("Krizhevsky 2009 (CIFAR-10)", "https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf"),
        Reference(
            "Karpathy 2019, A recipe for training neural networks", "https://karpathy.github.io/2019/04/25/recipe"
        ),
        Reference("Jordan 2024 (94 % in 3 seconds)", "https://arxiv.org/abs/2404.00498"),
        Reference("Deck D1, “ConvNetJS”"),
    ),
    pictures=(
        Picture("training-curves.webp", "From ln 10 down: a network learns", "Training and validation loss fall"),
        Picture("training-layers.webp", "What each layer answers", "Activation maps and histograms layer by layer"),
        Picture("training-confusion.webp", "What is taken for what?", "A confusion matrix of ten textured forms"),
        Picture("training-mistakes.webp", "Where it is surest and wrong", "Pictures with the wrong class on top"),
    ),
)


def render() -> None:
    """Controls left, the run right; below it what it computes, what it looks like inside, and earlier runs."""
    training = ui.training
    with ui.presets.presets(training.examples.EXAMPLES):
        asked = training.shown.asked()
        side, main = body()
        with side:
            wanted = training.setup.choose_config()
        shown = training.shown.find(asked, wanted.config)
        with main:
            training.watching.panel(shown, wanted)
            ui.presets.note(training.examples.EXAMPLES)
        training.lower.own_layers(wanted)
        training.lower.section(shown, wanted)
        training.earlier.section(shown)


if __name__ == "__main__":
    run(LECTURE, render)
