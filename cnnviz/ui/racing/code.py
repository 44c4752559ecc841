"""The race as PyTorch code that runs as it stands, and as a command line."""

from __future__ import annotations

import shlex
from dataclasses import asdict

from cnnviz.landscapes.python import infix, source
from cnnviz.optim import RULES, SCHEDULES, Rule
from cnnviz.params import params
from cnnviz.ui.racing.raced import Raced

NAMES = ("momentum", "weight_decay", "eps", "rho")  # settings that torch calls as we do


def program(raced: Raced) -> str:
    """Every rule that torch has, on this landscape from this start: ``paths[name]`` are the points on screen."""
    there = [place for place, rule in enumerate(raced.rules) if RULES[rule].torch]
    lacking = [RULES[rule].title for rule in raced.rules if not RULES[rule].torch]
    makers = "\n".join(f"    {raced.rules[place]!r}: lambda p: {_maker(raced, place)}," for place in there)
    notes = [f"# torch.optim does not have: {', '.join(lacking)}"] if lacking else []
    forms = [RULES[r].title for r in raced.rules if raced.convention in RULES[r].forms]
    notes += [f"# PyTorch's form of {', '.join(forms)}; the page shows another convention"] if forms else []
    return f"""import math
import random

import torch

torch.set_default_dtype(torch.float64)
{_landscape(raced)}

optimizers = {{
{makers}
}}
{"".join(f"{line}{chr(10)}" for line in notes)}steps, paths = {raced.steps}, {{}}
for name, make in optimizers.items():
    theta = torch.tensor({list(raced.start)}, requires_grad=True)
    optimizer = make([theta])
    rate = optimizer.param_groups[0]["lr"]
    draw = random.Random({raced.seed})
    paths[name] = [theta.tolist()]
    for step in range(steps):
        p = step / steps  # the schedule's factor:
        optimizer.param_groups[0]["lr"] = rate * ({SCHEDULES[raced.schedule].code})
        optimizer.zero_grad()
        value(*theta).backward()
{_noise(raced)}        optimizer.step()
        paths[name].append(theta.tolist())
    print(name, paths[name][-1])
"""


def _landscape(raced: Raced) -> str:
    if raced.landscape.program is None:
        return source(raced.landscape)
    written = infix(raced.landscape.program["value"])
    return f"\n\ndef value(x, y):\n    return {written} + 0 * (x + y)\n"


def _noise(raced: Raced) -> str:
    if not raced.noise:
        return ""
    return f"        theta.grad += torch.tensor([draw.gauss(0, {raced.noise!r}), draw.gauss(0, {raced.noise!r})])\n"


def _maker(raced: Raced, place: int) -> str:
    rule, values = RULES[raced.rules[place]], asdict(raced.settings[place])  # type: ignore[call-overload]
    options = ", ".join(f"{name}={value!r}" for name, value in arguments(rule, values).items())
    return f"torch.optim.{rule.torch}(p, {options})"


def arguments(rule: Rule, values: dict[str, float]) -> dict[str, object]:
    """Our settings as torch.optim's arguments."""
    names = {name: name for name in NAMES} | {"lr": "lr"} | dict(rule.torch_names or {})
    found: dict[str, object] = {names[name]: value for name, value in values.items() if name in names}
    if "beta1" in values:
        found["betas"] = (values["beta1"], values["beta2"])
    return found | dict(rule.torch_options)


def command(raced: Raced) -> str:
    """The runner in focus from the shell."""
    rule, used = raced.rules[raced.focus], raced.settings[raced.focus]
    changed = [f"{p.name}={getattr(used, p.name):.9g}" for p in params(used) if getattr(used, p.name) != p.default]
    changed += [f"{name}={value:g}" for name, value in raced.landscape.parameters.items()]
    parts = ["cnnviz", "optimize", rule, raced.landscape.name, "--start", *(f"{at:g}" for at in raced.start)]
    parts += ["--steps", str(raced.steps)]
    parts += [part for change in changed for part in ("--set", change)]
    parts += ["--formula", raced.text] if raced.landscape.program is not None else []
    for name, value, default in (("convention", raced.convention, "torch"), ("schedule", raced.schedule, "constant")):
        parts += [f"--{name}", value] if value != default else []
    parts += ["--noise", f"{raced.noise:g}", "--seed", str(raced.seed)] if raced.noise else []
    return shlex.join(parts)
