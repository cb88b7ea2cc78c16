"""What tests of scripted agents share: one decision in a drawn world, and running a mix of agents in real ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from forge.agents import Scripted, scripted
from forge.blade import Cause, Config, World
from tests.blade.arena import Arena


def drawn(drawing: str, agents: dict[str, dict[str, Any]] | None = None, **changes: Any) -> Arena:
    """An Arena in which agents look 7 tiles far; the drawing is without its frame of lava and its ring of grass."""
    rows = drawing.split()
    side = len(rows) + 4
    ring = "#" + "." * (side - 2) + "#"
    framed = ["#" * side, ring, *(f"#.{row}.#" for row in rows), ring, "#" * side]
    return Arena("\n".join(framed), agents, **{"sight.radius": 7, **changes})


def grass(side: int, **agents: tuple[int, int]) -> str:
    """A drawing of open grass with agents, by letter, on rows and columns."""
    rows = [["."] * side for _ in range(side)]
    for letter, (row, col) in agents.items():
        rows[row][col] = letter
    return "\n".join("".join(row) for row in rows)


def decision(kind: str, scene: Arena, heading: int = 0, seed: int = 0) -> tuple[int, ...]:
    """What A does: move, style and, with learned targeting, target."""
    actions = decider(kind, scene, heading, seed).act(scene.world.observe())
    return tuple(int(choice) for choice in actions[0, scene.slots["A"]])


def decider(kind: str, scene: Arena, heading: int = 0, seed: int = 0) -> Scripted:
    """A scripted agent whose explorers are on a heading."""
    agent = scripted(kind, scene.config, seed)
    headings = np.full((1, scene.config.spawn.cap), heading, np.uint8)
    agent.restore({"calls": 0, "headings": headings})
    return agent


class Outcome(NamedTuple):
    """How the populations of one kind fared."""

    lifetime: float  # agent steps a death [ticks]
    by_lava: int  # deaths


def contest(config: Config, kinds: list[str], worlds: int, ticks: int, seed: int = 0) -> list[Outcome]:
    """Populations are dealt to the kinds in turn; counts from tick 200 on."""
    world = World(config, worlds, seed=seed, threads=1)
    players = [scripted(kind, config, seed + i) for i, kind in enumerate(kinds)]
    runs = [slice(p * config.quota, (p + 1) * config.quota) for p in range(config.populations)]
    seen = world.reset()
    actions = np.zeros((worlds, config.spawn.cap, 2), np.uint8)
    for tick in range(ticks):
        if tick == 200:
            before = world.state.tally.copy()
        for p, run in enumerate(runs):
            players[p % len(kinds)].act(seen, out=actions, slots=run)
        seen, *_ = world.step(actions)
    steps, deaths = (world.state.tally[name].astype(int) - before[name] for name in ("ticks", "deaths"))
    of = [np.arange(config.populations) % len(kinds) == i for i in range(len(kinds))]
    return [Outcome(steps[:, mine].sum() / deaths[:, mine].sum(), deaths[:, mine, Cause.LAVA].sum()) for mine in of]
