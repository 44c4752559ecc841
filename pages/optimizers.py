"""Optimizers: update rules race downhill, from any start, on any surface."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Optimizers",
    section="Training",
    order=60,
    icon=":material/route:",
    question="Who is first at the bottom, who overshoots, who diverges, and why?",
    summary="SGD, momentum, Adam and more race on surfaces you choose or write, from any start; theory and bugs.",
    references=(
        Reference("Goh 2017, Why momentum really works", "https://distill.pub/2017/momentum"),
        Reference("Kingma & Ba 2015 (Adam)", "https://arxiv.org/abs/1412.6980"),
        Reference("Duchi et al. 2011 (AdaGrad)", "https://jmlr.org/papers/v12/duchi11a.html"),
        Reference("Loshchilov & Hutter 2019 (AdamW)", "https://arxiv.org/abs/1711.05101"),
        Reference("Deck D1, “Optimization”"),
    ),
    pictures=(
        Picture("optimizers-race.webp", "Drag the start, all paths follow", "Four rules descend a ravine", {}),
        Picture(
            "optimizers-surface.webp",
            "Rosenbrock's valley",
            "Five rules on the surface of a bent valley",
            {
                "rules": "sgd,momentum,nesterov,rmsprop,adam",
                "set-momentum": "lr=0.001",
                "race-steps": "500",
                "landscape": "rosenbrock",
                "runner": "adam",
                "set-sgd": "lr=0.001",
                "set-nesterov": "lr=0.001",
            },
        ),
        Picture(
            "optimizers-climb.webp",
            "A missing minus: AdaGrad climbs",
            "The deck's AdaGrad goes up, the right one down",
            {"rules": "adagrad-plus,adagrad", "race-steps": "5", "start": "quadratic:1,1"},
        ),
        Picture(
            "optimizers-stability.webp",
            "How fast can momentum be?",
            "The plane of rate and momentum: where it converges, and how fast",
            {"set-momentum": "lr=0.230886157 momentum=0.269873864", "rules": "sgd,momentum", "race-steps": "40"},
        ),
    ),
)


def render() -> None:
    """Controls left, the race right; below it the current step, then theory, mistakes, schedules and noise."""
    with ui.presets.presets(ui.racing.examples.EXAMPLES):
        side, main = body()
        with side:
            raced = ui.racing.figure.choose_raced()
        with main:
            ui.racing.figure.draw(raced)
        ui.racing.reading.strip(raced)
        ui.racing.stable.section(raced)
        ui.racing.gallery.section()
        ui.racing.sections.conventions()
        ui.racing.sections.schedules(raced)
        ui.racing.sections.noise()


if __name__ == "__main__":
    run(LECTURE, render)
