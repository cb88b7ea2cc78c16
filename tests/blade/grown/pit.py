"""A small world drawn as text, with agents and creatures just where a test wants them, as it wants them."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Chaos, Config, Material, Recording, Style, World
from forge.blade.compiled.jit import jit
from forge.blade.creatures.kinds import CHICKEN, GOBLIN
from forge.blade.creatures.placing import enter_world, join_beasts
from forge.blade.grown.experience import BEGINS
from forge.blade.grown.kinds import NAMES, Skill, number
from forge.blade.grown.sites import UNIT
from forge.blade.interventions import Place, Remove
from forge.blade.terrain.generation import from_text
from tests.reference.stream import Stream

#: What is part of a pit unless told otherwise.
ALL = ("skills", "items", "camps", "levels", "creatures")
BEASTS = {"c": CHICKEN, "g": GOBLIN}
NEVER = 2**40  # a tick


class Pit:
    """A world with an agent on every capital letter but F, which is a fire; `c` is a chicken and `g` a goblin.

    A is in slot 0, B in slot 1 and so on; creatures follow as they are drawn, chickens first. Agents are 100 ticks old,
    have level 1 in all but constitution, 10, full health, nothing in the pack and no gold. Nobody else enters, nothing
    regrows, nobody uses food or water, or heals, and a camp has a radius of 1, unless told otherwise.

    Args:
        drawing: as `forge.blade.terrain.generation.from_text` reads it; who is drawn stands on grass.
        agents: by letter: fields of `Place`, and `levels` by skill, `pack` by kind, `gold`, `at` (row and column).
        tick: the tick counter.
        systems: that are named.
        changes: of the configuration, by dotted name.
    """

    def __init__(
        self,
        drawing: str,
        agents: dict[str, dict[str, Any]] | None = None,
        tick: int = 0,
        systems: tuple[str, ...] = ALL,
        **changes: Any,
    ) -> None:
        wanted, rows = agents or {}, drawing.split()
        places = {(r, c): symbol for r, row in enumerate(rows) for c, symbol in enumerate(row)}
        where = {symbol: place for place, symbol in places.items() if symbol.isupper() and symbol != "F"}
        beasts = sorted((symbol, place) for place, symbol in places.items() if symbol in BEASTS)
        letters = sorted({*where, *wanted})
        self.config = self._config(rows, len(letters), [symbol for symbol, _ in beasts], systems, changes)
        self.slots = {letter: slot for slot, letter in enumerate(letters)}
        plain = "".join("." if symbol in BEASTS or symbol.isupper() else symbol for symbol in "\n".join(rows))
        tiles = from_text(plain)
        for place, symbol in places.items():
            if symbol == "F":
                tiles[place] = self.config.schema.names("materials").index("fire")
        self.world = World(self.config, threads=1, maps=[tiles], record=Recording(events=True))
        self.world.reset()
        self.state = self.world.state
        self._clear(tick)
        fields = {letter: dict(wanted.get(letter, {})) for letter in letters}
        told = {letter: (one.pop("at", where.get(letter)), one) for letter, one in fields.items()}
        own = ("levels", "pack", "gold")
        extra = {letter: {k: one.pop(k) for k in own if k in one} for letter, one in fields.items()}
        self.world.apply(
            [Remove(0), *(Place(0, *at, **{"age": 100, "health": 10, **one}) for at, one in told.values() if at)]
        )
        for letter, slot in self.slots.items():
            self._equip(slot, **extra[letter])
        if "items" in self.config.systems:
            self.state.ledger[...] = 0  # what there is now is nobody's doing
        for k, (symbol, place) in enumerate(beasts):
            bring(self.state, len(letters) + k, BEASTS[symbol], *place)
        self.world.refresh()

    def _config(
        self, rows: list[str], cap: int, beasts: list[str], systems: tuple[str, ...], changes: dict[str, Any]
    ) -> Config:
        land = (len(rows) - 2) ** 2
        numbers: dict[str, Any] = {
            "terrain.side": len(rows), "terrain.border": 1, "spawn.cap": cap, "spawn.populations": 1,
            "sight.radius": 3, "sight.agents": 8, "combat.hold": True, "foraging.regrowth": 0,
            "vitals.food_loss": 0, "vitals.water_loss": 0, "vitals.heal": 0,
        }  # fmt: skip
        if "camps" in systems:
            numbers |= {"camps.count": self._asked("".join(rows).count("F"), land), "camps.radius": 1}
        if "creatures" in systems:
            numbers |= {
                "creatures.chickens": self._asked(beasts.count("c"), land),
                "creatures.goblins": self._asked(beasts.count("g"), land),
            }
        return Chaos(systems=systems, **{**numbers, **changes})

    @staticmethod
    def _asked(there: int, land: int) -> int:
        """What must be asked for on 62 × 62 tiles to have so many here."""
        asked = round(there * UNIT**2 / land)
        assert round(asked * land / UNIT**2) == there
        return asked

    def _clear(self, tick: int) -> None:
        """Sets the clock, and takes out the creatures that entered by themselves."""
        cap = self.config.spawn.cap
        self.state.tick[0], self.state.cap[0] = tick, 0
        if "creatures" in self.config.systems:
            for name in ("agents", "level", "experience"):
                getattr(self.state, name)[0, cap:] = np.zeros((), getattr(self.state, name).dtype)
            self.state.creature_due[0], self.state.creature_births[0], self.state.beasts_count[0] = NEVER, 0, 0

    def _equip(
        self, slot: int, levels: dict[str, int] | None = None, pack: dict[str, int] | None = None, gold: int = 0
    ) -> None:
        for skill in Skill:
            level = (levels or {}).get(skill.name.lower(), 10 if skill is Skill.CONSTITUTION else 1)
            self.state.level[0, slot, skill], self.state.experience[0, slot, skill] = level, BEGINS[level]
        if "items" in self.config.systems:
            for kind, count in (pack or {}).items():
                self.state.pack[0, slot, number(kind)] = count
                self.state.load[0, slot] += -(-count // 10) if "knives" in kind else count
            self.state.gold[0, slot] = gold

    def step(self, **told: tuple[Any, ...]) -> None:
        """One tick: (move, style) or (move, style, entry of the view) by letter. Others pass and hold."""
        actions = np.zeros((1, self.config.spawn.cap, 3 if self.config.learned_targets else 2), int)
        actions[..., 1] = Style.HOLD
        for letter, action in told.items():
            actions[0, self.slots[letter], : len(action)] = action
        _, rewards, terminated, _ = self.world.step(actions)
        self.rewards, self.terminated = rewards[0], terminated[0]

    @property
    def stream(self) -> Stream:
        """A stream that gives what the world will draw next."""
        return Stream(int(self.state.stream[0]))

    def slot(self, who: str) -> int:
        """The slot of a letter, or of the k-th creature: "0", "1" and so on."""
        return self.config.spawn.cap + int(who) if who.isdigit() else self.slots[who]

    def __getitem__(self, who: str) -> np.void:
        """The record of an agent or a creature."""
        return self.state.agents[0, self.slot(who)]

    def place(self, who: str) -> tuple[int, int]:
        """Row and column."""
        return int(self[who]["row"]), int(self[who]["col"])

    def health(self, *who: str) -> list[int]:
        """Of everyone named."""
        return [int(self[one]["health"]) for one in who]

    def experience(self, who: str) -> dict[str, int]:
        """What somebody has learned beyond its levels at the beginning, by skill, where it has learned anything."""
        found = self.state.experience[0, self.slot(who)] - BEGINS[self.levels_at_begin]
        return {skill.name.lower(): int(found[skill]) for skill in Skill if found[skill]}

    #: By skill.
    levels_at_begin = np.array([10 if skill is Skill.CONSTITUTION else 1 for skill in Skill])

    def pack(self, who: str) -> dict[str, int]:
        """What an agent carries, by kind; and gold."""
        slot = self.slot(who)
        found = {name: int(count) for name, count in zip(NAMES, self.state.pack[0, slot], strict=True) if count}
        return found | ({"gold": int(self.state.gold[0, slot])} if self.state.gold[0, slot] else {})

    def events(self, kind: str) -> list[tuple[int, int, int, int]]:
        """Those of a kind in the last tick: id, id of the other, detail and value."""
        wanted = [event.name for event in self.config.schema.events].index(kind)
        fields = ("agent", "other", "detail", "value")
        return [tuple(int(e[f]) for f in fields) for e in self.world.events() if e["kind"] == wanted]  # type: ignore[misc]

    def material(self, place: tuple[int, int]) -> Material:
        """What a tile is now."""
        return Material(self.world.materials()[0][place])


@jit
def bring(state: Any, slot: int, kind: int, row: int, col: int) -> None:
    """A creature enters the first world on a tile."""
    enter_world(state, 0, slot, kind, row, col)
    join_beasts(state, 0, slot)
