"""Optimizers: update rules race downhill, from any start, on any surface."""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Reference, body, run

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
