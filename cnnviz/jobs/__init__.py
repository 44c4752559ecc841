"""Long computations in a process of their own: ask for a run, see how far it is, stop it. Imports no torch.

>>> from cnnviz import jobs
>>> jobs.snapshot("0" * 16)
Traceback (most recent call last):
cnnviz.jobs.scheduler.UnknownRun: this run is no longer kept; train it again
"""

import atexit

from cnnviz.jobs.recordings import recorded
from cnnviz.jobs.scheduler import Busy, Scheduler, UnknownRun
from cnnviz.jobs.snapshot import Snapshot, digest

__all__ = [
    "SCHEDULER",
    "Busy",
    "Scheduler",
    "Snapshot",
    "UnknownRun",
    "cancel",
    "digest",
    "find",
    "recorded",
    "snapshot",
    "submit",
]

# One for the whole server: a class that presses the same button makes one run.
SCHEDULER = Scheduler()
submit = SCHEDULER.submit
snapshot = SCHEDULER.snapshot
find = SCHEDULER.find
cancel = SCHEDULER.cancel
# The worker ends with its input in any case, also when this process is killed; this is only sooner.
atexit.register(SCHEDULER.close)
