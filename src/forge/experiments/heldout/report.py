"""Held-out evaluations as a table for the terminal, and as Markdown, LaTeX, CSV and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forge.blade import Cause
from forge.experiments.heldout import protocol as protocols
from forge.experiments.heldout.protocol import Protocol
from forge.experiments.heldout.score import Score
from forge.experiments.reports.contests import ODDS, cells
from forge.experiments.reports.horizons import REACHED, reached
from forge.experiments.reports.publish import markdown_table, to_csv
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import columns, interval, number
from forge.support.about import VERSION
from forge.support.durable import write_atomic

if TYPE_CHECKING:
    from rich.table import Table

NAME = "evaluation"

#: What the table tells of worlds with skills and goods: of each figure its heading and digits.
_OF_SOCIETIES = {
    "wealth": ("wealth [gold]", 1),
    "gini": ("Gini of wealth", 2),
    "volume": ("traded in 1,000 ticks", 1),
    "crafts": ("made in 1,000 ticks", 0),
    "specialisation": ("specialisation [bits]", 2),
}
_UNKNOWN = Estimate(math.nan, math.nan, math.nan)
_CAUSES = [cause.name.lower() for cause in Cause]


def contest_rows(scores: Sequence[Score]) -> list[dict[str, str]]:
    """A row of text for each contest of a trained player: what the terminal, Markdown and LaTeX show first."""
    return [{"player": score.name, **cells(contest)} for score in scores for contest in score.contests]


def rows(scores: Sequence[Score]) -> list[dict[str, str]]:
    """A row of text for each score: what the terminal, Markdown and LaTeX show."""
    company = _company(scores)
    told = {name for score in scores for name in score.figures}
    return [_row(score, company, _random(scores, score.digest), told) for score in scores]


def _company(scores: Sequence[Score]) -> list[str]:
    """All scripted players with whom any of them shared worlds."""
    return list(dict.fromkeys(kind for score in scores for kind in score.company))


def _row(score: Score, company: Sequence[str], random: Score, told: Set[str]) -> dict[str, str]:
    f = score.figures
    row = {
        "player": score.name,
        "lifetime [ticks]": interval(f["lifetime"]),
        "× random": interval(score.relative(random), 2),
    }
    if company:
        row["among others [ticks]"] = interval(f["among"])
        row |= {f"outlives {kind} [%]": interval(f.get(f"outlives_{kind}", _UNKNOWN), 0) for kind in company}
    row[REACHED] = reached(f["reach_horizon"].value, score.horizon)
    row["alive a world"] = interval(f["living"])
    row["tiles a life"] = interval(f["tiles"])
    row[f"died of {'/'.join(_CAUSES)} [%]"] = "/".join(number(f[f"died_{cause}"].value, 0) for cause in _CAUSES)
    for name, (heading, digits) in _OF_SOCIETIES.items():
        if name in told:
            row[heading] = interval(f.get(name, _UNKNOWN), digits)
    return row


def _random(scores: Sequence[Score], digest: str) -> Score:
    """The score of the random player in the same worlds."""
    return next(score for score in scores if score.digest == digest and score.players[0].entrant.name == "random")


def tables(scores: Sequence[Score]) -> list[Table]:
    """The scores for rich's console: for each world a table of the contests, if there are any, and one of all players.

    Players, or contests, are columns, with the intervals below their figures.
    """
    drawn = []
    for digest in dict.fromkeys(score.digest for score in scores):
        here = [score for score in scores if score.digest == digest]
        if contests := contest_rows(here):
            heads = [f"{row.pop('player')}\nagainst the {row.pop('opponent')}" for row in contests]
            drawn.append(_table("contests: half and half in shared worlds", heads, contests, digest))
        told = rows(here)
        drawn.append(_table("lifetime alone, and how it ends", [row.pop("player") for row in told], told, digest))
    return drawn


def _table(title: str, heads: Sequence[str], told: Sequence[dict[str, str]], digest: str) -> Table:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", caption=f"protocol {digest}")
    drawn.add_column("", no_wrap=True)
    for head in heads:
        drawn.add_column(escape(head), justify="right", overflow="fold", min_width=9)
    for heading in told[0]:
        texts = (row[heading].replace(" (", "\n").replace(" to ", "–").rstrip(")") for row in told)
        drawn.add_row(escape(heading.replace("died of ", "died of\n").replace("lava/", "lava/\n")), *texts)
    return drawn


def about(scores: Sequence[Score], protocol: Protocol) -> str:
    """How the figures came about, in a few sentences."""
    s = protocol.settings
    seeds = max(len(score.players) for score in scores)
    over = "worlds" if seeds == 1 else "worlds and, of several runs of a configuration, over runs"
    contests = (
        f" Contests: in worlds that a player and one scripted player share half and half. {ODDS}"
        if any(score.contests for score in scores)
        else ""
    )
    mixed = (
        f" Among others: in worlds shared evenly with {', '.join(_company(scores))}; a player outlives another where a "
        "life of it is longer than one of the other's in the same world, draws counting half."
        if _company(scores)
        else ""
    )
    return (
        f"{s.worlds} worlds on held-out maps, seed {protocol.seed}; lives that begin in {s.ticks:,} ticks after "
        f"{s.warmup:,}, each followed to its end or for {s.followed}. In brackets: 95 % intervals over {over}."
        f"{contests}{mixed}"
    )


def plain(scores: Sequence[Score], protocol: Protocol, command: str) -> dict[str, Any]:
    """Everything as plain data for JSON: figures, and the counts of every world that they follow from."""
    return {
        "command": command,
        "version": VERSION,
        "protocol": {
            "version": protocols.VERSION,
            **protocol.settings._asdict(),
            "seed": protocol.seed,
            "company": _company(scores),
            "cap": protocol.cap,
            "contests": protocol.contests,
        },
        "scores": [
            {
                "player": score.name,
                "digest": score.digest,
                "runs": [player.origin for player in score.players if player.trained],
                "relative": _plain(score.relative(_random(scores, score.digest))),
                **{name: _plain(found) for name, found in score.figures.items()},
                "alone": [e.to_dict() for e in score.alone],
                "among": [e.to_dict() for e in score.among],
                "contests": {c.opponent: [e.to_dict() for e in c.meetings] for c in score.contests},
            }
            for score in scores
        ],
    }


def _plain(found: Estimate) -> dict[str, float | None]:
    value, low, high = columns("", found).values()
    return {"value": value, "low": low, "high": high}


def figure_rows(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """A row for each score with every figure and the ends of its interval, for CSV; what it does not have is empty."""
    found = [
        {
            "player": score.name,
            "digest": score.digest,
            "runs": sum(player.trained for player in score.players),
            **columns("relative", score.relative(_random(scores, score.digest))),
            **{key: value for name, found in score.figures.items() for key, value in columns(name, found).items()},
        }
        for score in scores
    ]
    names = dict.fromkeys(name for row in found for name in row)
    return [{name: row.get(name) for name in names} for row in found]


def to_latex(told: Sequence[dict[str, str]]) -> str:
    r"""Rows of text as a tabular of LaTeX's package booktabs, players (or contests, with opponents) as columns."""
    names = [_latex(row["player"]) for row in told]
    lines = [rf"\begin{{tabular}}{{l{'r' * len(told)}}}", r"\toprule", " & ".join(["", *names]) + r" \\", r"\midrule"]
    for heading in list(told[0])[1:]:
        lines.append(" & ".join([_latex(heading), *(_latex(row[heading]) for row in told)]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


_SPECIAL = {"\\": r"\textbackslash{}", "×": r"$\times$", "−": "$-$", "–": "--", "~": r"\textasciitilde{}"}
_SPECIAL |= {sign: f"\\{sign}" for sign in "&%$#_{}"} | {"^": r"\textasciicircum{}"}


def _latex(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in text)


def write(scores: Sequence[Score], protocol: Protocol, folder: Path, command: str) -> list[Path]:
    """Writes evaluation.md, .tex, .csv and .json; the same evaluation gives the same bytes.

    Returns:
        Their paths.

    Raises:
        StorageError: if they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told, contests = rows(scores), contest_rows(scores)
    digests = ", ".join(dict.fromkeys(score.digest for score in scores))
    parts = ["# Evaluation", *([markdown_table(contests)] if contests else []), markdown_table(told)]
    parts += [about(scores, protocol), f"`{command}`: protocol {digests}."]
    texts = {
        "md": "\n\n".join(parts) + "\n",
        "tex": "\n".join(to_latex(table) for table in (contests, told) if table),
        "csv": to_csv(figure_rows(scores)),
        "json": json.dumps(plain(scores, protocol, command), indent=1, allow_nan=False) + "\n",
    }
    paths = []
    for kind, text in texts.items():
        paths.append(folder / f"{NAME}.{kind}")
        write_atomic(paths[-1], text.encode())
    return paths
