"""The training runs that a study needs, and the players that come from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from forge.experiments.runs.settings import FREE, Training
from forge.experiments.statistics.digest import digest
from forge.support.about import VERSION
from forge.support.checks import ConfigError

#: Agent steps that a life is taken to last where no run has shown it, to estimate the time of one that ends by lives.
LIFETIME = 100.0


@dataclass(frozen=True)
class Need:
    """A training run that a study needs, with the checkpoints it keeps for ever.

    Args:
        name: for people, such as "pg seed 0".
        training: its configuration. What limits it is given here, not by run.minutes, run.steps or run.lives.
        milestones: agent steps, rising; a checkpoint is kept at the first update that reaches each, and at the end; at
            0, before training.
        lives: the run ends once so many lives have ended in all its worlds; 0 means that it ends at the last milestone.
        most: agent steps after which a run by lives ends even if fewer have ended, as where a few agents that have
            learned to feed live for thousands of ticks; 0 means that it goes on.

    Raises:
        ConfigError: if it has no end, or the milestones don't rise.
    """

    name: str
    training: Training
    milestones: tuple[int, ...] = ()
    lives: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip((-1, *self.milestones), self.milestones, strict=False))
        if not rising or not (any(self.milestones) or self.lives):
            raise ConfigError(f"milestones of {self.name} must be rising numbers of agent steps, not {self.milestones}")
        if self.most < 0 or (self.most and not self.lives):
            raise ConfigError(f"most of {self.name} limits a run by lives, and must not be negative; it is {self.most}")

    @property
    def limit(self) -> tuple[str, int]:
        """What ends it, if nothing does before: the name of a number in its metrics, and the value it has to reach."""
        return ("lives", self.lives) if self.lives else ("steps", self.milestones[-1])

    @property
    def limits(self) -> dict[str, int]:
        """`limit`, and whatever else ends it: whichever comes first."""
        return dict([self.limit]) | ({"steps": self.most} if self.most else {})

    @property
    def key(self) -> str:
        """Names what it computes: equal keys mean equal bits, whatever study asks for it."""
        parts: dict[str, Any] = self.training.to_dict()
        parts["run"] = {name: value for name, value in parts["run"].items() if name not in FREE}
        end = {name: value for name, value in (("lives", self.lives), ("most", self.most)) if value}
        return digest({"version": VERSION, "milestones": self.milestones, **end, **parts})

    @property
    def setting(self) -> str:
        """Names who learns how in which world, whatever the seed and the length."""
        return setting(self.training)

    @property
    def limited(self) -> Training:
        """The configuration with the limits of this alone."""
        limits: dict[str, Any] = {"minutes": 0.0, "steps": 0, "lives": 0, **self.limits}
        kept = " ".join(map(str, self.milestones))
        return replace(self.training, run=replace(self.training.run, milestones=kept, **limits))


@dataclass(frozen=True)
class Milestone:
    """A player: the policy of a run after so many agent steps, one of its milestones; without steps, at its end."""

    need: Need
    steps: int | None = None


#: Who plays: a scripted player by its name, or a trained one.
Player = str | Milestone


def setting(training: Training) -> str:
    """Names who learns how in which world, whatever the seed and the length."""
    parts = training.to_dict()
    return digest({name: parts[name] for name in ("world", "learning")})
