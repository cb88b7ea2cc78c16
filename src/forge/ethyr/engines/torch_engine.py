"""The learner in plain PyTorch: for any device, and the statement of what the compiled one computes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from forge.blade.world.world import World
from forge.ethyr.experience import advantage
from forge.ethyr.experience.collector import Collector
from forge.ethyr.experience.company import Company
from forge.ethyr.experience.dead_units import dead_units
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.experience.selection import select
from forge.ethyr.experience.timeline import timeline
from forge.ethyr.learning.diagnostics import Diagnostics, approximate_kl, moments
from forge.ethyr.learning.entropy import entropy_weights
from forge.ethyr.learning.learner import check_state, stream
from forge.ethyr.learning.losses import Losses, clipped_share, policy_gradient, population_mean, proximal
from forge.ethyr.learning.minibatches import Minibatches
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint, joint_apart, summed
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.samples import Samples
from forge.support.checks import ConfigError

#: What its state calls the stream of its draws.
DRAWS = "draws"


class TorchLearner:
    """Plays a policy in a batch of worlds and finds its gradients by automatic differentiation.

    Args:
        world: reset and ready.
        policy: to play and to learn; samples go to the device of its parameters.
        learning: the numbers.
        seed: names the stream that actions are drawn from.
        company: who plays the populations that do not learn; None means that all do.
    """

    def __init__(
        self, world: World, policy: Network, learning: Learning, seed: int, company: Company | None = None
    ) -> None:
        self.draws = torch.Generator().manual_seed(int(stream(seed).generate_state(1, np.uint64)[0]))
        self.collector = Collector(world, policy, learning.ticks, self.draws, learning.matters, company)
        self.learning, self.company = learning, company
        self._minibatches = Minibatches(learning, world.count, seed)
        self._weights = entropy_weights(learning, self.collector.rollout.layout)
        self.diagnostics = Diagnostics.unknown(len(self.collector.rollout.count))

    def state(self) -> dict[str, torch.Tensor]:
        """The stream of draws, what agents remember, and what their company carries on; see `Learner`."""
        carried = {DRAWS: self.draws.get_state(), **self.collector.memory.state()}
        return carried if self.company is None else carried | self.company.state()

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from a saved state; see `Learner`."""
        check_state(state, self.state())
        try:
            self.draws.set_state(state[DRAWS])
        except RuntimeError as error:
            raise ConfigError(f"the saved state of the learner does not fit this one in draws: {error}") from error
        if self.company is not None:
            self.company.load_state(state)
        self.collector.memory.load_state(state)

    def collect(self) -> np.ndarray:
        """Plays one segment; returns how many samples of each population acted, int64 [P]."""
        acted, learning, rollout = self.collector.collect(), self.learning, self.collector.rollout
        advantage.estimate(rollout, learning.discount, learning.trace, learning.reward_factor)
        self.diagnostics = Diagnostics.played(moments(rollout.advantage, rollout.target, acted), acted)
        return acted

    def gradients(self, acted: np.ndarray, epoch: int = 0) -> Losses:
        """Sets the gradients of the policy's parameters from the segment just played; see `Learner`."""
        learning, policy, device = self.learning, self.collector.policy, self.collector.device
        rollout, start, acted = self._part(acted, epoch)
        if not acted.any():
            return self._nothing()
        rows = int(acted.max())
        valid = torch.arange(rows, device=device) < torch.from_numpy(acted).to(device).unsqueeze(-1)
        actions, before, advantages, targets = (
            rollout.view(array, rows).to(device)
            for array in (rollout.actions, rollout.log_prob, rollout.advantage, rollout.target)
        )
        samples = self.collector.sent(rollout.learnable(acted), rollout)
        choices = self._judge(samples, rollout, start)
        log_prob, apart = joint_apart(choices, actions * valid.unsqueeze(-1), rollout.layout, samples.matters())
        given = choices.value, summed(apart.values()), advantages, targets, valid
        clipped = np.full(len(acted), np.nan)
        if learning.algorithm == "ppo":
            losses = proximal(log_prob, before, *given, learning.ppo_clip)
            clipped = clipped_share(log_prob.detach(), before, valid, learning.ppo_clip).double().cpu().numpy()
        else:
            losses = policy_gradient(log_prob, *given)
        bonus = learning.entropy_weight * losses.entropy
        if learning.entropy_weights:
            means = (float(self._weights[column]) * population_mean(x, valid) for column, x in apart.items())
            bonus = summed(means)
        total = losses.policy + learning.value_weight * losses.value - bonus
        policy.zero_grad()
        total.sum().backward()
        told = torch.stack([loss.detach().cpu() for loss in losses])
        self.diagnostics = self.diagnostics.after(told.double().numpy(), clipped, acted)
        return Losses(*told)

    def _part(self, acted: np.ndarray, update: int) -> tuple[Rollout, torch.Tensor, np.ndarray]:
        """The part of the segment that an update learns from, what its agents carried into it, and its samples."""
        collector, minibatches = self.collector, self._minibatches
        if minibatches.count == 1:
            return collector.rollout, collector.start, acted
        chosen = minibatches.of(update, int(collector.world.state.tick[0]))
        part = select(collector.rollout, np.concatenate([minibatches.groups[group] for group in chosen]))
        start = part.of_first_tick(collector.start) if collector.policy.memory else collector.start
        return part.rollout, start, np.where(acted > 0, part.rollout.count, 0)

    def _nothing(self) -> Losses:
        """A minibatch without samples: gradients of 0."""
        for parameter in self.collector.policy.parameters():
            parameter.grad = torch.zeros_like(parameter)
        return Losses(*torch.zeros(3, len(self.collector.rollout.count)))

    @torch.no_grad()
    def approx_kl(self) -> np.ndarray:
        """How far the policy is from the one that played the last segment; see `Learner`."""
        collector, rollout = self.collector, self.collector.rollout
        count, policy = rollout.starts[1].copy(), collector.policy
        if not count.any():
            return np.full(len(count), np.nan)
        gpus = [] if collector.device.type == "cpu" else [collector.device]
        with torch.random.fork_rng(gpus):  # a network of one's own may draw
            samples = collector.sent(rollout.learnable(count))
            choices = policy(samples, collector.start if policy.memory else None)
        rows = int(count.max())
        valid = torch.arange(rows) < torch.from_numpy(count).unsqueeze(-1)
        actions = rollout.view(rollout.actions, rows) * valid.unsqueeze(-1)
        now = joint(choices, actions.to(collector.device), rollout.layout, samples.matters())[0].cpu().numpy()
        return np.array([approximate_kl(now[p, :n], rollout.log_prob[p, :n]) for p, n in enumerate(count)])

    def dead_units(self) -> np.ndarray:
        """The share of hidden units that are dead; see `Learner`."""
        rollout = self.collector.rollout
        return dead_units(self.collector.policy, [self.collector.sent(rollout.learnable(rollout.starts[1].copy()))])

    def _judge(self, samples: Samples, rollout: Rollout, start: torch.Tensor) -> Choices:
        """What the policy says now of the samples that acted; agents with a memory go through the segment once more."""
        policy = self.collector.policy
        if not policy.memory:
            choices: Choices = policy(samples)
            return choices
        return policy.unroll(samples, start, timeline(rollout).to(self.collector.device))
