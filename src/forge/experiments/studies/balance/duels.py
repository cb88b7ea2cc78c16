"""Duels: two who strike each other until one is dead, each in a small world of its own, at levels that stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forge.blade import Config, Guild, Material, World
from forge.blade.grown.experience import BEGINS
from forge.blade.grown.kinds import Skill, number
from forge.blade.grown.sites import UNIT
from forge.blade.interventions import Place, Remove
from forge.blade.mechanics.ids import Style
from forge.experiments.studies.framework.store import Measurement, Store

#: Ticks after which a duel that nobody has won is over.
LONGEST = 500
_SIDE, _BORDER, _CORNER, _WOOD = 24, 4, 2, range(9, 15)
_ONE = round(UNIT**2 / (_SIDE - 2 * _BORDER) ** 2)  # creatures on 62 × 62 tiles of which there is one here
_NEVER = 1_000_000


@dataclass(frozen=True)
class Fighter:
    """An agent that strikes in melee.

    Args:
        level: of melee and defense; constitution is 10, so that all have 10 health.
        gear: names of kinds that it carries, and uses as far as its levels allow.
    """

    level: int
    gear: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"level": self.level, "gear": list(self.gear)}


@dataclass(frozen=True)
class Duel:
    """A fighter against a goblin, or against another like itself."""

    fighter: Fighter
    goblin: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)

    def config(self) -> Config:
        """Its worlds: no hunger, nobody heals, learns or is born, and who dies stays dead."""
        return Guild(
            **{
                "terrain.side": _SIDE, "terrain.border": _BORDER, "spawn.cap": 2, "spawn.populations": 1,
                "vitals.food_loss": 0, "vitals.water_loss": 0, "vitals.heal": 0, "foraging.regrowth": 0.0,
                "skills.rate": 0, "camps.radius": 1, "levels.agents": True, "combat.immunity": 0,
                "creatures.chickens": 0, "creatures.goblins": _ONE * self.goblin, "creatures.back": _NEVER,
                **self.changes,
            }
        )  # fmt: skip


def duels(name: str, duel: Duel, times: int, seed: int) -> Measurement:
    """Fights a duel so many times: `ticks` until somebody is dead, and whether the first fighter `survives`."""

    def measure(_: Store) -> dict[str, Any]:
        ticks, survives = fought(duel, times, seed)
        return {"ticks": ticks.tolist(), "survives": survives.tolist()}

    what = {
        "measurement": "duels", "fighter": duel.fighter.to_dict(), "goblin": duel.goblin,
        "world": duel.config().to_dict(), "times": times, "seed": seed,
    }  # fmt: skip
    return Measurement(name, what, measure, times)  # tiny worlds, and few ticks


def fought(duel: Duel, times: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fights it: ticks until somebody is dead, int64 [times], and whether the first fighter lives then, bool [times].

    Who falls together does not survive. A duel without an end takes `LONGEST` ticks, and its fighter survives it.
    """
    config = duel.config()
    world = World(config, times, seed, threads=1, maps=[_land(config, duel.goblin)] * times)
    world.reset()
    state = world.state
    state.cap[:] = 0  # nobody enters any more
    names = [choice.name for choice in config.schema.choices if choice.options(config)]
    actions = np.zeros((times, config.spawn.cap, len(names)), np.uint8)
    while duel.goblin and not state.agents["creature"][:, 2].all():  # some need another tick to find a place
        actions[..., names.index("style")] = Style.HOLD
        world.step(actions)
    for w in range(times):
        _stage(world, w, duel)
    world.refresh()
    actions[..., names.index("style")] = Style.MELEE
    ticks, survives = np.full(times, LONGEST), np.ones(times, bool)
    going = np.ones(times, bool)
    for tick in range(1, LONGEST + 1):
        world.step(actions)
        lives = state.agents["alive"][:, 0] == 1
        other = state.agents["creature"][:, 2] != 0 if duel.goblin else state.agents["alive"][:, 1] == 1
        over = going & ~(lives & other)
        ticks[over], survives[over] = tick, lives[over]
        going &= ~over
        if not going.any():
            break
    return ticks, survives


def _land(config: Config, goblin: bool) -> np.ndarray:
    """Grass in a frame of lava, a fire in a corner, and in the middle a wood for a goblin to come from."""
    tiles = np.full((_SIDE, _SIDE), Material.LAVA, np.uint8)
    tiles[_BORDER:-_BORDER, _BORDER:-_BORDER] = Material.GRASS
    tiles[_BORDER + _CORNER, _BORDER + _CORNER] = config.schema.names("materials").index("fire")
    if goblin:
        tiles[_WOOD.start : _WOOD.stop, _WOOD.start : _WOOD.stop] = Material.FOREST
    return tiles


def _stage(world: World, w: int, duel: Duel) -> None:
    """Puts one fighter beside the goblin, or two beside each other, as they are to be."""
    state = world.state
    gone = [Remove(int(ident)) for ident in state.agents["id"][w, :2][state.agents["alive"][w, :2] == 1]]
    place = (_SIDE // 2, _SIDE // 2)
    if duel.goblin:
        foe = state.agents[w, 2]
        place = (int(foe["row"]), int(foe["col"]) + 1)
    beside = [] if duel.goblin else [Place(0, place[0], place[1] + 1, age=100)]
    world.apply([*gone, Place(0, *place, age=100), *beside], w)
    levels = np.ones(len(Skill), np.int64)
    levels[[Skill.MELEE, Skill.DEFENSE]], levels[Skill.CONSTITUTION] = duel.fighter.level, 10
    for slot in range(1 + (not duel.goblin)):
        state.level[w, slot], state.experience[w, slot] = levels, BEGINS[levels]
        for kind in duel.fighter.gear:
            state.pack[w, slot, number(kind)] = 1
        state.load[w, slot] = len(duel.fighter.gear)
