"""What the gates let pass: gate, file and function, and why. One that nothing needs any more is a fault itself."""

from __future__ import annotations

_DOWNLOAD = "what has arrived so far, in a .part beside the target: the digest is checked before it is renamed"
_STORE = "inside a new folder that is renamed when all of it is on the disk; sums in its card"
_APPEND = "a log grows; whole files would be written again for every line. Its lines are checked when read"
_IDLE = "a thread with nothing to do: it is a daemon and ends with its process"
_GROUP = "no thread: it joins the group of processes, which has a limit of its own"
_KILLED = "after SIGKILL: the kernel ends it, whatever it does"

ALLOWED: dict[tuple[str, str, str], str] = {
    # files that run
    ("running", "cnnviz/models/trusted.py", "read"): "the lecturer's own file, named on the command line",
    ("running", "cnnviz/ui/lecture.py", "lectures"): "the pages that are installed beside the program",
    # markup
    ("marking", "cnnviz/ui/theme.py", "apply_theme"): "a style sheet of ours, by its path",
    ("marking", "cnnviz/ui/theme.py", "projector"): "a style sheet of ours, by its path",
    # addresses
    (
        "outward",
        "cnnviz/ui/components/milestones.js",
        "",
    ): "a data: address that the page made from pixels",
    # caches
    ("remembering", "cnnviz/figures/colours.py", "table"): "the colour maps that there are; another name is an error",
    ("remembering", "cnnviz/landscapes/javascript.py", "_tree"): "files of ours that are translated, a few",
    # waiting
    (
        "waiting",
        "cnnviz/jobs/cluster_worker.py",
        "_work",
    ): "it has been told to end; sending has a limit",
    ("waiting", "cnnviz/jobs/cluster_worker.py", "Line._listen"): _IDLE,
    ("waiting", "cnnviz/jobs/cluster_worker.py", "Line._hear_stop"): _IDLE,
    ("waiting", "cnnviz/jobs/local.py", "LocalHandle.kill"): _KILLED,
    ("waiting", "cnnviz/jobs/process.py", "WorkerProcess._speak"): _IDLE,
    ("waiting", "cnnviz/jobs/process.py", "WorkerProcess._listen"): _KILLED,
    ("waiting", "cnnviz/jobs/worker.py", "Worker.work"): "a worker without work; it ends when its input does",
    ("waiting", "cnnviz/data/waiting.py", "answer_of"): "of an answer that is there",
    (
        "waiting",
        "cnnviz/training/photos.py",
        "epoch_batches",
    ): "arithmetic in a thread, needed for what follows",
    ("waiting", "cnnviz/cli/follow.py", "begin"): _GROUP,
    ("waiting", "cnnviz/cli/follow.py", "go_on"): _GROUP,
    # files
    ("writing", "cnnviz/data/whole.py", "write_whole"): "the writer itself",
    ("writing", "cnnviz/data/arrays.py", "encode_npy"): "into memory",
    ("writing", "cnnviz/data/downloads.py", "_download"): _DOWNLOAD,
    ("writing", "cnnviz/data/downloads.py", "_receive"): _DOWNLOAD,
    ("writing", "cnnviz/data/stored.py", "_save"): _STORE,
    ("writing", "cnnviz/data/stored.py", "_write"): _STORE,
    ("writing", "cnnviz/jobs/worker.py", "private_lines"): "a pipe",
    ("writing", "cnnviz/runs/log.py", "Log.__init__"): _APPEND,
    ("writing", "cnnviz/runs/mirroring.py", "_append"): _APPEND,
    ("writing", "cnnviz/runs/mirroring.py", "sign"): "a word that lies there for seconds; a torn one is not recognized",
}
