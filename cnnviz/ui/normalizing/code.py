"""The PyTorch lines that give the numbers on screen."""

from __future__ import annotations

from cnnviz.ui.normalizing.controls import Shown


def code(shown: Shown) -> str:
    """``nn.BatchNorm1d`` with these numbers, runnable as it stands: ``y``, and ``layer`` with its statistics."""
    features = shown.x.shape[1]
    alone = len(shown.x) == 1
    seen = "batches" if shown.given.endless else f"[x] * {shown.seen}"
    listed = ",\n    ".join(str(shown.given.batch(k).tolist()) for k in range(shown.seen))
    batches = f"batches = [  # those of the training\n    {listed},\n]\n" if shown.given.endless and shown.seen else ""
    train = f"for batch in {seen if not batches else 'batches'}:\n" if shown.seen and not alone else ""
    body = f"    layer({'torch.tensor(batch, dtype=torch.float64)' if batches else 'batch'})\n" if train else ""
    return f"""import torch

x = torch.tensor({shown.x.tolist()}, dtype=torch.float64)  # examples × features
{batches if train else ""}
layer = torch.nn.BatchNorm1d({features}, eps={shown.eps}, momentum={shown.momentum:g}, dtype=torch.float64)
with torch.no_grad():
    layer.weight[:] = torch.tensor({shown.gamma.tolist()}, dtype=torch.float64)  # γ
    layer.bias[:] = torch.tensor({shown.beta.tolist()}, dtype=torch.float64)  # β

{train}{body}running = layer.running_mean.clone(), layer.running_var.clone()  # unbiased variance
{_output(shown)}
print(y)
print(running)
"""


def _output(shown: Shown) -> str:
    if shown.mode == "eval":
        return "y = layer.eval()(x)"
    if len(shown.x) == 1:  # layer(x) raises: "Expected more than 1 value per channel when training"
        return (
            "x_hat = (x - x.mean(0)) / (x.var(0, correction=0) + layer.eps).sqrt()\n"
            "y = layer.weight * x_hat + layer.bias  # layer(x) refuses a batch of one"
        )
    return "y = layer.train()(x)"
