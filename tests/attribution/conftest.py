"""Trained networks and the pictures that they are asked about."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.data.samples import sample
from cnnviz.models import Network, load


@pytest.fixture(scope="session", params=["cifar-resnet20", "cifar-fast", "convnetjs"])
def network(request) -> Network:
    """Functional ReLUs and pooling, shortcuts, modules: each of them somewhere."""
    return load(request.param)


@pytest.fixture(scope="session")
def resnet() -> Network:
    return load("cifar-resnet20")


@pytest.fixture(scope="session")
def picture() -> np.ndarray:
    return sample("horse")
