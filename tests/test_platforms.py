"""Windows and macOS, without having them: what they lack is taken away, and everything works as before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import forge
from tests.kernels import own_cache

ROOT = Path(__file__).resolve().parents[1]
SMALL = {"spawn.cap": 8, "terrain.side": 32}

EVERYTHING = """
import sys
from pathlib import Path

import forge
from forge.cli import main
from forge.experiments.runs.lock import holder, locked

world = forge.make("law", worlds=2, seed=3, threads=1, **{"spawn.cap": 8, "terrain.side": 32})
observation = world.reset()
forager = forge.scripted("forager", world.config)
for _ in range(5):
    observation, *_ = world.step(forager.act(observation))
print("hash", world.hash())

small = "--worlds 1 --world.spawn.cap 8 --world.terrain.side 32 --learning.ticks 2 --minutes 0".split()
small += ["--engine", "compiled" if sys.platform == "win32" else "torch"]  # one for each, since both are compiled anew
print("status", main(["train", "law", "--folder", "runs/run", "--steps", "100", *small]))
print("status", main(["train", "--resume", "runs/run", "--steps", "200"]))
print("status", main(["runs"]))
print("status", main(["record", "runs/run", "--ticks", "2"]))
forge.load("runs/run")

run = Path("runs/run")
print("free", holder(run))
with locked(run):
    print("held", holder(run))
    print("status", main(["train", "--resume", "runs/run", "--steps", "300"]))
print("free", holder(run))
"""


def on(system: str, code: str, cwd: Path) -> list[str]:
    """What some code prints on a system, in a locale whose files are not in UTF-8.

    Its machine code is this system's, which only reads the clock in another way, and stays apart from that of others.
    """
    # the first two keep Python from taking UTF-8 nevertheless
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONIOENCODING": "cp1252"}
    paths = {
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "FORGE_CACHE": str(own_cache(cwd / "cache")),
    }
    command = [sys.executable, "-m", "tests.platforms", system, "-c", code]
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **plain, **paths}, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout.decode("cp1252") + done.stderr.decode("cp1252")
    return [*done.stdout.decode("cp1252").splitlines(), *done.stderr.decode("cp1252").splitlines()]


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_worlds_runs_replays_and_locks(system: str, tmp_path: Path) -> None:
    said = on(system, EVERYTHING, tmp_path)
    world = forge.make("law", worlds=2, seed=3, threads=1, **SMALL)
    forager, observation = forge.scripted("forager", world.config), world.reset()
    for _ in range(5):
        observation, *_ = world.step(forager.act(observation))
    told = [line for line in said if line.split(" ")[0] in ("hash", "status", "free", "held")]
    assert told[0] == f"hash {world.hash()}"
    assert told[1:6] == ["status 0"] * 4 + ["free None"]
    assert told[6].startswith("held process ")
    assert told[7:] == ["status 1", "free None"]
    assert any("runs/run is in use by process" in line.replace("\\", "/") for line in said)
    assert (tmp_path / "match.replay").stat().st_size > 100


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_clock_of_threads_goes_forward(system: str, tmp_path: Path) -> None:
    code = """
import numba
from forge.blade.threads import atomic

@numba.njit
def since(before):
    return atomic.clock() - before

print(since(since(0)) >= 0)
"""
    assert on(system, code, tmp_path) == ["True"]


def test_a_process_that_is_spawned_makes_worlds(tmp_path: Path) -> None:
    """Windows and macOS start processes anew instead of forking them."""
    code = """
import multiprocessing
import forge
if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=forge.make, args=("law",))
    child.start()
    child.join()
    print(child.exitcode)
"""
    (tmp_path / "program.py").write_text(code)
    done = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize(
    ("module", "place"),
    [(name, "exclusive.py") for name in ("fcntl", "msvcrt", "pwd", "termios")] + [("resource", "memory.py")],
)
def test_what_one_system_alone_has_is_imported_in_one_place(module: str, place: str) -> None:
    users = [
        path.name
        for path in (ROOT / "src").rglob("*.py")
        if any(line.split()[:2] == ["import", module] for line in path.read_text("utf-8").splitlines())
    ]
    assert set(users) <= {place}
