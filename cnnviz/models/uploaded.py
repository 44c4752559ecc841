"""Weights that a student uploads for an architecture of this program: a safetensors state dict becomes a network.

The file's header tells the name and shape of every tensor. They are compared with the architecture's, built without
memory, before anything of the file is read into tensors. Only safetensors is accepted: nothing is unpickled.
The network is called ``own-<16 hex digits>``, of its content; the last :data:`KEPT` are kept in the user's folder.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.data.whole import write_whole
from cnnviz.models.errors import BadWeights
from cnnviz.models.registry import NETWORKS, Spec
from cnnviz.models.weights import read_card
from cnnviz.paths import user_data

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.models.network import Network

NAME = re.compile(r"own-[0-9a-f]{16}", re.ASCII)
LARGEST, HEADER, KEPT, CLASSES = 50_000_000, 1_000_000, 16, 1000
KINDS = {"F64", "F32", "F16", "BF16", "I64", "I32"}
COUNTER = "num_batches_tracked"  # of batch norm: only training needs it
LONGEST = 60  # characters of a class's name
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Own:
    """An uploaded network, for a menu."""

    name: str
    title: str
    architecture: str
    classes: tuple[str, ...]
    summary: str = ""
    reference: str = "weights of your own"


def is_own(name: str) -> bool:
    """Whether ``name`` is that of an uploaded network, kept or not."""
    return NAME.fullmatch(name) is not None


@functools.cache
def architectures() -> dict[str, Spec]:
    """The networks whose weights may be uploaded: those of the program and those that can be trained live."""
    from cnnviz.training.networks import TRAINABLE, defaults, spec_of

    found = {name: spec for name, spec in NETWORKS.items() if spec.make is None}
    live = (name for name in TRAINABLE if name not in found and name != "stack")
    every = {**found, **{name: spec_of(defaults(name)) for name in live}}
    return {name: spec for name, spec in every.items() if spec.layers}


def admit(data: bytes, architecture: str, *, names: str = "") -> str:
    """Take in a state dict for ``architecture``; ``names`` are its classes, one a line or with commas. Its name.

    Raises :class:`BadWeights` with one sentence for anything that does not fit.
    """
    spec = _architecture(architecture)
    told = _header(data)
    classes = _classes(spec, told, names=names)
    _compare(spec, {name: _shape(entry) for name, entry in told.items() if name != "__metadata__"}, len(classes))
    _network(spec, _tensors(data), classes)  # offsets, lengths and numbers that can be computed with
    identity = json.dumps([architecture, classes]).encode()
    name = f"own-{hashlib.sha256(identity + data).hexdigest()[:16]}"
    card = {"architecture": architecture, "classes": classes, "sha256": hashlib.sha256(data).hexdigest()}
    try:
        _keep(_folder() / f"{name}.json", data, card)
    except OSError:
        raise BadWeights("the network can't be stored; make room on the server's disk, then upload it again") from None
    return name


def _keep(place: Path, data: bytes, card: Mapping[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place.with_suffix(".safetensors"), data)
    write_whole(place, json.dumps(card).encode())
    _forget_the_oldest(place.parent)


def own(name: str) -> Own | None:
    """What there is to say about an uploaded network; None if it is no longer kept."""
    if not is_own(name):
        return None
    try:
        card = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
        spec = _architecture(card["architecture"])
        classes = tuple(map(str, card["classes"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError, BadWeights):
        return None
    return Own(name, f"Your weights in {spec.title.partition(' (')[0]}, {len(classes)} classes", spec.name, classes)


def network(name: str) -> Network:
    """The uploaded network, verified. Imports torch; raises :class:`BadWeights`."""
    known = own(name)
    if known is None:
        raise BadWeights("this network is no longer kept; upload its weights again")
    card = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    try:
        data = (_folder() / f"{name}.safetensors").read_bytes()
    except OSError as error:
        raise BadWeights("this network is no longer kept; upload its weights again") from error
    if hashlib.sha256(data).hexdigest() != card["sha256"]:
        raise BadWeights("the weights of this network were changed on disk; upload them again")
    found = _network(_architecture(known.architecture), _tensors(data), known.classes)
    found.spec = dataclasses.replace(found.spec, name=name, title=known.title, dataset="", published=None)
    found.card = {"classes": list(known.classes), "sha256": card["sha256"]}
    return found


def _network(spec: Spec, state: dict[str, Tensor], classes: Sequence[str]) -> Network:
    """The architecture with these weights; raises :class:`BadWeights` if its scores are no numbers to look at."""
    import torch

    from cnnviz.models.diverged import check_scores, check_weights
    from cnnviz.models.network import Network

    check_weights(state.values())
    with torch.device("meta"):
        model = spec.build(len(classes))
    for key, tensor in model.state_dict().items():
        if key.endswith(COUNTER):
            state.setdefault(key, torch.zeros(tensor.shape, dtype=tensor.dtype))
    model.load_state_dict(state, strict=True, assign=True)
    found = Network(spec, model, classes=classes)
    check_scores(found)
    return found


def _folder() -> Path:
    return user_data() / "networks"


def _architecture(name: str) -> Spec:
    found = architectures().get(name)
    if found is None:
        raise BadWeights("there is no such architecture; choose one of the menu")
    return found


def _header(data: bytes) -> dict[str, Any]:
    """What the file says of its tensors; raises :class:`BadWeights` if it is no safetensors file within the limits."""
    if len(data) > LARGEST:
        raise BadWeights(f"the file has {len(data) / 1e6:.0f} MB; at most {LARGEST / 1e6:.0f} MB can be taken")
    with suppress(ValueError, struct.error, RecursionError):
        (length,) = struct.unpack("<Q", data[:8])
        told = json.loads(data[8 : 8 + length]) if length <= min(HEADER, len(data) - 8) else None
        if isinstance(told, dict) and all(isinstance(entry, dict) for entry in told.values()):
            return told
    raise BadWeights("this is no safetensors file; save yours with safetensors.torch.save_file(model.state_dict(), …)")


def _shape(entry: Mapping[str, Any]) -> tuple[int, ...]:
    kind, shape = entry.get("dtype"), entry.get("shape")
    plain = isinstance(shape, list) and all(type(n) is int for n in shape)
    if not isinstance(kind, str) or kind not in KINDS or not plain:
        raise BadWeights("the file holds a tensor of a kind that networks do not have; save the plain state dict")
    return tuple(shape or ())


def _expected(spec: Spec, classes: int) -> Shapes:
    """The shapes of the architecture; nothing is allocated."""
    import torch

    with torch.device("meta"):
        state = spec.build(classes).state_dict()
    return {key: tuple(tensor.shape) for key, tensor in state.items()}


def _classes(spec: Spec, told: Mapping[str, Any], *, names: str) -> list[str]:
    """As many as the tensors that depend on them say, by the names given, the file's own, or those of the program."""
    few, more = _expected(spec, 3), _expected(spec, 5)
    counts = {
        _shape(told[key])[axis]
        for key in few
        if key in told and len(_shape(told[key])) == len(few[key])
        for axis in range(len(few[key]))
        if few[key][axis] != more[key][axis]
    }
    if len(counts) != 1 or not 1 <= (count := counts.pop()) <= CLASSES:
        raise BadWeights(f"the file does not fit {spec.title}; choose the architecture that it was trained as"[:140])
    given = [_label(each) for each in re.split(r"[,\n]", names) if each.strip()]
    if given and len(given) != count:
        raise BadWeights(f"you named {len(given)} classes, but the file has {count}; give one name for each")
    return _distinct(given or _written(told, count) or _shipped(spec, count) or [f"class {k}" for k in range(count)])


def _distinct(names: Sequence[str]) -> list[str]:
    """A name that several have with each one's number, as a class is asked for by its name."""
    times = Counter(names)
    return [name if times[name] == 1 else f"{name} ({k})" for k, name in enumerate(names)]


def _written(told: Mapping[str, Any], count: int) -> list[str]:
    """Names in the file's own metadata, ``{"classes": "[…]"}``."""
    with suppress(ValueError, TypeError, RecursionError):
        found = json.loads(told.get("__metadata__", {}).get("classes", "[]"))
        if isinstance(found, list) and len(found) == count:
            return [_label(str(each)) for each in found]
    return []


def _shipped(spec: Spec, count: int) -> list[str]:
    """The names of the program's own weights of this architecture, if there are as many."""
    names = read_card(spec.name).get("classes", [])
    if spec.published is not None:
        from torchvision.models import get_weight

        names = get_weight(spec.published.weights).meta["categories"]
    return list(map(str, names)) if len(names) == count else []


def _label(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST] or "unnamed"


def _compare(spec: Spec, found: Shapes, classes: int) -> None:
    """Raise :class:`BadWeights` for the first tensor that the architecture lacks, misses, or has in another shape."""
    wanted = _expected(spec, classes)
    for key, shape in wanted.items():
        if key not in found and not key.endswith(COUNTER):
            raise BadWeights(f"{key[:50]} is missing in the file; choose the architecture that it was trained as")
        if key in found and found[key] != shape:
            one, other = ("×".join(map(str, each)) or "a number" for each in (found[key], shape))
            raise BadWeights(f"{key[:40]} is {one[:24]} in the file and {other} here; choose the right architecture")
    extra = sorted(set(found) - set(wanted))
    if extra:
        shown = "".join(c if c.isprintable() else "?" for c in extra[0][:40])
        raise BadWeights(f"the file has {shown}, which this architecture lacks; choose the right one")


def _tensors(data: bytes) -> dict[str, Tensor]:
    """The tensors in float32 (counters as they are), each with memory of its own."""
    import safetensors.torch
    from safetensors import SafetensorError

    try:
        loaded = safetensors.torch.load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError, RuntimeError) as error:
        raise BadWeights("the file is damaged; save and upload it again") from error
    return {k: t.float().clone() if t.is_floating_point() else t.long().clone() for k, t in loaded.items()}


def _forget_the_oldest(folder: Path) -> None:
    cards = sorted(folder.glob("own-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for card in cards[KEPT:]:
        for path in (card, card.with_suffix(".safetensors")):
            path.unlink(missing_ok=True)
