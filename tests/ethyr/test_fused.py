"""The compiled learner says what PyTorch says, for any number of threads."""

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, Config, Law, World
from forge.blade.compiled.jit import jit
from forge.ethyr.fused.learner import GROUP, FusedLearner
from forge.ethyr.fused.network import action_key, mix
from forge.ethyr.fused.segment import Segment
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.kernels.products import exponentials, product
from forge.ethyr.learning.losses import policy_gradient, proximal
from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.named import network_class
from forge.ethyr.networks.samples import More, Samples
from tests.learners import basic
from tests.outside.worlds import SYSTEMS

LEARNING = basic(ticks=6)
SMALL = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32})
LEARNED = SMALL.replace(**{"combat.targeting": "learned", "terrain.side": 26, "combat.immunity": 0})
CROWD = {"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 26, "plague.harm": 0, "plague.lasts": 1000}
#: Features, vectors and rows of every kind; one of n, and pointers to agents in view and to rows.
GUESTS = Config(systems=SYSTEMS).replace(**CROWD)
#: Besides two bytes a tile, learned targets, one of n given another, and what is in view and is no agent.
EVERYTHING = Config(systems=["paths", *SYSTEMS, "tests.outside.ground:NINE", "tests.outside.flock:FLOCK"]).replace(
    **CROWD, **{"combat.targeting": "learned", "combat.immunity": 0}
)
#: With systems from outside what does not matter is left out: one player of them is compiled for all tests.
MATTERS = dataclasses.replace(LEARNING, matters=True)
CASES = {
    "three populations": (SMALL, LEARNING),
    "one population, hold": (SMALL.replace(**{"spawn.populations": 1, "combat.hold": True}), LEARNING),
    "two rectified layers, near tiles": (SMALL, dataclasses.replace(LEARNING, network="layered", near=4)),
    "wide, nothing rectified": (SMALL, dataclasses.replace(LEARNING, hidden=64, activation="none")),
    "learned targets": (LEARNED, LEARNING),
    "learned targets, hold, wide": (
        LEARNED.replace(**{"combat.hold": True}),
        dataclasses.replace(LEARNING, hidden=48, activation="none"),
    ),
    "widest": (SMALL.replace(**{"spawn.populations": 2}), dataclasses.replace(LEARNING, hidden=256, ticks=3)),
    "systems from outside": (GUESTS, MATTERS),
    "everything from outside": (EVERYTHING, MATTERS),
    "narrow, far sight": (
        Law(**{"spawn.cap": 8, "terrain.side": 40, "sight.radius": 9}),
        dataclasses.replace(LEARNING, hidden=48, network="layered", near=5),
    ),
}


def learning_in(config: Config, **changes: Any) -> Learning:
    return dataclasses.replace(MATTERS if config.systems else LEARNING, **changes)


def learner(
    config: Config, learning: Learning, threads: int = 1, worlds: int = GROUP + 2, warm: int = 30
) -> FusedLearner:
    world = World(config, worlds, seed=3, threads=threads)
    world.reset()
    rng = np.random.default_rng(0)
    columns, options = len(layout_of(config).there), 2 if config.systems else 3
    for tick in range(warm):
        if config.systems and tick == warm - 1:  # half of them are ill, and what is seen and done about it matters
            alive = world.state.agents["alive"][:, : config.spawn.cap : 2]
            world.state.agents["plague"][:, : config.spawn.cap : 2] = 9 * alive
            if hasattr(world.state, "wool"):
                world.state.wool[:, ::2, 0] = 2 * alive  # of which they may give none, one or two
        world.step(rng.integers(0, options, (worlds, config.spawn.cap, columns)))
    policy = network_class(learning.network)(config, learning, torch.Generator().manual_seed(1))
    return FusedLearner(world, policy, learning, seed=7, threads=threads)


def samples_of(segment: Segment, more: More) -> Samples:
    """The samples of a segment that acted."""
    seen = segment.windows, segment.entities, segment.first
    return Samples(*seen, np.zeros_like(segment.acted), segment.acted, segment.moves, more)


def judged_by_torch(fused: FusedLearner) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Log-probabilities, values, entropies, advantages and targets [P, all rows] of a policy; and which are valid."""
    parts = []
    for segment, more in zip(fused.segments, fused.more, strict=True):
        rows = int(segment.acted.max())
        samples = samples_of(segment, more)
        choices, actions = fused.policy(samples), torch.from_numpy(segment.actions[:, :rows])
        log_prob, spread = joint(choices, actions, fused.layout, samples.matters())
        given = (torch.from_numpy(x[:, :rows]) for x in (segment.advantage, segment.target))
        valid = torch.arange(rows) < torch.from_numpy(segment.acted)[:, None]
        parts.append((log_prob, choices.value, spread, *given, valid))
    *joined, valid = (torch.cat(part, 1) for part in zip(*parts, strict=True))
    return joined, valid


@pytest.mark.parametrize("case", [pytest.param(c, marks=pytest.mark.soak) if "everything" in c else c for c in CASES])
def test_judgements_losses_and_gradients_equal_those_of_torch(case: str) -> None:
    config, learning = CASES[case]
    fused = learner(config, learning)
    acted = fused.collect()
    policy, segments = fused.policy, fused.segments
    stored = [(s.log_prob.copy(), s.value.copy()) for s in segments]
    joined, valid = judged_by_torch(fused)
    start = 0
    for segment, (log_prob, value) in zip(segments, stored, strict=True):
        rows = int(segment.acted.max())
        here = valid[:, start : start + rows].numpy()
        for torch_says, we_say in ((joined[0], log_prob), (joined[1], value)):
            theirs = torch_says[:, start : start + rows].detach().numpy()
            np.testing.assert_allclose(theirs[here], we_say[:, :rows][here], atol=2e-5)
        start += rows
    losses = policy_gradient(*joined, valid)
    total = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
    total.sum().backward()
    wanted = {name: parameter.grad.clone() for name, parameter in policy.named_parameters()}
    assert acted.min() > 0
    for ours, theirs in zip(fused.gradients(acted), losses, strict=True):
        torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-4)
    for name, parameter in policy.named_parameters():
        scale = wanted[name].abs().max().item()
        assert scale > 0 or name.endswith("nothing"), name  # no stall is ever closed
        torch.testing.assert_close(parameter.grad, wanted[name], atol=3e-5 * scale + 1e-8, rtol=1e-4, msg=name)


@pytest.mark.parametrize("config", [SMALL, LEARNED, GUESTS], ids=["lowest health", "learned", "outside"])
def test_further_epochs_of_ppo_equal_those_of_torch(config: Config) -> None:
    learning = learning_in(config, algorithm="ppo", ppo_clip=0.02, learning_rate=0.02, warmup=0)
    fused = learner(config, learning)
    optimiser = Optimiser(fused.policy.parameters(), learning)
    acted = fused.collect()
    before = torch.cat([torch.from_numpy(s.log_prob[:, : int(s.acted.max())]).clone() for s in fused.segments], 1)
    for epoch in range(3):
        (log_prob, value, spread, advantage, target), valid = judged_by_torch(fused)
        losses = proximal(log_prob, before, value, spread, advantage, target, valid, learning.ppo_clip)
        total = losses.policy + learning.value_weight * losses.value - learning.entropy_weight * losses.entropy
        parameters = dict(fused.policy.named_parameters())
        wanted = dict(zip(parameters, torch.autograd.grad(total.sum(), list(parameters.values())), strict=True))
        clipped = ((log_prob - before).exp() - 1).abs()[valid] > learning.ppo_clip
        assert (clipped.float().mean().item() > 0.2) == (epoch > 0)
        for ours, theirs in zip(fused.gradients(acted, epoch), losses, strict=True):
            torch.testing.assert_close(ours, theirs.detach(), atol=1e-5, rtol=1e-3)
        for name, parameter in parameters.items():
            scale = wanted[name].abs().max().item()
            # sums of which nearly nothing is left differ by more than their scale says
            torch.testing.assert_close(parameter.grad, wanted[name], atol=1e-4 * scale + 1e-7, rtol=1e-3, msg=name)
        optimiser.step()


@pytest.mark.parametrize(
    ("config", "worlds"),
    [(SMALL, 2), (SMALL, GROUP + 2), (SMALL, 3 * GROUP), (LEARNED, GROUP + 2), (GUESTS, GROUP + 2)],
)
def test_no_bit_depends_on_the_number_of_threads(config: Config, worlds: int) -> None:
    ends = []
    for threads in (1, 2, 2, 2):
        fused = learner(config, learning_in(config), threads, worlds=worlds)
        optimiser = Optimiser(fused.policy.parameters(), LEARNING)
        for _ in range(6):
            fused.gradients(fused.collect())
            optimiser.step()
        ends.append((fused.world.hash(), [p.detach().clone() for p in fused.policy.parameters()]))
    for name, parameters in ends[1:]:
        assert name == ends[0][0]
        assert all(torch.equal(one, two) for one, two in zip(ends[0][1], parameters, strict=True))


def test_actions_follow_the_policy() -> None:
    """The frequency of each move is its mean probability, within five deviations of a mean of independent draws."""
    fused = learner(SMALL, dataclasses.replace(LEARNING, ticks=120), warm=60)
    fused.collect()
    policy, shares, chances, count = fused.policy, np.zeros(5), np.zeros(5), 0
    for segment, more in zip(fused.segments, fused.more, strict=True):
        with torch.no_grad():
            odds = policy(samples_of(segment, more)).move.exp().numpy()
        for p, acted in enumerate(segment.acted):
            shares += np.bincount(segment.actions[p, :acted, 0], minlength=5)
            chances += odds[p, :acted].sum(axis=0)
            count += acted
    assert count > 5000
    assert np.abs(shares - chances).max() < 5 * np.sqrt(0.25 * count)


def test_invalid_moves_are_never_chosen() -> None:
    fused = learner(SMALL, dataclasses.replace(LEARNING, ticks=60))
    fused.collect()
    for segment in fused.segments:
        for p, acted in enumerate(segment.acted):
            assert ((segment.moves[p, :acted] >> segment.actions[p, :acted, 0]) & 1).all()


def test_targets_follow_the_policy_and_are_valid() -> None:
    """How often somebody is named is the mean probability of it, within five deviations of a mean of draws."""
    fused = learner(LEARNED, dataclasses.replace(LEARNING, ticks=120), warm=60)
    fused.collect()
    named, expected, choices = 0, 0.0, 0
    for segment, more in zip(fused.segments, fused.more, strict=True):
        actions = torch.from_numpy(segment.actions[:, : int(segment.acted.max())]).long()
        with torch.no_grad():
            targets = fused.policy(samples_of(segment, more)).target
            assert targets is not None
            odds = targets(actions[..., 1]).exp()
        for p, acted in enumerate(segment.acted):
            mine, chosen = odds[p, :acted], actions[p, :acted, 2]
            assert (mine.gather(1, chosen.unsqueeze(1)) > 0).all()
            named += int((chosen > 0).sum())
            expected += float(mine[:, 1:].sum())
            choices += int((mine[:, 0] < 1).sum())
    assert choices > 500
    assert abs(named - expected) < 5 * np.sqrt(0.25 * choices)


@pytest.mark.parametrize("config", [GUESTS, pytest.param(EVERYTHING, marks=pytest.mark.soak)], ids=["some", "all"])
def test_options_from_outside_follow_the_policy_and_are_valid(config: Config) -> None:
    """How often the first option is not drawn is its mean probability, within five deviations of a mean of draws."""
    fused = learner(config, learning_in(config, ticks=60))
    fused.collect()
    for choice in fused.layout.choices:
        drawn, expected, count = 0, 0.0, 0
        for segment, more in zip(fused.segments, fused.more, strict=True):
            with torch.no_grad():
                said = fused.policy(samples_of(segment, more)).more[choice.name]
                if choice.after:  # as it is with what was chosen before
                    rows = int(segment.acted.max())
                    done = torch.from_numpy(segment.actions[:, :rows].astype(np.int64)).unbind(-1)
                    said = said(dict(enumerate(done)))
                odds = said.exp()
            for p, acted in enumerate(segment.acted):
                taken = torch.from_numpy(segment.actions[p, :acted, choice.column]).long()
                assert (odds[p, :acted].gather(1, taken.unsqueeze(1)) > 0).all()
                drawn += int((taken > 0).sum())
                expected += float(odds[p, :acted, 1:].sum())
                count += acted
        assert count > 2000
        assert abs(drawn - expected) < 5 * np.sqrt(0.25 * count), choice.name


@jit
def draws_of(ticks, worlds, slots, out):
    place = 0
    for tick in range(ticks):
        for world in range(worlds):
            for slot in range(slots):
                out[place] = mix(action_key(np.uint64(5), tick, worlds, world, slots, slot))
                place += 1


def test_every_agent_and_tick_has_a_draw_of_its_own() -> None:
    draws = np.zeros(50 * 3 * 4, np.uint64)
    draws_of(50, 3, 4, draws)
    assert len(set(draws.tolist())) == len(draws)


@jit
def exponentials_of(x, out):
    for at in range(0, x.size, 16):
        exponentials(out, at, x, at)


def test_exponentials() -> None:
    x = np.concatenate([np.linspace(-86, 80, 1600), [0, -1e9, -100, -87.5] * 4]).astype(np.float32)
    out = np.empty_like(x)
    exponentials_of(x, out)
    wanted = np.exp(x.astype(np.float64))
    wanted[x < -87] = 0
    np.testing.assert_allclose(out, wanted, rtol=5e-6)
    assert out[1600] == 1
    assert (out[1601::4] == 0).all()


@jit
def products_of(x, w, out):
    product(out, out, x, w, (0, 48, 0, 48, 0, 7, 1, 0, 48, 7, 48))


def test_products_add_to_what_they_begin_with() -> None:
    rng = np.random.default_rng(0)
    x, w, out = (rng.normal(size=shape).astype(np.float32) for shape in ((4, 7), (7, 48), (4, 48)))
    wanted = out + x @ w
    products_of(x, w, out)
    np.testing.assert_allclose(out, wanted, atol=1e-5)
