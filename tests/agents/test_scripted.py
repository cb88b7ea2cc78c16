"""What all scripted agents promise: shapes, randomness, memory, and that they use nothing but what they observe."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from numba import njit

from forge.agents import ANYWHERE, Fighter, Forager, Random, dice, scripted
from forge.blade import Chaos, Config, ConfigError, Law, Observation, World

NAMES = sorted(ANYWHERE)
SMALL = {"spawn.cap": 24, "spawn.populations": 4, "terrain.side": 36}
LEARNED = Chaos(**{**SMALL, "combat.targeting": "learned"})


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def lived_in(config: Config, count: int = 2, ticks: int = 60) -> World:
    """Worlds in which foragers have lived for a while."""
    world = World(config, count, seed=5, threads=1)
    forager, seen = Forager(config), world.reset()
    for _ in range(ticks):
        seen, *_ = world.step(forager.act(seen))
    return world


@pytest.fixture(scope="module")
def world() -> World:
    return lived_in(Chaos(**SMALL), count=4)


@pytest.fixture(scope="module")
def learned() -> World:
    return lived_in(LEARNED)


def plays(name: str, world: World, ticks: int = 6, seed: int = 3) -> np.ndarray:
    """Decisions [ticks, W, N, columns] on one and the same observation: they differ by the agent's own randomness."""
    agent = scripted(name, world.config, seed)
    return np.stack([agent.act(world.observe()) for _ in range(ticks)])


def test_actions_have_the_engine_s_layout(name: str, world: World, learned: World) -> None:
    for each, columns in ((world, 2), (learned, 3)):
        actions = scripted(name, each.config).act(each.observe())
        assert actions.dtype == np.uint8
        assert actions.shape == (*each.observe().alive.shape, columns)
        assert not actions[~each.observe().alive].any()
        each.clone().step(actions)


def test_out_is_written_in_the_given_slots_only(name: str, world: World) -> None:
    everyone = scripted(name, world.config, 3).act(world.observe())
    for slots in (slice(6, 12), range(6, 12)):
        out = np.full_like(everyone, 77)
        assert scripted(name, world.config, 3).act(world.observe(), out=out, slots=slots) is out
        assert np.array_equal(out[:, 6:12], everyone[:, 6:12])
        assert (np.delete(out, np.s_[6:12], axis=1) == 77).all()


def test_decisions_do_not_depend_on_who_else_decides(name: str, world: World) -> None:
    """Worlds 0 and 1 of a batch of four decide as they do in a batch of two."""
    agent = scripted(name, world.config, 3)
    first_two = Observation(*(field[:2] if isinstance(field, np.ndarray) else field for field in world.observe()))
    assert np.array_equal(agent.act(first_two), plays(name, world, ticks=1)[0, :2])


def test_runs_repeat_and_seeds_differ(name: str, world: World) -> None:
    assert np.array_equal(plays(name, world), plays(name, world))
    assert not np.array_equal(plays(name, world), plays(name, world, seed=4))


def test_ticks_differ(world: World) -> None:
    assert len(np.unique(plays("random", world).reshape(6, -1), axis=0)) == 6


def test_a_copied_observation_gives_the_same_actions(name: str, learned: World) -> None:
    agent = scripted(name, learned.config, 3)
    assert np.array_equal(agent.act(learned.observe().copy()), plays(name, learned, ticks=1)[0])


def test_state_goes_through_a_file(name: str) -> None:
    config = Chaos(**SMALL)
    world, agent = World(config, 2, threads=1), scripted(name, config, 9)
    seen = world.reset()
    for _ in range(40):
        seen, *_ = world.step(agent.act(seen))
    file = io.BytesIO()
    np.savez(file, **agent.state())
    file.seek(0)
    again = scripted(name, config, 9)
    with np.load(file, allow_pickle=False) as saved:
        again.restore(saved)
    twin = world.clone()
    for _ in range(20):
        world.step(agent.act(world.observe()))
        twin.step(again.act(twin.observe()))
    assert world.hash() == twin.hash()


def test_in_law_a_fighter_is_a_forager() -> None:
    world = lived_in(Law(**SMALL))
    assert np.array_equal(plays("fighter", world), plays("forager", world))


# -- what an agent may use


def made_up(seen: Observation, w: int, slot: int, rng: np.random.Generator) -> Observation:
    """An observation that the agent of a slot cannot tell from `seen`: what it does not observe is drawn at random."""
    N, K, me = seen.alive.shape[1], seen.seen.shape[2], seen.agents[w, slot]
    fake = seen.copy()
    for array in (fake.agents, fake.padded_window, fake.seen, fake.moves, fake.targets):
        array.view(np.uint8)[...] = rng.integers(256, size=array.view(np.uint8).shape)
    for name, low, high in (("row", me["row"] - 5, me["row"] + 6), ("col", me["col"] - 5, me["col"] + 6)):
        fake.agents[name] = rng.integers(low, high, size=fake.agents.shape)
    for name, high in (("age", 40), ("health", 11), ("freeze", 3), ("population", 5), ("alive", 2)):
        fake.agents[name] = rng.integers(high, size=fake.agents.shape)
    fake.seen[...] %= N
    fake.seen_count[...] = rng.integers(K + 1, size=fake.seen_count.shape)
    reveal(fake, seen, w, slot)
    return fake


def reveal(fake: Observation, seen: Observation, w: int, slot: int) -> None:
    """Puts into a made up observation what the agent of a slot does observe."""
    count = int(seen.seen_count[w, slot])
    in_view = seen.seen[w, slot, :count]
    fake.seen_count[w, slot], fake.seen[w, slot, :count] = count, in_view
    fake.window[w, slot] = seen.window[w, slot]
    fake.moves[w, slot], fake.targets[w, slot] = seen.moves[w, slot], seen.targets[w, slot]
    known, real = fake.agents[w, in_view], seen.agents[w, in_view]
    for name in ("age", "health", "food", "water", "row", "col", "damage", "freeze"):
        known[name] = real[name]
    mine, kin = known["population"][0], real["population"] == real["population"][0]
    known["population"] = np.where(kin, mine, 100 + known["population"])
    fake.agents[w, in_view] = known


@pytest.mark.parametrize("targeting", ["lowest_health", "learned"])
def test_only_what_an_agent_observes_matters(name: str, targeting: str) -> None:
    world = lived_in(Chaos(**{**SMALL, "combat.targeting": targeting}))
    rng, agent = np.random.default_rng(0), scripted(name, world.config, 3)
    headings = rng.integers(5, size=world.observe().alive.shape, dtype=np.uint8)
    living = np.argwhere(world.observe().alive)
    assert len(living) > 20
    for w, slot in living:
        decided = []
        for seen in (world.observe(), *(made_up(world.observe(), w, slot, rng) for _ in range(3))):
            agent.restore({"calls": 7, "headings": headings})
            decided.append(agent.act(seen, slots=range(slot, slot + 1))[w, slot].tolist())
        assert decided == [decided[0]] * 4


def test_random_is_uniform_over_what_is_valid(learned: World) -> None:
    """The standard deviation of a share of 4,000 draws is at most 0.008, of some 1,300 with one style 0.014."""
    seen, actions = learned.observe(), plays("random", learned, ticks=4000)
    for w, slot in np.argwhere(seen.alive):
        move, style, target = actions[:, w, slot].T
        assert shares(move, 5) == pytest.approx(even(seen.move_mask[w, slot]), abs=0.045)
        assert shares(style, 3) == pytest.approx(even(np.ones(3, bool)), abs=0.045)
        for s in range(3):
            valid = seen.target_mask[w, slot, s]
            assert shares(target[style == s], len(valid)) == pytest.approx(even(valid), abs=0.08)


def shares(drawn: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(drawn, minlength=n) / len(drawn)


def even(valid: np.ndarray) -> np.ndarray:
    return valid / valid.sum()


def test_random_moves_styles_and_worlds_are_independent(world: World) -> None:
    """Correlations of 4,000 pairs of independent numbers have a standard deviation of 0.016."""
    free = np.argwhere(world.observe().moves == 0b11111)
    picks = plays("random", world, ticks=4000)[:, free[:8, 0], free[:8, 1]].reshape(4000, -1).astype(float)
    correlations = np.corrcoef(picks.T) - np.eye(picks.shape[1])
    assert np.abs(correlations).max() < 0.08
    assert np.abs([np.corrcoef(column[1:], column[:-1])[0, 1] for column in picks.T]).max() < 0.08


@njit(error_model="numpy")
def rolls(tick: int) -> np.ndarray:
    bits = np.empty((16, 64), np.uint64)
    for w in range(16):
        for slot in range(64):
            bits[w, slot] = dice.roll(dice.key_of(np.uint64(7), tick), w, slot)
    return bits


def test_every_agent_rolls_its_own_dice_every_tick() -> None:
    assert len(np.unique([rolls(tick) for tick in range(8)])) == 8 * 16 * 64


# -- what is refused


def test_unknown_kind() -> None:
    with pytest.raises(
        ConfigError, match=r"unknown scripted agent 'forger'; did you mean 'forager'\?.*random, forager, fighter"
    ):
        scripted("forger", LEARNED)


def test_makes_the_kind_of_a_name() -> None:
    kinds = [type(scripted(name, LEARNED, 1)) for name in ("random", "forager", "fighter")]
    assert kinds == [Random, Forager, Fighter]


@pytest.mark.parametrize(
    ("config", "seed", "message"),
    [
        ("law", 0, "config = 'law' must be a forge.blade.Config, not str"),
        (LEARNED, -1, "seed = -1 must be an integer that is not negative"),
        (LEARNED, True, "seed = True must be an integer"),
        (LEARNED, 1.5, "seed = 1.5 must be an integer"),
    ],
)
def test_a_wrong_config_or_seed(config: Any, seed: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Random(config, seed)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"slots": slice(0, 6, 2)}, ValueError, "must be a run lo..hi within 0..24 in steps of 1"),
        ({"slots": range(20, 26)}, ValueError, "must be a run lo..hi within 0..24"),
        ({"slots": range(6, 3)}, ValueError, "must be a run lo..hi"),
        ({"slots": [1, 2]}, TypeError, r"slots must be a slice or a range, not \[1, 2\]"),
        (
            {"out": np.zeros((4, 24, 3), np.uint8)},
            ValueError,
            r"of shape \(4, 24, 2\), not uint8 of shape \(4, 24, 3\)",
        ),
        ({"out": np.zeros((4, 24, 2), np.int64)}, ValueError, "not int64 of shape"),
        ({"out": np.zeros((4, 24, 4), np.uint8)[..., ::2]}, ValueError, "not contiguous or read-only"),
        ({"out": "actions"}, ValueError, "not 'actions'"),
        ({"observation": 3}, TypeError, "observation must be a forge.blade.Observation, not int"),
    ],
)
def test_a_wrong_call(world: World, wrong: dict[str, Any], error: type[Exception], message: str) -> None:
    agent = Random(world.config)
    with pytest.raises(error, match=message):
        agent.act(**{"observation": world.observe(), **wrong})


def test_an_observation_of_another_configuration(world: World) -> None:
    with pytest.raises(
        ValueError, match=r"observation.agents has shape \(4, 24\), but this configuration has \(4, 128\)"
    ):
        Forager(Chaos()).act(world.observe())
    with pytest.raises(ValueError, match=r"observation.targets has shape \(4, 24, 0\), but .* \(4, 24, 32\)"):
        Forager(LEARNED).act(world.observe())


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"calls": 1}, "calls and headings, not calls"),
        ({"calls": -1, "headings": np.zeros((1, 24), np.uint8)}, "calls = -1 must be an integer"),
        ({"calls": 1, "headings": np.zeros((1, 23), np.uint8)}, r"uint8 \[worlds, 24\], not uint8 of shape \(1, 23\)"),
        ({"calls": 1, "headings": np.full((1, 24), 5, np.uint8)}, "headings must be moves"),
    ],
)
def test_a_wrong_state(state: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Forager(LEARNED).restore(state)
