"""The compiled learner of the network with a memory says what PyTorch says, through births, deaths and segments."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from forge.blade import Config
from forge.ethyr.fused.learner import GROUP, FusedLearner
from forge.ethyr.learning.losses import policy_gradient
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.policy import Recurrent
from tests.ethyr.test_fused import GUESTS, LEARNED, MATTERS, SMALL, samples_of
from tests.ethyr.test_fused import learner as default_learner

LEARNING = Learning(network="recurrent", ticks=6)
Judged = tuple[list[Tensor], Tensor]


class Oracle:
    """Goes through what a compiled learner has played, life by life, in PyTorch.

    Whose memory is whose follows from who died alone: it is of whoever was in the slot and did not die there.
    """

    def __init__(self, fused: FusedLearner) -> None:
        self.fused = fused
        self.carried: dict[tuple[int, int, int], Tensor] = {}  # by group, world and slot
        self.born = 0

    def judge(self, keep: bool = True) -> Judged:
        """Log-probabilities, values, entropies, advantages and targets [P, all rows]; and which are valid.

        Args:
            keep: what is carried out of the segment goes into the next.
        """
        parts = []
        after: dict[tuple[int, int, int], Tensor] = {}
        for group, (segment, more) in enumerate(zip(self.fused.segments, self.fused.more, strict=True)):
            rows, policy = int(segment.acted.max()), self.fused.policy
            samples = samples_of(segment, more)
            thoughts, carried = self._through(group, policy.encode(samples))
            after |= carried
            valid = torch.arange(rows) < torch.from_numpy(segment.acted)[:, None]
            choices, actions = policy.decide(thoughts, samples), torch.from_numpy(segment.actions[:, :rows])
            log_prob, spread = joint(choices, actions * valid.unsqueeze(-1), self.fused.layout, samples.matters())
            given = (torch.from_numpy(x[:, :rows]) for x in (segment.advantage, segment.target))
            parts.append((log_prob, choices.value, spread, *given, valid))
        if keep:
            self.carried = {place: memory.detach() for place, memory in after.items()}
        *joined, valid = (torch.cat(part, 1) for part in zip(*parts, strict=True))
        return joined, valid

    def _through(self, group: int, seen: Tensor) -> tuple[Tensor, dict[tuple[int, int, int], Tensor]]:
        """What the heads read of every sample of a group [P, m, H], and what is carried out of its last tick."""
        segment, cell = self.fused.segments[group], self.fused.policy.cell
        (ticks, worlds, slots), (P, _, H) = segment.reward.shape, seen.shape
        thoughts, carried = [[torch.zeros(H)] * seen.shape[1] for _ in range(P)], dict(self.carried)
        for t in range(ticks):
            here = [(w, slot) for w in range(worlds) for slot in range(slots) if segment.sample_of[t, w, slot] >= 0]
            after: dict[tuple[int, int, int], Tensor] = {}
            for p in range(P):
                mine = [(w, slot) for w, slot in here if slot * P // slots == p]
                if mine:
                    rows = [int(segment.sample_of[t, w, slot]) for w, slot in mine]
                    nothing = torch.zeros(H)
                    self.born += sum((group, *place) not in carried for place in mine)
                    before = torch.stack([carried.get((group, *place), nothing) for place in mine])
                    x = seen[p, rows]
                    both = cell(x.expand(P, *x.shape), before.expand(P, *before.shape))[p]
                    for place, row, h in zip(mine, rows, both, strict=True):
                        thoughts[p][row] = seen[p, row] + h
                        if not segment.terminated[t, place[0], place[1]]:
                            after[group, *place] = h
            carried = after
        return torch.stack([torch.stack(rows) for rows in thoughts]), carried


def learner(config: Config, learning: Learning, threads: int = 1, worlds: int = GROUP + 2) -> FusedLearner:
    """One that has played some segments, so that much is carried."""
    warm = default_learner(config, learning, threads, worlds)
    policy = Recurrent(config, learning, torch.Generator().manual_seed(1))
    return FusedLearner(warm.world, policy, learning, seed=7, threads=threads)


CASES: Mapping[str, tuple[Config, Learning]] = {
    "three populations": (SMALL, LEARNING),
    "learned targets, wide, nothing rectified": (
        LEARNED.replace(**{"combat.hold": True}),
        dataclasses.replace(LEARNING, hidden=48, activation="none"),
    ),
    "one population, many at once": (SMALL.replace(**{"spawn.populations": 1}), LEARNING),
    "systems from outside": (GUESTS, dataclasses.replace(MATTERS, network="recurrent")),
}


@pytest.mark.parametrize("case", CASES)
def test_judgements_losses_and_gradients_equal_those_of_torch(case: str) -> None:
    config, learning = CASES[case]
    fused = learner(config, learning)
    oracle = Oracle(fused)
    for _ in range(4):
        acted = fused.collect()
        (log_prob, value, *_), valid = joined, valid = oracle.judge()
        compare_with_played(fused, log_prob, value, valid)
    assert oracle.born > 20
    losses = policy_gradient(*joined, valid)
    total = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
    total.sum().backward()
    wanted = {name: parameter.grad.clone() for name, parameter in fused.policy.named_parameters()}
    for ours, theirs in zip(fused.gradients(acted), losses, strict=True):
        torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-4)
    compare_gradients(fused.policy, wanted, 1e-5)


def compare_with_played(fused: FusedLearner, log_prob: Tensor, value: Tensor, valid: Tensor) -> None:
    start = 0
    for segment in fused.segments:
        rows = int(segment.acted.max())
        here = valid[:, start : start + rows].numpy()
        for theirs, ours in ((log_prob, segment.log_prob), (value, segment.value)):
            said = theirs[:, start : start + rows].detach().numpy()
            np.testing.assert_allclose(said[here], ours[:, :rows][here], atol=3e-5)
        start += rows


def compare_gradients(policy: Recurrent, wanted: Mapping[str, Tensor], share: float) -> None:
    """Each to a share of the largest of its parameter."""
    for name, parameter in policy.named_parameters():
        scale = wanted[name].abs().max().item()
        assert scale > 0 or name.endswith("nothing"), name
        torch.testing.assert_close(parameter.grad, wanted[name], atol=share * scale + 1e-8, rtol=1e-3, msg=name)
