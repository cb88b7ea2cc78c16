"""What is told of how learning goes: by hand, against plain NumPy, and alike in both learners."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, Config, World
from forge.ethyr.engines.engine import make_learner, make_policy
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.experience.rollout import NO_SAMPLE
from forge.ethyr.fused.learner import GROUP, FusedLearner
from forge.ethyr.fused.segment import Segment
from forge.ethyr.learning.diagnostics import (
    Diagnostics,
    Means,
    Step,
    approximate_kl,
    explained_variance,
    mean_step,
    moments,
)
from forge.ethyr.learning.divergence import check_update
from forge.ethyr.learning.gradients import GradientNorms
from forge.ethyr.learning.losses import Losses, clipped_share
from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.samples import Samples
from tests.learners import basic

CONFIG = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32})
LEARNED = CONFIG.replace(**{"combat.targeting": "learned", "terrain.side": 26, "combat.immunity": 0})
LEARNING = basic(ticks=6, learning_rate=0.02, warmup=0)
ENGINES = ("compiled", "torch")
#: What a segment and a rollout have in common.
HANDED = Segment._fields[: Segment._fields.index("matters")]
PPO = dataclasses.replace(LEARNING, algorithm="ppo", ppo_clip=0.02)


def learner(
    engine: str, config: Config = CONFIG, learning: Learning = LEARNING, threads: int = 1, worlds: int = GROUP + 2
) -> tuple[Any, Optimiser]:
    """A learner in worlds that have filled up, and what steps its policy."""
    world = World(config, worlds, seed=3, threads=threads)
    world.reset()
    rng = np.random.default_rng(0)
    for _ in range(30):
        world.step(rng.integers(0, 3, (world.count, config.spawn.cap, 3 if config.learned_targets else 2)))
    policy = make_policy(config, learning, torch.Generator().manual_seed(1))
    made = make_learner(world, policy, learning, 7, threads, engine)
    return made, Optimiser(policy.parameters(), learning)


def parts_of(made: Any) -> list[Any]:
    """The segments that a learner has played."""
    if isinstance(made, FusedLearner):
        return list(made.segments)
    assert isinstance(made, TorchLearner)
    return [made.collector.rollout]


def gathered(made: Any, name: str, acted: list[np.ndarray], p: int) -> np.ndarray:
    """An array of the samples of one population that acted, in all segments."""
    pairs = zip(parts_of(made), acted, strict=True)
    return np.concatenate([getattr(part, name)[p, : n[p]] for part, n in pairs]).astype(np.float64)


def log_probs(policy: Any, part: Any, count: np.ndarray) -> torch.Tensor:
    """What a policy says, in PyTorch, of the actions of the first samples of each population: [P, m]."""
    samples = Samples(part.windows, part.entities, part.first, np.zeros_like(count), count, part.moves)
    valid = torch.arange(int(count.max())) < torch.from_numpy(count)[:, None]
    with torch.no_grad():
        return joint(policy(samples), torch.from_numpy(part.actions[:, : int(count.max())]) * valid.unsqueeze(-1))[0]


def test_explained_variance_by_hand() -> None:
    # targets 1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 4 = 3.5
    target = np.array([[1, 2, 3, 6, 99], [5, 5, 5, 5, 5], [0, 0, 0, 0, 0]], np.float32)
    # values 1, 1, 3, 5: target − value 0, 1, 0, 1, of variance 1/4: what is left is 1 − 0.25 / 3.5
    advantage = np.array([[0, 1, 0, 1, 99], [1, 2, 3, 4, 5], [0, 0, 0, 0, 0]], np.float32)
    count = np.array([4, 5, 0])
    sums = moments(advantage, target, count)
    assert sums[0].tolist() == [2, 2, 12, 50]
    found = explained_variance(sums, count)
    assert found[0] == pytest.approx(1 - 0.25 / 3.5)
    assert np.isnan(found[1:]).all()  # targets that are all the same, and no sample


def test_approximate_kl_by_hand() -> None:
    # twice as likely, half as likely: (2 − 1 − log 2 + 1/2 − 1 + log 2) / 2 = 1/4
    before = np.log(np.array([0.25, 0.5], np.float32))
    assert approximate_kl(np.log(np.array([0.5, 0.25], np.float32)), before) == pytest.approx(0.25, rel=1e-5)
    assert approximate_kl(before, before) == 0
    assert np.isnan(approximate_kl(before[:0], before[:0]))


def test_approximate_kl_is_that_of_the_distributions_in_the_mean() -> None:
    before, now = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.25, 0.35])
    drawn = np.repeat(np.arange(3), [5000, 3000, 2000])  # as often as they are drawn
    exact = (before * np.log(before / now)).sum()
    assert approximate_kl(np.log(now)[drawn], np.log(before)[drawn]) == pytest.approx(exact, rel=1e-9)


def test_clip_fraction_by_hand() -> None:
    before = torch.log(torch.tensor([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]]))
    now = torch.log(torch.tensor([[0.75, 0.55, 0.25, 0.1], [0.5, 0.9, 0.5, 0.5]]))  # ratios 1.5, 1.1, 0.5; 1, 1.8
    valid = torch.tensor([[True, True, True, False], [True, True, False, False]])
    torch.testing.assert_close(clipped_share(now, before, valid, 0.2), torch.tensor([2 / 3, 1 / 2]))


def test_losses_and_clip_fractions_are_means_over_the_updates_that_had_samples() -> None:
    told = Diagnostics.unknown(3)
    for loss, clipped, samples in ((1.0, 0.0, [4, 0, 0]), (2.0, 0.3, [4, 2, 0]), (6.0, 0.6, [4, 1, 0])):
        told = told.after(np.full((3, 3), loss), np.full(3, clipped), np.array(samples))
    # (1 + 2 + 6) / 3 and (0 + 0.3 + 0.6) / 3; (2 + 6) / 2 and (0.3 + 0.6) / 2; nothing
    np.testing.assert_allclose(told.losses, [[3.0, 4.0, np.nan]] * 3)
    np.testing.assert_allclose(told.clip_fraction, [0.3, 0.45, np.nan])
    assert told.updates.tolist() == [3, 2, 0]
    np.testing.assert_array_equal(told.only(np.array([False, True, True])).losses, [[np.nan, 4.0, np.nan]] * 3)


def test_a_step_is_told_as_the_mean_of_the_updates_from_a_segment() -> None:
    steps = [
        Step(GradientNorms(3.0, np.array([1.0, np.nan]), 0.5), 0.25),
        Step(GradientNorms(5.0, np.array([2.0, 4.0]), 0.0), 0.125),
    ]
    told = mean_step(steps)
    assert (told.norms.total, told.norms.shared, told.learning_rate) == (4.0, 0.25, 0.125)
    assert told.norms.by_population.tolist() == [1.5, 4.0]


def test_means_leave_out_what_is_not_known() -> None:
    means = Means()
    for values in ([1.0, np.nan, np.nan], [3.0, 5.0, np.nan]):
        means.add(np.array(values))
    np.testing.assert_array_equal(means.read(), [2.0, 5.0, np.nan])


def test_gradient_norms_by_hand() -> None:
    network = torch.nn.Module()
    network.own = torch.nn.Parameter(torch.zeros(2, 1, 2))
    network.bias = torch.nn.Parameter(torch.zeros(2))
    network.shared = torch.nn.Parameter(torch.zeros(3))
    network.unused = torch.nn.Parameter(torch.zeros(2, 2))
    network.own.grad = torch.tensor([[[2.0, 3.0]], [[0.0, -4.0]]])
    network.bias.grad = torch.tensor([6.0, 3.0])
    network.shared.grad = torch.tensor([0.0, 1.0, 0.0])
    norms = check_update(network, Losses(*torch.zeros(3, 2)), 2, 1)
    # √(4 + 9 + 36), √(16 + 9); in all 49 + 25 + 1
    np.testing.assert_allclose(norms.by_population, [7, 5])
    assert norms.total == pytest.approx(np.sqrt(75))
    assert norms.shared == pytest.approx(1)


@pytest.mark.parametrize("engine", ENGINES)
def test_explained_variance_is_that_of_numpy(engine: str) -> None:
    made, _ = learner(engine)
    made.gradients(made.collect())
    acted = [getattr(part, "acted", None) for part in parts_of(made)]
    if acted[0] is None:
        rollout = made.collector.rollout
        acted = [rollout.starts[-1]]
    for p in range(CONFIG.populations):
        target, value = gathered(made, "target", acted, p), gathered(made, "value", acted, p)
        assert made.diagnostics.explained_variance[p] == pytest.approx(
            1 - np.var(target - value) / np.var(target), abs=1e-5
        )
    assert np.isnan(made.diagnostics.clip_fraction).all()


@pytest.mark.parametrize("config", [CONFIG, LEARNED], ids=["lowest health", "learned"])
@pytest.mark.parametrize("engine", ENGINES)
def test_ratios_of_ppo_are_those_of_numpy(engine: str, config: Config) -> None:
    """Clip fraction and KL, from log-probabilities that PyTorch computes of the same samples."""
    made, optimiser = learner(engine, config, PPO)
    policy = made.policy if engine == "compiled" else made.collector.policy
    total = made.collect()
    parts = parts_of(made)
    acted = [part.acted for part in parts] if engine == "compiled" else [total]
    fractions = []
    for epoch in range(3):
        now = [log_probs(policy, part, n).numpy() for part, n in zip(parts, acted, strict=True)]
        ratios = [
            np.exp(np.concatenate([x[p, : n[p]] - y.log_prob[p, : n[p]] for x, y, n in zip(now, parts, acted)]))
            for p in range(config.populations)
        ]
        fractions.append([np.mean(np.abs(ratio - 1) > PPO.ppo_clip) for ratio in ratios])
        made.gradients(total, epoch)
        optimiser.step()
    assert np.min(fractions[-1]) > 0.1
    # a ratio so near to the bound that rounding decides may fall on either side
    np.testing.assert_allclose(made.diagnostics.clip_fraction, np.mean(fractions, 0), atol=2 / total.min())
    first = [(p.sample_of[0] != NO_SAMPLE).reshape(-1, config.populations, config.quota).sum((0, 2)) for p in parts]
    found = made.approx_kl()
    now = [log_probs(policy, part, n).numpy() for part, n in zip(parts, first, strict=True)]
    for p in range(config.populations):
        logs = np.concatenate([x[p, : n[p]] - y.log_prob[p, : n[p]] for x, y, n in zip(now, parts, first)])
        assert found[p] == pytest.approx(np.mean(np.exp(logs.astype(np.float64)) - 1 - logs), rel=1e-3, abs=1e-7)
        assert found[p] > 1e-5


def test_both_learners_tell_the_same_of_the_same_segment() -> None:
    """The segment that one has played is handed to the other, and both learn from it."""
    (compiled, optimiser), (plain, other) = (learner(engine, LEARNED, PPO, worlds=GROUP) for engine in ENGINES)
    acted = compiled.collect()
    (segment,), (rollout,) = parts_of(compiled), parts_of(plain)
    for name in HANDED:
        getattr(rollout, name)[...] = getattr(segment, name)
    alive = (segment.sample_of != NO_SAMPLE).reshape(len(rollout.starts), GROUP, 3, -1).sum((1, 3))
    rollout.starts[1:] = alive.cumsum(0)[:-1]
    plain.collector.collect = lambda: acted
    np.testing.assert_array_equal(plain.collect(), acted)
    for epoch in range(3):
        for made, steps in ((compiled, optimiser), (plain, other)):
            made.gradients(acted, epoch)
            steps.step()
    np.testing.assert_allclose(*(m.diagnostics.explained_variance for m in (compiled, plain)), atol=1e-5)
    np.testing.assert_allclose(*(m.diagnostics.clip_fraction for m in (compiled, plain)), atol=3 / acted.min())
    np.testing.assert_allclose(compiled.approx_kl(), plain.approx_kl(), rtol=1e-2)


@pytest.mark.parametrize("network", ["default", "recurrent"])
def test_a_policy_that_has_not_changed_is_not_far(network: str) -> None:
    made, optimiser = learner("torch", learning=dataclasses.replace(LEARNING, network=network))
    assert np.isnan(made.approx_kl()).all()  # nothing has been played
    made.gradients(made.collect())
    np.testing.assert_allclose(made.approx_kl(), 0, atol=1e-9)
    optimiser.step()
    assert (made.approx_kl() > 1e-6).all()
    made.gradients(made.collect())  # the memory that agents carry into the segment counts
    np.testing.assert_allclose(made.approx_kl(), 0, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_dead_units_are_those_that_nothing_wakes(engine: str) -> None:
    made, _ = learner(engine)
    assert np.isnan(made.dead_units()).all()  # nothing has been played
    policy = made.policy if engine == "compiled" else made.collector.policy
    with torch.no_grad():  # a bias far below, or above, whatever comes from the encoder
        policy.trunk.bias[...] = 1e6
        policy.trunk.bias[1, 0, :8] = -1e6
        policy.trunk.bias[2] = -1e6
    made.collect()
    assert made.dead_units().tolist() == [0, 8 / 32, 1]
    with torch.no_grad():
        policy.trunk.bias[2, 0, 0] = 1e6
    assert made.dead_units().tolist() == [0, 8 / 32, 31 / 32]  # as the policy is now


def test_both_learners_count_the_same_dead_units() -> None:
    """In many small parts as in one, and of units of which some are awake for one sample alone."""
    made, _ = learner("compiled", worlds=2 * GROUP)
    for parameter in made.policy.trunk.parameters():
        parameter.data *= 30  # so that many units are rarely awake
    made.collect()
    awake = np.zeros((CONFIG.populations, 32), bool)
    for segment in made.segments:
        first = (segment.sample_of[0] != NO_SAMPLE).reshape(-1, 3, CONFIG.quota).sum((0, 2))
        for p, samples in enumerate(first):
            awake[p] |= (segment.hidden[p, :samples] > 0).any(0)  # as the kernels computed them
    found = made.dead_units()
    assert found.tolist() == (1 - awake.mean(1)).tolist()
    assert 0 < found.max() < 1


@pytest.mark.parametrize("activation", ["none", "relu"])
def test_a_policy_without_rectified_units_has_none_dead(activation: str) -> None:
    made, _ = learner("torch", learning=dataclasses.replace(LEARNING, activation=activation))
    made.collect()
    assert np.isnan(made.dead_units()).all() == (activation == "none")


@pytest.mark.parametrize("engine", ENGINES)
def test_asking_for_kl_changes_no_bit(engine: str) -> None:
    ends = []
    for asked in (False, True):
        made, optimiser = learner(engine, learning=PPO)
        for _ in range(3):
            acted = made.collect()
            for epoch in range(2):
                made.gradients(acted, epoch)
                optimiser.step()
            if asked:
                made.approx_kl()
                made.dead_units()
        ends.append([parameter.detach().numpy().copy() for parameter in optimiser.parameters])
    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_told_depends_on_no_number_of_threads() -> None:
    told = []
    for threads in (1, 2):
        made, optimiser = learner("compiled", learning=PPO, threads=threads)
        made.gradients(made.collect())
        optimiser.step()
        made.gradients(np.sum([s.acted for s in made.segments], axis=0), 1)
        told.append([*made.diagnostics, made.approx_kl()])
    for one, two in zip(*told, strict=True):
        np.testing.assert_array_equal(one, two)
