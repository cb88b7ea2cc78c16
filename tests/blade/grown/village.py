"""A small world of the grown kind, drawn as text, whose agents are given what they know and carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade import Config, Law, World
from forge.blade.grown.experience import BEGINS
from forge.blade.grown.items import Reason
from forge.blade.grown.kinds import COUNT, GOLD, KNIVES, NAMES, STAFF, Skill
from forge.blade.interventions import Place, Remove
from forge.blade.mechanics.events import Recording
from forge.blade.terrain.generation import from_text
from tests.reference.stream import Stream

EVERYTHING = Recording(events=True, lives=True, visits=True)
#: A fire in a drawing; with `camps` a map has as many as its configuration wants: a small one has one.
FIRE = "*"
#: All systems of these tests: one set, so that its tick is compiled once.
SYSTEMS = ("skills", "bodies", "items", "work", "camps", "trades", "births", "speech")


class Village:
    """A world drawn as text, with an agent on every capital letter: A in slot 0, B in slot 1 and so on.

    Agents are 100 ticks old, in full health, and common: gift 100 for everything, level 1 in all skills but for 10 in
    constitution. They carry nothing. Nothing regrows, and nobody enters, unless told otherwise.

    Args:
        drawing: as `from_text` reads it, `*` a fire; a letter stands on grass.
        agents: by letter, what is other: `pack` (numbers by kind), `gold`, `level` (by skill), `gifts`, and fields of
            `Place`.
        slots: of the world; 0 means one for each letter.
        seed: of the world.
        systems: of the world; with camps a drawing needs one fire.
        changes: of the configuration, by dotted name.
    """

    def __init__(
        self,
        drawing: str,
        agents: Mapping[str, Mapping[str, Any]] | None = None,
        slots: int = 0,
        seed: int = 1,
        systems: Sequence[str] = SYSTEMS,
        **changes: Any,
    ) -> None:
        wanted = agents or {}
        rows = drawing.split()
        places = {c: (row, col) for row, text in enumerate(rows) for col, c in enumerate(text) if c.isupper()}
        self.letters = sorted(places)
        self.config = self._config(rows, systems, slots or len(places), changes)
        tiles = from_text("\n".join("".join("." if c.isupper() or c == FIRE else c for c in row) for row in rows))
        for row, col in ((r, c) for r, text in enumerate(rows) for c, symbol in enumerate(text) if symbol == FIRE):
            tiles[row, col] = self.config.schema.names("materials").index("fire")
        self.world = World(self.config, seed=seed, threads=1, maps=[tiles], record=EVERYTHING)
        self.world.reset()
        state = self.world.state
        entries = [Remove(0), *(self._place(*places[c], wanted.get(c, {})) for c in self.letters)]
        self.world.apply(entries)
        for slot, letter in enumerate(self.letters):
            self._equip(slot, wanted.get(letter, {}))
        if "ledger" in state._fields:
            state.ledger[...] = 0
            state.ledger[0, Reason.MADE, :COUNT] = state.pack[0].sum(0)
            state.ledger[0, Reason.BORN, GOLD] = state.gold[0].sum()
        self.world.refresh()
        self.names = [c.name for c in self.config.schema.choices if c.options(self.config)]

    @staticmethod
    def _config(rows: Sequence[str], systems: Sequence[str], slots: int, changes: Mapping[str, Any]) -> Config:
        shape = {"terrain.side": len(rows), "terrain.border": 1, "spawn.cap": slots, "spawn.populations": 1}
        quiet = {"foraging.regrowth": 0, "combat.hold": True, "sight.radius": 3, "sight.agents": 8}
        if "trades" in systems:
            quiet |= {"camps.radius": 2, "trades.ore_regrowth": 0, "bodies.gifts": "equal"}
        return Law(systems=list(systems), **{**quiet, **shape, **changes})

    @staticmethod
    def _place(row: int, col: int, fields: Mapping[str, Any]) -> Place:
        told = {name: value for name, value in fields.items() if name not in ("pack", "gold", "level", "gifts")}
        return Place(0, row, col, **{"age": 100, **told})

    def _equip(self, slot: int, fields: Mapping[str, Any]) -> None:
        state = self.world.state
        if "level" in state._fields:
            levels = {"constitution": 10} | dict(fields.get("level", {}))
            for skill in Skill:
                level = levels.get(skill.name.lower(), 1)
                state.level[0, slot, skill], state.experience[0, slot, skill] = level, BEGINS[level]
                state.progress[0, slot, skill] = 0
            state.gifts[0, slot] = fields.get("gifts", 100)
        if "pack" in state._fields:
            state.pack[0, slot], state.gold[0, slot] = 0, fields.get("gold", 0)
            for name, count in fields.get("pack", {}).items():
                state.pack[0, slot, NAMES.index(name)] = count
            state.load[0, slot] = load_of(state.pack[0, slot])

    def step(self, **told: str | Mapping[str, Any]) -> None:
        """One tick; by letter its work, or its choices by their names. Whoever is told nothing stays and rests."""
        actions = np.zeros((1, self.config.spawn.cap, len(self.names)), int)
        actions[..., self.names.index("style")] = self.config.styles - 1
        for letter, choices in told.items():
            for name, option in self.named(choices).items():
                actions[0, self.slot(letter), self.names.index(name)] = self.option(name, option)
        result = self.world.step(actions)
        self.rewards, self.terminated = result[1][0], result[2][0]

    @staticmethod
    def named(choices: str | Mapping[str, Any]) -> Mapping[str, Any]:
        """Choices by name: a text is a work and the kind for it, "cook cooked_shrimp"."""
        if isinstance(choices, str):
            work, _, kind = choices.partition(" ")
            return {"work": work, **({"kind": kind} if kind else {})}
        return choices

    def option(self, name: str, option: Any) -> int:
        """The number of an option of a choice, by its name or number."""
        if not isinstance(option, str):
            return int(option)
        choice = next(c for c in self.config.schema.choices if c.name == name)
        return choice.options(self.config).index(option)

    def slot(self, letter: str) -> int:
        """Where an agent is."""
        return self.letters.index(letter)

    def pack(self, letter: str) -> dict[str, int]:
        """What an agent carries, by kind."""
        return {NAMES[k]: int(n) for k, n in enumerate(self.world.state.pack[0, self.slot(letter)]) if n}

    def of(self, letter: str, array: str) -> Any:
        """The row of an agent of an array of the state."""
        return getattr(self.world.state, array)[0, self.slot(letter)]

    def __getitem__(self, letter: str) -> np.void:
        """The record of an agent."""
        return self.world.state.agents[0, self.slot(letter)]

    def experience(self, letter: str, skill: Skill) -> int:
        """Of an agent, in a skill."""
        return int(self.of(letter, "experience")[skill])

    def may(self, letter: str) -> dict[str, list[str]]:
        """What work is valid for an agent, each with the kinds that are."""
        works = next(c for c in self.config.schema.choices if c.name == "work").options(self.config)
        kinds = self.of(letter, "may_kind")
        return {
            name: [NAMES[k] for k in np.flatnonzero(kinds[w])]
            for w, name in enumerate(works)
            if self.of(letter, "may_work")[w]
        }

    def events(self) -> list[tuple[str, int, int]]:
        """What happened in the last tick but for drinks, harvests and deaths: kind, detail and value."""
        names = self.config.schema.names("events")
        every = [(names[e["kind"]], int(e["detail"]), int(e["value"])) for e in self.world.events()]
        return [event for event in every if event[0] not in ("drink", "harvest", "death", "birth")]

    def stream(self) -> Stream:
        """What the world will draw, in a stream of its own."""
        return Stream(int(self.world.state.stream[0]))

    def material(self, row: int, col: int) -> str:
        """What a tile is made of."""
        return self.config.schema.names("materials")[self.world.materials()[0][row, col]]

    def books_agree(self) -> bool:
        """Whether all items and gold are where the ledger says that they went."""
        state, ledger = self.world.state, self.world.state.ledger[0]
        came = ledger[[Reason.BORN, Reason.MADE, Reason.FOUND]].sum(0)
        went = ledger[[Reason.USED, Reason.SPOILED, Reason.LOST]].sum(0)
        there = np.append(state.pack[0].sum(0), state.gold[0].sum())
        loads = [load_of(pack) for pack in state.pack[0]]
        return np.array_equal(came - went, there) and np.array_equal(state.load[0], loads)


def load_of(pack: np.ndarray) -> int:
    """The room that a pack takes: one for each item, and for every ten knives of a metal."""
    knives = pack[KNIVES:STAFF].astype(int)
    return int(pack.astype(int).sum() - knives.sum() + (-(-knives // 10)).sum())
