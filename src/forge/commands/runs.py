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

from forge.blade.checks import ConfigError
from forge.experiments.run import Run


@dataclasses.dataclass(frozen=True)
class Options:
    """Lists the training runs below a folder, the newest last."""

    folder: tyro.conf.Positional[Path] = Path("runs")
    """where to look"""


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = tyro.cli(Options, args=arguments, prog="forge runs")
    if not options.folder.is_dir():
        raise ConfigError(f"{options.folder} is not a folder")
    Console().print(table(options.folder, find(options.folder)))


def find(folder: Path) -> list[Path]:
    """Folders of runs at or below `folder`, the oldest first."""
    return sorted((file.parent for file in folder.rglob("config.toml")), key=lambda run: run.stat().st_mtime)


def table(folder: Path, paths: list[Path]) -> Table:
    """A row for each run below a folder; what is wrong with one stands below its name and hides no other."""
    shown = Table(box=box.SIMPLE_HEAD, caption=f"{len(paths)} run{'s' if len(paths) != 1 else ''}")
    shown.add_column("run", overflow="fold")
    for heading in ("changed", "agent steps", "minutes", "lifetime", "checkpoints"):
        shown.add_column(heading, justify="right", no_wrap=True)
    for path in paths:
        name = escape(str(path.relative_to(folder) if path != folder else path))
        try:
            shown.add_row(name, *row(Run(path)))
        except ConfigError as error:
            shown.add_row(f"{name}\n{escape(str(error))}")
    return shown


def row(run: Run) -> list[str]:
    """When a run last changed, how far it is, how long its agents live, and how many checkpoints it has."""
    lines: list[dict[str, Any]] = run.metrics() or [{"steps": 0, "seconds": 0.0, "lifetime": None}]
    last = lines[-1]
    changed = datetime.fromtimestamp(run.path.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    lifetime = "–" if last["lifetime"] is None else f"{last['lifetime']:.1f}"
    return [changed, f"{last['steps']:,}", f"{last['seconds'] / 60:.1f}", lifetime, str(len(run.checkpoints()))]
