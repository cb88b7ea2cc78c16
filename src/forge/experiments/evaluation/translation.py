"""A world of some systems, as a policy knows it that was trained in a world of others.

It is shown what it knows by name: features, what it knows of itself and of the world, sets of rows, materials. It
chooses by name, too; choices that it does not know stay as its agents would leave them that do as little as the rules
allow. What it knows and the world lacks cannot be made up, and is an error.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np

from forge.blade import Config, ConfigError, Observation, Recording
from forge.blade.creatures.kinds import CHICKEN, GOBLIN
from forge.blade.mechanics.ids import Material
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of, tile_type
from forge.blade.recording.scene import Scene
from forge.blade.schema.record import FILLING
from forge.blade.schema.schema import Schema
from forge.blade.state.observation import read_only, told
from forge.blade.world.actions import choices_of
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.mind import Perspective


class Translation:
    """What a policy is shown of worlds, and what its choices mean there.

    A material that it does not know looks to it like grass where it may be entered, and else like stone; a creature
    that it does not know like a goblin if it hunts, and else like a chicken.

    Args:
        own: the configuration of the worlds it was trained in, with the slots and populations of those it plays in.
        world: the configuration of these.

    Raises:
        ConfigError: naming what it knows and these worlds lack.
    """

    def __init__(self, own: Config, world: Config) -> None:
        self.own, self.world = own, world
        if missing := [*_missing(own.schema, world.schema), *_other_choices(own, world), *_other_arrays(own, world)]:
            raise ConfigError(f"it was trained with {'; '.join(missing)}")
        known = {material.name: material.number for material in own.schema.materials}
        self._materials = np.array(
            [
                known.get(material.name, Material.GRASS if material.enterable else Material.STONE)
                for material in world.schema.materials
            ],
            np.uint8,
        )
        self._creatures = _creatures(own.schema, world.schema)
        self._tile = tile_type(len(own.schema.materials))
        names = [choice.name for choice in choices_of(world)]
        self._columns = [names.index(choice.name) for choice in choices_of(own)]
        self._idle = np.array([choice.idle(world) for choice in choices_of(world)], np.uint8)

    def look(self, observation: Observation) -> Observation:
        """What it is shown of an observation."""
        return observation._replace(
            agents=read_only(self._agents(observation.agents)),
            padded_window=read_only(self._window(observation.padded_window)),
            schema=self.own.schema,
            more={name: observation.more[name] for name in told(self.own.schema)},
        )

    def give(self, chosen: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """Its actions, [W, N, own columns], as those of the world, uint8 [W, N, columns]; `alive` is bool [W, N]."""
        actions = np.where(alive[..., None], self._idle, np.uint8(0))
        actions[..., self._columns] = chosen
        return actions

    def scene(self, scene: Scene) -> Scene:
        """What a scene of the world is to it."""
        known = scene.told and {name: scene.told[name] for name in told(self.own.schema)}
        return dataclasses.replace(
            scene,
            config=self.own,
            agents=self._agents(scene.agents),
            materials=self._materials[scene.materials],
            told=known,
        )

    def _agents(self, agents: np.ndarray) -> np.ndarray:
        shown = np.zeros(agents.shape, self.own.schema.agent)
        for name in _fields(self.own.schema):
            shown[name] = self._creatures[agents[name]] if name == "creature" else agents[name]
        return shown

    def _window(self, window: np.ndarray) -> np.ndarray:
        layout = LAYOUTS[np.dtype(self._tile)]
        # tiles of the padding mean nothing, and may be of no material
        materials = self._materials.take(materials_of(window), mode="clip").astype(self._tile)
        return materials + np.minimum(crowds_of(window), layout.crowd).astype(self._tile) * self._tile.type(
            layout.one_agent
        )


def _creatures(own: Schema, world: Schema) -> np.ndarray:
    """Which number each kind of creature of the world has to it, by their numbers in the world: uint8 [1 + kinds]."""
    known = {nature.name: 1 + k for k, nature in enumerate(own.natures)}
    return np.array(
        [0, *(known.get(nature.name, GOBLIN if nature.hunts else CHICKEN) for nature in world.natures)], np.uint8
    )


class Interpreted(Actor):
    """An actor in worlds of other systems than those it was trained with.

    Args:
        actor: seated in them; it is used up.
        world: their configuration.

    Raises:
        ConfigError: naming what it knows and they lack.
    """

    def __init__(self, actor: Actor, world: Config) -> None:
        self.__dict__.update(actor.__dict__)
        self.translation = Translation(actor.config, world)

    def act(self, observation: Observation) -> np.ndarray:
        """Actions uint8 [W, N, columns] for everyone alive, in the columns of the world."""
        chosen = super().act(self.translation.look(observation))
        return self.translation.give(chosen, observation.alive)


class Translated:
    """How an interpreted actor takes a world of which it plays some of the populations, or all.

    Args:
        translation: of what it is shown.
        view: of its populations, if it plays some.
    """

    def __init__(self, translation: Translation, view: Perspective | None) -> None:
        self._translation, self._view = translation, view

    @property
    def populations(self) -> np.ndarray:
        """See `Perspective`."""
        return np.arange(self._translation.own.populations) if self._view is None else self._view.populations

    def scene(self, scene: Scene) -> Scene:
        """See `Perspective`."""
        return self._translation.scene(scene if self._view is None else self._view.scene(scene))


def _fields(schema: Schema) -> list[str]:
    return [name for name in schema.agent.names or () if name not in FILLING]


def _missing(own: Schema, world: Schema) -> list[str]:
    """What a schema declares by name and another does not."""
    found = []
    declared: dict[str, tuple[Iterable[str], Iterable[str]]] = {
        "the feature": ((one.name for one in own.features), (one.name for one in world.features)),
        "what it knows of itself,": ((one.name for one in own.own), (one.name for one in world.own)),
        "what it knows of its world,": (own.around, world.around),
        "the field of agents": (_fields(own), _fields(world)),
    }
    for what, (wanted, there) in declared.items():
        known = {*there}
        found += [f"{what} {name!r}, which is not there" for name in wanted if name not in known]
    sets = {rows.name: rows for rows in world.rows}
    for rows in own.rows:
        other = sets.get(rows.name)
        columns = [feature.name for feature in rows.features]
        if other is None or other.world != rows.world or [one.name for one in other.features] != columns:
            found.append(f"the rows {rows.name!r} of {', '.join(columns)}, which are not there")
    return found


def _other_choices(own: Config, world: Config) -> list[str]:
    """The choices of a configuration that another lacks, or has with other options."""
    there, found = {choice.name: choice for choice in choices_of(world)}, []
    for choice in choices_of(own):
        if choice.name not in there:
            found.append(f"the choice {choice.name!r}, which is not there")
        elif choice.options(own) != (options := there[choice.name].options(world)):
            found.append(f"the choice {choice.name!r} of {len(choice.options(own))} options, which has {len(options)}")
    return found


def _other_arrays(own: Config, world: Config) -> list[str]:
    """The arrays that agents of a configuration are told, and that are of another shape in another.

    How many creatures there are is no matter: their rows stand behind those of agents.
    """
    mine, theirs = (config.schema.layout([config], Recording()) for config in (own, world))
    bodies = [config.spawn.cap + config.schema.bodies(config) for config in (own, world)]

    def alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        return one == other or (one[2:] == other[2:] and [*one[1:2], *other[1:2]] == bodies)

    return [
        f"{name} of shape {list(mine[name].shape[1:])}, which has {list(theirs[name].shape[1:])}"
        for name in told(own.schema)
        if name in theirs and not alike(mine[name].shape, theirs[name].shape)
    ]


def seen_through(player: Any, view: Perspective | None) -> Perspective | None:
    """How a player takes a world that it is shown by a view: in its own words, if it is interpreted."""
    actor = getattr(player, "actor", player)
    return Translated(actor.translation, view) if isinstance(actor, Interpreted) else view
