"""`forge runs`: lists the training runs below a folder, the newest last."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import tyro
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from forge.command_line import Trust, read
from forge.ethyr.learning.metrics import METRICS
from forge.experiments.heldout import periodic
from forge.experiments.runs import trained_as
from forge.experiments.runs.condition import condition
from forge.experiments.runs.metrics_file import scalars_of
from forge.experiments.runs.run import Run
from forge.support.checks import ConfigError, did_you_mean
from forge.support.paths import name_of
from forge.support.waiting import doing

_COLUMNS = ("state", "by", "changed", "agent steps", "minutes", "lifetime")
#: Those of them that stay beside metrics that were asked for, so that these have room.
_BESIDE = ("state", "agent steps")
_LEAST = 8  # letters of a column that is folded


@dataclasses.dataclass(frozen=True)
class Options:
    """Lists the training runs below a folder, the newest last.

    Each is running, finished (by which limit), stopped, new, damaged, diverged or refused.
    """

    folder: tyro.conf.Positional[Path] = Path("runs")
    """where to look"""
    columns: tuple[str, ...] = ()
    """other columns instead, beside state and agent steps: metrics of metrics.jsonl by name, approx_kl gradient_norm,
    or of one population as TensorBoard names them, lifetimes/population_0; the newest value that a run has told"""
    sort: str = ""
    """the metric whose largest value comes last; runs that have not told it come first"""
    trust: Trust = ()


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge runs")
    if not options.folder.is_dir():
        raise ConfigError(f"{options.folder} is not a folder")
    with doing("looking for runs"):
        shown, notes = table(options.folder, find(options.folder), options.columns, options.sort)
    console = Console()
    needed = Measurement.get(console, console.options.update(max_width=10_000), shown).maximum
    Console(width=max(console.width, needed) if options.columns else None).print(shown)  # hides no metric asked for
    for note in notes:
        console.print(note, soft_wrap=True, highlight=False, markup=False)


def find(folder: Path) -> list[Path]:
    """Folders of runs at or below `folder`, the oldest first."""
    configured = {file.parent for file in folder.rglob("config.toml")}
    saved = {file.parents[2] for file in folder.rglob(f"checkpoints/*/{trained_as.NAME}")}
    return sorted(configured | saved, key=_changed)


def table(folder: Path, paths: list[Path], columns: Sequence[str] = (), sort: str = "") -> tuple[Table, list[str]]:
    """A row for each run below a folder, and what else there is to say; a damaged run hides no other.

    Args:
        folder: whose runs they are.
        paths: of the runs.
        columns: metrics to show, by name, beside _BESIDE; without any, _COLUMNS are shown.
        sort: a metric to sort the rows by; empty for the order of `paths`.

    Raises:
        ConfigError: if there is no such metric.
    """
    rows = [_row(str(path.relative_to(folder)) if path != folder else name_of(path), path) for path in paths]
    known = [name for metric in (*METRICS, *periodic.METRICS) for name in (metric.name, metric.each)]
    known = [name for name in known if name.islower()]  # capitals stand for names that are not known here
    told = dict.fromkeys((*known, *(name for row in rows for name in row.metrics)))
    for name in filter(None, (*columns, sort)):
        if name not in told:
            raise ConfigError(did_you_mean("metric", name, [one for one in told if "/" not in one]))
    if sort:
        rows.sort(key=lambda row: _rank(row.metrics.get(sort)))
    shown = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
        collapse_padding=True,
        caption=f"{len(paths)} run{'s' if len(paths) != 1 else ''}",
    )
    shown.add_column("run", overflow="fold", min_width=10)
    chosen = [k for k, heading in enumerate(_COLUMNS) if not columns or heading in _BESIDE]
    for heading in (_COLUMNS[k] for k in chosen):
        left, words = heading in ("state", "by"), heading == "state"  # which has the limit in it
        shown.add_column(
            heading, justify="left" if left else "right", no_wrap=not words, min_width=_LEAST * words or None
        )
    for name in columns:
        shown.add_column(escape(name), justify="right", no_wrap=True)
    for row in rows:
        cells = [row.cells[k] for k in chosen]
        shown.add_row(escape(row.name), *cells, *(_cell(row.metrics.get(name)) for name in columns))
    return shown, [f"{row.name}: {row.note}" for row in rows if row.note]


class _Row(NamedTuple):
    """What there is to say of a run."""

    name: str
    note: str
    cells: list[str]  # of _COLUMNS
    metrics: dict[str, Any]  # the newest value of each that is known


def _row(name: str, path: Path) -> _Row:
    try:
        run = Run(path)
        lines, faults = run.metrics_and_faults()
        how = condition(run)
        algorithm = run.training.learning.algorithm
    except (ConfigError, OSError) as error:
        return _Row(name, str(error), ["refused", *[""] * (len(_COLUMNS) - 1)], {})
    last: dict[str, Any] = lines[-1] if lines else {"steps": 0}
    changed = datetime.fromtimestamp(_changed(path)).strftime("%y-%m-%d %H:%M")
    lifetime = last.get("lifetime")
    done = f"{last['steps']:,}", f"{last.get('seconds', 0) / 60:.1f}", "–" if lifetime is None else f"{lifetime:.1f}"
    finished = how.state == "finished"
    note = "; ".join(filter(None, ("" if finished else how.note, faults)))
    state = f"finished ({how.note})" if finished else how.state
    return _Row(name, note, [state, algorithm, changed, *done], _newest(lines))


def _newest(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Each metric as the last line has it that says it: numbers, and lists by population with each of their numbers."""
    found: dict[str, Any] = {}
    for line in lines:
        found |= {name: value for name, value in line.items() if isinstance(value, list)}
        found |= scalars_of(line)
    return found


def _rank(value: Any) -> tuple[bool, float]:
    """Where a value stands among others: what is unknown comes before all numbers, and a list stands for its mean."""
    known = [x for x in (value if isinstance(value, list) else [value]) if x is not None]
    return bool(known), sum(known) / len(known) if known else 0.0


def _cell(value: Any) -> str:
    """A number in four digits; the numbers of a list one after another."""
    if isinstance(value, list):
        return " ".join(map(_cell, value))
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _changed(run: Path) -> float:
    """When something was last written to a run [s since 1970]."""
    return max(path.stat().st_mtime for path in (run, *run.glob("config.toml"), *run.glob("metrics.jsonl")))
