"""Networks by name, kept and shared."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnviz.models import available, download, forget, load
from cnnviz.models.loading import Shelf
from cnnviz.registry import UnknownItem


def test_importing_the_package_does_not_import_torch():
    code = "import cnnviz.models, cnnviz.models.registry, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_list_of_networks_does_not_import_torchvision():
    code = "from cnnviz.models import NETWORKS; import sys; len(NETWORKS); sys.exit('torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_all_callers_share_one_network(saved):
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(load, ["tiny"] * 100))
    assert len({id(network) for network in found}) == 1
    forget()
    assert load("tiny") is not found[0]


def test_a_network_is_made_once_however_many_wait():
    shelf, made = Shelf(2), []

    def make(name: str) -> object:
        time.sleep(0.05)
        made.append(name)
        return object()

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: shelf.get("a", make), range(16)))
    assert made == ["a"]
    assert len(set(map(id, found))) == 1


def test_a_slow_network_does_not_hold_up_another():
    shelf, release = Shelf(2), threading.Event()
    slow = threading.Thread(target=shelf.get, args=("slow", lambda _: release.wait(10)))
    slow.start()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(shelf.get, "fast", lambda name: name).result(5) == "fast"
    release.set()
    slow.join(10)


def test_what_was_used_longest_ago_goes_first():
    shelf, made = Shelf(2), []
    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.get(name, lambda name: made.append(name) or name)
    assert made == ["a", "b", "c", "b"]


def test_a_failure_is_not_kept():
    shelf = Shelf(2)
    with pytest.raises(ZeroDivisionError):
        shelf.get("a", lambda _: 1 / 0)
    assert shelf.get("a", lambda _: 3) == 3


def test_shipped_networks_need_no_download(saved):
    assert available("tiny")
    assert list(download("tiny")) == []
    (saved / "tiny.safetensors").unlink()
    assert not available("tiny")


@pytest.mark.parametrize("ask", [load, available, lambda name: list(download(name))])
def test_an_unknown_name_is_answered_with_the_names_there_are(ask):
    with pytest.raises(UnknownItem, match="resnet18"):
        ask("../../etc/passwd")
