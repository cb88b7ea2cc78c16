"""Trains the short runs with the package that PYTHONPATH names, and says what came of them: a line of JSON for each.

    python child.py PLACE FOLDER [OTHER]

PLACE is where the package must come from. A checkpoint of each run is left in FOLDER; from those in OTHER, which
another commit left, each run is gone on with. Nothing of the package is used that commits may change lightly, and
nothing else of the tests, since older commits do not have it.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

UPDATES, SAVED = 6, 3  # of each run, and how many of them before its checkpoint
# More worlds than the compiled learner plays together in one group.
WORLDS, THREADS = 10, 2
#: What each learns by. Of the numbers that a commit does not know, these are what it does.
LEARNING: dict[str, Any] = {
    "hidden": 32, "ticks": 8, "epochs": 2, "warmup": 300, "entropy_weight": 0.03, "minibatches": 1, "near": 0,
    "decay": "none", "clip_norm": 0.0, "negligible": 0.0, "matters": False,
}  # fmt: skip
AGENT = ("id", "age", "row", "col", "health", "food", "water", "freeze", "population", "alive")
TALLY = ("births", "deaths", "lifetime", "ticks")


def cases() -> Iterator[dict[str, str]]:
    """The short runs: what each trains with."""
    ways = itertools.product(
        ("compiled", "torch"), ("default", "recurrent"), ("pg", "ppo"), ("lowest_health", "learned")
    )
    for engine, network, algorithm, targeting in ways:
        if (engine, network) != ("compiled", "recurrent"):  # older commits compute memories in PyTorch alone
            yield {"engine": engine, "network": network, "algorithm": algorithm, "targeting": targeting}
    for algorithm in ("pg", "ppo"):
        yield {"engine": "realms", "network": "default", "algorithm": algorithm, "targeting": "learned"}


def name_of(case: dict[str, str]) -> str:
    return " ".join(case.values())


def trainer_of(case: dict[str, str]) -> Any:
    """What trains a run: worlds in which much happens, and a small network."""
    from forge.blade import Chaos
    from forge.ethyr.learning import Learning

    settings = module_of("experiments.runs.settings", "experiments.settings")
    Session, Training = settings.Session, settings.Training
    engine = {"realms": "compiled"}.get(case["engine"], case["engine"])
    session = Session(worlds=WORLDS, threads=THREADS, seed=3, minutes=0.0, engine=engine)
    given = {**LEARNING, "algorithm": case["algorithm"], "network": case["network"]}
    learning = Learning(**{name: value for name, value in given.items() if name in Learning.__dataclass_fields__})
    small = {"spawn.cap": 16, "spawn.populations": 2, "spawn.random_cap": True, "terrain.side": 32, "sight.radius": 3}
    training = Training(
        session, learning, Chaos(**small, **{"combat.targeting": case["targeting"], "combat.immunity": 3})
    )
    if case["engine"] == "realms":
        realms = module_of("experiments.training.realms", "experiments.realms")
        return realms.Realms(training, {"nRealm": 2, "ray": "local", "address": None, "render": False})
    return module_of("experiments.training.train", "experiments.train").Trainer(training)


def module_of(*names: str) -> Any:
    """The first of some modules of the package that the commit has: where it is now, and where it was before."""
    found = next(name for name in names if find_spec(f"forge.{name.rpartition('.')[0]}"))
    return importlib.import_module(f"forge.{found}")


def bits(trainer: Any) -> dict[str, str]:
    """What there is after an update, each as a digest: weights, what the optimiser keeps, worlds, counts."""
    native = getattr(trainer, "native", None)
    optimiser = native.pantheon.optimiser if native else trainer.optimiser.adam
    state = optimiser.state_dict()["state"]
    worlds = [realm.god.world for realm in native.realms.realms] if native else [trainer.world]
    records = [(world.state.agents, AGENT) for world in worlds] + [(world.state.tally, TALLY) for world in worlds]
    weights = trainer.policy.state_dict()
    return {
        "weights": digest(weights[name] for name in sorted(weights)),
        "optimiser": digest(value for i in sorted(state) for _, value in sorted(state[i].items())),
        "worlds": digest(np.ascontiguousarray(record[field]) for record, fields in records for field in fields),
        "counts": f"{trainer.steps} {trainer.updates} {trainer.lives}",
    }


def digest(arrays: Iterator[Any]) -> str:
    found = hashlib.blake2b(digest_size=8)
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def trained(trainer: Any, updates: int) -> list[dict[str, str]]:
    found = []
    for _ in range(updates):
        trainer.update()
        found.append(bits(trainer))
    return found


def run(case: dict[str, str], folder: Path, other: Path | None) -> dict[str, Any]:
    """A run's bits after each update; and those after its checkpoint, if it goes on from there."""
    trainer, name = trainer_of(case), name_of(case).replace(" ", "-")
    told: dict[str, Any] = {"name": name_of(case), "bits": trained(trainer, SAVED)}
    trainer.save(folder / name)
    told["bits"] += trained(trainer, UPDATES - SAVED)
    for key, place in (("resumed", folder), ("taken over", other)):
        if place is not None:
            again = trainer_of(case)
            again.load(place / name)
            told[key] = trained(again, UPDATES - SAVED)
    return told


def main(place: str, folder: str, other: str | None = None) -> None:
    import forge

    if not Path(forge.__file__).resolve().is_relative_to(Path(place).resolve()):
        sys.exit(f"{forge.__file__} is not the package in {place}")
    torch.set_num_threads(1)  # the last bits of PyTorch's sums depend on it
    for case in cases():
        print(json.dumps(run(case, Path(folder), Path(other) if other else None)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
