"""What a tournament says: tables for the terminal, and a folder with report, tables, figure and all numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forge.experiments.evaluation.ratings import LEVEL
from forge.experiments.evaluation.tournament import Tournament
from forge.experiments.figures import ratings as rating_figure
from forge.experiments.reports import horizons
from forge.experiments.reports.findings import Findings
from forge.experiments.reports.publish import markdown_table, publish
from forge.experiments.statistics.estimate import Estimate
from forge.experiments.statistics.estimate_text import columns, interval, number
from forge.support.about import VERSION

if TYPE_CHECKING:
    from rich.table import Table

_METHOD = """Everyone in a meeting has the same share of its worlds. Each meeting was played in the same {worlds} \
worlds with room for {cap} agents, seed {seed}; counted are the lives that begin in {ticks:,} ticks after a warm-up of \
{warmup:,}, each followed to its end or for {followed}. Intervals of lifetimes are over worlds (delete-one \
jackknife). Ratings are of bouts between single lives in the same world: who lives longer has won. They are those of \
Bradley and Terry's model (1952) on Elo's scale: 400 points more are odds of 10 to 1 to outlive the other. Their \
intervals are over worlds, too."""
_FROZEN = "The ratings of {anchors} are frozen, at what the bouts among them say with {first} at {level:g}."


def standings(held: Tournament) -> Table:
    """Everyone's rating and lifetime, the best first, as a table for rich's console."""
    drawn = _table(title(held))
    for heading in ("", "rating", r"lifetime \[ticks]", "worlds won"):
        drawn.add_column(heading, justify="right" if heading else "left")
    for name in held.ratings:
        won, played = held.won(name)
        called = f"[dim]{_escape(name)}[/dim]" if name in held.frozen else _escape(name)
        drawn.add_row(called, rating_of(held, name), interval(held.lifetime(name)), f"{won} of {played}")
    return drawn


def rating_of(held: Tournament, name: str) -> str:
    """The rating of an entrant in words."""
    rating = held.ratings[name]
    return f"{number(rating.value, 0)}, frozen" if name in held.frozen else interval(rating, 0)


#: What the signs of `crosstable` mean.
SIGNS = r"Lifetime \[ticks] of the row in the company of the column. Does it outlive it? + yes, − no, · undecided"


def crosstable(held: Tournament) -> Table:
    """Everyone's lifetime in the company of everyone else, as a table for rich's console."""
    drawn = _table()
    names = list(held.ratings)
    drawn.add_column("")
    for place in range(1, len(names) + 1):
        drawn.add_column(str(place), justify="right")
    for place, name in enumerate(names, 1):
        drawn.add_row(f"{place} {_escape(name)}", *(_cell(held, name, other) for other in names))
    return drawn


def _cell(held: Tournament, name: str, other: str) -> str:
    met = held.against(name, other)
    return "" if met is None else f"{number(met[0].value)} {sign(met[1])}"


def sign(lead: Estimate) -> str:
    """What the interval of a difference says: + above 0, − below, · undecided."""
    return "+" if lead.low > 0 else "−" if lead.high < 0 else "·"


def _table(title: str | None = None) -> Table:
    from rich import box
    from rich.table import Table

    return Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def followed(held: Tournament) -> str:
    """For how long lives were followed at most, and how many of them longer, in words."""
    counts = [meeting.evaluation.counts for meeting in held.meetings]
    reached, lives = (sum(int(getattr(c, name).sum()) for c in counts) for name in ("outlived", "lives"))
    return horizons.followed(held.horizons, reached / lives if lives else math.nan)


def title(held: Tournament) -> str:
    """What was played, in a line."""
    s = held.meetings[0].evaluation.settings
    how = "all together" if len(held.meetings) == 1 else f"{len(held.meetings)} meetings"
    return f"{how}, {s.worlds} worlds with room for {held.config.spawn.cap}, seed {held.seed}"


def write(held: Tournament, folder: Path, command: str) -> list[Path]:
    """Writes report.md, tables as CSV, the figure, and all numbers as data.json; returns the paths, report first."""
    best, *_ = held.ratings
    origin = {"command": command, "seeds": [held.seed], "runs": [], "version": VERSION}
    found = Findings(
        verdict=f"The best rated is **{best}**: {rating_of(held, best)}.",
        tables={"standings": standing_rows(held), "meetings": meeting_rows(held)},
        figures={"ratings": partial(rating_figure.draw, held.ratings, held.frozen)},
        captions={"ratings": "Ratings with 95 % intervals; anchors, which are frozen, without."},
        body=_body(held),
    )
    return publish(folder, "Tournament", title(held), found, origin)


def standing_rows(held: Tournament) -> list[dict[str, Any]]:
    """A row for everyone, the best first."""
    rows = []
    for name, rating in held.ratings.items():
        won, played = held.won(name)
        frozen = name in held.frozen
        estimates = {**columns("rating", rating), **columns("lifetime", held.lifetime(name))}
        rows.append({"name": name, "anchor": frozen, **estimates, "won": won, "played": played})
    return rows


def meeting_rows(held: Tournament) -> list[dict[str, Any]]:
    """A row for everyone in every meeting and world: the counts that all else follows from."""
    return [
        {
            "meeting": k,
            "world": w,
            "name": name,
            "lives": int(m.evaluation.counts.lives[w, e]),
            "ticks_lived": int(m.evaluation.counts.lifetime[w, e]),
            "agent_ticks": int(m.evaluation.counts.ticks[w, e]),
        }
        for k, m in enumerate(held.meetings)
        for w in range(m.evaluation.settings.worlds)
        for e, name in enumerate(m.names)
    ]


def _body(held: Tournament) -> str:
    names = list(held.ratings)
    standing = [
        {
            "": name,
            "rating": rating_of(held, name),
            "lifetime [ticks]": interval(held.lifetime(name)),
            "worlds won": "{} of {}".format(*held.won(name)),
        }
        for name in held.ratings
    ]
    settings = held.meetings[0].evaluation.settings
    method = _METHOD.format(**settings._asdict(), followed=followed(held), cap=held.config.spawn.cap, seed=held.seed)
    if held.frozen:
        method += " " + _FROZEN.format(anchors=", ".join(held.frozen), first=held.anchors[0], level=LEVEL)
    return "\n\n".join([markdown_table(standing), _cross_markdown(held, names), method])


def _cross_markdown(held: Tournament, names: Sequence[str]) -> str:
    rows = [{"lifetime of": name, **{f"with {o}": _with(held, name, o) for o in names}} for name in names]
    return f"{markdown_table(rows)}\n\nIn brackets: by how much it outlives the other, and the interval of that."


def _with(held: Tournament, name: str, other: str) -> str:
    met = held.against(name, other)
    return "" if met is None else f"{number(met[0].value)} [{interval(met[1])}]"
