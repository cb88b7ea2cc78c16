"""The studies there are, by name; each is loaded when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any

from forge.blade.checks import ConfigError, did_you_mean
from forge.experiments.studies.study import Study

STUDIES = {
    "learning": "forge.experiments.studies.learning",
    "exploration": "forge.experiments.studies.exploration",
    "niches": "forge.experiments.studies.niches",
    "randomized": "forge.experiments.studies.randomized",
    "tournament": "forge.experiments.studies.tournament",
    "dependencies": "forge.experiments.studies.dependencies",
    "attacks": "forge.experiments.studies.attacks",
}


def find(name: str) -> Study[Any]:
    """The study of a name.

    Raises:
        ConfigError: if there is none.
    """
    if name not in STUDIES:
        raise ConfigError(did_you_mean("experiment", name, list(STUDIES)))
    study: Study[Any] = importlib.import_module(STUDIES[name]).STUDY
    return study
