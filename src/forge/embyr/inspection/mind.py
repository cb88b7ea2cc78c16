"""What can be asked of the policy of a population. The viewer knows no policies: `forge.ethyr.insight.mind` answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from forge.blade.recording.scene import Scene


class Thought(Protocol):
    """What one agent's policy makes of its situation."""

    @property
    def value(self) -> float:
        """Expected return (ticks, discounted)."""
        ...

    @property
    def move(self) -> np.ndarray:
        """Probabilities, float32 [5]."""
        ...

    @property
    def style(self) -> np.ndarray:
        """Probabilities, float32 [styles]."""
        ...

    @property
    def attacks(self) -> np.ndarray:
        """How likely it strikes, with each style, whoever stands at an offset: float32 [3, D, D], D odd."""
        ...

    @property
    def more(self) -> Mapping[str, np.ndarray]:
        """Probabilities of the options of choices from outside, float32 [options], by the names of the choices."""
        ...


class Mind(Protocol):
    """A policy that can be asked. Answers are about a scene; `place` is the place of an agent in `scene.agents`."""

    def recall(self) -> Any:
        """What the agents carry over to their next tick, a copy, which only a mind can read; None without memory.

        It is called in the thread that plays, between two ticks.
        """
        ...

    def think(self, scene: Scene, place: int, memory: Any = None) -> Thought:
        """What an agent thinks; `memory` is from `recall`."""
        ...

    def values(self, scene: Scene, population: int, food: float = 1.0, water: float = 1.0) -> np.ndarray:
        """What it is worth to stand on each tile, float32 [S, S]; NaN where nobody can stand and live.

        Args:
            scene: as it is, to which one agent is added at a time.
            population: of that agent.
            food, water: its vitals as shares of their maxima.
        """
        ...

    def dependency(
        self, scene: Scene, place: int, food: float | None = None, water: float | None = None,
        memory: Any = None,
    ) -> np.ndarray:  # fmt: skip
        """What a second agent on each tile in view adds to the value of being the agent at `place`.

        Args:
            scene: as it is.
            place: of the agent in the middle.
            food, water: its vitals as shares of their maxima; None leaves them as they are.
            memory: from `recall`.

        Returns:
            float32 [R, R]; NaN where nobody can stand and live.
        """
        ...
