"""What the program stands on: is every package pinned, under a licence that lets it be used, and without known holes?

``make audit``. The first two need nothing but what is installed; ``tests/test_dependencies.py`` holds them. Known
vulnerabilities are asked of a service on the internet by pip-audit, where there is one.
"""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
EXTRAS = ("test", "bench", "cluster")
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Zlib|CC0|HPND|BSL-1\.0|Unlicense)\b", re.IGNORECASE
)
_MPL = "MPL 2.0 binds those who change its own files; we use it as it comes"
_NVIDIA = "NVIDIA's licence lets it be installed and used; it comes with torch's CUDA build only"
ACCEPTED = {
    "certifi": _MPL,
    "hypothesis": _MPL,
    "pathspec": _MPL,
    "pytest-rerunfailures": _MPL,
    "axe-playwright-python": "MIT by its repository, its metadata say nothing; the axe-core inside is under MPL 2.0",
    "text-unidecode": "the Artistic License, which it offers beside the GPL; for tests alone",
    "cuda-toolkit": _NVIDIA,
}
"""Licences that are not permissive, and why the package may be used."""


def pins(path: Path = CONSTRAINTS) -> dict[str, str]:
    """Version by name."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("==") for line in lines if line)
    return {canonicalize_name(name): version.partition(";")[0].strip() for name, _, version in pairs}


def needed() -> dict[str, metadata.Distribution]:
    """Every installed package that the program, its tests and its measurements ask for, and what those ask for."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [("cnnviz", extra) for extra in ("", *EXTRAS)]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        try:
            package = found.setdefault(name, metadata.distribution(name))
        except metadata.PackageNotFoundError:  # for another system, or an extra that is not installed
            continue
        for requirement in map(Requirement, package.requires or []):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                asked = {(canonicalize_name(requirement.name), each) for each in ("", *requirement.extras)} - seen
                seen |= asked
                waiting += sorted(asked)
    return {name: package for name, package in found.items() if name != "cnnviz"}


def unpinned(packages: dict[str, metadata.Distribution], pinned: dict[str, str]) -> list[str]:
    """Packages without a line in constraints.txt, or installed in another version; +cpu is torch's own build."""
    return [
        f"{name} {package.version} is installed, constraints.txt says {pinned.get(name, 'nothing')}"
        for name, package in sorted(packages.items())
        if pinned.get(name) != package.version.partition("+")[0]
    ]


def licence(package: metadata.Distribution) -> str:
    """What a package says of its licence: the expression, or the classifiers, or the line."""
    said = package.metadata
    classifiers = [line for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    return said.get("License-Expression") or "; ".join(classifiers) or (said.get("License") or "").strip()[:80]


def unlicensed(packages: dict[str, metadata.Distribution]) -> list[str]:
    """Packages under a licence that is neither permissive nor accepted here."""
    wrong = []
    for name, package in sorted(packages.items()):
        said = licence(package)
        permissive = PERMISSIVE.search(said) and not re.search(r"\bA?L?GPL", said)
        if not (permissive or name in ACCEPTED or (name.startswith("nvidia-") and "NVIDIA" in said)):
            wrong.append(f"{name}: {said or 'says nothing'}")
    return wrong


def vulnerable() -> str:
    """One sentence: what pip-audit finds in constraints.txt, or why it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(CONSTRAINTS), "--no-deps", "--disable-pip"]
    asked = subprocess.run(  # noqa: S603 (our own command)
        [*command, "--progress-spinner", "off"], capture_output=True, text=True, timeout=600, check=False
    )
    if "No module named pip_audit" in asked.stderr:
        return "vulnerabilities: not asked; install pip-audit beside the tests first: pip install pip-audit"
    missing = asked.stdout.count("could not be audited")
    if "ConnectionError" in asked.stderr or missing > len(pins()) // 2:
        return "vulnerabilities: not asked; the service of pip-audit cannot be reached from here"
    return f"vulnerabilities: {asked.stderr.strip().splitlines()[-1]}\n{asked.stdout}".strip()


def main() -> int:
    """Say what was found; the exit status is 1 if something is wrong."""
    packages = needed()
    wrong = [*unpinned(packages, pins()), *unlicensed(packages)]
    holes = vulnerable()
    for line in (*wrong, holes):
        print(line)
    print(f"{len(packages)} packages, {len(wrong)} without a pin or a permissive or accepted licence")
    return 1 if wrong or "Found" in holes else 0


if __name__ == "__main__":
    sys.exit(main())
