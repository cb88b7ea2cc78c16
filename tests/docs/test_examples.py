"""Examples: those beside examples/README.md run, each alone in an empty folder and in the size of a try."""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(path for path in EXAMPLES.glob("*.py") if path.name != "run.py")
STACKS = sorted(path.parent for path in EXAMPLES.glob("*/requirements.txt"))


def run(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    quiet = {"MPLBACKEND": "Agg", "PYTHONPATH": str(EXAMPLES.parent / "src"), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=folder,
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_an_example_runs(script: Path, tmp_path: Path) -> None:
    done = run(EXAMPLES / "run.py", script.stem, folder=tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert len(done.stdout.splitlines()) > 1  # the first is its name


def test_an_example_is_run_as_its_docstring_says(tmp_path: Path) -> None:
    """With the arguments of the line that is marked as a try."""
    place = tmp_path / "examples"
    place.mkdir()
    shutil.copy(EXAMPLES / "run.py", place)
    told = '"""A.\n\n    python told.py --long\n    python told.py --n 2 "a b"  # a try\n"""\n'
    (place / "told.py").write_text(told + "import sys\n\nprint(sys.argv[1:])\n")
    done = run(place / "run.py", folder=tmp_path)
    assert done.stdout == "== told.py\n['--n', '2', 'a b']\n"


def test_every_example_is_in_the_table_and_nothing_else() -> None:
    page = (EXAMPLES / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[`.+?`\]\((.+?)\)", page, re.M)
    stacked = [path for folder in STACKS for path in sorted(folder.glob("*.py"))]
    assert sorted(listed) == sorted(path.relative_to(EXAMPLES).as_posix() for path in [*SCRIPTS, *stacked])


@pytest.mark.parametrize("stack", STACKS, ids=lambda path: path.name)
def test_an_environment_of_an_example_is_pinned(stack: Path) -> None:
    """Every library that is required has one version; what scripts import of this package is there."""
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", (stack / "constraints.txt").read_text("utf-8"), re.M))
    wanted = [line.split("[")[0] for line in (stack / "requirements.txt").read_text("utf-8").split("\n") if line]
    assert "-e ." in wanted
    assert {name for name in wanted if name != "-e ."} <= pins.keys()
    assert pins.get("torch", "2.13.0") == "2.13.0"
    trees = [ast.parse(path.read_text("utf-8")) for path in stack.glob("*.py")]
    assert trees
    for node in (node for tree in trees for node in tree.body if isinstance(node, ast.ImportFrom)):
        if node.module.split(".")[0] == "forge":
            assert {alias.name for alias in node.names} <= set(dir(importlib.import_module(node.module)))


def test_an_unknown_example_is_named_with_those_there_are(tmp_path: Path) -> None:
    done = run(EXAMPLES / "run.py", "torchlr", folder=tmp_path)
    assert done.returncode == 1
    names = ", ".join([*(path.stem for path in SCRIPTS), *(path.name for path in STACKS)])
    assert done.stderr == f"there is no example 'torchlr'; there are {names}\n"
