"""What a network sees of a picture, against torchvision's own transforms and against arithmetic."""

import numpy as np
import pytest
import torch
from torchvision.models import get_weight

from cnnviz.models import NETWORKS, Box, Network
from cnnviz.models.framing import LONGEST_ASPECT, frame, views

SIZES = [(224, 224), (375, 500), (500, 333), (60, 47), (256, 1000), (300, 256)]


def smooth(height: int, width: int) -> np.ndarray:
    """A colourful picture with detail, as a camera would make: no single-pixel noise."""
    y, x = np.mgrid[:height, :width] / 37.0
    waves = [np.sin(3 * x + y), np.cos(2 * y - x), np.sin(x * y)]
    return np.stack([(127 + 120 * wave).astype(np.uint8) for wave in waves], axis=-1)


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0"])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_published_transform(name, height, width):
    spec = NETWORKS[name]
    picture = smooth(height, width)
    transform = get_weight(spec.published.weights).transforms()
    expected = transform(torch.from_numpy(picture).permute(2, 0, 1))
    network = Network(spec, torch.nn.Identity(), classes=("a",))
    found = network.prepare(picture)[0]
    # one grey level of rounding, in units of the smallest standard deviation
    assert (found - expected).abs().max() <= 1.01 / 255 / min(spec.std)
    assert found.shape == (3, 224, 224)


@pytest.mark.parametrize(
    ("height", "width"), [(160, 160), (160, 213), (213, 160), (480, 640), (99, 1), (8, 400), (2, 5)]
)
def test_whole_frame_is_the_picture_up_to_its_longest_aspect(height, width):
    box = frame(NETWORKS["photo"], height, width)
    short, long = sorted((height, width))
    allowed = max(short, int(LONGEST_ASPECT * short))
    assert sorted((box.height, box.width)) == [short, min(long, allowed)]
    assert box.top >= 0
    assert box.top + box.height <= height
    assert abs(2 * box.top + box.height - height) <= 1
    assert abs(2 * box.left + box.width - width) <= 1


@pytest.mark.parametrize(
    ("name", "height", "width", "box"),
    [
        ("convnetjs", 32, 32, Box(0, 0, 32, 32)),
        ("convnetjs", 100, 200, Box(0, 50, 100, 100)),
        ("cifar-resnet20", 51, 20, Box(15, 0, 20, 20)),
        ("resnet18", 256, 256, Box(16, 16, 224, 224)),
        ("resnet18", 512, 1024, Box(32, 288, 448, 448)),
        ("photo", 160, 1000, Box(0, 300, 160, 400)),
    ],
)
def test_frames(name, height, width, box):
    assert frame(NETWORKS[name], height, width) == box


@pytest.mark.parametrize("name", ["photo", "convnetjs", "resnet18", "efficientnet_b0"])
def test_the_box_is_what_is_seen(name):
    # outside the box the picture is inverted: nothing of that may arrive, but for the blurred border
    spec = NETWORKS[name]
    picture = smooth(300, 900)
    box = frame(spec, 300, 900)
    spoiled = 255 - picture
    box.cut(spoiled)[:] = box.cut(picture)
    seen, expected = (views(spec, image[None])[0].astype(int) for image in (spoiled, picture))
    assert np.abs(seen - expected)[2:-2, 2:-2].max() <= 1
    assert np.abs(views(spec, (255 - picture)[None])[0].astype(int) - expected).max() > 50


def test_photographs_of_the_right_size_pass_unchanged():
    picture = smooth(160, 213)
    assert (views(NETWORKS["photo"], picture[None])[0] == picture).all()


def test_small_networks_average_by_area():
    blocks = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    enlarged = blocks.repeat(4, axis=0).repeat(4, axis=1)
    assert (views(NETWORKS["convnetjs"], enlarged[None])[0] == blocks).all()
