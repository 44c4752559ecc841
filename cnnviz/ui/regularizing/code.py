"""The PyTorch lines that train the network on screen, runnable as they stand."""

from __future__ import annotations

from cnnviz.training.tasks.overfit import FRESH, MOMENTUM, VALIDATION, Overfit


def code(settings: Overfit) -> str:
    """The lines for these settings: they give the losses at the last step."""
    s = settings
    return f"""import torch
from torch import nn
from cnnviz.data.points import points

def tensors(count, seed):
    xy, labels = points("{s.kind}", count, noise={s.noise}, seed=seed)
    return torch.tensor(xy), torch.tensor(labels, dtype=torch.float64)

torch.manual_seed({s.seed})
net = nn.Sequential(
    nn.Linear(2, {s.width}), nn.ReLU(), nn.Dropout({s.dropout}),
    nn.Linear({s.width}, {s.width}), nn.ReLU(), nn.Dropout({s.dropout}),
    nn.Linear({s.width}, 1), nn.Flatten(0),
).double()
loss = nn.functional.binary_cross_entropy_with_logits
rule = torch.optim.SGD(net.parameters(), lr={s.rate}, momentum={MOMENTUM}, weight_decay={s.decay})
x, y = tensors({s.points}, {s.seed})
for step in range({s.steps}):
    rule.zero_grad()
    loss(net(x), y).backward()
    rule.step()

net.eval()  # no unit is left out any more
with torch.no_grad():
    train = loss(net(x), y).item()
    fresh_x, fresh_y = tensors({VALIDATION}, {s.seed + FRESH})
    validation = loss(net(fresh_x), fresh_y).item()
    norm = sum((w**2).sum() for w in net.parameters()).item()
print(f"training {{train:.3f}}, validation {{validation:.3f}}, |w|^2 {{norm:.1f}}")
"""
