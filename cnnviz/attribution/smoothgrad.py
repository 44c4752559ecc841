"""SmoothGrad: the gradient, averaged over noisy copies of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnviz.attribution.registry import ATTRIBUTIONS, Asked, Method, Part

if TYPE_CHECKING:
    from torch import nn

COPIES = 24
NOISE = 0.15  # standard deviation of the noise, as a part of the range of the input: the paper's 10 to 20 %


def parts(model: nn.Module, asked: Asked) -> Iterator[Part]:
    r"""The mean gradient of Smilkov et al. 2017 (https://arxiv.org/abs/1706.03825) over 24 noisy copies.

    .. math:: \frac{1}{n} \sum_{i=1}^n \frac{\partial S_c}{\partial x}(x + \varepsilon_i), \qquad
              \varepsilon_i \sim N(0, \sigma^2)

    The mean so far is told after every copy.
    """
    import torch
    from captum.attr import NoiseTunnel, Saliency

    tunnel = NoiseTunnel(Saliency(model))
    spread = NOISE * float(asked.inputs.max() - asked.inputs.min())
    total = torch.zeros_like(asked.inputs)
    for k in range(COPIES):
        torch.manual_seed(asked.seed + 7919 * k)  # captum draws from the process's generator, which is forked here
        total += tunnel.attribute(
            asked.inputs, nt_type="smoothgrad", nt_samples=1, stdevs=spread, target=asked.target, abs=False
        )
        yield Part((k + 1) / COPIES, total / (k + 1))


ATTRIBUTIONS.add(
    Method(
        name="smoothgrad",
        title="SmoothGrad",
        summary="The mean gradient over noisy copies of the picture.",
        reference="Smilkov et al. 2017, https://arxiv.org/abs/1706.03825",
        formula=r"\max_{\mathrm{rgb}} \left| \overline{\frac{\partial S_c}{\partial x}(x + \varepsilon)} \right|",
        shows="The part of the gradient that a little noise does not change: calmer, easier to read than saliency.",
        hides="What the score is made of; how it looks depends on how much noise you choose.",
        passes=COPIES,
        parts=parts,
        order=2,
    )
)
