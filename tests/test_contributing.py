"""The examples of CONTRIBUTING.md are run as they stand, each in a process of its own: nothing stays registered.

Then all are put into a copy of the program, each as the one file it says it is, and found there by what finds files.
"""

from __future__ import annotations

import os
import re
import shutil
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
sides = [look(net, layer.path, torch.rand(1, 3, 32, 32)).activations.shape[-1] for layer in spec.layers]
assert sides == [8, 16, 16, 32]
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
LANDSCAPE = """
from cnnviz.landscapes import LANDSCAPES
from cnnviz.landscapes.script import landscape_script
from cnnviz.optim import trajectory
surface = LANDSCAPES["three-humps"]
for x, y in ((0.3, -0.7), (-1.9, 1.2)):
    assert abs(surface.value(x, y) - (2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2)) < 1e-12
assert "gradient" in landscape_script(surface)
outside, inside = (trajectory("sgd", surface, start=place, steps=400).path[-1] for place in ((-2.0, 1.5), (0.5, 0.5)))
assert outside[0] < -1.5 and abs(inside[0]) < 1e-3  # the summary's word
assert surface.value(*outside) > surface.value(*inside)
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
    "cnnviz/landscapes/surfaces/three_humps.py": LANDSCAPE,
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


# where each is found without a word in any other file: the menu (links and the shell take its names), the item's name
MENUS = {
    "cnnviz/training/networks/all_conv_small.py": ("cnnviz.training.networks", "TRAINABLE", "all-conv-small"),
    "cnnviz/data/sets/quadrants.py": ("cnnviz.data.sets", "DATASETS", "quadrants"),
    "cnnviz/augment/methods/solarize.py": ("cnnviz.augment", "AUGMENTATIONS", "solarize"),
    "cnnviz/cam/grad_cam_elementwise.py": ("cnnviz.cam", "METHODS", "grad-cam-elementwise"),
    "cnnviz/models/cifar_plain.py": ("cnnviz.models", "NETWORKS", "cifar-plain"),
    "cnnviz/ledger/architectures/all_conv.py": ("cnnviz.ledger", "ARCHITECTURES", "all-conv"),
    "cnnviz/optim/rules/sign.py": ("cnnviz.optim", "RULES", "sign"),
    "cnnviz/landscapes/surfaces/three_humps.py": ("cnnviz.landscapes", "LANDSCAPES", "three-humps"),
}
FOUND = """
import importlib, sys
from cnnviz.ui.lecture import lectures
for module, menu, name in MENUS.values():
    items = getattr(importlib.import_module(module), menu)
    print(name in items, sys.modules[module].__file__)
print("Few pixels" in [lecture.title for lecture in lectures().values()], "")
"""
SHELL = (
    ("optimize", "sign", "three-humps", "--steps", "3"),
    ("ledger", "all-conv"),
    ("augment", "assets/icon.png", "--with", "solarize"),
    ("train", "--network", "all-conv-small", "--data", "quadrants", "--epochs", "1", "--limit", "64", "--no-keep"),
)
CONFORMANCE = (
    "tests/landscapes/test_surfaces.py",
    "tests/landscapes/test_javascript.py",
    "tests/optim/test_rules.py",
    "tests/augment/test_conformance.py",
    "tests/augment/test_torchvision.py",
    "tests/cam/test_methods.py",
    "tests/data/test_sets.py",
    "tests/ledger/test_counting.py",
    "tests/training/test_engine_networks.py",
    "tests/models/test_networks.py",
    "tests/ui/test_pages.py",
    "tests/test_architecture.py",
)
UNTRAINED = "test_shipped_weights_load[cifar-plain]"  # the guide says that its weights are to be trained


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program with the examples in their places, and no other change."""
    root = tmp_path_factory.mktemp("copied")
    for path in ROOT.iterdir():
        if path.is_dir() and path.name in {"cnnviz", "pages", "tests", "bench", "tools"}:
            shutil.copytree(path, root / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif not path.name.startswith(".") or path.name == ".streamlit":
            (root / path.name).symlink_to(path)
    for name, source in EXAMPLES.items():
        assert not (root / name).exists(), f"{name} is taken"
        (root / name).write_text(source, encoding="utf-8")
    return root


def python(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    environment = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_one_file_is_enough_to_be_found(copied: Path) -> None:
    assert set(MENUS) | {"pages/few_pixels.py"} == set(EXAMPLES)
    done = python(copied, "-c", f"MENUS = {MENUS}\n{FOUND}")
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    assert [found for found, _ in lines] == ["True"] * len(EXAMPLES), done.stdout + done.stderr
    assert all(file.startswith(str(copied)) for _, file in lines[:-1]), "the copy was not what ran"


def test_one_file_is_enough_for_the_shell(copied: Path) -> None:
    for words in SHELL:
        done = python(copied, "-m", "cnnviz", *words)
        assert done.returncode == 0, (words, done.stderr)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("tests", CONFORMANCE)
def test_one_file_is_enough_for_the_tests_of_its_kind(tests: str, copied: Path) -> None:
    plain = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly")
    done = python(copied, "-m", "pytest", *plain, tests, "--deselect", f"tests/models/test_networks.py::{UNTRAINED}")
    assert done.returncode == 0, done.stdout[-3000:]
