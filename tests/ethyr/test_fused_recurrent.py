"""The compiled learner of the network with a memory says what PyTorch says, through births, deaths and segments."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from forge.blade import Config, World
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.fused.learner import GROUP, FusedLearner
from forge.ethyr.learning.losses import policy_gradient, proximal
from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.named import network_class
from forge.ethyr.networks.policy import Recurrent
from tests.ethyr.test_fused import EVERYTHING, LEARNED, MATTERS, SMALL, samples_of
from tests.ethyr.test_fused import learner as default_learner
from tests.learners import basic

LEARNING = basic(network="recurrent", ticks=6)
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
    policy = network_class(learning.network)(config, learning, torch.Generator().manual_seed(1))
    return FusedLearner(warm.world, policy, learning, seed=7, threads=threads)


OUTSIDE = "systems from outside"
CASES: Mapping[str, tuple[Config, Learning]] = {
    "three populations": (SMALL, LEARNING),
    "learned targets, wide, nothing rectified": (
        LEARNED.replace(**{"combat.hold": True}),
        dataclasses.replace(LEARNING, hidden=48, activation="none"),
    ),
    "one population, many at once, two rectified layers": (
        SMALL.replace(**{"spawn.populations": 1}),
        dataclasses.replace(LEARNING, network="remembering"),
    ),
    OUTSIDE: (EVERYTHING, dataclasses.replace(MATTERS, network="recurrent")),
}


@pytest.mark.parametrize("case", [pytest.param(c, marks=pytest.mark.soak) if c == OUTSIDE else c for c in CASES])
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


@pytest.mark.parametrize("config", [SMALL, LEARNED], ids=["lowest health", "learned"])
def test_further_epochs_of_ppo_equal_those_of_torch(config: Config) -> None:
    """Each goes through the segment once more from what was carried into it, which stays as it was."""
    learning = dataclasses.replace(LEARNING, algorithm="ppo", ppo_clip=0.02, learning_rate=0.02, warmup=0)
    fused = learner(config, learning)
    oracle, optimiser = Oracle(fused), Optimiser(fused.policy.parameters(), learning)
    for _ in range(2):
        acted = fused.collect()
        oracle.judge()
    acted = fused.collect()
    before = torch.cat([torch.from_numpy(s.log_prob[:, : int(s.acted.max())]).clone() for s in fused.segments], 1)
    parameters = dict(fused.policy.named_parameters())
    for epoch in range(3):
        (log_prob, value, spread, advantage, target), valid = oracle.judge(keep=False)
        losses = proximal(log_prob, before, value, spread, advantage, target, valid, learning.ppo_clip)
        total = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
        wanted = dict(zip(parameters, torch.autograd.grad(total.sum(), list(parameters.values())), strict=True))
        for ours, theirs in zip(fused.gradients(acted, epoch), losses, strict=True):
            torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-3)
        compare_gradients(fused.policy, wanted, 1e-4)
        optimiser.step()
    assert fused.diagnostics.clip_fraction.min() > 0.2


@pytest.mark.parametrize("config", [SMALL, LEARNED], ids=["lowest health", "learned"])
def test_no_bit_depends_on_the_number_of_threads_and_a_run_goes_on_to_the_same(config: Config) -> None:
    """One that was saved after three segments, and one in other worlds restored then, on one thread and on two."""
    whole, ends = trained(learner(config, LEARNING), 3), []
    saved, state = whole.world.snapshot(), whole.state()
    weights = {name: tensor.clone() for name, tensor in whole.policy.state_dict().items()}
    ends.append(end_of(trained(whole, 3)))
    for threads in (1, 2, 2):
        ends.append(end_of(trained(learner(config, LEARNING, threads), 6)))
        world = World.restore(saved, threads)
        policy = Recurrent(config, LEARNING, torch.Generator().manual_seed(5))
        policy.load_state_dict(weights)
        resumed = FusedLearner(world, policy, LEARNING, seed=7, threads=threads)
        assert resumed.state()["memory.owner"].max() == -1
        resumed.load_state(state)
        for name, tensor in resumed.state().items():
            assert torch.equal(tensor, state[name])
        ends.append(end_of(trained(resumed, 3)))
    for hashed, parameters in ends[1:]:
        assert hashed == ends[0][0]
        assert all(torch.equal(one, two) for one, two in zip(ends[0][1], parameters, strict=True))
    forgetful = FusedLearner(World.restore(saved, 1), policy, LEARNING, seed=7, threads=1)
    policy.load_state_dict(weights)
    assert end_of(trained(forgetful, 3))[0] != ends[0][0]  # what is carried makes a difference


def trained(fused: FusedLearner, segments: int) -> FusedLearner:
    """By plain gradient descent, which carries nothing."""
    for _ in range(segments):
        fused.gradients(fused.collect())
        with torch.no_grad():
            for parameter in fused.policy.parameters():
                parameter -= 0.05 * parameter.grad
    return fused


def end_of(fused: FusedLearner) -> tuple[str, list[Tensor]]:
    return fused.world.hash(), [parameter.detach().clone() for parameter in fused.policy.parameters()]


def test_both_engines_call_what_is_carried_the_same_and_go_on_with_the_others() -> None:
    """PyTorch reads the compiled learner's memories, and both then say the same of the next observation."""
    fused = trained(learner(SMALL, LEARNING), 2)
    plain = TorchLearner(fused.world, fused.policy, LEARNING, seed=1)
    state = fused.state()
    assert {**state, "draws": torch.zeros(0)}.keys() == plain.state().keys()
    plain.collector.memory.load_state(state)
    for name, tensor in plain.collector.memory.state().items():
        assert torch.equal(tensor, state[name])
    with torch.no_grad():
        observation, rollout = fused.world.observe(), plain.collector.rollout
        rollout.clear()
        values = fused.policy(rollout.gather(observation, 0), plain.collector.memory.recall(observation)).value
    known = plain.collector.memory.known(observation)
    assert 0.5 < known.sum() / observation.alive.sum() < 1
    fused.collect()
    rows = [0, 0, 0]
    for segment in fused.segments:
        for p, first in enumerate(segment.carried.starts[1]):
            theirs = values[p, rows[p] : rows[p] + first].numpy()
            np.testing.assert_allclose(segment.value[p, :first], theirs, atol=1e-4)
            rows[p] += first


def test_what_was_culled_or_replaced_between_two_segments_is_forgotten() -> None:
    """Of two agents that are culled the slots stay empty or go to newborns; who is born carries nothing."""
    fused = learner(SMALL, LEARNING)
    fused.collect()
    world = fused.world
    chosen = np.zeros(world.state.agents.shape, bool)
    chosen[:, ::2] = world.state.agents["alive"][:, ::2] != 0
    assert world.cull(chosen) > 20
    for _ in range(6):  # others are born, and some of them into the slots of who was culled
        world.step(np.zeros((*chosen.shape, 2), np.int64))
    ids, agents = fused.state()["memory.owner"].numpy(), world.state.agents.copy()
    known = (agents["id"] == ids) & (agents["alive"] != 0)
    assert (chosen & (agents["alive"] != 0)).sum() > 3
    assert not (chosen & known).any()
    fused.collect()
    carries, first = [], 0
    for segment in fused.segments:
        for w, slots in enumerate(segment.sample_of[0]):
            for slot in np.flatnonzero(slots >= 0):
                before = segment.carried.before[slot * 3 // 24, slots[slot]]
                carries.append((bool(known[first + w, slot]), bool(before.any())))
        first += len(segment.carried.owner)
    assert {known for known, _ in carries} == {True, False}
    assert all(known == carried for known, carried in carries)


def test_a_policy_that_has_not_changed_is_not_far() -> None:
    """What agents carry into the segment counts, though later epochs have gone through it with other weights."""
    learning = dataclasses.replace(LEARNING, algorithm="ppo", epochs=2, learning_rate=0.02, warmup=0)
    fused = learner(SMALL, learning)
    optimiser = Optimiser(fused.policy.parameters(), learning)
    first = {name: tensor.clone() for name, tensor in fused.policy.state_dict().items()}
    fused.collect()
    acted = fused.collect()
    for epoch in range(2):
        fused.gradients(acted, epoch)
        optimiser.step()
    assert (fused.approx_kl() > 1e-5).all()
    fused.policy.load_state_dict(first)
    np.testing.assert_allclose(fused.approx_kl(), 0, atol=1e-9)


def compare_with_played(fused: FusedLearner, log_prob: Tensor, value: Tensor, valid: Tensor) -> None:
    start = 0
    for segment in fused.segments:
        rows = int(segment.acted.max())
        here = valid[:, start : start + rows].numpy()
        for theirs, ours in ((log_prob, segment.log_prob), (value, segment.value)):
            said = theirs[:, start : start + rows].detach().numpy()
            np.testing.assert_allclose(said[here], ours[:, :rows][here], atol=1e-4)
        start += rows


def compare_gradients(policy: Recurrent, wanted: Mapping[str, Tensor], share: float) -> None:
    """Each to a share of the largest of its parameter."""
    for name, parameter in policy.named_parameters():
        scale = wanted[name].abs().max().item()
        assert scale > 0 or name.endswith("nothing"), name
        torch.testing.assert_close(parameter.grad, wanted[name], atol=share * scale + 1e-8, rtol=1e-3, msg=name)
