"""Every package that is asked for is pinned, and its licence lets it be used; what is wrong is found."""

from __future__ import annotations

import subprocess
from email.message import Message
from types import SimpleNamespace
from typing import Any

import pytest

from tools import audit


def package(version: str = "1.0", **said: str) -> Any:
    message = Message()
    for name, value in said.items():
        message[name.replace("_", "-")] = value
    return SimpleNamespace(version=version, metadata=message)


def test_every_package_that_is_asked_for_is_pinned_under_a_licence_that_allows_it() -> None:
    packages = audit.needed()
    assert {"torch", "streamlit", "pytest", "tornado"} <= set(packages)
    assert audit.unpinned(packages, audit.pins()) == []
    assert audit.unlicensed(packages) == []


def test_no_acceptance_is_stale() -> None:
    assert set(audit.ACCEPTED) <= set(audit.pins())
    assert all(
        audit.unlicensed({"x": package(License=name)}) for name in ("", "GPL-3.0", "LGPL", "AGPL-3.0 OR MIT", "MPL-2.0")
    )


def test_a_package_that_is_not_pinned_or_of_another_version_is_found() -> None:
    packages = {"a": package(), "b": package("2.0"), "c": package("1.0+cpu")}
    found = audit.unpinned(packages, {"b": "1.0", "c": "1.0"})
    assert [line.split()[0] for line in found] == ["a", "b"]


@pytest.mark.parametrize("said", ["MIT", "BSD-3-Clause", "Apache Software License", "MIT-CMU", "BSD"])
def test_permissive_licences_pass(said: str) -> None:
    assert audit.unlicensed({"x": package(License_Expression=said)}) == []


@pytest.mark.parametrize(
    ("stdout", "stderr", "told"),
    [
        ("", "No module named pip_audit", "install pip-audit"),
        ("", "requests.exceptions.ConnectionError: …", "cannot be reached"),
        ("could not be audited\n" * 120, "No known vulnerabilities found", "cannot be reached"),
        ("name version id", "Found 1 known vulnerability in 1 package", "Found 1"),
        ("", "No known vulnerabilities found", "No known vulnerabilities"),
    ],
)
def test_the_audit_says_in_a_sentence_what_it_found_or_why_it_could_not_ask(
    monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str, told: str
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=stdout, stderr=stderr))
    assert told in audit.vulnerable()
