"""A small server: takes up the run it is told, lets it go on whenever it was interrupted, and ends with it."""

from __future__ import annotations

import sys
import time

from cnnviz.jobs import training

run = sys.argv[1]
while True:
    now = training.standing(run)
    if now.state == "interrupted":
        training.go_on(run, by="the test")
    elif not now.active:
        print(now.state, now.message, flush=True)  # noqa: T201
        break
    time.sleep(0.02)
