"""The optimizer lecture's rules at work on a network: the classes of ``torch.optim`` that take the same steps."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.optim import RULES
from cnnviz.params import params
from cnnviz.registry import UnknownItem
from cnnviz.training.config import BadConfig
from cnnviz.training.loop import parameter_groups
from cnnviz.training.moving import Lion


def optimizer(rule: str, model: nn.Module, *, lr: float, momentum: float, weight_decay: float) -> torch.optim.Optimizer:
    """The optimizer for ``rule``; ``momentum`` is β₁ for Adam and its relatives.

    Settings that a training does not have keep the lecture's values. Kernels and matrices decay, vectors (biases, batch
    norm's scales and shifts) do not. Raises :class:`BadConfig` for a rule that torch lacks.
    """
    known = _known(rule)
    kind = _OURS.get(rule) or getattr(torch.optim, known.torch)
    accepted = inspect.signature(kind).parameters
    names = dict(known.torch_names or {})
    options: dict[str, Any] = {
        names.get(p.name, p.name): p.default for p in params(known.settings) if names.get(p.name, p.name) in accepted
    }
    options |= dict(known.torch_options) | {"lr": lr}
    if "beta2" in {p.name for p in params(known.settings)}:
        options["betas"] = (momentum, next(p.default for p in params(known.settings) if p.name == "beta2"))
    options |= {"weight_decay": weight_decay} | ({"momentum": momentum} if "momentum" in options else {})
    return kind([group for group in parameter_groups(model, weight_decay) if group["params"]], **options, **_fast(kind))  # type: ignore[no-any-return]


def _known(rule: str) -> Any:
    try:
        known = RULES[rule]
    except UnknownItem:
        raise BadConfig(f"no rule is called {rule[:20]!r}; try {', '.join(list(RULES)[:5])}") from None
    if not known.torch and rule not in _OURS:
        raise BadConfig(f"{known.title} trains no network here; try {known.right or 'momentum, nesterov or adamw'}")
    return known


def _fast(kind: type) -> dict[str, bool]:
    """One kernel for all parameters where torch has it, else one call for all."""
    accepted = inspect.signature(kind).parameters
    return {name: True for name in ("fused", "foreach") if name in accepted and (name == "foreach") != (kind in _FUSED)}


_OURS: dict[str, Any] = {"lion": Lion}
_FUSED = (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.Adagrad)


def change(optimizer: torch.optim.Optimizer, rule: str, *, momentum: float, weight_decay: float) -> None:
    """Set both for the next step of ``rule``; biases and batch norm stay without decay."""
    rolling = any(p.name == "momentum" for p in params(_known(rule).settings))
    for group in optimizer.param_groups:
        if group["weight_decay"] or any(p.ndim > 1 for p in group["params"]):
            group["weight_decay"] = weight_decay
        if "betas" in group:
            group["betas"] = (momentum, group["betas"][1])
        elif rolling:
            group["momentum"] = momentum


def stored(optimizer: torch.optim.Optimizer) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What it remembers: tensors by ``number.name``, and the rest, as JSON can hold it."""
    state = optimizer.state_dict()["state"]
    tensors, rest = {}, {}
    for number, remembered in state.items():
        for name, value in remembered.items():
            if isinstance(value, Tensor):
                tensors[f"{number}.{name}"] = value.detach().cpu().clone()
            elif value is not None:
                rest[f"{number}.{name}"] = value
    return tensors, rest


def restore(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor], rest: dict[str, Any]) -> None:
    """Make it remember what :func:`stored` told."""
    state: dict[int, dict[str, Any]] = {}
    for key, value in {**tensors, **rest}.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value.clone() if isinstance(value, Tensor) else value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    # the fused rules go through weights and memories as they lie: one laid out otherwise gives wrong steps, silently
    for weight, memories in optimizer.state.items():
        for name, value in memories.items():
            if isinstance(value, Tensor) and value.shape == weight.shape:
                memories[name] = torch.empty_like(weight).copy_(value)
