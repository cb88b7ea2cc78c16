"""A realm: one server's worlds with those who rule and play them. It knows parameters, and tells gradients and logs."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import torch

from forge.blade import ConfigError, World
from forge.blade.society.census import Census, census
from forge.ethyr.learning.diagnostics import Afterwards, Diagnostics
from forge.ethyr.learning.learner import check_state
from forge.ethyr.learning.metrics import rewards_since
from forge.ethyr.networks.network import Network
from forge.trinity.realms.god import God
from forge.trinity.realms.packing import Packing, Vectors
from forge.trinity.realms.report import Report, Snapshot, Tally
from forge.trinity.realms.setting import Setting
from forge.trinity.realms.trinity import Trinity


def warm_up(setting: Setting, network: Network, packing: Packing) -> None:
    """Plays one tick of another world, by the default God and Sword, which compiles all that a realm calls."""
    tick = dataclasses.replace(setting.learning, ticks=1, minibatches=1)
    tiny = dataclasses.replace(setting, learning=tick, worlds=1, realm=0)
    Realm(tiny, Trinity(), network, packing).play(None)


class Realm:
    """Plays rounds with the parameters it is given.

    Args:
        setting: which realm of which run.
        trinity: the classes that rule and play.
        network: to play with; its parameters are overwritten by those of each round.
        packing: of its parameters.
        gradients: room for what it finds; None means its own.
    """

    def __init__(
        self, setting: Setting, trinity: Trinity, network: Network, packing: Packing, gradients: Vectors | None = None
    ) -> None:
        self.network, self.packing = network, packing
        self._gradients = packing.zeros() if gradients is None else gradients
        self.god = trinity.god(setting)
        self.sword = trinity.sword(setting, self.god, network)
        self._samples = np.zeros(setting.learners, np.int64)
        self._tally = self._since(*self._totals())
        self._seconds = 0.0

    def play(self, weights: Vectors | None) -> Report:
        """One round: culls, plays a segment, and finds its gradients.

        Args:
            weights: the parameters; None if the network has them.

        Returns:
            What it tells; its gradients are overwritten by the next.
        """
        self.advance(weights)
        return self.learn(None, 0)

    def advance(self, weights: Vectors | None) -> None:
        """One round without gradients: what a realm that was lost does to catch up."""
        self._take(weights)
        started = time.perf_counter()
        world = self.god.world
        before = self._totals()
        chosen = self.god.cull(world.observe())
        if chosen is not None:
            world.cull(chosen)
        self._samples = self.sword.rollout()
        self._tally = self._since(*before)
        self._seconds = time.perf_counter() - started

    def learn(self, weights: Vectors | None, epoch: int) -> Report:
        """The gradients of the segment just played, by the parameters of now."""
        self._take(weights)
        P = len(self._samples)
        if not self._samples.any():
            nothing = Vectors.zeros(P, 0, 0), np.zeros((3, P), np.float32)
            return Report(self._samples, *nothing, self._tally, Diagnostics.unknown(P), self._since_asked())
        started = time.perf_counter()
        losses = self.sword.gradients(self._samples, epoch)
        told = torch.stack([*losses]).numpy(), self._tally, self._diagnostics()
        self._seconds += time.perf_counter() - started
        self.packing.read_gradients(self.network, self._gradients)
        return Report(self._samples, self._gradients, *told, self._since_asked())

    def afterwards(self, weights: Vectors | None) -> Afterwards:
        """What the updates from the segment just played have come to, with these parameters; see `Learner`."""
        learner, saw = self.sword.learner, self._samples > 0
        if learner is None or not saw.any():
            return Afterwards.unknown(len(saw))
        self._take(weights)
        return Afterwards(*(np.where(saw, found, np.nan) for found in (learner.approx_kl(), learner.dead_units())))

    def _diagnostics(self) -> Diagnostics:
        """What the learner tells of the populations that learn."""
        P = len(self._samples)
        found = self.sword.learner.diagnostics if self.sword.learner else Diagnostics.unknown(P)
        return found.only(self._samples > 0)

    def snapshot(self) -> Snapshot:
        """Everything that changes, to go back to."""
        return Snapshot(self.god.world.snapshot(), self.god.state(), self.sword.state())

    def restore(self, snapshot: Snapshot) -> None:
        """Goes back to a snapshot of this realm.

        Raises:
            ConfigError: if it is of other worlds or other players.
        """
        if type(self.god).load_state is God.load_state:  # it takes whatever there is
            check_state(snapshot.god, {})
        world, saved = self.god.world, World.restore(snapshot.world, self.god.world.threads)
        if saved.configs != world.configs or (saved.seeds != world.seeds).any():
            raise ConfigError("the snapshot is of other worlds than this realm's")
        for mine, theirs in zip(world.state, saved.state, strict=True):
            mine[...] = theirs  # in place, because the learner looks at this memory
        self.god.load_state(snapshot.god)
        self.sword.load_state(snapshot.sword)

    def _since_asked(self) -> float:
        """Seconds of computing that no report has told yet."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds

    def _take(self, weights: Vectors | None) -> None:
        if weights is not None:
            self.packing.write(self.network, weights)

    def _totals(self) -> tuple[np.ndarray, np.ndarray, Census]:
        state = self.god.world.state
        return state.tally.copy(), state.deed_totals.copy(), census(state)

    def _since(self, before: np.ndarray, deeds: np.ndarray, counted: Census) -> Tally:
        state = self.god.world.state
        now = state.tally
        return Tally(
            steps=(now["ticks"] - before["ticks"]).sum(0),
            deaths=(now["deaths"] - before["deaths"]).sum(0),
            lifetime=(now["lifetime"] - before["lifetime"]).sum(0),
            members=state.members.mean(0),
            rewards=rewards_since(state, deeds),
            census=census(state).since(counted),
        )
