"""The PyTorch lines that give the numbers on screen."""

from __future__ import annotations

from cnnviz.ui.normalizing.controls import Shown


def code(shown: Shown) -> str:
    """``nn.BatchNorm1d`` with these numbers, runnable as it stands: ``y``, and ``layer`` with its statistics."""
    return f"""import torch

x = torch.tensor({shown.x.tolist()}, dtype=torch.float64)  # examples × features
layer = torch.nn.BatchNorm1d({shown.x.shape[1]}, eps={shown.eps}, momentum={shown.momentum:g}, dtype=torch.float64)
with torch.no_grad():
    layer.weight[:] = torch.tensor({shown.gamma.tolist()}, dtype=torch.float64)  # γ
    layer.bias[:] = torch.tensor({shown.beta.tolist()}, dtype=torch.float64)  # β
{_training(shown)}
running = layer.running_mean.clone(), layer.running_var.clone()  # unbiased variance
{_output(shown)}
print(y)
print(running)
"""


def _training(shown: Shown) -> str:
    """The batches that have moved the running statistics."""
    steps = len(shown.history) - 1
    if not steps:
        return ""
    if shown.trained.endless:
        listed = ",\n    ".join(str(shown.trained.batch(k).tolist()) for k in range(steps))
        batches = f"[  # those of the training\n    {listed},\n]"
    else:
        batches = f"[{shown.trained.batch().tolist()}] * {steps}  # those of the training"
    return f"batches = {batches}\nfor batch in batches:\n    layer(torch.tensor(batch, dtype=torch.float64))\n"


def _output(shown: Shown) -> str:
    if shown.mode == "eval":
        return "y = layer.eval()(x)"
    if len(shown.x) == 1:  # layer(x) raises: "Expected more than 1 value per channel when training"
        return (
            "x_hat = (x - x.mean(0)) / (x.var(0, correction=0) + layer.eps).sqrt()\n"
            "y = layer.weight * x_hat + layer.bias  # layer(x) refuses a batch of one"
        )
    return "y = layer.train()(x)"
