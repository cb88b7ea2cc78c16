"""Every Python block of the README and the documentation runs: page by page, the blocks of a page one after another.

A page that speaks of `runs/demo` finds a trained run there. A block that needs what a page cannot have is marked
`no-run` behind `python`. It must compile, and its imports are run.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from forge.blade import Chaos
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train
from tests.forked import call

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})[ \t]*python\b(?P<words>[^\n]*)\n(?P<code>.*?)^(?P=indent)(?P=mark)",
    re.M | re.S,
)


class Block(NamedTuple):
    """Code, and the number of lines before it on its page."""

    line: int
    code: str


def blocks(text: str) -> list[Block]:
    """The Python blocks of a Markdown text, those in lists and notes without their indentation."""
    return [
        Block(
            text.count("\n", 0, m.start("code")),
            imports(dedent(m["code"])) if "no-run" in m["words"].split() else dedent(m["code"]),
        )
        for m in FENCE.finditer(text)
    ]


def imports(code: str) -> str:
    """The imports of some code, each on its own line, with nothing else on the others."""
    lines = [""] * (code.count("\n") + 1)
    for node in ast.parse(code).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines[node.lineno - 1] = ast.unparse(node)
    return "\n".join(lines)


def run(page: str, text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a page in a process of its own and an empty folder, without a display."""
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    quiet = {"MPLBACKEND": "Agg", "PYTHONPATH": paths, "RAY_USAGE_STATS_ENABLED": "0"}
    return call(run_blocks, page, text, cwd=folder, environment=quiet)


def run_blocks(page: str, text: str) -> None:
    """Runs the blocks of a page in one namespace; a traceback shows the lines of the page."""
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(text):
        exec(compile("\n" * block.line + block.code, page, "exec"), names)


def written(page: Path) -> bool:
    return bool(blocks(page.read_text("utf-8")))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that trained for a moment."""
    session, world = Session(worlds=2, minutes=0, steps=2000), Chaos(**{"spawn.cap": 32, "terrain.side": 40})
    trained = Run.create(tmp_path_factory.mktemp("runs") / "demo", Training(run=session, world=world))
    train(trained)
    return trained.path


@pytest.mark.parametrize("page", [*filter(written, PAGES)], ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, demo: Path) -> None:
    if "runs/demo" in page.read_text("utf-8"):
        shutil.copytree(demo, tmp_path / "runs" / "demo")
    done = run(str(page.relative_to(ROOT)), page.read_text("utf-8"), tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


def test_blocks_are_found_wherever_they_stand() -> None:
    text = dedent(
        """
        # Page
        ```python
        one = 1
        ```
        ```sh
        not python
        ```
        - a list
            ```python title="two.py"
            two = one + 1
            if two:
                pass
            ```
        ~~~~python
        three = "```python"
        ~~~~
        """
    )
    found = blocks(text)
    assert [block.code for block in found] == [
        "one = 1\n",
        "two = one + 1\nif two:\n    pass\n",
        'three = "```python"\n',
    ]
    assert [text.splitlines()[block.line].strip() for block in found] == [
        "one = 1",
        "two = one + 1",
        'three = "```python"',
    ]


def test_blocks_that_cannot_run_have_right_imports(tmp_path: Path) -> None:
    page = "```python no-run\nx = absent\nfrom forge.blade import {}\nuse(x)\n```\n"
    assert run("page.md", page.format("World"), tmp_path).returncode == 0
    wrong = run("page.md", page.format("Wrold"), tmp_path)
    assert 'File "page.md", line 3' in wrong.stderr
    assert "Wrold" in wrong.stderr
    with pytest.raises(SyntaxError):
        blocks(page.format("World as"))


def test_blocks_share_their_page_and_errors_name_its_line(tmp_path: Path) -> None:
    page = "```python\nx = 1\n```\ntext\n```python\nassert x == 1\nassert x == 2, 'as it should'\n```\n"
    done = run("docs/page.md", page, tmp_path)
    assert done.returncode == 1
    assert 'File "docs/page.md", line 7' in done.stderr
    assert "as it should" in done.stderr
