"""``cnnviz app``: start the lectures in a browser."""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import socket
import threading
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import click

from cnnviz.cli.errors import Complaint
from cnnviz.paths import APP

GRACE = 3.0  # seconds between the end of the server and the end of the process, whatever still runs in it
PATIENCE = 30.0  # seconds after which a server that does not listen will not need its pages
ARENAS = 2  # heaps that glibc may open for threads; by itself it opens eight per core
TRUST = "Everyone on this network can open it: there are no accounts. Use a network that you trust."


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all networks.")
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Folder for downloads and results.")
@click.option("--browser/--no-browser", default=None, help="Open a browser.  [default: if there is a screen]")
@click.option("--scheduler", metavar="ADDRESS", help="Train on the cluster of this dask scheduler: tcp://HOST:PORT.")
@click.option("--networks", metavar="FILE.py", type=click.Path(path_type=Path), help="Offer the networks of this file.")
def command(
    *, host: str, port: int, data: Path | None, browser: bool | None, scheduler: str | None, networks: Path | None
) -> None:
    """Start the lectures in a browser.

    The server listens to this machine only, unless --host says otherwise. Ctrl+C stops it.
    """
    if data is not None:
        use_data(data)
    refuse_busy(host, port)
    if networks is not None:
        use_networks(networks)
    if scheduler is not None:
        use_cluster(scheduler)
    click.echo(greeting(host, port))
    serve(host, port, browser=browser)


def use_data(folder: Path) -> None:
    """Make ``folder`` the place for downloads and results, creating it if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise Complaint(f"{folder} can't be written to; choose another folder with --data")
    os.environ["CNNVIZ_DATA"] = str(folder.resolve())


def use_networks(file: Path) -> None:
    """Offer the networks that ``file`` registers, which is run as a program; raises BadNetworks."""
    from cnnviz.models import trusted

    trusted.read(file)
    os.environ[trusted.VARIABLE] = str(file.resolve())


def use_cluster(address: str) -> None:
    """Train on the workers of the scheduler at ``address``; raises NoCluster."""
    from cnnviz.jobs import training
    from cnnviz.jobs.cluster import DaskExecutor

    training.use(DaskExecutor(address))


def refuse_busy(host: str, port: int) -> None:
    """Raise :class:`Complaint` if nobody can listen on ``host`` and ``port``."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # a port that was just given back is free; on Windows the option means "share it"
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Complaint(_why(error, host, port)) from error


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use; stop what runs there or choose another, for example --port {port % 65535 + 1}"
    if error.errno == errno.EACCES:
        return f"port {port} is not allowed for you; choose one above 1023, for example --port 8501"
    return f"{host} is not an address of this machine; try --host 127.0.0.1 or --host 0.0.0.0"


def greeting(host: str, port: int) -> str:
    """Where the lectures are found and who can find them."""
    if _is_loopback(host):
        return f"The lectures are at http://{_bracketed(host)}:{port}  (Ctrl+C stops them)"
    reachable = own_address() if host in {"0.0.0.0", "::"} else host  # noqa: S104 (compared, not bound)
    here = f"http://localhost:{port} and, for others, at " if reachable != host else ""
    return f"The lectures are at {here}http://{_bracketed(reachable)}:{port}\n{TRUST}"


def own_address() -> str:
    """The address by which others on the network reach this machine, or its name. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation; for UDP this only looks up the route
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def serve(host: str, port: int, *, browser: bool | None) -> None:
    """Run Streamlit's server in this process until it is told to stop; the settings stand beside ``app.py``."""
    from streamlit import net_util
    from streamlit.web import cli

    # When a foreign page knocks, Streamlit asks a service on the internet for this machine's address, and everybody
    # waits meanwhile. Here no request leaves the machine.
    net_util.get_external_ip = lambda: None
    few_arenas()
    options = {"server.address": host, "server.port": str(port), "logger.hideWelcomeMessage": "true"}
    if browser is not None:
        options["server.headless"] = str(not browser).lower()
    if _is_loopback(host):
        # A page elsewhere that makes its own name point to 127.0.0.1 must not reach the server.
        os.environ.setdefault("STREAMLIT_SERVER_ALLOWED_HOSTS", "localhost 127.0.0.1 ::1")
    threading.Thread(target=preload, args=(host, port), daemon=True).start()
    arguments = ["run", str(APP), *(f"--{name}={value}" for name, value in options.items())]
    try:
        cli.main(arguments, prog_name="cnnviz app", standalone_mode=False)
    finally:
        end_soon()


def few_arenas() -> None:
    """Let the threads share their heaps: every visitor has one, and what each heap keeps free adds up.

    Fifty visitors of the pages without torch cost 21 MB instead of 49, and a rerun costs the same. Elsewhere than with
    glibc this does nothing.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(-8, ARENAS)  # M_ARENA_MAX


def preload(host: str, port: int) -> None:
    """Import what the first page needs while the browser fetches the front end: 0.2 s nobody waits for.

    Not earlier: until the server listens, its own imports are what everybody waits for.
    """
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared, not bound)
    deadline = time.monotonic() + PATIENCE
    while not _listens(here, port) and time.monotonic() < deadline:
        time.sleep(0.02)
    importlib.import_module("PIL.Image")
    importlib.import_module("numpy")
    importlib.import_module("cnnviz.ui.lecture").lectures()


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def end_soon() -> None:
    """See to it that the process ends: a thread that still computes must not keep it alive."""
    timer = threading.Timer(GRACE, os._exit, args=(0,))
    timer.daemon = True
    timer.start()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
