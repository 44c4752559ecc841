"""``cnnviz train`` from the shell: strict JSON, a run that the page finds, going on bit for bit, what is refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import load

from cnnviz import runs
from cnnviz.cli import main

ROOT = Path(__file__).resolve().parents[2]
QUICK = ("--data", "shapes", "--limit", "128", "--device", "cpu")


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prepared: Path) -> None:
    """Runs of a test are its own; the data set is prepared once."""
    (tmp_path / "cache").symlink_to(prepared / "cache")
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path))


@pytest.fixture(scope="session")
def prepared() -> Path:
    """A user folder in which the shapes are decoded."""
    from cnnviz.data.sets import opened
    from cnnviz.paths import user_data

    opened("shapes")
    (user_data() / "cache").mkdir(exist_ok=True)
    return user_data()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["train", *arguments])


def strictly(line: str) -> dict[str, Any]:
    """One JSON object without the words that JSON does not know."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    found: dict[str, Any] = json.loads(line, parse_constant=refuse)
    return found


def test_the_events_are_strict_json_and_the_run_is_kept() -> None:
    done = run(*QUICK, "--epochs", "2", "--batch", "32", "--label", "mine", "--json")
    assert done.exit_code == 0, done.output
    told = [strictly(line) for line in done.stdout.splitlines()]
    kinds = [each["event"] for each in told]
    assert kinds[0] == "begun" and kinds[-1] == "ended" and kinds.count("epoch") == 2 and "step" in kinds
    step = next(each for each in told if each["event"] == "step")
    assert {"step", "epoch", "loss", "accuracy", "lr", "images_per_s"} <= set(step)
    epochs = [each for each in told if each["event"] == "epoch"]
    assert [each["epoch"] for each in epochs] == [1, 2] and {"val_loss", "val_accuracy"} <= set(epochs[0])
    assert all(set(each) == {"event", "epoch", "step"} for each in told if each["event"] == "look")
    assert told[0]["training"] == 128 and told[0]["steps_per_epoch"] == 4
    assert told[-1]["state"] == "done" and 0 <= told[-1]["test_accuracy"] <= 1
    summary = runs.summary(told[0]["run"])
    assert (summary.label, summary.state, summary.epoch) == ("mine", "done", 2)
    assert summary.val_accuracy == pytest.approx(epochs[-1]["val_accuracy"])
    assert 2 in summary.saved


def test_a_person_reads_a_summary_and_a_verdict() -> None:
    done = run(*QUICK, "--epochs", "1", "--no-keep")
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    assert (
        line.startswith("convnetjs on shapes: test accuracy 0.") and "after 1 epoch, " in line and line.endswith(" s")
    )
    assert "22,466 parameters" in done.stderr and "epoch 1  loss 2.3" in done.stderr
    assert runs.listed() == tuple(each for each in runs.listed() if each.recorded)


def test_a_rate_that_blows_up_ends_in_words_and_in_null() -> None:
    done = run(*QUICK, "--lr", "1e8", "--epochs", "2", "--json")
    assert done.exit_code == 0
    ended = strictly(done.stdout.splitlines()[-1])
    assert (ended["event"], ended["state"], ended["test_accuracy"]) == ("ended", "diverged", None)
    assert runs.listed()[0].state == "diverged"


def test_settings_of_the_network_unless_they_are_given() -> None:
    run(*QUICK, "--network", "linear", "--epochs", "1", "--weight-decay", "0.01", "--augmentation", "")
    config = runs.listed()[0].config
    assert (config.network, config.lr, config.weight_decay, config.augmentation) == ("linear", 0.003, 0.01, "")


def test_a_stack_of_ones_own() -> None:
    done = run(*QUICK, "--stack", "conv 4 3; relu; global; fc 10", "--epochs", "1", "--json")
    assert strictly(done.stdout.splitlines()[0])["parameters"] == 4 * 28 + 50


@pytest.mark.usefixtures("one_thread")
def test_ctrl_c_keeps_a_checkpoint_and_the_run_goes_on_bit_for_bit() -> None:
    settings = (*QUICK, "--batch", "8", "--epochs", "3", "--rule", "adam", "--lr", "0.001", "--threads", "1", "--json")
    first = strictly(run(*settings).stdout.splitlines()[0])["run"]
    command = [sys.executable, "-m", "cnnviz", "train", *settings]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            if strictly(line)["event"] == "step":
                process.send_signal(signal.SIGINT)
                break
        rest, told = process.communicate()
    assert process.returncode == 130
    assert strictly(rest.splitlines()[-1])["state"] == "stopped"
    name = runs.listed()[0].id
    assert f"cnnviz train --resume {name}" in told and runs.listed()[0].state == "stopped"
    assert strictly(rest.splitlines()[-1])["step"] < 48
    assert run("--resume", name, "--json").exit_code == 0
    one, other = load(runs.weights(first)), load(runs.weights(name))
    assert one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


def test_a_run_goes_on_with_another_rate_but_with_no_other_setting() -> None:
    assert "no run" in run("--resume", "0123456789ab").stderr
    run(*QUICK, "--epochs", "1")
    name = runs.listed()[0].id
    for more in ((), ("--epochs", "3"), ("--label", "x")):
        done = run("--resume", name, *more)
        assert done.exit_code == 2 and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lr", "-1"], "choose a value from"),
        (["--lr", "nan"], "lr"),
        (["--network", "lenet9"], "no network is called"),
        (["--rule", "sdg"], "no rule is called"),
        (["--data", "nosuch"], "nosuch"),
        (["--data", "cifar10"], "--download"),
        (["--stack", "convv 3"], "try 'conv'"),
        (["--stack", "conv 4 3; fc 7"], "end it with fc 10"),
        (["--augmentation", "blurr"], "blurr"),
        (["--epochs", "0"], "choose a value from 1"),
        (["--device", "tpu"], "'tpu' is not one of"),
        (["--resume", "../../etc"], "run"),
        (["photo", "--lr", "0.1"], "has its own settings"),
        (["photo", "--no-keep"], "has its own settings"),
        (["--out", "x"], "goes with a RECIPE"),
        (["nosuch"], "RECIPE"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_leaves_no_run(arguments: list[str], words: str) -> None:
    data = () if "--data" in arguments or "--resume" in arguments or "--out" in arguments else ("--data", "shapes")
    done = run(*arguments, *(() if arguments[0] in {"photo", "nosuch"} else data))
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr and done.stderr.count("\n") == 1
    assert [each for each in runs.listed() if not each.recorded] == []


def test_a_reader_that_leaves_ends_the_training() -> None:
    command = [sys.executable, "-m", "cnnviz", "train", *QUICK, "--epochs", "500", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) in {0, 1}
    assert runs.listed()[0].state == "stopped"


def test_help_needs_no_torch() -> None:
    code = (
        "import sys; from cnnviz.cli import main\n"
        "try: main(['train', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'numpy', 'streamlit'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--weight-decay" in done.stdout
