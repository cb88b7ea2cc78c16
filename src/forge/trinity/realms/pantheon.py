"""Pantheon: holds the parameters, averages the gradients of all realms, steps the optimiser, and saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from forge.ethyr.engines.engine import make_policy
from forge.ethyr.learning.diagnostics import Step
from forge.ethyr.learning.divergence import Numbers, check_loaded, check_parameters, loss_numbers, raise_first
from forge.ethyr.learning.gradients import GradientNorms, clip_norms, norms_of
from forge.ethyr.learning.learner import check_state
from forge.ethyr.learning.one_thread import one_thread
from forge.ethyr.learning.optimiser import Optimiser, learning_rate_of
from forge.ethyr.networks.network import Network
from forge.ethyr.saving import checkpoint, optimiser_state
from forge.trinity.realms.packing import Packing, Vectors
from forge.trinity.realms.report import Report
from forge.trinity.realms.setting import Setting


class Pantheon:
    """The learner above all realms. Override `make_network`, `make_optimiser`, `average`; keep more in `state`.

    Every population has weights and an optimiser's state of its own: the optimiser steps one vector a population. A
    population that no realm has seen has no gradient, and the optimiser skips it.

    Letters: P populations, m parameters of each, k parameters that they share.

    Attributes:
        setting: of realm 0: the configuration and the numbers of the learner.
        network: with the parameters of now.
        vectors: the same parameters as the optimiser has them, `own` [P, m] and `shared` [k]: what is broadcast.
        optimiser: over these vectors.
        agent_steps: of all realms, before the round that is learned from: what the step size decays by.
        last_step: what is told of its last step; None before the first.
    """

    agent_steps: int = 0
    last_step: Step | None = None

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.network = self.make_network(torch.Generator().manual_seed(setting.seed))
        self.packing = Packing(self.network, setting.config.populations, self.by_population)
        self.vectors = self.packing.zeros()
        self.packing.read(self.network, self.vectors)
        self._parameters = [torch.from_numpy(row) for row in (*self.vectors.own, self.vectors.shared)]
        self.optimiser = self.make_optimiser(self._parameters)

    def make_network(self, generator: torch.Generator) -> Network:
        """The network of all populations, on the CPU. By default what `learning` says.

        Args:
            generator: the stream its first weights are to be drawn from.

        Returns:
            A `forge.ethyr.networks.network.Network`. Each realm plays with a copy of it.
        """
        return make_policy(self.setting.config, self.setting.learning, generator)

    def make_optimiser(self, parameters: list[Tensor]) -> torch.optim.Optimizer:
        """What steps. By default what `learning` says: Adam or AdamW, whose step size may decay.

        Gradients are clipped before, whatever it is: to `learning.clip_norm` and elementwise to ± `learning.clip`.

        Args:
            parameters: float32: a vector [m] for each population, of all that is its own, and a vector [k] of what
                populations share, often empty. A vector without a gradient in a step, that of a population that
                nobody has seen, is to be left as it is, as all optimisers of PyTorch do.
        """
        populations = self.setting.config.populations
        return Optimiser(parameters, self.setting.learning, populations, lambda: self.agent_steps).adam

    def by_population(self, name: str, parameter: nn.Parameter) -> bool:
        """Whether the leading axis of a parameter is the population. By default if it is P long.

        Args:
            name: as in `network.named_parameters()`.
            parameter: of that name.
        """
        return parameter.shape[:1] == (self.setting.config.populations,)

    def average(self, reports: Sequence[Report]) -> Vectors:
        """The gradients to step with: by default, for each population, the mean over the realms that have seen it.

        Args:
            reports: of the realms that have something to learn from, in their order: `samples` int64 [P], `gradients`
                (`own` float32 [P, m] and `shared` float32 [k]), `losses` float32 [3, P]. The next reports overwrite
                the gradients.

        Returns:
            Vectors of the same shapes; those of populations that nobody has seen are ignored. Keep to the order of
            realms: the last bits of a sum depend on it.
        """
        if len(reports) == 1:
            return reports[0].gradients
        saw = np.stack([report.samples > 0 for report in reports])
        shares = (saw / np.maximum(saw.sum(0), 1)).astype(np.float32)
        mean = Vectors(np.zeros_like(self.vectors.own), np.zeros_like(self.vectors.shared))
        part = np.empty_like(mean.own[0])
        for p, row in enumerate(mean.own):  # row by row, for the cache
            for report, share in zip(reports, shares[:, p], strict=True):
                row += np.multiply(report.gradients.own[p], share, out=part)
        for report in reports:
            mean.shared[...] += report.gradients.shared / np.float32(len(reports))
        return mean

    def step(self, gradients: Vectors, seen: np.ndarray) -> None:
        """Steps the optimiser.

        Args:
            gradients: what `average` returned.
            seen: bool [P], populations that some realm has learned from.
        """
        learning = self.setting.learning
        own, shared = (torch.from_numpy(np.require(part, requirements="W")) for part in gradients)
        if learning.clip_norm:
            clip_norms([own], [shared], len(own), learning.clip_norm)
        for weight, row, saw in zip(self._parameters, [*own, shared], [*seen, True], strict=True):
            weight.grad = row if saw else None
        with one_thread():
            torch.nn.utils.clip_grad_value_(self._parameters, learning.clip)
            self.optimiser.step()

    def learn(self, reports: Sequence[Report]) -> bool:
        """One update from the reports of all realms, unless none has anything to learn from; says whether it was.

        Raises:
            Diverged: if losses, gradients, or the parameters after the step are not finite.
        """
        told = [report for report in reports if report.learned]
        if told:
            gradients, seen = self.average(told), np.any([report.samples > 0 for report in told], axis=0)
            losses = [np.where(r.samples > 0, r.losses, 0) for r in told]
            norms = self._check("the gradient of", gradients, seen, losses)
            self.step(gradients, seen)
            self._check("the parameter", self.vectors, seen)
            self.last_step = Step(norms, learning_rate_of(self.optimiser))
            self.packing.write(self.network, self.vectors)
        return bool(told)

    def _check(self, kind: str, vectors: Vectors, seen: np.ndarray, losses: Sequence[np.ndarray] = ()) -> GradientNorms:
        """Looks at what some populations learn from or have learned; returns the norms of the vectors."""
        own = vectors.own if seen.all() else vectors.own[seen]
        apart, shared = (torch.from_numpy(np.require(part, requirements="W")) for part in (own, vectors.shared))
        norms = norms_of([apart], [shared], len(own))
        by_population = np.full(len(seen), np.nan)
        by_population[seen] = norms.by_population
        with np.errstate(all="ignore"):
            total = norms.total + sum(float(loss.sum()) for loss in losses)
        if not np.isfinite(total):
            known = Vectors(np.where(seen[:, None], vectors.own, 0), vectors.shared)
            raise_first(
                [
                    *(Numbers(f"{kind} {name}", values, apart) for name, values, apart in self.packing.named(known)),
                    *(numbers for loss in losses for numbers in loss_numbers(loss)),
                ],
                None,
            )
        return norms._replace(by_population=by_population)

    def adopt(self, weights: Mapping[str, Tensor]) -> None:
        """Takes other first weights, by the names of `network.state_dict()`, which realms get with the next round."""
        self.network.load_state_dict(dict(weights))
        self.packing.read(self.network, self.vectors)

    def state(self) -> dict[str, Tensor]:
        """What a Pantheon of your own must remember, besides network and optimiser: tensors by name."""
        return {}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Goes on from what `state` returned."""

    def save(self, folder: Path) -> None:
        """Writes network, optimiser and state into a folder.

        Raises:
            Diverged: if a parameter is not finite.
        """
        check_parameters(self.network, self.setting.config.populations)
        checkpoint.save_tensors(folder / "policy.safetensors", self.network.state_dict())
        for name, data in optimiser_state.pack(self.optimiser).items():
            (folder / name).write_bytes(data)
        checkpoint.save_tensors(folder / "pantheon.safetensors", self.state())

    def load(self, folder: Path) -> None:
        """Reads what `save` wrote.

        Raises:
            ConfigError: if it is missing, damaged, of another network or not finite.
        """
        weights = checkpoint.read_module(self.network, folder / "policy.safetensors")
        check_loaded(self.network, weights, self.setting.config.populations, folder)
        moments = optimiser_state.read(self.optimiser, folder)
        state = checkpoint.load_tensors(folder / "pantheon.safetensors")
        if type(self).load_state is Pantheon.load_state:  # it takes whatever there is
            check_state(state, {})
        self.network.load_state_dict(weights)
        self.optimiser.load_state_dict(moments)
        self.packing.read(self.network, self.vectors)
        self.load_state(state)
