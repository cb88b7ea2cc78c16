"""What all scripted agents are: a small class that turns observations into actions, with randomness of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from forge.blade import Config, Material, Observation
from forge.blade.config.config import config_of
from forge.blade.mechanics.bitboards import PITCH, SIGHT, SIZE
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of
from forge.blade.schema.system import Choice
from forge.blade.state.rules import rules_record
from forge.blade.world.actions import COLUMNS, choices_of
from forge.support.numeric import seed_of

_BYTE = LAYOUTS[np.dtype(np.uint8)]


class Sight(NamedTuple):
    """The arrays of an observation that decisions are made from; letters as in `forge.blade.state.state`."""

    agents: np.ndarray  # AGENT [W, N], and behind them what else is in view
    window: np.ndarray  # uint8 [W, N, 15, 16]: the last column means nothing
    seen: np.ndarray  # uint16 [W, N, K]
    seen_count: np.ndarray  # int16 [W, N]
    moves: np.ndarray  # uint8 [W, N]
    targets: np.ndarray  # uint8 [W, N, K or 0]


class Script(NamedTuple):
    """A scripted agent as compiled code calls it."""

    kernel: Any  # see `Compiled`
    sight: type[Sight]  # what it is given
    rules: np.ndarray  # RULES [1]: the numbers that it knows
    headings: np.ndarray  # uint8 [W, N]: what its agents remember, which `kernel` changes
    key: np.uint64  # that its random choices follow from
    calls: int  # of `act` so far


class Scripted(ABC):
    """Decides for agents from what each of them observes, and from nothing else.

    Args:
        config: of the worlds; its numbers are the rules that the agents know.
        seed: of their random choices, which are a function of (seed, number of calls of `act` before, world, slot).
            None draws one, which the attribute `seed` then holds.

    Raises:
        ConfigError: if `config` is no Config or `seed` is no integer from 0 on.
    """

    #: Systems that a world must have for such agents, besides those of every world.
    needs: ClassVar[tuple[str, ...]] = ()
    #: The materials that they tell apart, by the numbers that they have in windows as these agents read them.
    knows: ClassVar[tuple[str, ...]] = tuple(material.name.lower() for material in Material)

    def __init__(self, config: Config, seed: int | None = 0) -> None:
        self.config = config_of(config)
        self.seed = seed_of(seed)
        self._rules = np.array([rules_record(config, margin=0)])
        self._choices = choices_of(self.config)
        self._key = np.random.SeedSequence(self.seed).generate_state(1, np.uint64)[0]
        self._calls = 0
        self._headings = np.zeros((0, config.spawn.cap), np.uint8)
        self._crop = np.zeros((0, config.spawn.cap, SIZE, PITCH), np.uint8)
        self._known = _as_known(config, self.knows)

    def act(
        self, observation: Observation, out: np.ndarray | None = None, slots: slice | range | None = None
    ) -> np.ndarray:
        """Chooses the actions of one tick.

        Args:
            observation: of worlds with this configuration.
            out: uint8 [W, N, columns] to write into; None means a new array of zeros.
            slots: the run of slots to decide for, such as one population's; None means all. Other rows stay as they
                are.

        Returns:
            uint8 [W, N, 2], or [W, N, 3] with learned targeting: move, style, target; then a column for each choice of
            systems from outside. Rows of empty slots are 0.

        Raises:
            TypeError, ValueError: if an argument is not what it must be; the message names it.
        """
        sight = self._look(observation)
        W, N = sight.seen_count.shape
        low, high = _run(slots, N)
        shape = (W, N, len(self._choices))
        if out is None:
            out = np.zeros(shape, np.uint8)
        elif not isinstance(out, np.ndarray) or out.dtype != np.uint8 or out.shape != shape or not out.flags.carray:
            raise ValueError(f"out must be a writeable, contiguous uint8 array of shape {shape}, not {_describe(out)}")
        if len(self._headings) != W:
            self._headings = np.zeros((W, N), np.uint8)
        self._decide(sight, low, high, out)
        for column, choice in enumerate(self._choices):
            if choice.name not in COLUMNS:
                chosen = self._choose(choice, observation, out)
                out[:, low:high, column] = np.where(observation.alive, chosen, 0)[:, low:high]
        self._calls += 1
        return out

    @abstractmethod
    def _decide(self, sight: Sight, low: int, high: int, out: np.ndarray) -> None:
        """Fills the rows of slots low .. high − 1."""

    def _choose(self, choice: Choice, observation: Observation, out: np.ndarray) -> np.ndarray:
        """What it takes of a choice that it does not know, integers [W, N] or one for all: the option that is idle.

        `out` holds what it has chosen in the columns before.
        """
        return np.array(choice.idle(self.config))

    def script(self) -> Script | None:
        """What compiled code needs to decide as this agent does; None if it is more than a compiled function here."""
        return None

    def passed(self, ticks: int) -> None:
        """Counts ticks in which compiled code has decided in its place, by `script`."""
        self._calls += ticks

    def state(self) -> dict[str, np.ndarray]:
        """All that is remembered: `calls` of `act` int64 [], and the explorers' `headings`, Moves uint8 [W, N]."""
        return {"calls": np.array(self._calls, np.int64), "headings": self._headings.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state` returned, to the same actions.

        Raises:
            ValueError: if it is not the state of an agent of this configuration.
        """
        if set(state) != {"calls", "headings"}:
            raise ValueError(f"the state of a scripted agent is calls and headings, not {', '.join(map(str, state))}")
        calls, headings = np.asarray(state["calls"]), np.asarray(state["headings"])
        if calls.shape != () or calls.dtype.kind not in "iu" or calls < 0:
            raise ValueError(f"calls = {state['calls']!r} must be an integer that is not negative")
        N = self.config.spawn.cap
        if headings.dtype != np.uint8 or headings.ndim != 2 or headings.shape[1] != N or (headings > 4).any():
            raise ValueError(f"headings must be moves, uint8 [worlds, {N}], not {_describe(headings)}")
        self._calls, self._headings = int(calls), headings.copy()

    def _look(self, observation: Observation) -> Sight:
        if not isinstance(observation, Observation):
            raise TypeError(f"observation must be a forge.blade.Observation, not {type(observation).__name__}")
        W, N, K = len(observation.agents), self.config.spawn.cap, self.config.sight.agents
        R = 2 * self.config.sight.radius + 1
        wanted = {
            "agents": (W, N + self.config.schema.bodies(self.config)),
            "window": (W, N, R, R),
            "seen": (W, N, K),
            "targets": (W, N, K if self.config.learned_targets else 0),
        }
        for name, shape in wanted.items():
            given = getattr(observation, name).shape
            if given != shape:
                raise ValueError(f"observation.{name} has shape {given}, but this configuration has {shape}")
        return Sight(
            observation.agents,
            self._window(observation),
            observation.seen,
            observation.seen_count,
            observation.moves,
            observation.targets,
        )

    def _window(self, observation: Observation) -> np.ndarray:
        """The 15 × 15 tiles around each agent, a byte each: the observed window if it is just that, else a copy.

        Of a larger window it is the middle; what lies beyond a smaller one is taken for stone: nothing is known of it.
        Materials that these agents do not know are taken for grass where they may be entered, else for stone.
        """
        window, known = observation.window, self._known
        W, N, R, _ = window.shape
        if R == SIZE and known is None:
            return observation.padded_window
        if known is not None:
            crowds = np.minimum(crowds_of(window), _BYTE.crowd)
            window = known[materials_of(window)] + _BYTE.one_agent * crowds
        if len(self._crop) != W:
            self._crop = np.full((W, N, SIZE, PITCH), Material.STONE, np.uint8)
        beyond = abs(self.config.sight.radius - SIGHT)
        middle = slice(beyond, beyond + min(R, SIZE))
        if R >= SIZE:
            self._crop[..., :SIZE] = window[:, :, middle, middle]
        else:
            self._crop[:, :, middle, middle] = window
        return self._crop


class Compiled(Scripted):
    """A scripted agent that is one compiled function, which a compiled learner calls without a way through Python.

    Attributes:
        kernel: `kernel(sight, rules, headings, seed, calls, first, low, high, out)` fills the rows of slots low ..
            high − 1 of `out` in all worlds, which are the worlds first, first + 1, ... of a batch. `headings`, uint8
            [W, N], is what agents remember; `seed` the key of the agent's choices, and `calls` the number of calls
            before.
    """

    kernel: ClassVar[Any]

    def _decide(self, sight: Sight, low: int, high: int, out: np.ndarray) -> None:
        type(self).kernel(sight, self._rules, self._headings, self._key, self._calls, 0, low, high, out)

    def script(self) -> Script | None:
        """See `Scripted`: None for a subclass that overrides more, or if what it sees has to be made fit first."""
        kind = type(self)
        plain = kind.act is Scripted.act and kind._decide is Compiled._decide and kind._window is Scripted._window
        here = self.config.sight.radius == SIGHT and self._known is None
        ours = all(choice.name in COLUMNS for choice in self._choices)
        if not (plain and here and ours):
            return None
        return Script(kind.kernel, Sight, self._rules, self._headings, self._key, self._calls)


def _as_known(config: Config, known: tuple[str, ...]) -> np.ndarray | None:
    """The material that agents take each one for, uint8 [materials]; None where they know them all."""
    like = [
        known.index(tile.name) if tile.name in known else Material.GRASS if tile.enterable else Material.STONE
        for tile in config.schema.materials
    ]
    return None if like == list(range(len(like))) else np.array(like, np.uint8)


def _run(slots: slice | range | None, N: int) -> tuple[int, int]:
    if slots is None:
        return 0, N
    if not isinstance(slots, (slice, range)):
        raise TypeError(f"slots must be a slice or a range, not {slots!r}")
    low, high, step = slots.indices(N) if isinstance(slots, slice) else (slots.start, slots.stop, slots.step)
    if step != 1 or not 0 <= low <= high <= N:
        raise ValueError(f"slots = {slots!r} must be a run lo..hi within 0..{N} in steps of 1")
    return low, high


def _describe(given: Any) -> str:
    if isinstance(given, np.ndarray):
        return f"{given.dtype} of shape {given.shape}" + ("" if given.flags.carray else ", not contiguous or read-only")
    return repr(given)
