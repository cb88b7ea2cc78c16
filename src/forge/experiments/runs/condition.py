"""How far a run is, and whether one can go on with it."""

from __future__ import annotations

from typing import NamedTuple

from forge.ethyr.saving import checkpoint
from forge.experiments.runs.lock import holder
from forge.experiments.runs.run import Run, steps_of
from forge.support.checks import ConfigError


class Condition(NamedTuple):
    """How a run is.

    `state` is one of: running, a process trains it; finished, it reached its limit; stopped, one can go on with it;
    new, it has no checkpoint yet; damaged, its last checkpoint is not what was written; diverged, its numbers are not
    finite any more.
    """

    state: str
    note: str  # who trains, which limit was reached, what is damaged or what diverged; empty otherwise


def condition(run: Run) -> Condition:
    """How a run is. Of checkpoints the names and sizes of the files are looked at, not every byte."""
    found, process = run.checkpoints(), holder(run.path)
    if process is not None:
        return Condition("running", process)
    if run.diverged is not None:
        return Condition("diverged", run.diverged)
    if not found:
        return Condition("new", "")
    try:
        checkpoint.check(found[-1])
        counts = checkpoint.load_progress(found[-1])
        # a checkpoint of a release that knew no limit of lives does not count them
        limit = run.training.limit(steps_of(found[-1]), counts["seconds"], counts.get("lives", 0))
    except ConfigError as error:
        return Condition("damaged", str(error))
    return Condition("stopped", "") if limit is None else Condition("finished", limit)
