"""World: a batch of worlds, stepped together in compiled code."""

from __future__ import annotations

import copy
import hashlib
import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade import snapshot
from forge.blade.config.config import Config
from forge.blade.engine.engine import engine_of
from forge.blade.engine.stepping import Ticks
from forge.blade.interventions.draft import Draft
from forge.blade.interventions.kinds import Intervention, Place
from forge.blade.mechanics.events import Recording
from forge.blade.mechanics.ids import Material, RewardTerm
from forge.blade.mechanics.tile import crowds_of, materials_of
from forge.blade.state.observation import Observation, read_only, told
from forge.blade.state.state import State, allocate, clear, margin, saved
from forge.blade.world.actions import Columns, accept
from forge.blade.world.arguments import (
    checked_configs,
    checked_interventions,
    checked_maps,
    checked_recording,
    checked_seeds,
    checked_threads,
)
from forge.support.checks import ConfigError
from forge.support.paths import path_of
from forge.support.plugins import trust


class Made(NamedTuple):
    """An intervention that was made."""

    tick: int  # ticks that the world had finished
    world: int  # index in the batch
    intervention: Intervention
    agent: int | None  # id of whom it is about, also of who was placed; None for a tile


class World:
    """A batch of `count` worlds that share their shape and run independently of one another.

    Args:
        config: of all worlds, or one for each; they must agree in the fields of `forge.blade.state.state.shape_of`.
        count: number of worlds, W.
        seed: of the batch, from which every world's own seed is derived, or a sequence with the worlds' own seeds. None
            draws a new one, which the attribute `seed` then holds.
        threads: to step with at most, fewer if there is little to do; None means as many as there are cores for this
            process (`forge.blade.threads.cores`). Results do not depend on it.
        maps: for each world the index of its map in the series `terrain.seed`, or the map itself as
            uint8 [side, side]; None means 0, 1, 2, ...
        record: which of events, lives and visits to record.

    What its methods give out is the caller's own, or, where they say so, a view that nobody can write to.

    Attributes:
        config, count, threads, recording: as given; `config` is that of world 0.
        seed: of the batch: the number that was given or drawn. None where each world was given a seed of its own, and
            in what comes from a snapshot; `seeds` are there always.
        state: the engine's memory, `forge.blade.state.state.State`, which compiled code trusts: see `refresh`.

    Raises:
        ConfigError: if an argument is not what it must be, or so many worlds do not fit into memory; the message says
            which, or how much there is.
    """

    _made: tuple[Made, ...] = ()
    _ticks: Ticks | None = None

    def __init__(
        self,
        config: Config | Sequence[Config],
        count: int = 1,
        seed: int | Sequence[int] | None = 0,
        threads: int | None = None,
        maps: Sequence[int] | Sequence[np.ndarray] | np.ndarray | None = None,
        record: Recording = Recording(),  # noqa: B008 - an immutable tuple
    ) -> None:
        self.recording = checked_recording(record)
        self._configs = checked_configs(config, count, self.recording)
        self.config, self.count = self._configs[0], len(self._configs)
        self.threads = checked_threads(threads)
        self.seed, self._seeds = checked_seeds(seed, self.count)
        self._tiles = checked_maps(self._configs, maps)
        self.state = allocate(self._configs, self.recording)
        self._prepare()

    def _prepare(self) -> None:
        """What follows from the configuration and the state."""
        self._engine = engine_of(self.config.schema)
        self._choices = Columns.of(self.config)
        self._observation = _observe(self.state, self.config)

    def refresh(self) -> None:
        """Finds again all that follows from what is saved, between two ticks: for who has written to `state`.

        Nothing is checked: compiled code trusts what it finds there. To change a world safely, see `apply`.
        """
        self._compiled().resume()

    def _compiled(self) -> Ticks:
        """What compiled code does with the state there is: an unpickled or copied world has another one."""
        if self._ticks is None or self._ticks.state is not self.state:
            self._ticks = Ticks(self._engine, self.state)
        return self._ticks

    @property
    def configs(self) -> list[Config]:
        """The configuration of each world: a new list."""
        return list(self._configs)

    @property
    def seeds(self) -> np.ndarray:
        """The seeds of the worlds, uint64 [W], which `reset` starts them from: a view that is read-only."""
        return read_only(self._seeds)

    @property
    def started(self) -> bool:
        """Whether `reset` has started the worlds; until then they are empty, and cannot be stepped."""
        return bool(self.state.births[0])

    def reset(self, seed: int | Sequence[int] | None = None) -> Observation:
        """Starts all worlds anew from their seeds; the first agent of each is there to act.

        Args:
            seed: other seeds, given as to `World`, for this and later resets; None means those there are.

        Returns:
            The observation, as `step` returns it.

        Raises:
            ConfigError: if the seeds are not what they must be; the worlds are then as they were.
        """
        if seed is not None:
            self.seed, self._seeds = checked_seeds(seed, self.count)
        self._made = ()
        clear(self.state, self._configs)
        self._plane(self.state.tiles)[...] = self._tiles
        self._list_harvested()
        self.state.stream[:] = self._seeds
        self._compiled().begin()
        return self._observation

    def _list_harvested(self) -> None:
        """Scrub that a map comes with is harvested forest: it regrows like any other, listed in reading order."""
        for w in range(self.count):
            places = np.flatnonzero(materials_of(self.state.tiles[w]) == Material.SCRUB)
            self.state.harvested[w, : len(places)] = places
            self.state.harvested_count[w] = len(places)

    def step(self, actions: Any) -> tuple[Observation, np.ndarray, np.ndarray, dict[str, np.ndarray]]:
        """Plays one tick in every world.

        Args:
            actions: integer array [W, N, 2], or [W, N, 3] with learned targeting: move, style, target; and one more
                column for each choice from outside. Rows of empty slots are ignored.

        Returns:
            observation: of who is alive now: views that nobody can write to, valid until the next step
                (`Observation.copy` keeps them). All else is the caller's own.
            reward: float32 [W, N], of who acted, as `Config.reward` has it: by default 1 for a tick survived, 0 for one
                that was not.
            terminated: bool [W, N], true where the agent that acted died; the slot may already hold a newborn.
            info: `tick` int64 [W], `living` int32 [W], `members` int32 [W, P].

        Raises:
            TypeError: if actions are not integers.
            ValueError: if their shape is wrong or a living agent's action is outside the action space. The worlds are
                then as they were.
            RuntimeError: before the first reset.
        """
        if not self.started:
            raise RuntimeError("call reset first: it starts the worlds")
        accept(actions, self.state, self._choices, self.threads)
        state = self.state
        self._compiled().play(self.threads)
        info = {"tick": state.tick.copy(), "living": state.living_count.copy(), "members": state.members.copy()}
        return self._observation, state.reward.copy(), state.terminated.copy(), info

    def cull(self, chosen: Any) -> int:
        """Takes agents out of the worlds, between two ticks; what is observed is then without them.

        It is no death of the rules: it is not in the events, lives and tallies, and no reward is paid for it. The slots
        are free from the next tick on.

        Args:
            chosen: bool [W, N]; empty slots are ignored.

        Returns:
            How many agents were taken out.

        Raises:
            TypeError, ValueError: if `chosen` is not such an array.
        """
        given, wanted = np.asarray(chosen), self.state.actions.shape[:2]
        if given.dtype != np.bool_:
            raise TypeError(f"chosen must be bool, not {given.dtype}")
        if given.shape != wanted:
            raise ValueError(f"chosen has shape {given.shape}; wanted is {wanted}, a world and its slots")
        return self._compiled().cull(np.ascontiguousarray(given))

    def apply(self, interventions: Intervention | Iterable[Intervention], world: int = 0) -> list[int]:
        """Makes interventions in one world, between two ticks: all of them, in their order, or none.

        Nothing is drawn but what newborns draw, such as gifts, and no reward is paid: the world goes on as one does
        that is restored from a snapshot of what it is now. What is observed is then of the world as it is now. They are
        no events, births or deaths of the rules: of a placed agent, ids and tallies know that it was born, and the
        record of its life begins; what a removed one had is lost.

        Args:
            interventions: of `forge.blade.interventions`, one or several, each made on what those before it left.
            world: its index in the batch.

        Returns:
            The ids of the agents that were placed, in order.

        Raises:
            ConfigError: naming the first that cannot be made, and what is allowed; the world is then as it was.
            IndexError: if there is no such world.
            RuntimeError: before the first reset.
        """
        if not self.started:
            raise RuntimeError("call reset first: it starts the worlds")
        if not 0 <= world < self.count:
            raise IndexError(f"world = {world} is out of range; the batch holds the worlds 0 .. {self.count - 1}")
        entries = checked_interventions(interventions, self._configs[world])
        draft = Draft(self.state, world, self._configs[world], self._engine)
        about = draft.make(entries)
        Ticks(self._engine, draft.commit()).resume()
        now = self.state.tick.tolist()
        recent = (made for made in self._made if made.tick >= now[made.world] - 1)
        self._made = (*recent, *(Made(now[world], world, *pair) for pair in zip(entries, about, strict=True)))
        return [agent for entry, agent in zip(entries, about) if isinstance(entry, Place) and agent is not None]

    def interventions(self, world: int = 0) -> tuple[Made, ...]:
        """What was made in one world by `apply` at its tick of now and at the one before, in order."""
        tick = int(self.state.tick[world])
        return tuple(made for made in self._made if made.world == world and made.tick >= tick - 1)

    def reward_terms(self) -> np.ndarray:
        """What the rewards of the last step are the sums of: float64 [W, N, terms], by `RewardTerm`, ours first."""
        state = self.state
        if state.deeds.shape[1] > 0:
            return state.deeds[:, : state.reward.shape[1]] * state.rules["reward"][:, None]
        terms = np.zeros((*state.reward.shape, len(self.config.schema.terms)))
        terms[..., RewardTerm.SURVIVAL] = state.reward
        return terms

    def observe(self) -> Observation:
        """The current observation again, as `step` returns it; before the first reset nobody is there."""
        return self._observation

    def materials(self) -> np.ndarray:
        """The material of every tile now, uint8 [W, side, side]; before the first reset those of the maps."""
        if not self.started:
            return self._tiles.copy()
        return materials_of(self._plane(self.state.tiles))

    def occupancy(self) -> np.ndarray:
        """How many agents stand on every tile, exactly, int32 [W, side, side]."""
        return crowds_of(self._plane(self.state.tiles)).astype(np.int32) + self._plane(self.state.surplus)

    def _plane(self, tiles: np.ndarray) -> np.ndarray:
        edge, side = margin(self.config), self.config.terrain.side
        pitch = side + 2 * edge
        plane = tiles[:, : pitch * pitch].reshape(self.count, pitch, pitch)
        return plane[:, edge : edge + side, edge : edge + side]

    def events(self) -> np.ndarray:
        """What happened in the last step: EVENT records [n], world by world, in order.

        Raises:
            ConfigError: if the world was made without `Recording(events=True)`.
        """
        self._must_record("events")
        state = self.state
        return np.concatenate([state.events[w, : state.event_count[w]] for w in range(self.count)])

    def lives(self) -> np.ndarray:
        """The lives that ended in the last step: LIFE records [n], world by world.

        Raises:
            ConfigError: if the world was made without `Recording(lives=True)`.
        """
        self._must_record("lives")
        state = self.state
        return np.concatenate([state.finished[w, : state.finished_count[w]] for w in range(self.count)])

    def visits(self) -> np.ndarray:
        """Agent ticks spent on every tile since the reset: int64 [W, P, side, side].

        A view that is read-only and shows what later steps add.

        Raises:
            ConfigError: if the world was made without `Recording(visits=True)`.
        """
        self._must_record("visits")
        return read_only(self.state.visits)

    def _must_record(self, what: str) -> None:
        if not getattr(self.recording, what):
            raise ConfigError(f"{what} are not recorded; make the world with record=Recording({what}=True)")

    def hash(self, world: int | None = None) -> str:
        """Names the state of one world, by its index, or of all: 32 hexadecimal digits.

        Worlds of one configuration whose hashes are equal go on alike under the same actions.
        """
        digest = hashlib.blake2b(digest_size=16)
        for w in range(self.count) if world is None else (world,):
            for name in saved(self.config.schema):
                if name == "explored" and self.configs[w].reward.explore == 0:
                    continue  # a batch keeps it for all its worlds if it does for one
                array = getattr(self.state, name)[w]
                count = int(self.state.harvested_count[w])
                digest.update(np.ascontiguousarray(array[:count] if name == "harvested" else array).tobytes())
        return digest.hexdigest()

    def snapshot(self, path: str | os.PathLike[str] | None = None) -> bytes:
        """Everything needed to go on from here, as bytes; with `path`, also written there in one atomic step.

        Raises:
            OSError: if the file cannot be written; one that was there is then as it was.
        """
        return snapshot.write(self, path_of(path) if path is not None else None)

    @classmethod
    def restore(cls, source: bytes | str | os.PathLike[str], threads: int | None = None) -> Self:
        """The worlds of a snapshot, given as its bytes or its path; they go on to the same bits.

        Attributes that a subclass has added are not in a snapshot. They are in copies, pickles and clones.

        Raises:
            ConfigError: if the source is not a snapshot, is damaged, holds what cannot be in a world, or has a format
                newer than this release knows; the message names what is wrong.
            OSError: if the file cannot be read.
        """
        found = snapshot.read(source)
        world = cls.__new__(cls)
        world._configs, world.recording = found.configs, found.recording
        world.config, world.count = found.configs[0], len(found.configs)
        world.threads = checked_threads(threads)
        world.seed, world._seeds, world._tiles = None, found.seeds, found.tiles
        try:
            world.state = allocate(world._configs, found.recording)
        except MemoryError as error:
            raise ConfigError(f"a snapshot of {world.count} worlds needs more memory than there is: {error}") from error
        found.fill(world.state)
        world._prepare()
        world.refresh()
        return world

    def clone(self, threads: int | None = None) -> Self:
        """A second batch of worlds in the same state, which shares nothing with this one.

        Attributes of a subclass are copied deeply.

        Args:
            threads: of the copy; None means as many as this batch has.
        """
        twin = copy.deepcopy(self)
        twin.threads = self.threads if threads is None else checked_threads(threads)
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies, also to other processes, are made by way of a snapshot: their views look at their own memory."""
        return _copied, (type(self), self.snapshot(), self.threads, self.config.systems), self.__getstate__()

    def __getstate__(self) -> Any:
        """What a snapshot does not hold: attributes of subclasses, and those that were added to an instance."""
        state: Any = super().__getstate__()
        attributes, slots = state if isinstance(state, tuple) else (state, None)
        added = {name: value for name, value in attributes.items() if name not in _IN_A_SNAPSHOT}
        return (added, slots) if slots else added


#: The attributes that `restore` makes from a snapshot.
_IN_A_SNAPSHOT = frozenset(
    ("_configs", "config", "count", "threads", "_seeds", "recording", "_tiles", "state", "_made")
    + ("_choices", "_engine", "_observation", "_ticks")
)


def _copied(kind: type[World], data: bytes, threads: int, systems: tuple[str, ...] = ()) -> World:
    trust(*systems)  # a pickle is code anyway; one of release 2.0 has none
    return kind.restore(data, min(threads, checked_threads(None)))


def _observe(state: State, config: Config) -> Observation:
    arrays = (state.agents, state.window, state.seen, state.seen_count, state.moves, state.targets)
    more = {name: read_only(getattr(state, name)) for name in told(config.schema)}
    views = Observation._make([*map(read_only, arrays), config.styles, config.schema, more])
    return views._replace(seen=views.seen[..., : config.sight.agents])
