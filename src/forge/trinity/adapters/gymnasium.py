"""Gymnasium: a batch of worlds as one VectorEnv, in which every slot of every world is an environment of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from forge.blade import Config, World
from forge.support.extras import needs
from forge.support.numeric import integer, number_of
from forge.trinity.adapters.encoding import Encoder, form_of
from forge.trinity.adapters.seeds import SeedSeries
from forge.trinity.adapters.turn import play

with needs("pettingzoo", "gymnasium"):
    from gymnasium.vector import AutoresetMode, VectorEnv
    from gymnasium.vector.utils import batch_space

    from forge.trinity.adapters.spaces import SlotActions, action_space, observation_space


class SlotVectorEnv(VectorEnv[Any, np.ndarray, np.ndarray]):
    """The slots of W worlds, side by side: environment w · N + n is slot n of world w.

    An episode of a slot is the time until someone has lived and died there: it waits for a birth, observing zeros with
    `alive` 0, then a life is lived, and `terminated` is set on the tick of its death with the last reward. What is
    observed then belongs to the next episode, which may begin with a newborn at once (autoreset in the same step).
    Nothing is ever truncated, and resetting starts all worlds anew.

    Every step's infos hold arrays over all environments: `alive`, `born` and `died` (bool), `id` (int64, −1 in empty
    slots) and `action_mask` (int8: with `flat` one row over all actions, else the masks of the columns side by side).

    Args:
        config: of all worlds, or one for each.
        worlds: how many.
        seed: of the first reset; None draws one. Later resets without a seed give other worlds of a series it names.
        threads: as of `World`.
        flat: actions are one number each (the flat index of the ActionTree) in place of a row of numbers.
        normalised: features are float32, normalised as v1.0 did, in place of the engine's integers.
        box: observations are one float32 vector each (a Box) in place of a Dict of arrays.
        maps: as of `World`.

    Raises:
        ConfigError: if an argument is not what it must be; the message names it.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        config: Config | Sequence[Config],
        worlds: int = 1,
        *,
        seed: int | None = 0,
        threads: int | None = None,
        flat: bool = False,
        normalised: bool = False,
        box: bool = False,
        maps: Sequence[Any] | np.ndarray | None = None,
    ) -> None:
        self._seeds = SeedSeries(seed)
        self.world = World(config, integer("worlds", worlds, 1), seed, threads, maps)
        self.config = self.world.config
        self._encoder = Encoder(self.config, form_of(True, flat=flat, normalised=normalised, box=box))
        self.tree = self._encoder.tree
        self.num_envs = self.world.count * self.config.spawn.cap
        self.single_observation_space = observation_space(self.config, self._encoder.form)
        self.single_action_space = action_space(self.config, self._encoder.form.flat)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = SlotActions(self.config, self.num_envs, self._encoder.form.flat)
        self._at = tuple(axis.ravel() for axis in np.indices((self.world.count, self.config.spawn.cap)))
        self._started = False
        nothing = self._encoder.shown(self._look())  # nobody is there yet
        self._nothing = {part: array[0] for part, array in nothing.items()} if isinstance(nothing, dict) else nothing[0]

    def reset(
        self, *, seed: int | Sequence[int] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Starts all worlds.

        Args:
            seed: of the batch, or one for each world.
            options: other options than Gymnasium's `reset_mask` are ignored.

        Raises:
            ValueError: if `reset_mask` leaves out any slot: all of a world's slots begin together.
        """
        self._check_options(options or {})
        several = seed is not None and number_of(seed) is None
        self.world.reset(seed if several else self._seeds.next(cast("int | None", seed)))
        self._started = True
        made = self._look()
        alive = made["alive"][:, 0].astype(bool)
        return self._encoder.shown(made), self._infos(made, alive, np.zeros_like(alive))

    def step(self, actions: Any) -> tuple[Any, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Plays one tick in every world.

        Args:
            actions: of `action_space`: integers [num_envs, columns], or with `flat` [num_envs]. Those of empty slots
                are ignored.

        Raises:
            TypeError, ValueError: if they are not; the worlds are then as they were.
            RuntimeError: before the first reset.
        """
        if not self._started:
            raise RuntimeError("call reset first")
        turn = play(self.world, self._rows(actions))
        made, died = self._look(), turn.died.ravel()
        infos = self._infos(made, turn.born.ravel(), died)
        if died.any():
            infos["final_obs"] = np.full(self.num_envs, None, object)
            for slot in np.flatnonzero(died):
                infos["final_obs"][slot] = self._nothing
            infos["_final_obs"] = died.copy()
        return self._encoder.shown(made), turn.reward.ravel(), died.copy(), np.zeros_like(died), infos

    def _rows(self, actions: Any) -> np.ndarray:
        given = np.asarray(actions)
        if given.shape != self.action_space.shape:
            raise ValueError(f"actions have shape {given.shape}; wanted is {self.action_space.shape}")
        rows = self.tree.row(given) if self._encoder.form.flat else given
        return rows.reshape(self.world.count, -1, len(self.tree.columns))

    def _look(self) -> dict[str, np.ndarray]:
        return self._encoder.encode(self.world.observe(), *self._at)

    def _check_options(self, options: dict[str, Any]) -> None:
        mask = options.get("reset_mask")
        if mask is None:
            return
        given = np.asarray(mask)
        if given.shape != (self.num_envs,) or given.dtype != np.bool_:
            raise ValueError(
                f"options['reset_mask'] must be booleans of shape ({self.num_envs},), "
                f"not {given.dtype} of shape {given.shape}"
            )
        if not given.all():
            raise ValueError(
                f"options['reset_mask'] asks to reset {given.sum()} of {self.num_envs} slots, but the slots of a world "
                "begin together, and a slot goes on by itself after a death: leave reset_mask out to start all worlds"
            )

    def _infos(self, made: dict[str, np.ndarray], born: np.ndarray, died: np.ndarray) -> dict[str, Any]:
        agents, alive = self.world.observe().agents, made["alive"][:, 0].astype(bool)
        if self._encoder.form.flat:
            mask = made["action_mask"]
        else:
            columns = self.tree.masks(self.world.observe(), self._at)
            mask = np.concatenate(columns, -1).view(np.int8)
        ids = np.where(alive, agents["id"].ravel(), -1)
        return {"alive": alive, "born": born, "died": died, "id": ids, "action_mask": mask}
