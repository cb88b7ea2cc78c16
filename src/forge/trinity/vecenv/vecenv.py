"""VecEnv: worlds in the shape of a vector environment, minimally changed to hold many agents that are born and die."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade import Config, ConfigError, World
from forge.blade.world.action_tree import ActionTree
from forge.support.numeric import integer
from forge.trinity.adapters.orders import ActionError, place_orders
from forge.trinity.adapters.turn import play
from forge.trinity.vecenv.arguments import read_args
from forge.trinity.vecenv.scene import Infos, Rewards, Scene

_ARGS = {"nRealm": 1, "worlds": 1, "seed": 0, "threads": None}


class VecEnv:
    """A batch of persistent worlds: `reset` starts them once, and then they only go on.

    A world is a sequence of (entity, stimulus), one pair for each living agent. There are no episodes: `dones` is None,
    and an agent that is missing from the observation has died.

    Args:
        config: of all worlds, or one for each; or a `forge.blade.World` to go on with, whatever `args` say.
        args: None, a mapping, or an object with attributes (the command line's): `nRealm` realms of `worlds` worlds
            each (1 and 1), `seed` (0) and `threads` (None: all cores).
        step: what one turn of your own loop is, without arguments; `run` calls it.

    Attributes:
        world: the `forge.blade.World` behind it, to record, snapshot or watch.
        tree: the ActionTree, which names the actions.

    Raises:
        ConfigError: if an argument is not what it must be; the message names it.
    """

    def __init__(
        self, config: Config | Sequence[Config] | World, args: Any = None, step: Callable[[], Any] | None = None
    ) -> None:
        if step is not None and not callable(step):
            raise ConfigError(f"step = {step!r} must be a function without arguments, or None")
        chosen = read_args(args, _ARGS)
        count = chosen["nRealm"] * chosen["worlds"]
        if isinstance(config, World):
            self.world = config
        else:
            self.world = World(config, count, chosen["seed"], chosen["threads"])
        self.tree = ActionTree(self.world.config)
        self._turn_of_user = step
        self._scene: Scene | None = None

    def __len__(self) -> int:
        return self.world.count

    def reset(self) -> Scene:
        """Starts the worlds; a World that was given and has been started already goes on from where it is.

        Returns:
            The observation; see `step`.

        Raises:
            RuntimeError: when it is called again.
        """
        if self._scene is not None:
            raise RuntimeError("worlds are persistent: reset starts them once; make another VecEnv for other worlds")
        if not self.world.started:
            self.world.reset()
        return self._look()

    def step(self, actions: Any) -> tuple[Scene, Rewards, None, Infos]:
        """Plays one tick in every world.

        Args:
            actions: for each world a mapping from `entID` to the agent's action, (move, style) or, with learned
                targeting, (move, style, target), in numbers or names; agents that are left out are idle
                (`ActionTree.idle`). Or the array that `World.step` takes, integers [world, slot, 2 or 3].

        Returns:
            obs: `obs[i]` is a sequence of (entity, stimulus) of world i; `obs.batch` holds the arrays.
            rewards: `rewards[i]` maps `entID` to the reward of each agent that acted, also if it died of it.
            dones: None.
            infos: `infos[i]` holds the tick, how many live, `members` of each population, and the ids of who `died`
                and was `born`.

        Raises:
            ActionError: a ValueError, if an action is for an agent that is not alive or is outside the action space.
            ValueError, TypeError: if there is not one mapping for each world, or the array is wrong. The worlds are
                then as they were.
        """
        if self._scene is None:
            raise RuntimeError("call reset first, once")
        rows = self._rows(actions)
        turn = play(self.world, rows)
        self._scene.fresh = False
        return self._look(), Rewards(turn), None, Infos(turn)

    def run(self, ticks: int | None = None, watch: Callable[[World], Any] | None = None) -> None:
        """Calls the `step` that this VecEnv was made with, `ticks` times; None means until something raises.

        Args:
            ticks: how often.
            watch: called with the World after each turn: a viewer, a recorder.

        Raises:
            ConfigError: if there is no such `step`.
        """
        if self._turn_of_user is None:
            raise ConfigError("run calls the step that VecEnv(config, args, step) was made with; there is none")
        if watch is not None and not callable(watch):
            raise ConfigError(f"watch = {watch!r} must be a function of a World, or None")
        for _ in _count(None if ticks is None else integer("ticks", ticks, 0)):
            self._turn_of_user()
            if watch is not None:
                watch(self.world)

    def _look(self) -> Scene:
        self._scene = Scene(self.world.observe(), self.world.configs, self.tree)
        return self._scene

    def _rows(self, actions: Any) -> Any:
        if not isinstance(actions, (list, tuple)) or not any(isinstance(orders, Mapping) for orders in actions):
            return actions
        if len(actions) != len(self):
            raise ValueError(f"actions for {len(actions)} worlds given; there are {len(self)}")
        before = self.world.observe()
        rows = np.tile(np.array(self.tree.idle), (*before.alive.shape, 1))
        for w, orders in enumerate(actions):
            if not isinstance(orders, Mapping):
                raise TypeError(f"actions of world {w} must map ids to actions, not {orders!r}")
            slots = np.flatnonzero(before.alive[w])
            ids = dict(zip(before.agents["id"][w, slots].tolist(), slots.tolist(), strict=True))
            try:
                place_orders(self.tree, orders, ids, rows[w])
            except ActionError as error:
                raise ActionError(f"world {w}: {error}") from error
        return rows


def _count(ticks: int | None) -> Iterator[int]:
    tick = 0
    while ticks is None or tick < ticks:
        yield tick
        tick += 1
