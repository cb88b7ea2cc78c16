"""Checkpoints of a run side by side: each plays a world of its own, and all worlds have the same seed and map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from forge.ethyr.saving import checkpoint
from forge.experiments.evaluation.entrants import trained_entrant
from forge.experiments.evaluation.match import Match
from forge.experiments.runs.run import Run, found, seconds_of, steps_of
from forge.experiments.runs.settings import moment
from forge.experiments.statistics.amounts import amount
from forge.support.checks import ConfigError
from forge.support.paths import path_of

#: Worlds that stand side by side at most: more are too small to see anything.
MOST = 6


def checkpoints_named(run: Run, words: Sequence[str]) -> list[Path]:
    """The checkpoints that words mean, in their order: the first that has got so far.

    Args:
        run: whose they are.
        words: agent steps as in "1e6", minutes of training as in "2m", or "latest".

    Raises:
        ConfigError: if a word is none of these, if the run has not got so far, or if a checkpoint is damaged.
    """
    there = run.checkpoints()
    chosen = [_named(run, there, word) for word in words]
    for folder in chosen:
        checkpoint.verify(folder)
    return chosen


def _named(run: Run, there: list[Path], word: str) -> Path:
    if word == "latest":
        return run.latest()
    try:
        wanted = moment(word)
    except ValueError:
        raise ConfigError(
            f"--compare {word!r} is no moment of training; allowed are agent steps (1e6), minutes (2m), and latest"
        ) from None
    for folder in there:
        if wanted.reached(steps_of(folder), seconds_of(folder)):
            return folder
    known = ", ".join(f"{steps_of(folder):,}" for folder in there) or "none"
    raise ConfigError(
        f"{run.path} has no checkpoint at {word} or later; it has: {known}. "
        f'Training keeps what --milestones names, such as "0 1e6 1m"'
    )


def matches(words: Sequence[str], moments: Sequence[str], seed: int = 0) -> list[Match]:
    """A match for each moment of a run, played by its checkpoint alone, in the run's own world.

    Args:
        words: that name the run, and nothing else.
        moments: see `checkpoints_named`.
        seed: of the players' choices.

    Raises:
        ConfigError: if the words do not name one run, or there are too many moments, or one is not to be had.
    """
    if len(words) != 1 or not path_of(words[0]).is_dir():
        raise ConfigError(f"--compare shows checkpoints of one run, not of {' '.join(words) or 'chaos'}")
    if not 2 <= len(moments) <= MOST:
        raise ConfigError(f"--compare takes 2 to {MOST} moments, not {len(moments)}")
    run = found(words[0])[0]
    config = run.training.world.replace(**{"spawn.random_cap": False})
    made = []
    for folder in checkpoints_named(run, moments):
        entrant = trained_entrant(folder)
        title = f"{amount(steps_of(folder))} agent steps"
        made.append(Match(title, config, (entrant.name,) * config.populations, entrant.make(config, seed)))
    return made
