"""`cnnviz app`, run for real: it answers, has its settings from any folder, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from cnnviz.cli import app, main

CNNVIZ = [sys.executable, "-m", "cnnviz"]
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/_stcore/{path}"

    def wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if requests.get(self.url("health"), timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        pytest.fail(f"no answer within a minute: {self.log.read_text()}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server started from a folder that is not the app's, in a process group of its own.

    Whatever it would ask of the outside goes to a proxy, which is ours and must not be called.
    """
    port, log, outside = free_port(), tmp_path / "log", socket.create_server(("127.0.0.1", 0))
    proxy = f"http://127.0.0.1:{outside.getsockname()[1]}"
    proxies = {"http_proxy": proxy, "https_proxy": proxy, "no_proxy": "127.0.0.1,localhost"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*CNNVIZ, "app", "--port", str(port), "--no-browser", "--data", str(tmp_path / "data")],
            cwd=tmp_path,
            env=ENVIRONMENT | proxies,
            stdout=output,
            stderr=output,
            start_new_session=os.name == "posix",
        )
    started = Server(process, port, log)
    try:
        started.wait()
        yield started
    finally:
        process.kill()
        process.wait()
        outside.setblocking(False)
        with outside, pytest.raises(BlockingIOError):  # nobody called
            outside.accept()


def first_message(server: Server, connection: Any) -> Any:
    """What the server tells a browser that opens a page: session id, settings, theme."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    ask = BackMsg()
    ask.rerun_script.query_string = ""
    connection.send(ask.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(connection.recv(timeout=20))
        if answer.WhichOneof("type") == "new_session":
            return answer.new_session


def websocket(server: Server, name: str = "127.0.0.1", *, origin: str | None = None) -> Any:
    """Connect as a browser does that found this machine under ``name``, from a page of ``origin``."""
    from websockets.sync.client import connect

    line = socket.create_connection(("127.0.0.1", server.port))
    url = f"ws://{name}:{server.port}/_stcore/stream"
    return connect(url, subprotocols=["streamlit"], sock=line, proxy=None, origin=origin, close_timeout=1)


@pytest.mark.skipif(os.name != "posix", reason="signals and process groups are POSIX")
def test_sigterm_ends_it_within_five_seconds_with_a_page_open_and_nothing_left(server: Server) -> None:
    with websocket(server) as connection:
        first_message(server, connection)
        start = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=5)
        assert time.monotonic() - start < 5  # closing our end may take longer
    with pytest.raises(ProcessLookupError):  # nobody is left in its process group
        os.killpg(server.process.pid, 0)
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", server.port))


def test_settings_hold_from_another_folder(server: Server) -> None:
    from streamlit.proto.NewSession_pb2 import Config

    with websocket(server) as connection:
        session = first_message(server, connection)
        theme = session.custom_theme
        assert session.config.toolbar_mode == Config.ToolbarMode.MINIMAL
        assert not session.config.gather_usage_stats
        assert (theme.light.primary_color, theme.dark.primary_color) == ("#0072B2", "#56B4E9")
        assert len(theme.chart_categorical_colors) == len(theme.chart_diverging_colors) == 10
        assert upload(server, session.initialize.session_id, 10_000_000) == 204
        assert upload(server, session.initialize.session_id, 50 * 2**20 + 200_000) == 413
    assert (server.log.parent / "data").is_dir()
    assert "not a valid config option" not in server.log.read_text()


def upload(server: Server, session: str, size: int) -> int:
    """Status of uploading ``size`` bytes as Streamlit's uploader does, with its cross-site token."""
    client = requests.Session()
    client.get(server.url("host-config"), timeout=20)
    client.get(server.url("health"), timeout=20)
    headers = {"X-Xsrftoken": client.cookies.get("_streamlit_xsrf", "")}
    files = {"file": ("photo.png", bytes(size), "image/png")}
    return client.put(server.url(f"upload_file/{session}/photo"), files=files, headers=headers, timeout=20).status_code


def test_a_page_under_a_foreign_name_is_refused(server: Server) -> None:
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus, match="403"):
        websocket(server, "rebound.example")


def test_a_page_of_a_foreign_site_is_refused_and_nobody_outside_is_asked(server: Server) -> None:
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus, match="403"):
        websocket(server, origin="http://elsewhere.example")


def test_busy_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("app", "--port", str(port))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: port {port} is in use") and result.stderr.count("\n") == 1


def test_address_of_another_machine_is_one_sentence() -> None:
    result = run("app", "--host", "192.0.2.1")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "192.0.2.1 is not an address of this machine" in result.stderr


@pytest.mark.parametrize("arguments", [("app", "--port", "0"), ("app", "--no-such"), ("no-such",)])
def test_wrong_use_is_one_sentence(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stderr.count("\n"), result.stdout) == (2, 1, "")


def test_data_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("app", "--data", str(tmp_path / "file" / "data"))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_data_names_the_user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnviz.paths import user_data

    monkeypatch.setenv("CNNVIZ_DATA", "before")
    monkeypatch.setattr(app, "serve", lambda *_, **__: None)
    assert run("app", "--port", str(free_port()), "--data", str(tmp_path / "new")).exit_code == 0
    assert user_data() == (tmp_path / "new").resolve()


@pytest.mark.allow_hosts(["192.0.2.1"])  # a UDP "connection" looks up the route and sends nothing
def test_greeting_says_who_can_reach_it() -> None:
    assert app.greeting("127.0.0.1", 80) == "The lectures are at http://127.0.0.1:80  (Ctrl+C stops them)"
    everyone = app.greeting("0.0.0.0", 8501)
    assert f"http://{app.own_address()}:8501" in everyone and app.TRUST in everyone
    assert app.greeting("192.168.7.5", 8501).startswith("The lectures are at http://192.168.7.5:8501\n")
    assert "http://[::1]:8501" in app.greeting("::1", 8501)


def test_the_process_ends_though_a_thread_computes_on() -> None:
    code = (
        "import threading, time; from cnnviz.cli import app; app.GRACE = 0.2\n"
        "threading.Thread(target=time.sleep, args=(60,)).start(); app.end_soon()"
    )
    done = subprocess.run([sys.executable, "-c", code], timeout=20, env=ENVIRONMENT, check=False)
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own setting, and Linux's own file")
def test_threads_share_few_heaps() -> None:
    """Each heap of a thread takes 64 MB of addresses, so they can be counted."""
    code = (
        "import sys, threading; from cnnviz.cli import app; sys.argv[1:] and app.few_arenas()\n"
        "all_here = threading.Barrier(13)\n"
        "def hold(): kept = [bytearray(700) for _ in range(200)]; all_here.wait()\n"
        "threads = [threading.Thread(target=hold) for _ in range(12)]; [each.start() for each in threads]\n"
        "print(open('/proc/self/status').read().split('VmSize:')[1].split()[0]); all_here.wait()"
    )

    def megabytes(*asked: str) -> int:
        told = subprocess.run([sys.executable, "-c", code, *asked], stdout=subprocess.PIPE, env=ENVIRONMENT, check=True)
        return int(told.stdout) // 1024

    assert megabytes("few") < megabytes() - 6 * 64


@pytest.mark.parametrize("arguments", [["--help"], ["app", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from cnnviz.cli import main\n"
        f"main({arguments!r}, standalone_mode=False)\n"
        "print(sorted({'torch', 'torchvision', 'streamlit', 'plotly', 'captum', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
