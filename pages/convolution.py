"""Convolution, step by step: what does one output number add up?"""

from __future__ import annotations

from cnnviz import ui
from cnnviz.ui.lecture import Lecture, Picture, Reference, body, run

LECTURE = Lecture(
    title="Convolution, step by step",
    section="Convolution",
    order=10,
    icon=":material/grid_on:",
    question="A small window slides over numbers. What does each stop add up?",
    summary="Every number of a convolution: slide, step, hover, edit; 1-D and 2-D, true or not, and as one matrix.",
    references=(
        Reference("Dumoulin & Visin 2016", "https://arxiv.org/abs/1603.07285"),
        Reference("Goodfellow et al. 2016, ch. 9", "https://www.deeplearningbook.org/contents/convnets.html"),
        Reference("Yu & Koltun 2016 (dilation)", "https://arxiv.org/abs/1511.07122"),
        Reference("Deck D1, “Convolution”; deck D4, s(t) = Σ x(a) w(t − a)"),
    ),
    pictures=(
        Picture(
            "convolution-window.webp",
            "The window stops, and adds up",
            "A window over a grid of numbers, a kernel, and the output",
            {"c-flip": "true"},
        ),
        Picture(
            "convolution-dilated.webp",
            "Weights that stand apart",
            "A window with gaps over the digit five",
            {
                "c-input": "five",
                "c-kernel": "sobel-x",
                "c-rows": "12",
                "c-columns": "12",
                "c-dilation": "2",
                "c-padding": "same",
            },
        ),
        Picture(
            "convolution-transposed.webp",
            "Upsampling: cells stamp the kernel",
            "Four cells stamp their kernel into a larger output",
            {
                "c-input": "dice",
                "c-kernel": "dice",
                "c-rows": "2",
                "c-columns": "2",
                "c-stride": "2",
                "c-transposed": "true",
            },
        ),
        Picture(
            "convolution-picture.webp",
            "A kernel of nine numbers on a photo",
            "A cat's edges, found by a Sobel kernel",
            {"c-view": "picture"},
        ),
    ),
)


def render() -> None:
    """Examples above; controls left; the window, or a picture, right; the sum and the code below."""
    with ui.presets.presets(ui.convolving.examples.EXAMPLES):
        side, main = body()
        with main:
            view = ui.convolving.controls.choose_view()
        if view == "picture":
            with side:
                filtered = ui.convolving.picture.choose()
            with main:
                ui.convolving.picture.draw(filtered)
            ui.convolving.picture.strip(filtered)
            return
        with side:
            worked = ui.convolving.controls.choose()
        with main:
            cell = ui.convolving.figure.draw(worked, view)
            ui.presets.note(ui.convolving.examples.EXAMPLES)
        ui.convolving.reading.strip(worked, cell)


if __name__ == "__main__":
    run(LECTURE, render)
