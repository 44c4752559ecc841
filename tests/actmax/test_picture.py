"""How pictures are written down and shaken: inverse, scale, colours, one sampling for all; seeded."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn.functional import conv2d

from cnnviz.actmax import JITTERS, PARAMETERIZATIONS, ClimbError, jittering
from cnnviz.actmax.canvas import canvas
from cnnviz.actmax.parameterizations import decorrelated, fourier
from cnnviz.data.samples import sample

BOTH = ("space", "colour")


@pytest.mark.parametrize("size", [(8, 8), (9, 7), (16, 5)])
def test_the_spectrum_of_a_picture_gives_it_back(size: tuple[int, int]) -> None:
    pictures = torch.randn(2, 3, *size)
    torch.testing.assert_close(fourier.planes(fourier.spectrum(pictures), (2, *size)), pictures)


def test_waves_are_scaled_by_one_over_their_frequency() -> None:
    """A unit coefficient at 2 and at 4 cycles per picture: cosines, the second half as high."""
    heights = []
    for cycles in (2, 4):
        values = torch.zeros(1, 1, 16, 9, 2)
        values[0, 0, 0, cycles, 0] = 1
        plane = fourier.planes(values, (1, 16, 16))[0, 0]
        x = torch.arange(16)
        torch.testing.assert_close(plane, plane[0, 0] * torch.cos(2 * torch.pi * cycles * x / 16).expand(16, -1))
        heights.append(float(plane.max()))
    # both halves of the spectrum together give 2, and the orthonormal transform divides by the side of 16
    assert heights == pytest.approx([2 / 16 * fourier.GAIN * 8, 2 / 16 * fourier.GAIN * 4])
    assert float(fourier.scale(16, 16)[0, 0]) == float(fourier.scale(16, 16)[0, 1]) == fourier.GAIN * 16


def test_the_colour_axes_are_those_of_our_photographs() -> None:
    covariance = np.mean([np.cov(sample(name).reshape(-1, 3).T / 255.0) for name in decorrelated.MEASURED_ON], axis=0)
    axes = np.array(decorrelated.AXES)
    np.testing.assert_allclose(axes @ axes.T * 0.206**2, covariance, atol=2e-4)
    squares = axes.T @ axes
    np.testing.assert_allclose(squares - np.diag(np.diag(squares)), 0, atol=5e-3)


def test_mixing_is_the_matrix() -> None:
    planes = torch.randn(1, 3, 2, 2)
    expected = np.einsum("rc,chw->rhw", np.array(decorrelated.AXES), planes[0].numpy())
    np.testing.assert_allclose(decorrelated.mix(planes)[0].numpy(), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("space", "colour"),
    [(a, b) for a, x in PARAMETERIZATIONS.items() for b, y in PARAMETERIZATIONS.items() if (x.role, y.role) == BOTH],
)
def test_every_combination_starts_inside_and_moves(space: str, colour: str) -> None:
    picture = canvas(f"{space}+{colour}", (2, 12, 10))
    values, again, other = (picture.start(torch.Generator().manual_seed(seed)) for seed in (3, 3, 4))
    pixels = picture.pixels(values)
    assert pixels.shape == (2, 3, 12, 10) and torch.equal(values, again) and not torch.equal(values, other)
    still = pixels.detach()
    assert float(still.min()) > 0.02 and float(still.max()) < 0.98 and float(still.std()) > 1e-3
    (slope,) = torch.autograd.grad(pixels[:, 0].sum(), [values])
    assert slope.isfinite().all() and slope.abs().max() > 0
    assert (colour == "gray") == bool((pixels[:, :1] == pixels).all())


def test_the_noise_of_the_lecture_is_a_free_pixel_each() -> None:
    picture = canvas("pixel", (1, 28, 28))
    pixels = picture.pixels(picture.start(torch.Generator().manual_seed(0))).detach()
    neighbours = np.corrcoef(pixels[..., :-1].ravel(), pixels[..., 1:].ravel())[0, 1]
    assert 0.08 < float(pixels.std()) < 0.2 and abs(neighbours) < 0.1


@pytest.mark.parametrize("text", ["fourrier", "pixel+fourier", "rgb+gray", "pixel+pixel"])
def test_strange_parameterizations_are_told(text: str) -> None:
    with pytest.raises(ClimbError) as told:
        canvas(text, (1, 8, 8))
    assert len(str(told.value)) <= 140


def shaken(text: str, images: torch.Tensor, turns: list[float]) -> torch.Tensor:
    """With every random number set."""
    drawn = [(item, amount) for item, amount in jittering.chosen(text)]
    matrices = [item.draw(amount, torch.tensor([turns] * len(images))) for item, amount in drawn if item.draw]
    total = matrices[0]
    for each in matrices[1:]:
        total = total @ each
    return jittering.apply(images, jittering.Drawn(matrices=total))


def test_a_shift_is_a_roll_inside() -> None:
    images = torch.rand(2, 3, 20, 20)
    moved = shaken("translate:10", images, [1.0, -0.5])  # 2 pixels to the left, 1 down
    torch.testing.assert_close(moved[..., 1:, :-2], images[..., :-1, 2:], atol=1e-4, rtol=0)


def test_a_quarter_turn_is_rot90() -> None:
    images = torch.rand(1, 3, 9, 9)
    torch.testing.assert_close(shaken("rotate:90", images, [1.0, 0]), images.rot90(1, (2, 3)), atol=1e-4, rtol=0)


def test_a_zoom_keeps_the_middle_and_brings_the_rest_in() -> None:
    ramp = torch.linspace(-1, 1, 21).expand(1, 3, 21, 21)
    torch.testing.assert_close(shaken("scale:100", ramp, [-1.0, 0])[..., 5:16], ramp[..., 5:16] / 2, atol=1e-4, rtol=0)


def test_several_in_one_sampling_are_as_one_after_the_other() -> None:
    smooth = torch.nn.functional.interpolate(torch.rand(1, 3, 4, 4), size=(64, 64), mode="bicubic")
    together = shaken("translate:5+rotate:20", smooth, [0.7, 0.3])
    apart = shaken("rotate:20", shaken("translate:5", smooth, [0.7, 0.3]), [0.7, 0.3])
    inside = (..., slice(16, 48), slice(16, 48))
    torch.testing.assert_close(together[inside], apart[inside], atol=5e-3, rtol=0)


def test_a_blur_is_the_convolution_with_a_gaussian() -> None:
    images = torch.rand(2, 3, 16, 16)
    blurred = jittering.apply(images, jittering.Drawn(widths=torch.tensor([1.0, 0.0])))
    bell = torch.exp(-0.5 * torch.arange(-2, 3).float() ** 2)
    kernel = torch.outer(bell, bell) / bell.sum() ** 2
    expected = conv2d(images[0][:, None], kernel[None, None])[:, 0]
    torch.testing.assert_close(blurred[0, :, 2:-2, 2:-2], expected)
    torch.testing.assert_close(blurred[1], images[1])


def test_the_same_seed_shakes_the_same_way() -> None:
    images = torch.rand(3, 3, 16, 16)
    for name in JITTERS:
        looks = []
        for seed in (1, 1, 2):
            drawn = jittering.draw(jittering.chosen(name), 3, torch.Generator().manual_seed(seed))
            looks.append(jittering.apply(images, drawn))
        assert torch.equal(looks[0], looks[1]) and (name == "none") == torch.equal(looks[0], looks[2])


@pytest.mark.parametrize(
    "text", ["shake", "translate:x", "translate:-1", "rotate:nan", "blur:9", "+".join(["blur"] * 9)]
)
def test_strange_jitters_are_told(text: str) -> None:
    with pytest.raises(ClimbError) as told:
        jittering.chosen(text)
    assert len(str(told.value)) <= 140
    assert jittering.chosen("none") == jittering.chosen("") == ()


def test_the_lists_are_read_without_torch() -> None:
    code = (
        "import sys; from cnnviz import actmax as a\n"
        "[dict(each) for each in (a.OBJECTIVES, a.PENALTIES, a.PARAMETERIZATIONS, a.JITTERS)]\n"
        "a.parse_all('channel:x:3 - 0.5*logit:dog; tv'); a.Channel('x', 1) + a.Logit('dog')\n"
        "print({'torch', 'numpy', 'streamlit'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
