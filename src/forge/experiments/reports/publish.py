"""Writes what a study says: report.md, a CSV file for each table, figures as PNG and SVG, and all numbers as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forge.experiments.figures.plotting import save_figure
from forge.experiments.reports.findings import Findings
from forge.support.durable import write_atomic


def publish(folder: Path, title: str, question: str, findings: Findings, origin: Mapping[str, Any]) -> list[Path]:
    """Writes the files of a study; the same findings give the same bytes.

    Args:
        folder: to write to; it is made.
        title: of the report.
        question: that the study answers.
        findings: to write.
        origin: how the numbers came about, for data.json and for the end of the report: `command`, `seeds`, and `runs`,
            if any, with `name`, `folder`, `seed`, `steps`, `seconds` and `made` (as
            `forge.support.host.machine.describe` tells it).

    Returns:
        The files, the report first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, rows in findings.tables.items():
        files.append(folder / f"{name}.csv")
        write_atomic(files[-1], to_csv(rows).encode())
    for name, draw in findings.figures.items():
        files.append(save_figure(draw(), folder / f"{name}.png", also=(".svg",)))
        files.append(files[-1].with_suffix(".svg"))
    data = {"title": title, "question": question, **origin, "verdict": findings.verdict, "tables": findings.tables}
    files.append(folder / "data.json")
    write_atomic(files[-1], (json.dumps(data, indent=1, allow_nan=False) + "\n").encode())
    report = folder / "report.md"
    write_atomic(report, to_markdown(title, question, findings, origin).encode())
    return [report, *files]


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV text under the names of their values; None is empty.

    Raises:
        ValueError: if there are no rows, or they differ in their names.
    """
    if not rows:
        raise ValueError("a table needs at least one row")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row.keys() != rows[0].keys():
            raise ValueError(f"the rows of a table must have the same names: {list(rows[0])} is not {list(row)}")
        writer.writerow(row)
    return text.getvalue()


def to_markdown(title: str, question: str, findings: Findings, origin: Mapping[str, Any]) -> str:
    """The report as Markdown text, its figures beside it."""
    parts = [f"# {title}", question, findings.verdict]
    parts += [f"![{findings.captions[name]}]({name}.png)\n\n*{findings.captions[name]}*" for name in findings.figures]
    files = ", ".join(f"{name}.csv" for name in findings.tables)
    parts += [findings.body, "## Where the numbers come from", _origin(origin), f"All numbers: {files}, data.json."]
    return "\n\n".join(parts) + "\n"


def _origin(origin: Mapping[str, Any]) -> str:
    seeds = f"Seed{'s' * (len(origin['seeds']) != 1)} {', '.join(map(str, origin['seeds']))}."
    if not origin["runs"]:
        return f"`{origin['command']}`\n\n{seeds}"
    rows = [
        {
            "run": run["name"],
            "folder": run["folder"],
            "agent steps": f"{run['steps']:,}",
            "training [s]": f"{run['seconds']:.0f}",
            "commit": run["made"]["commit"] or "–",
        }
        for run in origin["runs"]
    ]
    machines = dict.fromkeys(_machine(run["made"]) for run in origin["runs"])
    return "\n\n".join([f"`{origin['command']}`", f"{seeds} Trained on {'; '.join(machines)}.", markdown_table(rows)])


def _machine(made: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items() if number)
    return f"{made['cpu']}, {made['threads']} threads, Python {made['python']}, {versions}"


def markdown_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of text as a Markdown table under the names of their values; the first column is set to the left."""
    headings = list(rows[0])
    lines = [headings, ["---"] + ["---:"] * (len(headings) - 1), *([row[name] for name in headings] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
