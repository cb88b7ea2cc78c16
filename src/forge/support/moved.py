"""Modules that were documented under another name: a program that imports one by it is given it, with a warning."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_PLACES = {
    "support": ("blade.cache",),
    "blade.schema": ("blade.record", "blade.versions"),
    "blade.recording": ("blade.frame", "blade.frame_schema", "blade.replay", "blade.scene"),
    "blade.mechanics": ("blade.ids",),
    "blade.state": ("blade.observation",),
    "blade.terrain": ("blade.tiled",),
    "blade.world": ("blade.action_tree",),
    "ethyr.engines": ("ethyr.engine",),
    "ethyr.insight": ("ethyr.actor", "ethyr.mind"),
    "ethyr.learning": ("ethyr.losses",),
    "ethyr.networks": (
        "ethyr.encoder",
        "ethyr.heads",
        "ethyr.layers",
        "ethyr.network",
        "ethyr.policy",
        "ethyr.samples",
        "ethyr.views",
    ),
    "ethyr.saving": ("ethyr.checkpoint", "ethyr.optimiser_state"),
    "trinity.adapters": ("trinity.encoding", "trinity.gymnasium", "trinity.pettingzoo", "trinity.rllib"),
    "trinity.realms": ("trinity.native", "trinity.packing", "trinity.report", "trinity.setting"),
    "embyr.streaming": ("embyr.extension",),
    "experiments.evaluation": (
        "experiments.entrants",
        "experiments.evaluate",
        "experiments.meeting",
        "experiments.mixing",
        "experiments.survey",
        "experiments.tournament",
    ),
    "experiments.figures": ("experiments.overlay", "experiments.plotting"),
    "experiments.measures": (
        "experiments.contrast",
        "experiments.dependence",
        "experiments.exploring",
        "experiments.niching",
    ),
    "experiments.runs": ("experiments.metrics_file", "experiments.run", "experiments.settings"),
    "experiments.statistics": ("experiments.estimate",),
    "experiments.studies.dependencies": ("experiments.studies.sites",),
    "experiments.studies.framework": (
        "experiments.studies.conduct",
        "experiments.studies.measure",
        "experiments.studies.store",
        "experiments.studies.study",
    ),
    "experiments.training": ("experiments.train",),
}

#: Where a module went that the documentation of release 2.0 named.
MOVED = {f"forge.{old}": f"forge.{place}.{old.rpartition('.')[2]}" for place, names in _PLACES.items() for old in names}


class Finder:
    """Finds modules by the names they had. It is asked last, so nothing else is found more slowly for it.

    It is what `importlib.abc` calls a finder and a loader; importing that would take as long as all of `import forge`.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of now for a name of before; None for all others."""
        return ModuleSpec(fullname, self) if fullname in MOVED else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself, not a copy."""
        new = MOVED[spec.name]
        warnings.warn(f"{spec.name} is {new} now", DeprecationWarning, stacklevel=2)
        module = importlib.import_module(new)
        spec.loader_state = module.__spec__  # which the import system puts another in the place of
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it has run, under its name of now."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


def install() -> None:
    """Has names of before found in this process."""
    if not any(isinstance(finder, Finder) for finder in sys.meta_path):
        sys.meta_path.append(Finder())
