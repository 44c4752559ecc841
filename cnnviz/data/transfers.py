"""One request over https: redirects stay on https, stalls end, and every failure is one sentence."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
LEAST, PATIENCE = 50_000, 60.0  # bytes that must come in so many seconds
MAX_REDIRECTS = 5
_NUMBER = r"[0-9]{1,15}"  # of bytes: whoever says more lies
_RANGE = re.compile(rf"bytes ({_NUMBER})-({_NUMBER})/({_NUMBER})")
_SHOWN = 40  # characters of a name that a server gave


class DownloadError(RuntimeError):
    """A download that did not succeed. The message is the one sentence to show, with what to do."""


@dataclass(frozen=True)
class Transfer:
    """An answer under way: it begins at byte ``start`` of ``total`` (None if unknown).

    ``start`` is -1 if the server did not answer what was asked for, and the download must begin anew.
    ``validator`` is what the server promises to change with the file (a strong ETag or a date), for resuming.
    """

    start: int
    total: int | None
    validator: str
    response: requests.Response

    def blocks(self, size: int) -> Iterator[bytes]:
        """The bytes as they arrive, at most ``size`` at a time; a stall, or hardly any, is a :class:`DownloadError`."""
        waited, came = 0.0, 0
        try:
            while True:
                asked = time.monotonic()
                block = self.response.raw.read1(size, decode_content=False)
                waited, came = waited + time.monotonic() - asked, came + len(block)
                if not block:
                    return
                yield block
                if waited > PATIENCE:
                    _enough(came)
                    waited, came = 0.0, 0
        except (HTTPError, OSError, ValueError):
            raise DownloadError("The connection broke or stalled: start again, and it goes on from there.") from None

    def interrupt(self) -> None:
        """End :meth:`blocks`, from another thread: what is waited for will not come."""
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            self.response.raw.shutdown()

    def close(self) -> None:
        """Drop the connection."""
        self.response.close()


#: Opens (url, first byte wanted, validator of the file that this byte belongs to).
Opener = Callable[[str, int, str], Transfer]


def open_url(
    url: str,
    start: int = 0,
    validator: str = "",
    *,
    timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    loopback_http: bool = False,
) -> Transfer:
    """Ask for ``url`` from byte ``start`` on; only https is spoken, or plain http to this machine if allowed."""
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    for _ in range(MAX_REDIRECTS + 1):
        _check(url, loopback_http=loopback_http)
        response = _get(url, headers, timeout)
        if not response.is_redirect:
            return _transfer(response, start)
        url = _next(url, response.headers["Location"])
        response.close()
    raise DownloadError("The server redirects without end: try again later.")


def _enough(came: int) -> None:
    if came < LEAST:
        raise DownloadError("The server sends hardly anything: start again later, it goes on from there.")


def _next(url: str, location: str) -> str:
    """Where a redirect leads to."""
    try:
        return urljoin(url, location)
    except ValueError:
        raise DownloadError("The server redirects to no address: try again later.") from None


def _check(url: str, *, loopback_http: bool) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise DownloadError("That is no address to download from: correct it.") from None
    if parts.scheme == "https" or (loopback_http and parts.scheme == "http" and _is_loopback(parts.hostname)):
        return
    raise DownloadError(
        f"Only https is used for downloads, not {parts.scheme[:_SHOWN] or 'nothing'}: correct the address."
    )


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _get(url: str, headers: dict[str, str], timeout: tuple[float, float]) -> requests.Response:
    host = _host(url)
    session = requests.Session()
    session.trust_env = not _is_loopback(host)  # a proxy of the campus is for outside
    try:
        return session.get(url, headers=headers, timeout=timeout, stream=True, allow_redirects=False)
    except requests.Timeout:
        raise DownloadError(f"{host} does not answer: check the network connection and try again.") from None
    except (requests.RequestException, HTTPError, OSError, ValueError):
        raise DownloadError(f"{host} can't be reached: check the network connection and try again.") from None


def _transfer(response: requests.Response, start: int) -> Transfer:
    if response.status_code == requests.codes.ok:
        return Transfer(0, _whole_number(response.headers.get("Content-Length")), _validator(response), response)
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status_code == requests.codes.partial and found:
        first, last, total = (int(number) for number in found.groups())
        if first == start and last + 1 == total:
            return Transfer(first, total, _validator(response), response)
    response.close()
    if start:
        # A range that is not what was asked for, or 416: the caller starts over.
        return Transfer(-1, None, "", response)
    host = _host(response.url)
    raise DownloadError(f"{host} refuses the download (HTTP {response.status_code}): try again later.")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "The server")[:_SHOWN]


def _validator(response: requests.Response) -> str:
    """A strong ETag, or the date if there is none; a weak ETag does not promise equal bytes."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _whole_number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(_NUMBER, text) else None
