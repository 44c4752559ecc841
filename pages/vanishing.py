"""Vanishing gradients: what every layer multiplies the gradient by, and what keeps it alive."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Vanishing gradients",
    section="Training",
    order=40,
    icon=":material/trending_down:",
    question="How much of the gradient is left when it arrives at the first layer?",
    summary="The gradient measured at every layer, for any depth, activation, first weights, batch norm and residual.",
    references=(
        Reference("Glorot & Bengio 2010", "https://proceedings.mlr.press/v9/glorot10a.html"),
        Reference("He et al. 2015 (first weights for ReLU)", "https://arxiv.org/abs/1502.01852"),
        Reference("Ioffe & Szegedy 2015", "https://arxiv.org/abs/1502.03167"),
        Reference("He et al. 2016 (ResNet, §4.1)", "https://arxiv.org/abs/1512.03385"),
        Reference("Poole et al. 2016", "https://arxiv.org/abs/1606.05340"),
        Reference("Yang et al. 2019 (with batch norm it can explode)", "https://arxiv.org/abs/1902.08129"),
        Reference("Decks D3, “Vanishing gradients”; D0, D1 and D2, “ResNet”"),
    ),
    pictures=(
        Picture(
            "vanishing-sigmoid.webp",
            "Twenty sigmoids, 10⁻¹³ left",
            "The gradient at each of twenty layers, on a logarithmic axis",
            {},
        ),
        Picture(
            "vanishing-cure.webp",
            "ReLU and He's weights cure it",
            "The gradient of a ReLU network beside that of sigmoids",
            {"grad-activation": "relu", "grad-init": "he-normal", "grad-kept": "sigmoid,20,normal,0.05,-,-,64,64,2,0"},
        ),
        Picture("vanishing-slopes.webp", "A slope of at most a quarter", "The sigmoid above its derivative", {}),
        Picture(
            "vanishing-depth.webp",
            "Plain or residual?",
            "Training losses of plain and residual networks of four depths",
            {},
        ),
    ),
)


def render() -> None:
    """Controls left, the gradient at every layer right; then the numbers, the activations, and trained depth."""
    with ui.presets.presets(ui.vanishing.examples.EXAMPLES):
        side, main = body()
        with side:
            shown = ui.vanishing.controls.choose_net()
        with main:
            ui.vanishing.controls.draw(shown)
        ui.vanishing.reading.strip(shown)
        ui.vanishing.activations.section()
        ui.vanishing.depth.section()


if __name__ == "__main__":
    run(LECTURE, render)
