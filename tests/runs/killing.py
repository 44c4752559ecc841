"""Saves in a loop in a child process that is killed at a random moment, again and again; prints what was found.

``python -m tests.runs.killing COUNT SEED [quick]`` needs ``CNNVIZ_DATA``; torch is imported once, each child is a fork.
``quick`` leaves out waiting for the disk, which a kill cannot tell from the real thing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import torch

from cnnviz import runs
from cnnviz.training.config import Config
from tests.runs.made import begun, look, passed, state, stepped

torch.set_num_threads(1)
SIZE = 120  # 58 kB per tensor: a save takes a few milliseconds, most of them in the disk


def save_on(run: str, told: int) -> None:
    """Go on from the last checkpoint and save until killed; the step of each save goes to the pipe when it is done."""
    with runs.writer(run) as write:
        last = runs.checkpoint(run)
        step = 0 if last is None else int(last.facts["step"])
        write.event(begun(step))
        while True:
            write.checkpoint(state(step, size=SIZE))
            os.write(told, f"{step}\n".encode())
            step += 1
            write.event(stepped(step))
            if step % 10 == 0:
                write.event(passed(step // 10))
                write.event(look(step // 10))


def kill_once(run: str, seconds: float) -> int:
    """Kill a child after some time of saving; the step that it last said was saved, or -1."""
    reading, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        save_on(run, telling)
        os._exit(0)
    os.close(telling)
    first = os.read(reading, 100)  # it has begun
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        lines = (first + pipe.read()).split()
    return int(lines[-1]) if lines else -1


def damage(run: str, told: int) -> list[str]:
    """What is wrong on disk: every checkpoint must verify, hold the numbers of its step, and be as new as was told."""
    found = []
    try:
        last = runs.checkpoint(run)
        step = int(last.facts["step"]) if last is not None else -1
        if last is None or step < told:
            found.append(f"step {step} is on disk, {told} was told")
        elif not torch.equal(last.tensors["network.weight"], state(step, size=SIZE).tensors["network.weight"]):
            found.append(f"the numbers of step {step} are others")
        for epoch in runs.summary(run).saved:
            saved = runs.checkpoint(run, epoch)
            if saved is None or int(saved.tensors["network.count"]) != 10 * epoch:
                found.append(f"epoch {epoch} is of another step")
        if any(runs.look(run, epoch) is None for epoch in runs.looks(run)):
            found.append("a look is damaged")
        steps = [event.step for event in runs.kept(runs.events(run)) if event.event == "step"]
        if steps != list(range(1, len(steps) + 1)):
            found.append("the log has gaps or doubles")
    except runs.BadRun as error:
        found.append(str(error))
    return found


def main(count: int, seed: int, *, longest: float) -> None:
    chance, found, steps = random.Random(seed), [], 0
    run = runs.create(Config())
    for number in range(count):
        told = kill_once(run, chance.uniform(0.0, longest))
        found += [f"kill {number}: {each}" for each in damage(run, told)]
        steps = max(steps, told)
    left = [path.name for path in Path(runs.folder(run)).rglob("*") if path.is_file()]
    sys.stdout.write(json.dumps({"kills": count, "saves": steps, "damage": found, "files": len(left)}) + "\n")


if __name__ == "__main__":
    quick = sys.argv[3:] == ["quick"]
    if quick:
        os.fsync = lambda _: None
    main(int(sys.argv[1]), int(sys.argv[2]), longest=0.03 if quick else 0.3)
