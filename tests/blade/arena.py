"""A hand-made world, played by the compiled engine and by the reference at once: they must agree at every tick."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Cause, Chaos, EventKind, Material, Style, World
from forge.blade.state.state import margin
from forge.blade.terrain.generation import from_text
from forge.blade.world.tick import resume_each
from tests.reference.compare import EVERYTHING, agent_record, differences, step_differences
from tests.reference.engine import Action, Agent, Game
from tests.reference.record import Life
from tests.reference.sight import CROWD, observe


class Arena:
    """A world drawn as text, with an agent on every capital letter: A in slot 0, B in slot 1 and so on.

    Agents are 100 ticks old and in full health unless told otherwise. Agents may hold, nothing regrows and nobody else
    enters, unless told otherwise.

    Args:
        drawing: as `forge.blade.terrain.generation.from_text` reads it; a letter stands on grass.
        agents: fields of an agent by letter: those of AGENT, `on` (the symbol of its tile), `at` (a letter whose tile
            it shares).
        tick: the tick counter.
        cap: most agents alive, births included.
        changes: of the configuration, by dotted name.
    """

    def __init__(
        self,
        drawing: str,
        agents: dict[str, dict[str, Any]] | None = None,
        tick: int = 0,
        cap: int = 0,
        **changes: Any,
    ) -> None:
        wanted = agents or {}
        letters = sorted({*filter(str.isupper, drawing), *wanted})
        tiles, places = _read(drawing, letters, wanted)
        terrain = {"terrain.side": len(tiles), "terrain.border": 1}
        numbers = {"spawn.cap": len(letters), "spawn.populations": 1, "sight.radius": 3, "sight.agents": 8}
        self.config = Chaos(**{"combat.hold": True, "foraging.regrowth": 0, **terrain, **numbers, **changes})
        self.slots = {letter: slot for slot, letter in enumerate(letters)}
        self.world = World(self.config, threads=1, maps=[tiles], record=EVERYTHING)
        self.world.reset()
        self.game = Game(self.config, int(self.world.seeds[0]), tiles)
        everyone = [self._agent(slot, places[letter], wanted.get(letter, {})) for letter, slot in self.slots.items()]
        self.game.agents = {agent.slot: agent for agent in everyone}
        self.game.births, self.game.cap, self.game.tick = len(everyone), cap, max(0, tick - 1)
        self.game.record.lives = {agent.id: Life(birth=-1, lifetime=agent.age) for agent in everyone}
        self.game.sights = observe(self.game)
        self.game.tick = tick
        place(self.world, everyone)
        self.world.state.tick[0], self.world.state.cap[0] = tick, cap
        resume_each(self.world.state)
        assert differences(self.world, [self.game]) == ""

    def _agent(self, slot: int, where: tuple[int, int], fields: dict[str, Any]) -> Agent:
        vitals = self.config.vitals
        full = {"age": 100, "health": vitals.health, "food": vitals.food, "water": vitals.water}
        told = {name: value for name, value in fields.items() if name not in ("on", "at")}
        return Agent(slot, slot // self.config.quota, slot, *where, **{**full, **told})

    def step(self, **told: tuple[Any, ...]) -> None:
        """One tick: (move, style) or (move, style, target) by letter; a target is a letter or an entry of the view.

        Whoever is told nothing passes and holds.
        """
        self.before = [int(a["id"]) for a in self.agents]
        actions = np.zeros((1, self.config.spawn.cap, 3 if self.config.learned_targets else 2), int)
        actions[..., 1] = Style.HOLD
        for letter, (move, style, *target) in told.items():
            actions[0, self.slots[letter]] = [move, style, *(self._entry(letter, t) for t in target)]
        self.game.step({slot: Action(*map(int, actions[0, slot])) for slot in self.game.agents})
        result = self.world.step(actions)
        self.rewards, self.terminated = result[1][0], result[2][0]
        assert (differences(self.world, [self.game]) or step_differences(*result[1:], [self.game])) == ""

    def _entry(self, letter: str, target: str | int) -> int:
        if isinstance(target, int):
            return target
        slot = self.slots[letter]
        seen = self.world.observe().seen[0, slot, : self.world.observe().seen_count[0, slot]]
        return seen.tolist().index(self.slots[target])

    @property
    def agents(self) -> np.ndarray:
        """AGENT [N]."""
        return self.world.observe().agents[0]

    def __getitem__(self, letter: str) -> np.void:
        """The agent in a letter's slot."""
        return self.agents[self.slots[letter]]

    def vitals(self, letter: str) -> tuple[int, int, int]:
        """Health, food and water."""
        agent = self[letter]
        return int(agent["health"]), int(agent["food"]), int(agent["water"])

    def place(self, letter: str) -> tuple[int, int]:
        """Row and column."""
        return int(self[letter]["row"]), int(self[letter]["col"])

    def deaths(self) -> dict[str, Cause]:
        """Who died in the last tick, and why."""
        ids = {ident: letter for letter, ident in zip(self.slots, self.before, strict=True)}
        dead = [event for event in self.world.events() if event["kind"] == EventKind.DEATH]
        return {ids[int(event["agent"])]: Cause(event["detail"]) for event in dead}

    def material(self, place: tuple[int, int]) -> Material:
        """What a tile is now."""
        return Material(self.world.materials()[0][place])


def field(text: str) -> str:
    """A drawing of open grass with one row of `text` in its middle, from column 2 on."""
    side = len(text) + 4
    rows = ["#" * side, *["#" + "." * (side - 2) + "#"] * (side - 2), "#" * side]
    rows[side // 2] = f"#.{text}.#"
    return "\n".join(rows)


def apart(rows: int, cols: int) -> str:
    """A drawing of open grass with A, and B so many rows below and columns to the right of it."""
    side = max(rows, cols) + 5
    grid = [list("#" * side), *(list("#" + "." * (side - 2) + "#") for _ in range(side - 2)), list("#" * side)]
    grid[2][2], grid[2 + rows][2 + cols] = "A", "B"
    return "\n".join("".join(row) for row in grid)


def place(world: World, agents: list[Agent]) -> None:
    """Puts exactly these agents into the first world; what is derived from them is then out of date."""
    state, edge = world.state, margin(world.config)
    pitch = world.config.terrain.side + 2 * edge
    state.agents[0], state.lives[0], state.surplus[0], state.explored[0] = 0, 0, 0, 0
    state.tiles[0] &= 7
    for agent in agents:
        for name, value in agent_record(agent).items():
            state.agents[0, agent.slot][name] = value
        tile = (agent.row + edge) * pitch + agent.col + edge
        if state.tiles[0, tile] >> 3 < CROWD:
            state.tiles[0, tile] += 8
        else:
            state.surplus[0, tile] += 1
        for row, col in agent.explored if state.explored.shape[1] else ():
            here = row * world.config.terrain.side + col
            state.explored[0, agent.slot, here // 8] |= 1 << here % 8
        life = state.lives[0, agent.slot]
        life["id"], life["birth"], life["lifetime"], life["population"] = agent.id, -1, agent.age, agent.population
    state.living[0, : len(agents)] = [agent.slot for agent in agents]
    state.living_count[0] = state.births[0] = len(agents)


def _read(
    drawing: str, letters: list[str], wanted: dict[str, dict[str, Any]]
) -> tuple[np.ndarray, dict[str, tuple[int, int]]]:
    """The map of a drawing, and where everyone stands."""
    rows = drawing.split()
    places = {symbol: (r, c) for r, row in enumerate(rows) for c, symbol in enumerate(row) if symbol.isupper()}
    for letter in letters:
        fields = wanted.get(letter, {})
        places[letter] = places[fields.get("at", letter)]
        drawing = drawing.replace(letter, fields.get("on", "."))
    return from_text(drawing), places
