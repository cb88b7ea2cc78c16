"""The speed of the world: by rules and play, by batch, by size, and with options, through the public `World.step`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from forge.bench.measure import alternate, quotients, undisturbed
from forge.bench.report import SPEED, Column, Row, Section, between, decimals, fixed, measured, text, timing
from forge.bench.scene import Played, Scene
from forge.blade import Chaos, Config, Guild, Law, Realm, Recording, RewardTerm
from forge.blade.threads.cores import cores

_EIGHT = {"spawn.populations": 8}
_SCENE = (text("rules", "rules"), text("play", "play"), text("worlds", "worlds"))
_LIFE = (fixed("alive a world", "alive", 1), fixed("in view", "in_view", 1))
_NOTE = (
    "Full steps with all observations through World.step, on generated maps. Every repeat plays the same recorded "
    "actions; {rounds} repeats taken in turn, the median and the 10th to 90th percentile of them. Undisturbed: each "
    "tick in the fastest of its repeats, which leaves out what else the machine does. In view: agents listed in an "
    "observation, the observer included."
)


class Timed(NamedTuple):
    """A scene played on some threads: the nanoseconds of each tick of each round, float64 [ticks] each."""

    played: Played
    threads: int
    rounds: list[np.ndarray]

    @property
    def costs(self) -> list[float]:
        """Nanoseconds per agent step of each round."""
        return [float(ticks.sum()) / self.played.steps for ticks in self.rounds]

    @property
    def undisturbed(self) -> float:
        """Nanoseconds per agent step, each tick in the fastest of its repeats."""
        return undisturbed(self.rounds) / self.played.steps

    def row(self, ratios: Sequence[float], ratio: float) -> Row:
        """Everything about it, with ratios to something else: round by round, and undisturbed."""
        return {
            **self.played.facts(),
            "threads": self.threads,
            **timing(self.costs, ratios),
            "undisturbed": {"cost_ns": self.undisturbed, "steps_per_second": 1e9 / self.undisturbed, "ratio": ratio},
        }


@dataclass(frozen=True)
class Effort:
    """How thoroughly to measure.

    Attributes:
        rounds: repeats of everything.
        seed: of the worlds and of who plays in them.
        quick: play little in few worlds, to try the benchmark and not the machine.
    """

    rounds: int = 15
    seed: int = 0
    quick: bool = False

    def play(self, scenes: Sequence[Scene]) -> list[Played]:
        """Records scenes."""
        return [Played(scene.brief(settle=40, ticks=16) if self.quick else scene, self.seed) for scene in scenes]

    def time(self, contestants: Sequence[tuple[Played, int]]) -> list[Timed]:
        """Times scenes, each on some threads, after a round that is not counted."""
        for played, threads in contestants:
            played.time(threads)
        rounds = alternate({c: partial(c[0].time, c[1]) for c in contestants}, self.rounds)
        return [Timed(played, threads, rounds[played, threads]) for played, threads in contestants]

    def note(self, more: str = "") -> str:
        """How it was measured."""
        return " ".join([_NOTE.format(rounds=self.rounds), more]).strip()


def all_threads() -> int:
    """The threads that a world uses at most when it is not told otherwise."""
    return cores()


def speed(effort: Effort) -> Section:
    """128 slots on 80 × 80, by rules, play and threads."""
    rules = {"Law": Law(**_EIGHT), "Chaos": Chaos(**_EIGHT)}
    scenes = [Scene(config, name, play) for name, config in rules.items() for play in ("forager", "random")]
    return _by_threads(effort, "World, 128 slots on 80 × 80", scenes)


def batch(effort: Effort) -> Section:
    """128 slots on 80 × 80, by the number of worlds stepped in one call."""
    scenes = [Scene(Law(**_EIGHT), "Law", worlds=worlds) for worlds in (1, 16, 64, 256)]
    return _by_threads(effort, "World by worlds in a batch, 128 slots on 80 × 80", scenes)


def _by_threads(effort: Effort, title: str, scenes: Sequence[Scene]) -> Section:
    played = effort.play(scenes)
    timed = effort.time([(p, n) for p in played for n in sorted({1, all_threads()})])
    alone = {t.played: t for t in timed if t.threads == 1}
    rows = [
        t.row(quotients(alone[t.played].costs, t.costs), alone[t.played].undisturbed / t.undisturbed) for t in timed
    ]
    fastest = _undisturbed("undisturbed", "steps_per_second", 2, 1e6)
    columns = (*_SCENE, *_LIFE, text("threads", "threads"), *SPEED, fastest, *_ratio("× 1 thread"))
    return Section(title, effort.note("" if all_threads() > 1 else "There is one core."), columns, rows)


def scaling(effort: Effort) -> Section:
    """Cost of an agent's step against the number of agents and the size of the map, to that at 128 on 80 × 80."""
    sizes = [(128, 80, 32), (1, 32, 1024), (512, 160, 8), (1024, 256, 4), (4096, 512, 1)]
    scenes = [Scene(_sized(slots, side), "Law", worlds=worlds, settle=300 + 2 * slots) for slots, side, worlds in sizes]
    # nobody starves for long enough that the world fills up, whatever the land gives
    provisions = {"vitals.food": 2000, "vitals.water": 2000}
    crowds = [(256, 16), (512, 8)]
    scenes += [
        Scene(_sized(slots, 80, **provisions), "Law, provisions", worlds=worlds, settle=300 + slots)
        for slots, worlds in crowds
    ]
    return _against_first(effort, "Scaling: cost of an agent's step by agents and map", scenes, "× 128 on 80")


def _sized(slots: int, side: int, **changes: int) -> Config:
    return Law(**{"spawn.cap": slots, "spawn.populations": min(8, slots), "terrain.side": side, **changes})


def grown(effort: Effort) -> Section:
    """Worlds with work, trade, creatures and fights by levels, whose agents work: against foragers in Law."""
    presets = {"Guild": Guild(**_EIGHT), "Realm": Realm(**_EIGHT)}
    scenes = [Scene(Law(**_EIGHT), "Law", worlds=32), Scene(Chaos(**_EIGHT), "Chaos", worlds=32)]
    scenes += [Scene(config, name, "artisan", worlds=32, settle=800) for name, config in presets.items()]
    large = {"spawn.cap": 4096, "spawn.populations": 8, "terrain.side": 512}
    scenes.append(Scene(Guild(**large), "Guild", "artisan", worlds=1, settle=6000))
    return _against_first(effort, "The grown world: cost of an agent's step", scenes, "× Law")


def options(effort: Effort) -> Section:
    """What learned targeting, rewards, events, lives and visits cost, in Law, where targets change no life."""
    config, every = Law(**_EIGHT), Recording(events=True, lives=True, visits=True)
    learned = config.replace(**{"combat.targeting": "learned"})
    rewarding = config.replace(**{f"reward.{term.name.lower()}": 1 for term in RewardTerm})
    scenes = [
        Scene(config, "Law"),
        Scene(learned, "learned targeting"),
        Scene(rewarding, "all rewards"),
        Scene(config, "events", record=Recording(events=True)),
        Scene(config, "lives", record=Recording(lives=True)),
        Scene(config, "visits", record=Recording(visits=True)),
        Scene(config, "events, lives, visits", record=every),
        Scene(learned, "all of these", record=every),
    ]
    return _against_first(effort, "Options: what they add to the cost of a step", scenes, "× without")


def _against_first(effort: Effort, title: str, scenes: Sequence[Scene], heading: str) -> Section:
    timed = effort.time([(played, 1) for played in effort.play(scenes)])
    first = timed[0]
    rows = [t.row(quotients(t.costs, first.costs), t.undisturbed / first.undisturbed) for t in timed]
    costs = (
        measured("ns a step", "cost_ns", 1),
        between("10–90 %", "cost_ns", 1),
        _undisturbed("undisturbed", "cost_ns", 1),
    )
    columns = (*_SCENE, text("slots", "slots"), text("side", "side"), *_LIFE, *costs, *_ratio(heading))
    return Section(title, effort.note("One thread."), columns, rows)


def _undisturbed(heading: str, key: str, digits: int, unit: float = 1.0) -> Column:
    return Column(heading, lambda row: decimals(row["undisturbed"][key] / unit, digits))


def _ratio(heading: str) -> tuple[Column, Column]:
    return measured(heading, "ratio", 2), _undisturbed("undisturbed", "ratio", 2)
