"""Scripted agents in whole worlds: what they never do, and how long they live."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.agents import scripted
from forge.blade import Cause, Chaos, Config, Law, World
from tests.agents.scenes import contest
from tests.blade.worlds import configs, patchwork

WALKERS = ("forager", "fighter")


@pytest.mark.parametrize("name", WALKERS)
@settings(max_examples=25)
@given(config=configs(), seed=st.integers(0, 2**32 - 1))
def test_any_world_is_survived_without_lava_and_by_valid_choices(name: str, config: Config, seed: int) -> None:
    """Any rules, sizes and sights, on maps of tiles at random, lava among them."""
    maps = [patchwork(config.terrain, seed + w, mix="...ff,~~s##") for w in range(2)]
    world, agent = World(config, 2, seed=seed, threads=1, maps=maps), scripted(name, config, seed)
    seen = world.reset()
    for _ in range(60):
        actions = agent.act(seen)
        assert_valid(seen.move_mask, actions[..., 0], seen.alive)
        assert_valid(seen.style_mask, actions[..., 1], seen.alive)
        if config.learned_targets:
            valid = np.take_along_axis(seen.target_mask, actions[..., None, 1:2].astype(int), axis=2)[:, :, 0]
            assert_valid(valid, actions[..., 2], seen.alive)
        seen, *_ = world.step(actions)
    assert not world.state.tally["deaths"][..., Cause.LAVA].any()


def assert_valid(mask: np.ndarray, choice: np.ndarray, alive: np.ndarray) -> None:
    chosen = np.take_along_axis(mask, choice[..., None].astype(int), axis=-1)[..., 0]
    assert chosen[alive].all()
    assert not choice[~alive].any()


def test_foragers_outlive_random_in_law() -> None:
    """Measured over 16 worlds and 2,000 ticks: some 145 ticks against 10.5."""
    [random], [forager] = (contest(Law(), [name], worlds=4, ticks=700) for name in ("random", "forager"))
    assert forager.lifetime > 8 * random.lifetime
    assert forager.by_lava == 0
    assert random.by_lava > 0


def test_fighters_outlive_foragers_in_chaos() -> None:
    """Measured over 16 worlds and 2,000 ticks: some 85 ticks against 47."""
    fighter, forager = contest(Chaos(), ["fighter", "forager"], worlds=6, ticks=900)
    assert fighter.lifetime > 1.3 * forager.lifetime
    assert fighter.by_lava == forager.by_lava == 0


def test_both_outlive_random_in_chaos() -> None:
    """Measured alone over 16 worlds and 2,000 ticks: forager 71, fighter 66, random 9.7."""
    lifetimes = {name: contest(Chaos(), [name], worlds=4, ticks=600)[0].lifetime for name in ("random", *WALKERS)}
    assert min(lifetimes["forager"], lifetimes["fighter"]) > 4 * lifetimes["random"]


@pytest.mark.parametrize("name", WALKERS)
def test_few_agents_in_law_hardly_ever_die(name: str) -> None:
    """With 8 agents a world there is food for everyone; nobody who finds it dies, so lives outlast any test."""
    [outcome] = contest(Law(**{"spawn.cap": 8}), [name], worlds=4, ticks=1500)
    assert outcome.lifetime > 1000
