"""The README is true: its examples are run as they stand, its links lead somewhere, its tour follows the menu."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import safetensors.torch
import torch
from PIL import Image
from torchvision.models import get_model

from cnnviz.cli import main
from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample
from cnnviz.ui.lecture import lectures
from tools import tour

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = TEXT[TEXT.index("## A tour") : TEXT.index("## In a class")]


def test_the_file_of_networks_works_as_it_stands(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```python\n(# networks\.py\n.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "networks.py").write_text(example, encoding="utf-8")
    torch.manual_seed(0)
    safetensors.torch.save_file(get_model("resnet18", num_classes=3).state_dict(), tmp_path / "pets.safetensors")
    (tmp_path / "photo.png").write_bytes(encode_png(sample("cat")))
    command = [sys.executable, "-m", "cnnviz", "cam", "photo.png", "--network", "pets"]
    environment = {**os.environ, "CNNVIZ_NETWORKS": "networks.py"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"cat", "dog", "rabbit"} <= set(done.stdout.split()) and "7×7" in done.stdout


def test_the_example_for_a_notebook_works_as_it_stands(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```python\n(from cnnviz\.cam.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    command = [sys.executable, "-c", example + "print(heat.dtype, heat.shape == photo.shape)"]
    environment = os.environ | {"CNNVIZ_DATA": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said, epoch, picture = done.stdout.splitlines()
    assert re.fullmatch(r"cat 0\.9\d+ \(10, 16\)", said)
    number, loss, accuracy = epoch.split()
    assert number == "1" and float(loss) < 2.3 and float(accuracy) > 0.2  # guessing: ln 10, and 0.1
    assert picture == "uint8 True"


def test_every_link_within_the_repository_leads_to_a_file() -> None:
    links = {link for link in re.findall(r"\]\(([^)\s]+)\)", TEXT) if "://" not in link}
    assert {"SECURITY.md", "docs/tour/hero.webp", "examples/explain_and_train.ipynb"} < links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_every_command_is_one_of_the_makefile() -> None:
    known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE)) <= set(known)
    for module in re.findall(r"-m (tools\.\w+)", TEXT):
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


def test_every_line_for_the_shell_names_a_command_with_options_that_it_has() -> None:
    lines = re.findall(r"^(?:[A-Z_]+=\S+ |torchrun .*-m )?cnnviz (.+)$", TEXT, re.MULTILINE)
    assert len(lines) > 20
    for name, *words in (shlex.split(line, comments=True) for line in lines):
        command = main.get_command(click.Context(main), name)
        assert command is not None, name
        options = {each for parameter in command.params for each in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if re.match(r"-\D", word)} <= options, (name, words)


def toured() -> list[str]:
    """The lectures that the README shows, by address: each picture small, and a link to itself."""
    shown = re.findall(r"!\[[^\]]+\]\(docs/tour/(\w+)\.webp\)\]\(docs/tour/(\w+)\.webp\)", TOUR)
    assert all(small == large for small, large in shown)
    return [small for small, _ in shown]


def test_the_tour_goes_through_the_menu_in_its_order() -> None:
    """A new lecture is one file: its place in the tour may come later, and `make tour` reminds of it."""
    found = {path.stem: each for path, each in lectures().items() if path.stem in toured()}
    assert toured() == list(found) and len(found) >= 15
    titles = [title.removesuffix(".") for title in re.findall(r"\*\*([^*]+)\*\*", TOUR)]
    assert titles == [each.title for each in found.values()]
    assert list(dict.fromkeys(each.section for each in found.values())) == re.findall(r"^### (.+)$", TOUR, re.MULTILINE)


def test_the_pictures_are_small_and_whole_and_none_is_left_over() -> None:
    files = {file.stem: file for file in tour.FOLDER.glob("*")}
    assert set(files) == {*toured(), "hero"}
    assert sum(file.stat().st_size for file in files.values()) < 1_200_000
    for name, file in files.items():
        with Image.open(file) as picture:
            assert picture.format == "WEBP" and (name == "hero" or picture.size == (1000, 625))
            assert len(picture.convert("RGB").getcolors(2**24) or ()) > 500  # no blank page


def test_the_tour_opens_pages_by_links_with_nothing_but_what_ships() -> None:
    assert set(tour.LINKS) <= set(tour.addresses())
    for query in tour.LINKS.values():
        assert query.get("picture", "cat") in {"cat", "motorcycle"}  # photographs of scikit-image's wheel
    assert [part.name in tour.addresses() for part in tour.PARTS] == [True] * 3
