"""Sword: decides for the agents of a realm, gathers what they live through, and finds the gradients."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

import numpy as np
import torch

from forge.blade import ConfigError, Observation, World
from forge.ethyr.engines.engine import make_learner, resumed_by
from forge.ethyr.learning.learner import Learner
from forge.ethyr.learning.losses import Losses
from forge.ethyr.networks.network import Network
from forge.trinity.realms.god import God
from forge.trinity.realms.setting import Setting


class Sword:
    """The players of one realm.

    Override `decide` (and `scripted`) to play by hand, `rollout` and `gradients` to learn in your own way; keep what
    you carry along in `state`.

    Letters: W worlds of the realm, N slots of each, P populations.

    Attributes:
        setting: of the realm.
        god: with the worlds in `god.world`, and the names of the populations in `god.tags`.
        network: with the Pantheon's parameters, new ones before each round and each further update.
        by_hand: populations that `decide` plays, in increasing order.
        learner: plays and learns for all others, as `forge.ethyr.learning.learner.Learner`; None if there are none.
    """

    def __init__(self, setting: Setting, god: God, network: Network) -> None:
        self.setting, self.god, self.network = setting, god, network
        self.by_hand = _populations(self.scripted(), setting.config.populations)
        self.learner = None
        self._acted = np.zeros(setting.learners, np.int64)
        if self.by_hand and setting.among is not None:
            raise ConfigError(
                f"{type(self).__name__} plays populations by hand, which a run among other players cannot do"
            )
        if len(self.by_hand) < setting.config.populations:
            world, engine = god.world, setting.engine
            if self.by_hand:
                world, engine = self._half_by_hand(world), _torch(engine)
            self._plays = world, engine
            self.learner = self._made(engine)

    def decide(self, observation: Observation) -> np.ndarray:
        """The actions of the populations played by hand, each tick.

        Args:
            observation: of everyone alive; `observation.agents` is [W, N].

        Returns:
            Integers [W, N, 2], or [W, N, 3] with learned targeting: move, style, target. Rows of other populations and
            of empty slots are ignored.
        """
        raise NotImplementedError(f"{type(self).__name__} plays populations by hand, but has no method decide")

    def scripted(self) -> Collection[int]:
        """The populations, of 0 .. P − 1, that `decide` plays: all of them where it is overridden, else none."""
        return range(self.setting.config.populations) if type(self).decide is not Sword.decide else ()

    def rollout(self) -> np.ndarray:
        """Plays one segment of `learning.ticks` ticks in all worlds of the realm.

        Returns:
            int64 [P], how many samples each population that learns has to learn from; 0 for one played by hand. The
            Pantheon averages the gradients of a population over the realms that have some.
        """
        if self.learner is None:
            for _ in range(self.setting.learning.ticks):
                self.god.world.step(self.decide(self.god.world.observe()))
            return np.zeros(self.setting.config.populations, np.int64)
        self._acted = self.learner.collect()
        samples = self._acted.copy()
        samples[list(self.by_hand)] = 0
        return samples

    def gradients(self, samples: np.ndarray, epoch: int = 0) -> Losses:
        """Sets `grad` of every parameter of the network from the segment just played.

        Args:
            samples: what `rollout` returned, with at least one above 0.
            epoch: 0 with the parameters the segment was played with; above, with those after so many updates.

        Returns:
            The losses of each population, float32 [P].
        """
        if self.learner is None:
            raise ConfigError("every population is played by hand: there is nothing to learn from")
        # a memory goes through everyone's past; gradients of populations played by hand are then there, and not used
        return self.learner.gradients(self._acted if self.network.memory else samples, epoch)

    def state(self) -> dict[str, torch.Tensor]:
        """What it must remember to go on to the same bits, besides worlds and parameters: tensors by name.

        Override it together with `load_state`, and include what these return.
        """
        return self.learner.state() if self.learner else {}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from what `state` returned, on the CPU."""
        if self.learner:
            world, engine = self._plays
            if (resumed := resumed_by(engine, state)) != engine:
                self._plays = world, resumed
                self.learner = self._made(resumed)
            self.learner.load_state(state)

    def _made(self, engine: str) -> Learner:
        """What plays and learns for all who are not played by hand."""
        setting, (world, _) = self.setting, self._plays
        numbers, seed, threads = setting.learning, setting.action_seed, self.god.world.threads
        company = setting.among.company(setting.config, world.count, seed) if setting.among else None
        return make_learner(world, self.network, numbers, seed, threads, engine, company)

    def _half_by_hand(self, world: World) -> World:
        return cast(World, _HalfByHand(world, self))


class _HalfByHand:
    """Worlds in which the actions of some populations are replaced by those of a Sword's `decide`."""

    def __init__(self, world: World, sword: Sword) -> None:
        quota = world.config.quota
        self._world, self._sword = world, sword
        self._slots = np.concatenate([np.arange(p * quota, (p + 1) * quota) for p in sword.by_hand])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def step(self, actions: np.ndarray) -> Any:
        given = np.asarray(self._sword.decide(self._world.observe()))
        if given.shape != actions.shape:
            raise ValueError(f"decide returned shape {given.shape}; wanted is {actions.shape}")
        mixed = actions.astype(np.result_type(actions, given))
        mixed[:, self._slots] = given[:, self._slots]
        return self._world.step(mixed)


def _populations(chosen: Collection[int], populations: int) -> tuple[int, ...]:
    wrong = [p for p in chosen if p not in range(populations)]
    if wrong:
        raise ConfigError(f"scripted() names population {wrong[0]!r}; there are 0 .. {populations - 1}")
    return tuple(sorted({int(p) for p in chosen}))


def _torch(engine: str) -> str:
    if engine == "compiled":
        raise ConfigError(
            "engine = 'compiled' plays whole segments at once, and cannot ask decide() each tick; "
            "with some populations played by hand, engine must be 'auto' or 'torch'"
        )
    return "torch"
