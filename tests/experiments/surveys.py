"""Surveys made by hand."""

import numpy as np

from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.evaluation.survey import Sample, Survey


def made(
    visits: np.ndarray, lives: int = 10, lifetime: int = 400, tiles: int = 80, cap: int = 4, outlived: int = 0
) -> Survey:
    """A survey with these visits, [W, P, S, S], and so many lives, ticks, tiles and lives at the horizon everywhere."""
    each = np.ones(visits.shape[:2], np.int64)
    deaths = np.zeros((*visits.shape[:2], 4), np.int64)
    counts = Counts(lives * each, lifetime * each, outlived * each, tiles * each, visits.sum((-2, -1)), deaths)
    return Survey(Evaluation(Settings(len(visits), 50, 20, 100), cap, counts), visits)


def sample(*visits: np.ndarray, land: np.ndarray | None = None, **counts: int) -> Sample:
    """A sample of surveys with these visits, by seed, on land everywhere if it is not given."""
    everywhere = np.ones(visits[0].shape[-2:], bool)
    return Sample([made(v, **counts) for v in visits], everywhere if land is None else land)
