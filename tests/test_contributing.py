"""The examples of CONTRIBUTING.md are run as they stand, each in a process of its own: nothing stays registered."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))

METHOD = """
import torch
from cnnviz.cam import METHODS, Context
from cnnviz.probe import look
nn = torch.nn
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))
seen = look(net, "0", torch.rand(2, 3, 9, 9), target=1)
got = METHODS["grad-cam-elementwise"](seen, Context(net, "0"))
assert got.shape == (2, 7, 7)
# with one linear layer after the mean, the gradient is the class's weight over the 49 places
expected = (net[3].weight[1][None, :, None, None] / 49 * seen.activations).relu().sum(1)
assert torch.allclose(got, expected, atol=1e-6)
"""
NETWORK = """
import torch
from cnnviz.models import NETWORKS
from cnnviz.probe import look
spec = NETWORKS["cifar-plain"]
net = spec.build(10).eval()
assert [look(net, layer.path, torch.rand(1, 3, 32, 32)).activations.shape[-1] for layer in spec.layers] == [8, 16]
"""
LECTURE = """
from streamlit.testing.v1 import AppTest
page = AppTest.from_file(file, default_timeout=60).run()
assert not page.exception and not page.error, page
assert page.metric[0].value == f"{32 * 21:,}"
page.slider[0].set_value(16).run()
assert page.metric[0].value == f"{16 * 11:,}"
"""
ARCHITECTURE = """
from cnnviz.ledger import ARCHITECTURES, ledger
found = ledger(ARCHITECTURES["all-conv"])
assert found.params == ARCHITECTURES["all-conv"].published["params"].value == 1_369_738
assert found.rows[-1].output[0] == 10
"""
RULE = """
from cnnviz.landscapes import quadratic
from cnnviz.optim import settings_of, trajectory
found = trajectory("sign", quadratic(), start=(1.0, -1.0), steps=3, settings=settings_of("sign", {"lr": 0.25}))
assert found.path[-1] == (0.25, -0.25)
from cnnviz.optim.script import rules_script
assert '"sign"' in rules_script() or "sign:" in rules_script()
"""
AUGMENTATION = """
import numpy as np, torch
from torchvision.transforms.v2 import functional as F
from cnnviz.augment import AUGMENTATIONS, compose
picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
changed, (drawn,) = compose(["solarize"], picture, np.random.default_rng(1))
assert 128 <= drawn.record.threshold <= 256 and (changed != picture).any()
scope = {"F": F, "torch": torch, "x": torch.from_numpy(picture).permute(2, 0, 1)}
exec(AUGMENTATIONS["solarize"].code(drawn.record), scope)
assert (scope["x"].permute(1, 2, 0).numpy() == changed).all()
"""
TRAINED = """
from cnnviz.data.sets import opened
from cnnviz.training.config import Config
from cnnviz.training.engine import train
from cnnviz.training.networks import defaults
assert defaults("all-conv-small").batch == 128
config = Config(data="shapes", network="all-conv-small", limit=256, batch=64, epochs=1)
events = list(train(config, opened("shapes")))
assert events[-1].event == "ended" and events[-1].state == "done"
weights = 9 * (3 * 32 + 32 * 64 + 64 * 128) + 2 * (32 + 64 + 128) + 128 * 10 + 10
assert events[0].parameters == weights, events[0].parameters
"""
DATA = """
from cnnviz.data.sets import opened
splits = opened("quadrants")
assert [len(part.labels) for part in (splits.train, splits.validation, splits.test)] == [800, 200, 200]
brightest = splits.test.images.reshape(200, 2, 16, 2, 16, 3).mean((2, 4, 5)).reshape(200, 4).argmax(1)
assert (brightest == splits.test.labels).all()
"""
CHECKS = {
    "cnnviz/training/networks/all_conv_small.py": TRAINED,
    "cnnviz/data/sets/quadrants.py": DATA,
    "cnnviz/augment/methods/solarize.py": AUGMENTATION,
    "cnnviz/cam/grad_cam_elementwise.py": METHOD,
    "cnnviz/models/cifar_plain.py": NETWORK,
    "cnnviz/ledger/architectures/all_conv.py": ARCHITECTURE,
    "cnnviz/optim/rules/sign.py": RULE,
    "pages/few_pixels.py": LECTURE,
}
BEFORE = """
import importlib.util, sys
file = sys.argv[1]
spec = importlib.util.spec_from_file_location("example", file)
module = sys.modules["example"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
"""


def test_every_example_is_checked() -> None:
    assert set(EXAMPLES) == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_example(name: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    file.write_text(EXAMPLES[name], encoding="utf-8")
    command = [sys.executable, "-c", BEFORE + CHECKS[name], str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_examples_pass_the_linter() -> None:
    for name, source in EXAMPLES.items():
        command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", name, "-"]
        done = subprocess.run(command, input=source, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
