"""Advantages over segments in which agents live on, die and are replaced."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forge.blade import Chaos
from forge.ethyr.experience.advantage import estimate
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout

ONE_AGENT = Chaos(**{"spawn.cap": 1, "spawn.populations": 1, "terrain.side": 32})


def rollout_of(rewards: list[float], deaths: list[bool], values: list[float]) -> Rollout:
    """One slot of one world: `values` has one more entry, of the last observation. None means nobody is there."""
    rollout = Rollout(ONE_AGENT, 1, len(rewards))
    sample = 0
    for tick, value in enumerate(values):
        if value is not None:
            rollout.sample_of[tick, 0, 0] = sample
            rollout.value[0, sample] = value
            sample += 1
    rollout.reward[:, 0, 0] = rewards
    rollout.terminated[:, 0, 0] = deaths
    return rollout


def test_bootstraps_where_the_life_goes_on() -> None:
    rollout = rollout_of([1, 1], [False, False], [0.5, 0.25, 2.0])
    estimate(rollout, discount=0.5, trace=0.5, reward_scale=1.0)
    # d1 = 1 + 0.5 · 2 − 0.25 = 1.75, A1 = 1.75
    # d0 = 1 + 0.5 · 0.25 − 0.5 = 0.625, A0 = 0.625 + 0.25 · 1.75 = 1.0625
    assert rollout.advantage[0, :2].tolist() == [1.0625, 1.75]
    assert rollout.target[0, :2].tolist() == [1.5625, 2.0]


def test_nothing_crosses_a_death_and_a_rebirth_in_one_tick() -> None:
    rollout = rollout_of([0, 1], [True, False], [3.0, 0.25, 2.0])
    estimate(rollout, discount=0.5, trace=1.0, reward_scale=1.0)
    # the first died: A0 = 0 + 0 − 3; the newborn: A1 = 1 + 0.5 · 2 − 0.25
    assert rollout.advantage[0, :2].tolist() == [-3.0, 1.75]


def test_an_empty_slot_separates_lives() -> None:
    rollout = rollout_of([1, 0, 0, 1], [False, True, False, False], [1.0, 1.0, None, 1.0, 1.0])
    estimate(rollout, discount=1.0, trace=1.0, reward_scale=0.5)
    # samples 0 and 1 are the first life: A1 = 0 − 1, A0 = 0.5 + 1 − 1 + A1 = −0.5; sample 2: A = 0.5 + 1 − 1
    assert rollout.advantage[0, :3].tolist() == [-0.5, -1.0, 0.5]


def test_nothing_crosses_to_whoever_has_the_slot_of_one_that_was_culled() -> None:
    rollout = rollout_of([1, 1, 1], [False, False, False], [0.5, 3.0, 0.25, 2.0])
    rollout.lost[1, 0, 0] = True
    estimate(rollout, discount=0.5, trace=0.5, reward_scale=1.0)
    # another from sample 2 on: A2 = 1 + 0.5 · 2 − 0.25; of sample 1 nothing is known: A1 = 0, G1 = 3
    # A0 = 1 + 0.5 · 3 − 0.5 + 0.25 · 0
    assert rollout.advantage[0, :3].tolist() == [2.0, 0.0, 1.75]
    assert rollout.target[0, :3].tolist() == [2.5, 3.0, 2.0]


@given(st.lists(st.tuples(st.booleans(), st.floats(-1, 1)), min_size=1, max_size=20), st.floats(-1, 1))
def test_with_trace_one_the_target_is_the_discounted_return(steps: list[tuple[bool, float]], last: float) -> None:
    deaths, values = [death for death, _ in steps], [value for _, value in steps]
    rewards = [0.0 if death else 1.0 for death in deaths]
    rollout = rollout_of(rewards, deaths, [*values, last])
    estimate(rollout, discount=0.9, trace=1.0, reward_scale=1.0)
    target = last
    for tick in reversed(range(len(steps))):
        target = rewards[tick] + 0.9 * (0.0 if deaths[tick] else target)
        np.testing.assert_allclose(rollout.target[0, tick], target, atol=1e-4)


def test_without_samples_nothing_is_written() -> None:
    rollout = Rollout(ONE_AGENT, 1, 3)
    assert (rollout.sample_of == NO_SAMPLE).all()
    estimate(rollout, 0.9, 0.9, 1.0)
    assert not rollout.advantage.any()
