"""The permanent corpus of bad state dicts: safetensors files that are made, by name, with words of their sentence."""

from __future__ import annotations

import functools
import io
import json
import pickle
import struct
from collections.abc import Callable
from typing import Any

import safetensors.torch
import torch

from cnnviz.models import NETWORKS

ARCHITECTURE = "convnetjs"
FOREIGN, UNFIT, DAMAGED = "no safetensors file", "does not fit", "damaged"
Told = dict[str, Any]


@functools.cache
def good() -> bytes:
    """A state dict that is taken."""
    torch.manual_seed(0)
    return safetensors.torch.save({k: t.contiguous() for k, t in NETWORKS[ARCHITECTURE].build(3).state_dict().items()})


def parts() -> tuple[Told, bytes]:
    """The header of :func:`good`, and its numbers."""
    length = int.from_bytes(good()[:8], "little")
    return json.loads(good()[8 : 8 + length]), good()[8 + length :]


def written(told: Any, body: bytes, length: int | None = None) -> bytes:
    """A file of this header, which may lie about its length."""
    header = told if isinstance(told, bytes) else json.dumps(told).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + body


def changed(change: Callable[[Told], Any]) -> bytes:
    """The header changed, the numbers as they were."""
    told, body = parts()
    change(told)
    return written(told, body)


def filled(value: float) -> bytes:
    """All weights of one value."""
    state = safetensors.torch.load(good())
    return safetensors.torch.save({key: torch.full_like(tensor, value) for key, tensor in state.items()})


def some(told: Told) -> Told:
    """The entry of the first layer's weights."""
    found: Told = told["conv1.weight"]
    return found


def torch_file() -> bytes:
    """What torch.save writes: a zip with a pickle."""
    buffer = io.BytesIO()
    torch.save({"a": torch.ones(2)}, buffer)
    return buffer.getvalue()


def twice() -> bytes:
    """Every name is there twice, which JSON allows."""
    told, body = parts()
    text = json.dumps(told)[1:-1]
    return written(f"{{{text},{text}}}".encode(), body)


BAD_WEIGHTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", FOREIGN),
    "eight bytes": (lambda: bytes(8), FOREIGN),
    "a header of 2^63 bytes": (lambda: written({}, b"", 2**63), FOREIGN),
    "a header of 2^64 - 1 bytes": (lambda: written({}, b"", 2**64 - 1), FOREIGN),
    "a header one byte too long": (lambda: written(*parts(), len(good()) - 7), FOREIGN),
    "a header that ends early": (lambda: written(*parts(), 100), FOREIGN),
    "a header of 2 MB": (lambda: written(b"{}" + b" " * 2_000_000, b""), FOREIGN),
    "a list as the header": (lambda: written([], b""), FOREIGN),
    "100,000 brackets": (lambda: written(b"[" * 100_000, b""), FOREIGN),
    "a header of NaN": (lambda: written(b"NaN", b""), FOREIGN),
    "a header that is no UTF-8": (lambda: written(b'{"\xff\xfe": {}}', b""), FOREIGN),
    "a number of 900,000 digits": (lambda: written(b'{"a": ' + b"9" * 900_000 + b"}", b""), FOREIGN),
    "a pickle": (lambda: pickle.dumps({"a": [1.0]}), FOREIGN),
    "what torch.save writes": (torch_file, FOREIGN),
    "sixty megabytes": (lambda: bytes(60_000_000), "at most 50 MB"),
    "no tensors": (lambda: written({}, b""), UNFIT),
    "another network": (lambda: safetensors.torch.save({"a": torch.ones(3)}), UNFIT),
    "twenty thousand tensors": (
        lambda: written(
            {f"t{k}": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]} for k in range(14_000)}, b"0000"
        ),
        UNFIT,
    ),
    "a shape of terabytes": (lambda: changed(lambda t: some(t).update(shape=[1 << 40, 1 << 20, 3, 3])), ""),
    "a shape below zero": (lambda: changed(lambda t: some(t).update(shape=[-16, 3, 5, 5])), ""),
    "a shape of words": (lambda: changed(lambda t: some(t).update(shape=["16"])), "of a kind"),
    "a shape of a hundred thousand sides": (lambda: changed(lambda t: some(t).update(shape=[1] * 100_000)), ""),
    "no shape": (lambda: changed(lambda t: some(t).pop("shape")), "of a kind"),
    "a kind of number that is not": (lambda: changed(lambda t: some(t).update(dtype="F128")), "of a kind"),
    "a kind that is a list": (lambda: changed(lambda t: some(t).update(dtype=["F32"])), "of a kind"),
    "a smaller kind": (lambda: changed(lambda t: some(t).update(dtype="F16")), DAMAGED),
    "offsets that overlap": (lambda: changed(lambda t: some(t).update(data_offsets=[4, 4 + 16 * 75 * 4])), DAMAGED),
    "offsets beyond the end": (lambda: changed(lambda t: some(t).update(data_offsets=[0, 2**40])), DAMAGED),
    "offsets below zero": (lambda: changed(lambda t: some(t).update(data_offsets=[-4, 0])), DAMAGED),
    "offsets the wrong way round": (lambda: changed(lambda t: some(t)["data_offsets"].reverse()), DAMAGED),
    "no offsets": (lambda: changed(lambda t: some(t).pop("data_offsets")), DAMAGED),
    "numbers missing": (lambda: good()[:-4], DAMAGED),
    "numbers left over": (lambda: good() + bytes(4), DAMAGED),
    "all weights the same place": (
        lambda: changed(lambda t: [t[k].update(data_offsets=[0, 4]) for k in t if k != "__metadata__"]),
        DAMAGED,
    ),
    "a name too many": (
        lambda: changed(lambda t: t.update({"<b>\n../../x": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}})),
        "the file has",
    ),
    "a name missing": (lambda: changed(lambda t: t.pop("conv1.weight")), ""),
    "metadata that is a number": (lambda: changed(lambda t: t.update(__metadata__=7)), FOREIGN),
    "metadata of numbers": (lambda: changed(lambda t: t.update(__metadata__={"classes": 7})), DAMAGED),
    "not a number": (lambda: filled(float("nan")), "not finite"),
    "infinite": (lambda: filled(float("inf")), "not finite"),
    "1e38": (lambda: filled(1e38), "beyond 100 million"),
    "-1e38": (lambda: filled(-1e38), "beyond 100 million"),
    "weights that overflow": (lambda: filled(9e7), "beyond a million"),
}
