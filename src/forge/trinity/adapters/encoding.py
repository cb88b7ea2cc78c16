"""What one agent observes as named arrays of fixed shape: the form that PettingZoo and Gymnasium learners take.

Declared once, over the engine's schema: spaces, arrays and documentation all come from `parts`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from forge.blade import FEATURES, Config, ConfigError, Observation, Recording
from forge.blade.engine.engine import engine_of, own_arrays
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of, tile_type
from forge.blade.schema.system import Feature, Rows
from forge.blade.state.observation import rows_there
from forge.blade.world.action_tree import ActionTree, bits
from forge.blade.world.actions import COLUMNS
from forge.support.numeric import flag


class Form(NamedTuple):
    """The choices a learner has.

    Attributes:
        flat: actions are one number each, with one mask over all of them, which is exact.
        normalised: features are float32, normalised as Neural MMO v1.0 did, in place of the engine's integers.
        alive: an array tells whether the slot holds an agent.
        box: all arrays are put into one float32 vector, in the order of their names, as Gymnasium flattens a Dict.
    """

    flat: bool = False
    normalised: bool = False
    alive: bool = False
    box: bool = False


def form_of(alive: bool, **switches: Any) -> Form:
    """The form of which a user has chosen these switches.

    Raises:
        ConfigError: if one is neither True nor False.
    """
    return Form(alive=alive, **{name: flag(name, value) for name, value in switches.items()})


class Part(NamedTuple):
    """One array of an agent's observation."""

    name: str
    source: str  # the array of `Observation` it is made from
    letters: str  # its shape in the letters of `forge.blade.state.state`; F is the number of FEATURES
    shape: tuple[int, ...]
    dtype: type
    low: np.ndarray  # smallest and largest values, broadcast to the shape
    high: np.ndarray
    meaning: str


def parts(config: Config, form: Form) -> tuple[Part, ...]:
    """The arrays of one agent's observation, in order."""
    tree, schema = ActionTree(config), config.schema
    choices, size = dict(zip(tree.columns, tree.choices, strict=True)), tree.size
    R, K, F = 2 * config.sight.radius + 1, config.sight.agents, len(schema.features)
    materials = len(schema.materials)
    crowd = LAYOUTS[tile_type(materials)].crowd
    kind = np.float32 if form.normalised else np.int32
    low, high = feature_limits(config, schema.features, form.normalised)
    made = [
        _counted("materials", "window", "R R", (R, R), materials - 1, "the material of each tile around the agent"),
        _counted("counts", "window", "R R", (R, R), crowd, "agents on each of these tiles"),
        Part("entities", "seen", "K F", (K, F), kind, low, high, "FEATURES of each agent in view, itself first"),
        _flags("entity_mask", "seen_count", "K", (K,), "1 for each filled row of `entities`; the others are zeros"),
    ]
    if schema.own:
        low, high = feature_limits(config, schema.own, form.normalised)
        made.append(Part("own", "agents", "O", (len(schema.own),), kind, low, high, "what it knows of itself alone"))
    if schema.around:
        length = around_length(config)
        made.append(Part("around", "more", "A", (length,), np.int32, *_ANY, "what everyone knows of the world"))
    made += _sets_of_rows(config, kind, form.normalised)
    if form.flat:
        made.append(_flags("action_mask", "moves", "actions", (size,), "1 for each valid action"))
        return _with_alive(made, form)
    made.append(_flags("move_mask", "moves", "moves", (choices["move"],), "1 for each valid move"))
    made.append(_flags("style_mask", "agents", "styles", (choices["style"],), "1 for each valid style"))
    if "target" in choices:
        shape = (choices["style"], choices["target"])
        made.append(_flags("target_mask", "targets", "styles K", shape, "1 for each valid target, style by style"))
    for name in tree.columns:
        if name not in COLUMNS:
            made.append(_flags(f"{name}_mask", "more", name, (choices[name],), f"1 for each valid option of `{name}`"))
    return _with_alive(made, form)


def _sets_of_rows(config: Config, kind: type, normalised: bool) -> list[Part]:
    """Two arrays for each set of rows: the rows, and which of them are there."""
    made, layout = [], config.schema.layout([config], Recording())
    for rows in config.schema.rows:
        shape = layout[rows.array].shape[-2:]
        limits = feature_limits(config, rows.features, normalised)
        made.append(Part(rows.name, "more", f"{rows.name} F", shape, kind, *limits, rows.meaning))
        meaning = f"1 for each filled row of `{rows.name}`; the others are zeros"
        made.append(_flags(f"{rows.name}_mask", "more", rows.name, shape[:1], meaning))
    return made


def _with_alive(made: list[Part], form: Form) -> tuple[Part, ...]:
    if form.alive:
        made.append(_flags("alive", "agents", "1", (1,), "1 if an agent is in the slot"))
    names = [part.name for part in made]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(
            f"{twice[0]!r} would be two arrays of an observation, which has {', '.join(dict.fromkeys(names))}: "
            "a system from outside must name its rows, or its choice, otherwise"
        )
    return tuple(made)


def in_vector(made: Sequence[Part]) -> list[Part]:
    """The parts in the order in which they stand in the vector of a `box`."""
    return sorted(made, key=lambda part: part.name)


def _counted(name: str, source: str, letters: str, shape: tuple[int, ...], most: int, meaning: str) -> Part:
    return Part(name, source, letters, shape, np.uint8, np.array(0), np.array(most), meaning)


def _flags(name: str, source: str, letters: str, shape: tuple[int, ...], meaning: str) -> Part:
    return Part(name, source, letters, shape, np.int8, np.array(0), np.array(1), meaning)


#: The limits of numbers of which none are declared.
_ANY = (np.array(np.iinfo(np.int32).min), np.array(np.iinfo(np.int32).max))


def around_length(config: Config) -> int:
    """How many numbers everyone knows of the world."""
    layout = config.schema.layout([config], Recording())
    return sum(math.prod(layout[name].shape[1:]) for name in config.schema.around)


def feature_limits(config: Config, features: Sequence[Feature], normalised: bool) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value [F] of each feature. 0 is within: it fills the rows of nobody."""
    low = np.array([feature.low(config) for feature in features], np.int32)
    high = np.array([feature.high(config) for feature in features], np.int32)
    if normalised:
        centre, scale = normalisation(config, features)
        low, high = normalise(low, centre, scale), normalise(high, centre, scale)
    return np.minimum(low, 0), np.maximum(high, 0)


def normalisation(config: Config, features: Sequence[Feature] = FEATURES) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale of each feature, float32 [F]."""
    centre = np.array([feature.centre(config) for feature in features], np.float32)
    return centre, np.array([feature.scale(config) for feature in features], np.float32)


def normalise(features: np.ndarray, centre: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(x − centre) / scale as float32."""
    return (features.astype(np.float32) - centre) / scale


def parts_table(config: Config) -> str:
    """The arrays as a Markdown table: all that any Form has, with the ranges of `config`."""
    forms = (Form(alive=True), Form(flat=True))
    every = {part.name: part for form in forms for part in parts(config, form)}
    rows = [
        f"| `{part.name}` | {np.dtype(part.dtype)} | [{part.letters.replace(' ', ', ')}] "
        f"| {_range(part)} | {part.meaning} |"
        for part in every.values()
    ]
    return "\n".join(["| name | dtype | shape | range | what it holds |", "|---|---|---|---|---|", *rows])


def _range(part: Part) -> str:
    return "that of each feature" if part.low.ndim else f"{part.low} .. {part.high}"


class Encoder:
    """Makes the arrays of `parts` for any agents or slots, in memory of their own."""

    def __init__(self, config: Config, form: Form) -> None:
        self.form, self.tree, self.parts = form, ActionTree(config), parts(config, form)
        self._listed = config.sight.agents
        self._schema, self._engine = config.schema, engine_of(config.schema)
        sets = [(rows.name, rows.features) for rows in self._schema.rows]
        self._normalisation = {
            kind: normalisation(config, features)
            for kind, features in (("entities", self._schema.features), ("own", self._schema.own), *sets)
        }

    def encode(self, observation: Observation, worlds: np.ndarray, slots: np.ndarray) -> dict[str, np.ndarray]:
        """The parts, each [n, *shape], of n slots given by their worlds and numbers: int64 [n] both.

        Empty slots are all zeros, but for the masks of actions, which allow them to be idle.
        """
        at = (worlds, slots)
        window = observation.window[at]
        made = {"materials": materials_of(window), "counts": crowds_of(window)}
        made |= self._entities(observation, worlds, slots)
        if self._schema.own:
            made["own"] = self._own(observation, worlds, slots)
        if self._schema.around:
            alive = observation.agents["alive"][at].astype(bool)
            every = np.stack([observation.around(w) for w in range(len(observation.agents))])
            made["around"] = np.where(alive[:, None], every[worlds], np.int32(0))
        for rows in self._schema.rows:
            made |= self._rows(rows, observation, worlds, slots)
        if self.form.flat:
            made["action_mask"] = self.tree.valid(observation, at).view(np.int8)
        else:
            masks = self.tree.masks(observation, at)
            made |= {f"{name}_mask": mask.view(np.int8) for name, mask in zip(self.tree.columns, masks, strict=True)}
        if "target" in self.tree.columns:
            made["target_mask"] = self._targets(observation, at)
        made["alive"] = observation.agents["alive"][at].astype(np.int8)[:, None]
        return {part.name: made[part.name] for part in self.parts}

    def shown(self, made: dict[str, np.ndarray]) -> dict[str, np.ndarray] | np.ndarray:
        """The parts in the form that is observed: as they are, or with `box` as float32 [n, length]."""
        if not self.form.box:
            return made
        rows = [made[part.name].reshape(len(made[part.name]), -1) for part in in_vector(self.parts)]
        return np.concatenate(rows, -1, dtype=np.float32)

    def _entities(self, observation: Observation, worlds: np.ndarray, slots: np.ndarray) -> dict[str, np.ndarray]:
        entities = np.zeros((len(worlds), self._listed, len(self._schema.features)), np.int32)
        self._engine.list_entities(
            observation.agents, observation.seen, observation.seen_count, worlds, slots, entities
        )
        mask = np.arange(self._listed) < observation.seen_count[worlds, slots][:, None]
        if self.form.normalised:
            entities = np.where(mask[..., None], normalise(entities, *self._normalisation["entities"]), np.float32(0))
        return {"entities": entities, "entity_mask": mask.view(np.int8)}

    def _own(self, observation: Observation, worlds: np.ndarray, slots: np.ndarray) -> np.ndarray:
        own = np.zeros((len(worlds), len(self._schema.own)), np.int32)
        told = tuple(observation.more[name] for name in own_arrays(self._schema))
        self._engine.list_own(observation.agents, told, worlds, slots, own)
        if not self.form.normalised:
            return own
        alive = observation.agents["alive"][worlds, slots].astype(bool)
        return np.where(alive[:, None], normalise(own, *self._normalisation["own"]), np.float32(0))

    def _rows(
        self, rows: Rows, observation: Observation, worlds: np.ndarray, slots: np.ndarray
    ) -> dict[str, np.ndarray]:
        found = observation.more[rows.array][(worlds,) if rows.world else (worlds, slots)]
        mask = np.arange(found.shape[1]) < rows_there(observation, rows, worlds, slots)[:, None]
        if self.form.normalised:
            found = normalise(found, *self._normalisation[rows.name])
        filled = np.where(mask[..., None], found, found.dtype.type(0))
        return {rows.name: filled, f"{rows.name}_mask": mask.view(np.int8)}

    def _targets(self, observation: Observation, at: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        valid = np.swapaxes(bits(observation.targets[at], observation.styles), -1, -2)
        valid[~observation.alive[at], :, 0] = True
        return valid.view(np.int8)
