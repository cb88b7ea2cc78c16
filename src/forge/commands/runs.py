"""`forge runs`: lists the training runs below a folder, the newest last."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any

import tyro
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from forge.command_line import Trust, read
from forge.experiments.runs import trained_as
from forge.experiments.runs.condition import condition
from forge.experiments.runs.run import Run
from forge.support.checks import ConfigError
from forge.support.paths import name_of
from forge.support.waiting import doing

_COLUMNS = ("state", "by", "changed", "agent steps", "minutes", "lifetime")


@dataclasses.dataclass(frozen=True)
class Options:
    """Lists the training runs below a folder, the newest last.

    Each is running, finished (by which limit), stopped, new, damaged, diverged or refused.
    """

    folder: tyro.conf.Positional[Path] = Path("runs")
    """where to look"""
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge runs")
    if not options.folder.is_dir():
        raise ConfigError(f"{options.folder} is not a folder")
    with doing("looking for runs"):
        shown, notes = table(options.folder, find(options.folder))
    console = Console()
    console.print(shown)
    for note in notes:
        console.print(note, soft_wrap=True, highlight=False, markup=False)


def find(folder: Path) -> list[Path]:
    """Folders of runs at or below `folder`, the oldest first."""
    configured = {file.parent for file in folder.rglob("config.toml")}
    saved = {file.parents[2] for file in folder.rglob(f"checkpoints/*/{trained_as.NAME}")}
    return sorted(configured | saved, key=_changed)


def table(folder: Path, paths: list[Path]) -> tuple[Table, list[str]]:
    """A row for each run below a folder, and what else there is to say; a damaged run hides no other."""
    shown = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
        collapse_padding=True,
        caption=f"{len(paths)} run{'s' if len(paths) != 1 else ''}",
    )
    shown.add_column("run", overflow="fold", min_width=16)
    for heading in _COLUMNS:
        left, words = heading in ("state", "by"), heading == "state"  # which has the limit in it
        shown.add_column(heading, justify="left" if left else "right", no_wrap=not words, min_width=8 * words or None)
    notes = []
    for path in paths:
        name = str(path.relative_to(folder)) if path != folder else name_of(path)
        try:
            note, cells = row(Run(path))
        except (ConfigError, OSError) as error:
            note, cells = str(error), ["refused"]
        shown.add_row(escape(name), *cells)
        notes += [f"{name}: {note}"] if note else []
    return shown, notes


def row(run: Run) -> tuple[str, list[str]]:
    """What there is to say of a run, and the cells of its row."""
    lines, faults = run.metrics_and_faults()
    last: dict[str, Any] = lines[-1] if lines else {"steps": 0}
    how = condition(run)
    changed = datetime.fromtimestamp(_changed(run.path)).strftime("%y-%m-%d %H:%M")
    lifetime = last.get("lifetime")
    done = f"{last['steps']:,}", f"{last.get('seconds', 0) / 60:.1f}", "–" if lifetime is None else f"{lifetime:.1f}"
    finished = how.state == "finished"
    note = "; ".join(filter(None, ("" if finished else how.note, faults)))
    state = f"finished ({how.note})" if finished else how.state
    return note, [state, run.training.learning.algorithm, changed, *done]


def _changed(run: Path) -> float:
    """When something was last written to a run [s since 1970]."""
    return max(path.stat().st_mtime for path in (run, *run.glob("config.toml"), *run.glob("metrics.jsonl")))
