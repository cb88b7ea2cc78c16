"""What a VecEnv hands out: observations, rewards and infos, world by world and agent by agent.

All of it reads the batched arrays when it is asked. An observation is valid until the next step; what is used after it
raises instead of telling of another agent. `Scene.copy` keeps one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np

from forge.blade import Config, Observation
from forge.blade.mechanics.ids import Move
from forge.blade.mechanics.tile import crowds_of, materials_of
from forge.blade.world.action_tree import ActionTree, bits
from forge.support.checks import did_you_mean
from forge.trinity.adapters.turn import Turn


class StaleObservation(RuntimeError):
    """An observation of a tick that is over was used."""


class Batch(Sequence[Any]):
    """Something for each world of a batch, made when it is asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, world: int) -> Any: ...
    @overload
    def __getitem__(self, world: slice) -> Sequence[Any]: ...
    def __getitem__(self, world: int | slice) -> Any:
        if isinstance(world, slice):
            return [self[w] for w in range(*world.indices(self._count))]
        if not -self._count <= world < self._count:
            raise IndexError(f"world {world} is out of range; there are {self._count}")
        return self._of(world % self._count)

    @abstractmethod
    def _of(self, world: int) -> Any:
        """What this sequence holds of one world."""


class Scene(Batch):
    """The observation of a batch of worlds: `scene[i]` is world i's, `scene.batch` the arrays behind all of them."""

    def __init__(self, batch: Observation, configs: Sequence[Config], tree: ActionTree) -> None:
        super().__init__(len(configs))
        self._batch, self.configs, self.tree = batch, configs, tree
        self.fresh = True

    @property
    def batch(self) -> Observation:
        """The arrays [world, slot]: `forge.blade.Observation`.

        Raises:
            StaleObservation: if the worlds have been stepped since.
        """
        if not self.fresh:
            raise StaleObservation(
                "this observation is of an earlier tick, and its memory holds another by now; "
                "use it before the next step, or keep obs.copy()"
            )
        return self._batch

    def copy(self) -> Scene:
        """The same in memory of its own, which no step changes."""
        return Scene(self.batch.copy(), self.configs, self.tree)

    def _of(self, world: int) -> WorldScene:
        return WorldScene(self, world)


class WorldScene(Sequence[Any]):
    """The observation of one world: a sequence of (Entity, Stimulus), one for each living agent, in order of slots."""

    def __init__(self, scene: Scene, world: int) -> None:
        self._scene, self.world = scene, world
        self._slots = np.flatnonzero(scene.batch.alive[world]).tolist()

    @property
    def ids(self) -> list[int]:
        """Ids of the living, in the order of the sequence."""
        return self._scene.batch.agents["id"][self.world, self._slots].tolist()

    def __len__(self) -> int:
        return len(self._slots)

    @overload
    def __getitem__(self, place: int) -> tuple[Entity, Stimulus]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[tuple[Entity, Stimulus]]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        return self._pair(self._slots[place])

    def __iter__(self) -> Iterator[tuple[Entity, Stimulus]]:
        return map(self._pair, self._slots)

    def of(self, entID: int) -> tuple[Entity, Stimulus]:
        """The pair of the agent with an id.

        Raises:
            KeyError: if no such agent is alive in this world.
        """
        ids = self.ids
        if entID not in ids:
            raise KeyError(f"no agent {entID} is alive in world {self.world}")
        return self._pair(self._slots[ids.index(entID)])

    def _pair(self, slot: int) -> tuple[Entity, Stimulus]:
        entity = Entity(self._scene, self.world, slot)
        return entity, Stimulus(entity)


def _field(name: str, meaning: str) -> property:
    def read(self: Entity) -> int:
        return int(self._scene.batch.agents[name][self.world, self.slot])

    return property(read, doc=meaning)


class Entity:
    """An agent. Equal to another if it is the same agent of the same world.

    Attributes:
        entID: its id, which no other agent of its world ever had or will have.
        world, slot: where it is in the batched arrays.
    """

    __slots__ = ("_scene", "entID", "slot", "world")

    def __init__(self, scene: Scene, world: int, slot: int) -> None:
        self._scene, self.world, self.slot = scene, world, slot
        self.entID = int(scene.batch.agents["id"][world, slot])

    population = _field("population", "Index of its population.")
    row = _field("row", "Row of its tile.")
    col = _field("col", "Column of its tile.")
    health = _field("health", "Health points; at 0 it dies.")
    food = _field("food", "Food points; at 0 health falls.")
    water = _field("water", "Water points; at 0 health falls.")
    age = _field("age", "Ticks lived.")
    lifetime = _field("age", "Ticks lived so far: its age; at its death, the length of its life.")
    damage = _field("damage", "Health points of the attacks that hit it last tick.")
    freeze = _field("freeze", "Ticks it cannot move.")

    @property
    def immune(self) -> bool:
        """Whether no attack can harm it yet."""
        return bool(self.age < self._scene.configs[self.world].combat.immunity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entity) and (self.world, self.entID) == (other.world, other.entID)

    def __hash__(self) -> int:
        return hash((self.world, self.entID))

    def __repr__(self) -> str:
        return f"Entity({self.entID} in world {self.world})"


class Stimulus:
    """What one agent sees, and which of its choices are valid. R is the side of the window, n the agents in view."""

    __slots__ = ("_scene", "at", "entity")

    def __init__(self, entity: Entity) -> None:
        self.entity, self._scene, self.at = entity, entity._scene, (entity.world, entity.slot)

    @property
    def materials(self) -> np.ndarray:
        """The material of each tile around the agent, uint8 [R, R], its own tile in the middle."""
        return materials_of(self._scene.batch.window[self.at])

    @property
    def counts(self) -> np.ndarray:
        """Agents on each of these tiles, uint8 [R, R]: at most 31, or 255 in worlds of more than 8 materials."""
        return crowds_of(self._scene.batch.window[self.at])

    @property
    def entities(self) -> np.ndarray:
        """Features of the agents in view, int32 [n, F]: the agent itself first. In our own worlds they are FEATURES."""
        return self._scene.batch.features(*self.at)

    @property
    def own(self) -> np.ndarray:
        """What it knows of itself alone, int32 [own features]; nothing in our own worlds."""
        return self._scene.batch.own(*self.at)

    @property
    def around(self) -> np.ndarray:
        """What everyone knows of its world, int32 [n]; nothing in our own worlds."""
        return self._scene.batch.around(self.at[0])

    def rows(self, name: str) -> np.ndarray:
        """The rows that are there of one of the sets that it knows of, int32 [rows, features].

        Raises:
            ValueError: if no system declares a set of that name.
        """
        return self._scene.batch.rows(name, *self.at)

    def mask(self, choice: str) -> np.ndarray:
        """The valid options of a choice, by the name of its column, bool [options].

        Raises:
            ValueError: if there is no such choice.
        """
        columns = self._scene.tree.columns
        if choice not in columns:
            raise ValueError(did_you_mean("choice", choice, columns))
        return self._scene.tree.masks(self._scene.batch, self.at)[columns.index(choice)]

    @property
    def visible(self) -> list[Entity]:
        """The agents in view, in the order of `entities`; an index into it is what a learned target is."""
        return [Entity(self._scene, self.at[0], slot) for slot in self._seen().tolist()]

    @property
    def move_mask(self) -> np.ndarray:
        """Valid moves, bool [5]."""
        return bits(self._scene.batch.moves[self.at], len(Move))

    @property
    def style_mask(self) -> np.ndarray:
        """Valid styles, bool [styles]."""
        return np.ones(self._scene.batch.styles, bool)

    @property
    def target_mask(self) -> np.ndarray:
        """Valid targets of each style, bool [styles, n]; with targeting that is not learned, [styles, 0]."""
        targets = self._scene.batch.targets[self.at]
        return bits(targets[: len(self._seen())], self._scene.batch.styles).T

    @property
    def valid(self) -> np.ndarray:
        """Valid flat actions, bool [size of the ActionTree]."""
        return self._scene.tree.valid(self._scene.batch, self.at)

    def _seen(self) -> np.ndarray:
        batch = self._scene.batch
        return batch.seen[self.at][: batch.seen_count[self.at]]


class Rewards(Batch):
    """`rewards[i]` maps the id of each agent of world i that acted to its reward; `rewards.batch` is float32 [W, N].

    Who died in the step is there for the last time.
    """

    def __init__(self, turn: Turn) -> None:
        super().__init__(len(turn.reward))
        self._turn, self.batch = turn, turn.reward

    def _of(self, world: int) -> Mapping[int, float]:
        acted = self._turn.acted[world]
        return dict(zip(self._turn.ids[world][acted].tolist(), self.batch[world][acted].tolist(), strict=True))


class Infos(Batch):
    """`infos[i]`: world i's tick, how many live, how many of each population, ids of who died and was born."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(len(turn.reward))
        self._turn, self.batch = turn, turn.info

    def _of(self, world: int) -> dict[str, Any]:
        turn = self._turn
        return {
            "tick": int(self.batch["tick"][world]),
            "living": int(self.batch["living"][world]),
            "members": self.batch["members"][world].tolist(),
            "died": turn.ids[world][turn.died[world]].tolist(),
            "born": turn.new_ids[world][turn.born[world]].tolist(),
        }
