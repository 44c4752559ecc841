"""The first layer of cifar-fast: computed, not learned."""

import torch

from cnnviz.models.cifar_fast import Whitening


def test_what_leaves_the_layer_is_decorrelated_and_of_unit_size() -> None:
    torch.manual_seed(0)
    rough = torch.nn.functional.avg_pool2d(torch.randn(64, 3, 34, 34), 3, 1)  # neighbours are alike, as in pictures
    layer = Whitening(3, 8)
    layer.fit(rough, eps=0.0)
    answers = layer(rough)[:, :8, 1:-1, 1:-1].transpose(0, 1).reshape(8, -1)  # the border is padded with zeros
    covariance = torch.cov(answers)
    assert torch.allclose(covariance, torch.eye(8), atol=0.05)


def test_each_axis_comes_with_both_signs_and_is_not_trained() -> None:
    layer = Whitening(3, 5)
    layer.fit(torch.rand(8, 3, 12, 12))
    assert torch.equal(layer.weight[:5], -layer.weight[5:])
    assert not layer.weight.requires_grad
