"""The studies there are, by name; each is loaded when it is asked for."""

from __future__ import annotations

import importlib
from typing import Any

from forge.experiments.studies.framework.study import Study
from forge.support.checks import ConfigError, did_you_mean

STUDIES = {
    "learning": "forge.experiments.studies.learning.study",
    "exploration": "forge.experiments.studies.exploration.study",
    "niches": "forge.experiments.studies.niches.study",
    "randomized": "forge.experiments.studies.exploration.randomized",
    "tournament": "forge.experiments.studies.tournament.study",
    "dependencies": "forge.experiments.studies.dependencies.study",
    "attacks": "forge.experiments.studies.attacks.study",
    "balance": "forge.experiments.studies.balance.study",
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
