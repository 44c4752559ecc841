"""The PyTorch lines that give the norms on screen: the same random numbers, autograd instead of our own backward."""

from __future__ import annotations

from cnnviz.signals import ACTIVATIONS, INITIALIZATIONS, Net

_ORTHOGONAL = """
def orthogonal(normal):
    q, r = np.linalg.qr(normal)
    return q * np.sign(np.diag(r))

"""


def code(net: Net) -> str:
    """Runnable as it stands; ``gradient``, ``weight`` and ``signal`` are then the numbers of the bars."""
    draw = INITIALIZATIONS[net.initialization].code
    orthogonal = _ORTHOGONAL if net.initialization == "orthogonal" else ""
    norm = "\n        z = F.batch_norm(z, None, None, training=True)" if net.norm else ""
    skip = " + outputs[-1]" if net.residual else ""
    return f"""import numpy as np
import torch
import torch.nn.functional as F

depth, width, batch, scale = {net.depth}, {net.width}, {net.batch}, {net.scale}
{orthogonal}
def norms(seed):
    rng = np.random.default_rng(seed)  # numpy draws, so that the weights are those on screen
    x = torch.from_numpy(rng.standard_normal((batch, width)))
    classes = torch.from_numpy(rng.integers(10, size=batch))
    weights = [torch.from_numpy({draw}) for _ in range(depth)]
    head = torch.from_numpy(rng.uniform(-1, 1, (10, width)) / np.sqrt(width))
    outputs = [x]
    for a in (x, *weights):
        a.requires_grad_()
    for W in weights:
        z = outputs[-1] @ W.T{norm}
        a = {ACTIVATIONS[net.activation].torch}{skip}
        outputs.append(a)
    for a in outputs[1:]:
        a.retain_grad()
    F.cross_entropy(outputs[-1] @ head.T, classes).backward()
    return ([a.grad.norm() for a in outputs], [W.grad.norm() for W in weights],
            [a.detach().square().mean().sqrt() for a in outputs])

drawn = [norms(seed) for seed in range({net.seed}, {net.seed + net.draws})]
# the geometric mean of {net.draws} network{"s" * (net.draws > 1)}; input first, last layer last
gradient, weight, signal = (torch.tensor(rows, dtype=torch.float64).log().mean(0).exp() for rows in zip(*drawn))
print("gradient at a_0 ... a_L:", gradient)
print("gradient at W_1 ... W_L:", weight)
print("what each layer lets through:", gradient[:-1] / gradient[1:])
"""
