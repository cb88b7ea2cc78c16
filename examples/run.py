"""Runs the examples: those beside this file with the Python that runs it, those in folders each in its own environment.

    python examples/run.py            # all of them
    python examples/run.py torchrl    # those that are named

An example runs as the line of its docstring says that ends with "# a try", or else without arguments. A folder with a
requirements.txt gets a `.venv` of its own, which is built again when what it is made from has changed.
"""

import ast
import os
import re
import shlex
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
ROOT = EXAMPLES.parent


def scripts(folder: Path) -> list[Path]:
    """The examples in a folder."""
    return sorted(path for path in folder.glob("*.py") if path != Path(__file__).resolve())


def stacks() -> dict[str, Path]:
    """The folders of examples that need an environment of their own, by name."""
    return {path.parent.name: path.parent for path in sorted(EXAMPLES.glob("*/requirements.txt"))}


def find(names: Sequence[str]) -> Iterator[tuple[Path, list[Path]]]:
    """The Python and the scripts of each environment that is asked for; of all if no names are given.

    Raises:
        SystemExit: if a name is none of an example.
    """
    here, folders = {path.stem: path for path in scripts(EXAMPLES)}, stacks()
    if unknown := [name for name in names if name not in here and name not in folders]:
        sys.exit(f"there is no example {unknown[0]!r}; there are {', '.join([*here, *folders])}")
    yield Path(sys.executable), [path for name, path in here.items() if not names or name in names]
    for name, folder in folders.items():
        if not names or name in names:
            yield environment(folder), scripts(folder)


def arguments(script: Path) -> list[str]:
    """What an example is given for a try: the arguments of that line of its docstring."""
    told = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    line = re.search(r"^ *python \S+(.*)# a try$", told, re.M)
    return shlex.split(line[1]) if line else []


def environment(folder: Path) -> Path:
    """The Python of a folder's environment, which is built if it is not there or not up to date."""
    place, sources = (
        folder / ".venv",
        [folder / "requirements.txt", folder / "constraints.txt", ROOT / "pyproject.toml"],
    )
    python, stamp = place / ("Scripts" if os.name == "nt" else "bin") / "python", place / ".setup-done"
    if stamp.exists() and stamp.stat().st_mtime >= max(path.stat().st_mtime for path in sources):
        return python
    print(f"building the environment of {folder.name}", flush=True)
    venv.create(place, clear=True, with_pip=True, symlinks=os.name != "nt")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pinned = ["--requirement", folder / "requirements.txt", "--constraint", folder / "constraints.txt"]
    # Paths in the requirements are those of the repository; no example needs the viewer's page.
    subprocess.run([*install, *pinned], cwd=ROOT, check=True, env={**os.environ, "FORGE_CLIENT": "skip"})
    stamp.touch()
    return python


def main(names: Sequence[str]) -> int:
    """Runs the examples, each in an empty folder; returns the number of those that failed."""
    failed = []
    for python, found in find(names):
        for script in found:
            name = script.relative_to(EXAMPLES).as_posix()
            print(f"== {name}", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                if subprocess.run([python, script, *arguments(script)], cwd=folder, check=False).returncode:
                    failed.append(name)
    if failed:
        print("failed:", ", ".join(failed), file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
