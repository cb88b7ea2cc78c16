"""The rollout holds what the worlds showed, grouped by population."""

import functools

import numpy as np
import pytest
import torch

from forge.blade import Chaos, World
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.networks.policy import Policy
from tests.learners import basic

CONFIG = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32, "terrain.border": 9})


@pytest.fixture
def world() -> World:
    world = World(CONFIG, 3, seed=5, threads=2)
    world.reset()
    rng = np.random.default_rng(0)
    for _ in range(40):
        world.step(rng.integers(0, 3, (3, 24, 2)))
    return world


def test_every_living_agent_is_a_sample_of_its_population(world: World) -> None:
    rollout, observation = Rollout(CONFIG, 3, 1), world.observe()
    samples = rollout.gather(observation, 0)
    assert samples.start.tolist() == [0, 0, 0]
    assert samples.count.tolist() == world.state.members.sum(axis=0).tolist()
    for w, slot in np.ndindex(observation.alive.shape):
        row = rollout.sample_of[0, w, slot]
        if not observation.alive[w, slot]:
            assert row == NO_SAMPLE
            continue
        p = slot // 8
        assert (rollout.windows[p, row, :, :15] == observation.window[w, slot]).all()
        entities = rollout.entities[p, rollout.first[p, row] : rollout.first[p, row + 1]]
        assert (entities[:, :11] == observation.features(w, slot)).all()
        assert not entities[:, 11:].any()
        assert rollout.moves[p, row] == observation.moves[w, slot]


def test_ticks_follow_one_another_within_a_population(world: World) -> None:
    rollout = Rollout(CONFIG, 3, 1)
    first = rollout.gather(world.observe(), 0)
    world.step(np.zeros((3, 24, 2), np.int64))
    second = rollout.gather(world.observe(), 1)
    assert (second.start == first.count).all()
    assert (rollout.count == first.count + second.count).all()
    rows = rollout.sample_of[1][rollout.sample_of[1] != NO_SAMPLE]
    assert len(set(zip(np.argwhere(rollout.sample_of[1] != NO_SAMPLE)[:, 1] // 8, rows, strict=True))) == len(rows)


def test_actions_go_back_to_their_agents(world: World) -> None:
    rollout = Rollout(CONFIG, 3, 1)
    samples = rollout.gather(world.observe(), 0)
    rng = np.random.default_rng(1)
    rollout.actions[:] = rng.integers(1, 3, rollout.actions.shape)
    actions = np.full((3, 24, 2), 9, np.uint8)
    rollout.scatter(0, actions)
    for w, slot in np.ndindex(3, 24):
        row = rollout.sample_of[0, w, slot]
        wanted = rollout.actions[slot // 8, row, :2] if row != NO_SAMPLE else [0, 0]
        assert actions[w, slot].tolist() == list(wanted)
    assert samples.count.sum() == (actions[..., 0] > 0).sum()


def test_buffers_begin_on_a_cache_line() -> None:
    rollout = Rollout(CONFIG, 3, 4)
    for array in (rollout.windows, rollout.entities, rollout.first):
        assert array.ctypes.data % 64 == 0


def test_compact_samples_are_judged_alike_by_both_forms_of_the_encoder(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes to another device: only the rows of a tick, judged by plain torch operations."""
    rollout = Rollout(CONFIG, 3, 1)
    rollout.gather(world.observe(), 0)
    world.step(np.zeros((3, 24, 2), np.int64))
    samples = rollout.gather(world.observe(), 1)
    compact = rollout.compact(samples)
    assert compact.windows.shape[1] == samples.rows
    assert not compact.start.any()
    policy = Policy(CONFIG, basic(), torch.Generator().manual_seed(0))
    with torch.no_grad():
        ours = policy(samples)
        monkeypatch.setattr(policy.encoder, "tables", functools.partial(policy.encoder.tables, plain=True))
        plain = policy(compact.to("cpu"))
    for p, count in enumerate(samples.count):
        for one, other in zip(ours[:3], plain[:3], strict=True):
            torch.testing.assert_close(one[p, :count], other[p, :count], atol=1e-5, rtol=1e-4)
