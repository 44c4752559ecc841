"""What the README shows for a lecturer's own network is run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import safetensors.torch
import torch
from torchvision.models import get_model

from cnnviz.data.images import encode_png
from cnnviz.data.samples import sample

TEXT = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


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
