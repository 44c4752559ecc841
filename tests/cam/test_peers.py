"""Every method on trained networks and photographs against the ``grad-cam`` package, Grad-CAM against captum too."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from torch import Tensor

from cnnviz.cam import METHODS, Context, explain
from cnnviz.data.samples import sample
from cnnviz.models import Network, load
from cnnviz.probe import look
from tests.promises import quick_and_full

peers = pytest.importorskip("pytorch_grad_cam", reason="needs the grad-cam package (pip install -e '.[test]')")

PEERS = {
    "grad-cam": "GradCAM",
    "hires-cam": "HiResCAM",
    "xgrad-cam": "XGradCAM",
    "grad-cam-plus-plus": "GradCAMPlusPlus",
    "layer-cam": "LayerCAM",
    "eigen-cam": "EigenCAM",
    "ablation-cam": "AblationCAM",
    "score-cam": "ScoreCAM",
}
QUICK = [name for name in PEERS if name not in ("ablation-cam", "score-cam")]
PLACES = [("photo", "stage4"), ("photo", "stage2"), ("cifar-resnet20", "stage3"), ("cifar-resnet20", "stage2")]


def test_every_method_has_its_peer() -> None:
    assert {"cam", *PEERS} == set(METHODS)


def drawn(values: np.ndarray, inputs: Tensor) -> np.ndarray:
    """What ``grad-cam`` makes of a map: its positive part, enlarged to the picture and scaled to 0 … 1."""
    scale = peers.utils.image.scale_cam_image
    return scale(scale(np.maximum(values, 0)[None], (inputs.shape[3], inputs.shape[2])))[0]


def theirs(network: Network, method: str, layer: str, *, inputs: Tensor, target: int) -> np.ndarray:
    with getattr(peers, PEERS[method])(network.model, [network.model.get_submodule(layer)]) as cam:
        given = inputs.clone().requires_grad_()  # the network is frozen: the package needs a graph from somewhere
        wanted = [peers.utils.model_targets.ClassifierOutputTarget(target)]
        return cam(given, wanted)[0]


@cache
def apart(name: str, layer: str, method: str, target: int | None) -> float:
    """The largest difference between our map and the peer's, both from 0 to 1."""
    network, picture = load(name), sample("coffee")
    ours = explain(network, picture, method=method, layer=layer, target=target)
    inputs = network.prepare(picture)
    expected = theirs(network, method, layer, inputs=inputs, target=ours.target.index)
    assert expected.max() > 0.9 or not (ours.map > 0).any()
    signs = (1, -1) if method == "eigen-cam" else (1,)
    differences = [np.abs(drawn(sign * ours.map, inputs) - expected).max() for sign in signs]
    return float(min(differences))


@pytest.mark.parametrize(("name", "layer"), PLACES)
@pytest.mark.parametrize("method", QUICK)
@pytest.mark.parametrize("target", [None, 5])
def test_quick_methods_agree(name: str, layer: str, method: str, *, target: int | None) -> None:
    assert apart(name, layer, method, target) <= 1e-4


@cache
def captum_apart(name: str, layer: str) -> float:
    """The largest difference of Grad-CAM's numbers from captum's, as a share of the largest."""
    network, picture = load(name), sample("cat")
    ours = explain(network, picture, method="grad-cam", layer=layer)
    captum = LayerGradCam(network.model, network.model.get_submodule(layer))
    expected = captum.attribute(network.prepare(picture).requires_grad_(), ours.target.index).detach().numpy()[0, 0]
    assert ours.map.shape == expected.shape
    return float(np.abs(ours.map - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize(("name", "layer"), PLACES)
def test_captum_agrees_with_grad_cam_on_photographs(name: str, layer: str) -> None:
    assert captum_apart(name, layer) <= 1e-4


SLOW_METHODS = ["ablation-cam", "score-cam"]
SLOW = [
    ("cifar-resnet20", "stage3", 32),
    ("cifar-resnet20", "stage2", 32),
    ("photo", "stem", 48),
    pytest.param("photo", "stage3", 64, marks=pytest.mark.slow),
    pytest.param("photo", "stage4", 64, marks=pytest.mark.slow),
]


@cache
def slow_apart(name: str, layer: str, method: str, side: int) -> float:
    """On a small part of a photograph: the peer takes as many passes as there are channels."""
    network = load(name)
    view = network.view(sample("coffee"))
    inputs = network.inputs(np.ascontiguousarray(view[-side:, -side:]))
    seen = look(network.lean, layer, inputs)
    assert float(seen.scores.max()) > 0  # for a negative score the peer turns the map of Ablation-CAM upside down
    ours = METHODS[method](seen, Context(network.lean, layer))[0].numpy()
    expected = theirs(network, method, layer, inputs=inputs, target=int(seen.targets[0]))
    assert expected.std() > 0.01
    return float(np.abs(drawn(ours, inputs) - expected).max())


@pytest.mark.parametrize(("name", "layer", "side"), SLOW)
@pytest.mark.parametrize("method", SLOW_METHODS)
def test_slow_methods_agree(name: str, layer: str, method: str, *, side: int) -> None:
    assert slow_apart(name, layer, method, side) <= 1e-4


TRIED = [("cifar-resnet20", "stage3", 32), ("cifar-resnet20", "stage2", 32), ("photo", "stem", 48)]


@pytest.mark.promise("numbers")
@pytest.mark.parametrize("tried", quick_and_full(TRIED, [*TRIED, ("photo", "stage3", 64), ("photo", "stage4", 64)]))
def test_all_maps_of_all_methods_are_told(tried: list[tuple[str, str, int]], figure: Callable[[str], None]) -> None:
    ours = [apart(*place, method, target) for place in PLACES for method in QUICK for target in (None, 5)]
    ours += [slow_apart(name, layer, method, side) for name, layer, side in tried for method in SLOW_METHODS]
    captum = [captum_apart(*place) for place in PLACES]
    figure(
        f"{len(ours)} maps of {len(PEERS)} methods against grad-cam: at most {max(ours):.0e} of the range apart;"
        f" Grad-CAM against captum: {max(captum):.0e}"
    )
    assert max(ours) <= 1e-4 and max(captum) <= 1e-4


@pytest.mark.parametrize("name", ["photo", "cifar-resnet20"])
def test_the_closed_form_of_ablation_cam_is_what_switching_off_gives(name: str, monkeypatch) -> None:
    network = load(name)
    layer = network.layers[0].path
    seen = look(network.model, layer, network.inputs(np.ascontiguousarray(network.view(sample("cat"))[:64, :64])))
    closed = METHODS["ablation-cam"](seen, Context(network.model, layer))
    monkeypatch.setattr("cnnviz.cam.ablation_cam.gap_linear_head", lambda *_: None)
    assert METHODS["ablation-cam"].slow(network.model, layer)
    tried = METHODS["ablation-cam"](seen, Context(network.model, layer))
    torch.testing.assert_close(closed, tried, rtol=0, atol=1e-4 * float(tried.abs().max()))


@pytest.mark.parametrize(("name", "layer"), PLACES)
def test_eigen_cam_is_the_first_singular_vector_and_grows_with_the_activity(name: str, layer: str) -> None:
    network, picture = load(name), sample("coffee")
    ours = explain(network, picture, method="eigen-cam", layer=layer)
    activations = look(network.model, layer, network.prepare(picture)).activations[0].double().flatten(1).T.numpy()
    centred = activations - activations.mean(0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ directions[0]
    found = ours.map.ravel().astype(np.float64)
    assert min(np.abs(found - sign * expected).max() for sign in (1, -1)) <= 1e-4 * np.abs(expected).max()
    assert found @ centred.sum(1) > 0
