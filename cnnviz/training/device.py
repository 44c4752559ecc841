"""Where it computes: the device, chosen once, its precision, and random numbers that leave the caller's alone."""

from __future__ import annotations

from types import TracebackType

import torch
from torch import Tensor

from cnnviz.training.config import BadConfig, Config

LAG = 3


def chosen(config: Config) -> torch.device:
    """The device of a run. Raises :class:`BadConfig` if a GPU is asked for where none is."""
    if config.device == "cuda" and not torch.cuda.is_available():
        raise BadConfig("there is no CUDA device here; choose cpu or auto")
    cuda = config.device == "cuda" or (config.device == "auto" and torch.cuda.is_available())
    return torch.device("cuda", torch.cuda.current_device()) if cuda else torch.device("cpu")


def has_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 itself: elsewhere it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))


def precision(config: Config, device: torch.device) -> torch.dtype:
    """What convolutions are computed in; weights and losses are float32 in any case."""
    if config.precision == "auto":
        return torch.bfloat16 if has_bfloat16(device) else torch.float32
    return torch.bfloat16 if config.precision == "bfloat16" else torch.float32


def lag_of(device: torch.device) -> int:
    """How many steps may be under way before the loss of the oldest is read: a GPU must not wait for each."""
    return LAG if device.type == "cuda" else 0


class Randomness:
    """torch's random numbers of one run: between ``with`` blocks the caller's are as they were."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self._device = device
        with _borrowed(device):
            torch.manual_seed(seed)
            self.state = _states(device)
        self._outer: list[Tensor] = []

    def __enter__(self) -> None:
        self._outer = _states(self._device)
        _set(self.state, self._device)

    def __exit__(self, *_: object) -> None:
        self.state = _states(self._device)
        _set(self._outer, self._device)


class _borrowed:  # noqa: N801 (a verb)
    def __init__(self, device: torch.device) -> None:
        self._device = device

    def __enter__(self) -> None:
        self._outer = _states(self._device)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _set(self._outer, self._device)


def _states(device: torch.device) -> list[Tensor]:
    """The states of the generators that a network on ``device`` draws from."""
    return [torch.get_rng_state(), *([torch.cuda.get_rng_state(device)] if device.type == "cuda" else [])]


def _set(states: list[Tensor], device: torch.device) -> None:
    torch.set_rng_state(states[0])
    if device.type == "cuda" and len(states) > 1:
        torch.cuda.set_rng_state(states[1], device)
