"""What the tutorials say is learned, asked again: `python -m tests.docs.learned`, some ten minutes on two cores.

The commands of docs/tutorials.md are run as they stand there, but for those that open a window. The interval of the run
with the system must lie on the side of the other's that the page says, and not meet it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
LEFT_OUT = re.compile(r"^(cd|forge watch) .*\n", re.M)
TOLD = re.compile(r"^\S+ +(\w+) ([\d.]+) \(([\d.]+)–([\d.]+)\)$", re.M)
#: Whether what is counted must be more with the system than without it.
MORE = {"berries": True, "poisoned": False, "lifetime": True}


def check(told: str) -> list[str]:
    """What is wrong with the lines of `learned.py` in an output: nothing, if the intervals lie as they must."""
    found = TOLD.findall(told)
    wrong = [f"{column} was not told of two runs" for column in MORE if [c for c, *_ in found].count(column) != 2]
    if wrong:
        return wrong
    for (column, _, low, high), (_, _, other_low, other_high) in zip(found[::2], found[1::2], strict=True):
        apart = float(low) > float(other_high) if MORE[column] else float(high) < float(other_low)
        if not apart:
            wrong.append(f"{column}: {low}–{high} with the system, {other_low}–{other_high} without it")
    return wrong


def main() -> int:
    """Runs the commands; returns 1 if something is not learned as the page says."""
    commands = LEFT_OUT.sub("", "".join(FENCE.findall((ROOT / "docs" / "tutorials.md").read_text("utf-8"))))
    with tempfile.TemporaryDirectory() as folder:
        place = shutil.copytree(ROOT / "examples" / "tutorials", Path(folder) / "tutorials")
        paths = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        ran = subprocess.Popen(
            ["bash", "-ec", commands],
            cwd=place,
            env={**os.environ, "PATH": paths, "MPLBACKEND": "Agg"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert ran.stdout is not None
        told = ""
        for line in ran.stdout:
            told += line
            sys.stdout.write(line)
            sys.stdout.flush()
        if ran.wait():
            return 1
    wrong = check(told)
    sys.stdout.write(("\n".join(wrong) or "what the tutorials say is learned") + "\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
