"""A hand-made world, played by the compiled engine and by the reference at once: they must agree at every tick."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Cause, Chaos, EventKind, Material, Style, World
from forge.blade.interventions import Place, Remove
from forge.blade.terrain.generation import from_text
from tests.reference.compare import EVERYTHING, differences, step_differences
from tests.reference.engine import Action, Game
from tests.reference.intervene import intervene


class Arena:
    """A world drawn as text, with an agent on every capital letter: A in slot 0 with id 1, B in slot 1 and so on.

    Agents are 100 ticks old and in full health unless told otherwise. Agents may hold, nothing regrows and nobody else
    enters, unless told otherwise.

    Args:
        drawing: as `forge.blade.terrain.generation.from_text` reads it; a letter stands on grass.
        agents: fields of an agent by letter: those of `Place`, `on` (the symbol of its tile), `at` (a letter whose tile
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
        self.world.state.tick[0], self.world.state.cap[0] = self.game.tick, self.game.cap = tick, cap
        newcomers = [self._place(slot, places[letter], wanted.get(letter, {})) for letter, slot in self.slots.items()]
        entries = [Remove(0), *newcomers]  # who was born at the reset makes room
        assert self.world.apply(entries) == [1 + slot for slot in self.slots.values()]
        intervene(self.game, entries)
        assert differences(self.world, [self.game]) == ""

    def _place(self, slot: int, where: tuple[int, int], fields: dict[str, Any]) -> Place:
        told = {name: value for name, value in fields.items() if name not in ("on", "at")}
        return Place(slot // self.config.quota, *where, **{"age": 100, **told})

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
