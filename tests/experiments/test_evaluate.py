"""Evaluation: lives of known length, none of them lost or cut, in made-up and in real worlds."""

from types import SimpleNamespace

import numpy as np
import pytest

from forge.blade import AGENT, LIFE, Chaos, ConfigError, Law, Material, Terrain
from forge.blade.terrain.generation import generate
from forge.experiments.evaluation import evaluation
from forge.experiments.evaluation.evaluate import Cohort, evaluate, fresh_maps, longest_mean
from forge.experiments.evaluation.evaluation import Evaluation

SMALL = {"terrain.side": 16, "terrain.border": 3, "spawn.cap": 8, "spawn.populations": 2}
#: Whoever is hungry once dies: food 3 is 2 after the first tick, 1 after the second, 0 at the third: 2 ticks survived.
DOOMED = Law(**SMALL, **{"vitals.food": 3, "vitals.health": 1, "vitals.water_loss": 0, "foraging.harvest": 0})
IMMORTAL = Law(**SMALL, **{"vitals.food_loss": 0, "vitals.water_loss": 0})


class Stayer:
    """Passes."""

    def act(self, observation):
        return np.zeros((*observation.alive.shape, 2), np.uint8)


class Walker:
    """Walks at random."""

    def __init__(self, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)

    def act(self, observation):
        return np.stack([self.rng.integers(5, size=observation.alive.shape), 0 * observation.moves], -1).astype(
            np.uint8
        )


def meadow(config, count):
    tiles = np.full((config.terrain.side,) * 2, Material.LAVA, np.uint8)
    inside = slice(config.terrain.low, config.terrain.high + 1)
    tiles[inside, inside] = Material.GRASS
    return [tiles] * count


class MadeUp:
    """Stands in for a world that records lives: births and lifetimes are given, one life a slot."""

    def __init__(self, births: np.ndarray, lifetimes: np.ndarray) -> None:
        self.births, self.lifetimes, self.tick = births, lifetimes, 0
        self.state = SimpleNamespace(lives=np.zeros((1, len(births)), LIFE), agents=np.zeros((1, len(births)), AGENT))
        self.state.lives["birth"] = births

    def step(self) -> None:
        """A life that begins in tick b survives the ticks b + 1 .. b + lifetime and dies in the next."""
        age = self.tick - self.births
        self.state.lives["lifetime"] = np.clip(age, 0, self.lifetimes)
        self.state.agents["age"] = np.maximum(age, 0)
        self.state.agents["alive"] = (age >= 0) & (age <= self.lifetimes)
        self.died = age == self.lifetimes + 1
        self.tick += 1

    def lives(self) -> np.ndarray:
        return self.state.lives[0][self.died]


def follow(births, lifetimes, window: range, horizon: int) -> np.ndarray:
    world, cohort = MadeUp(births, lifetimes), Cohort(window, (horizon, 2 * horizon))
    for _ in range(window.stop + horizon):
        world.step()
        cohort.collect(world)
    assert cohort.size(horizon) == len(cohort.lives(horizon))
    return cohort.lives(horizon)["lifetime"]


def test_every_life_of_the_window_is_collected_once() -> None:
    # Window 2 .. 4, horizon 3. Born at 1 and 5: outside. The others live 0, 7, 3, 2 ticks: 0, 3 (no longer), 3, 2.
    births, lifetimes = np.array([1, 2, 3, 4, 4, 5]), np.array([4, 0, 7, 3, 2, 1])
    assert sorted(follow(births, lifetimes, range(2, 5), 3).tolist()) == [0, 2, 3, 3]


def test_a_life_is_what_it_was_at_each_horizon() -> None:
    # Born at 0, they live 1, 5, 12 and 30 ticks. After 11 ticks the first two have ended, and nobody is 20 ticks old.
    world, cohort = MadeUp(np.zeros(4, int), np.array([1, 5, 12, 30])), Cohort(range(1), (4, 10, 20))
    sizes = []
    for _ in range(22):
        world.step()
        cohort.collect(world)
        sizes.append([cohort.size(horizon) for horizon in (4, 10, 20)])
    assert sizes[11 - 1] == [4, 4, 2]
    assert sizes[-1] == [4, 4, 4]
    found = [sorted(cohort.lives(horizon)["lifetime"].tolist()) for horizon in (4, 10, 20)]
    assert found == [[1, 4, 4, 4], [1, 5, 10, 10], [1, 5, 12, 20]]


def test_the_mean_is_unbiased_where_dropping_the_unfinished_is_not() -> None:
    """Death probability q a tick: E[min(L, h)] = Σ (1 − q)^k over k = 1 .. h, which is (1 − q)(1 − (1 − q)^h)/q."""
    q, horizon, window = 1 / 81, 400, range(50, 250)
    rng = np.random.default_rng(3)
    births = rng.integers(0, 300, 6000)
    lifetimes = rng.geometric(q, len(births)) - 1
    expected = (1 - q) * (1 - (1 - q) ** horizon) / q
    followed = follow(births, lifetimes, window, horizon)
    assert len(followed) == ((births >= 50) & (births < 250)).sum()
    margin = 4 * followed.std() / np.sqrt(len(followed))
    assert followed.mean() == pytest.approx(expected, abs=margin)
    chosen = (births >= 50) & (births + lifetimes + 1 < 250)
    assert lifetimes[chosen].mean() < expected - 5 * margin  # what one gets by counting only lives that ended by then


def test_lives_of_known_length() -> None:
    found = evaluate(Stayer(), DOOMED, worlds=3, ticks=20, warmup=10, horizon=50, maps=meadow(DOOMED, 3))
    # One birth a tick and world: 60 lives. Each acts in three ticks, so three agents act in every tick.
    assert found.lives == 60
    assert found.lifetime == (2, 2, 2)
    assert found.population == (3, 3, 3)
    assert found.ticks_lived == 3 * 3 * 20
    assert found.mortality.value == pytest.approx(1000 / 3)
    assert found.outlived == (0, 0, 0)
    assert found.tiles == (1, 1, 1)
    assert {name: share.value for name, share in found.causes.items()} == {
        "attack": 0,
        "lava": 0,
        "hunger": 1,
        "thirst": 0,
    }
    assert found.counts.lives.shape == (3, 2)
    assert [each.value for each in found.lifetimes] == [2, 2]


def test_immortals_are_followed_to_the_horizon() -> None:
    found = evaluate(Stayer(), IMMORTAL, worlds=2, ticks=4, warmup=2, horizon=7, maps=meadow(IMMORTAL, 2))
    # Alive at the start of tick k: k + 1. In the ticks 2 .. 5: 3 + 4 + 5 + 6 = 18 agent ticks, and a birth in each.
    assert found.lives == 2 * 4
    assert found.lifetime == (7, 7, 7)
    assert found.outlived == (1, 1, 1)
    assert found.ticks_lived == 2 * 18
    assert found.population.value == 18 / 4
    assert found.mortality == (0, 0, 0)
    assert np.isnan(found.causes["lava"].value)


@pytest.mark.parametrize(("food", "horizon"), [(201, 1000), (202, 2000), (402, 4000)])
def test_a_horizon_grows_to_five_times_the_longest_mean(food: int, horizon: int) -> None:
    # As DOOMED with more food: every life lasts food − 1 ticks, and 1,000 are five times 200.
    config = DOOMED.replace(**{"vitals.food": food})
    found = evaluate(Stayer(), config, worlds=2, ticks=2, warmup=0, maps=meadow(config, 2))
    assert found.lifetime.value == food - 1
    assert found.settings == (2, 2, 0, horizon)
    assert found.outlived == (0, 0, 0)


def test_the_longest_mean_is_that_of_a_population() -> None:
    lives = np.array([(0, 10), (0, 20), (2, 90), (2, 70)], [("population", int), ("lifetime", int)])
    assert longest_mean(lives) == 80
    assert longest_mean(lives[:0]) == 0


def test_horizons_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "HORIZONS", (5, 10, 20))
    found = evaluate(Stayer(), IMMORTAL, worlds=2, ticks=4, warmup=2, maps=meadow(IMMORTAL, 2))
    assert found.lifetime == (20, 20, 20)
    assert found.outlived == (1, 1, 1)
    assert found.settings.horizon == 20


def test_nobody_is_born_into_a_full_world_of_immortals() -> None:
    found = evaluate(Stayer(), IMMORTAL, worlds=2, ticks=3, warmup=20, horizon=5, maps=meadow(IMMORTAL, 2))
    assert found.lives == 0
    assert np.isnan(found.lifetime.value)
    assert found.population == (8, 8, 8)


def test_lava_kills_walkers_and_tiles_are_counted() -> None:
    found = evaluate(Walker(), IMMORTAL, worlds=4, ticks=60, warmup=30, horizon=400, maps=meadow(IMMORTAL, 4))
    assert found.causes["lava"].value == 1
    assert found.lives == found.counts.lives.sum() > 100
    assert 1 < found.tiles.value < found.lifetime.value + 1
    assert found.lifetime.low < found.lifetime.value < found.lifetime.high


def test_evaluation_repeats_whatever_the_threads() -> None:
    settings = {"worlds": 3, "ticks": 30, "warmup": 10, "horizon": 60, "seed": 5}
    one, other = (evaluate(Walker(1), Chaos(**SMALL), threads=n, **settings) for n in (1, 2))
    another = evaluate(Walker(1), Chaos(**SMALL), **{**settings, "seed": 6})
    assert all(np.array_equal(a, b) for a, b in zip(one.counts, other.counts, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(one.counts, another.counts, strict=True))


def test_the_spawn_cap_is_not_drawn() -> None:
    config = IMMORTAL.replace(**{"spawn.random_cap": True})
    found = evaluate(Stayer(), config, worlds=4, ticks=3, warmup=20, horizon=5, maps=meadow(config, 4))
    assert found.population.value == 8


def test_fresh_maps_are_other_maps() -> None:
    config = Chaos(**SMALL, **{"terrain.seed": 4, "terrain.maps": 2})
    fresh = fresh_maps(config)
    assert fresh == fresh_maps(config)
    assert fresh.replace(terrain=config.terrain) == config
    assert fresh.terrain.maps == 0
    assert len({config.terrain.seed, fresh.terrain.seed, fresh_maps(fresh).terrain.seed}) == 3
    assert not np.array_equal(generate(fresh.terrain, 0), generate(config.terrain, 0))


def test_a_map_file_has_no_fresh_maps() -> None:
    with pytest.raises(ConfigError, match=r"'land.tmx' is the only map there is"):
        fresh_maps(Chaos(terrain=Terrain(file="land.tmx")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data["counts"].pop("lives"), "lives"),
        (lambda data: data["counts"].update(lives=[["many"], ["few"]]), "lives holds <U4, and must hold whole numbers"),
        (lambda data: data["counts"].update(tiles=[[1.5]]), "tiles holds float64, and must hold whole numbers"),
        (lambda data: data["counts"].update(ticks=[[1], [2, 3]]), "inhomogeneous"),
        (lambda data: data.update(counts=7), "'int' object has no attribute"),
        (lambda data: data.update(cap="4"), "cap = '4' must be a positive integer"),
        (lambda data: data["settings"].update(worlds=3), r"it counts \[2, 2\] lives in 3 worlds"),
    ],
)
def test_a_damaged_evaluation_is_refused(change, message) -> None:
    made = evaluate(Stayer(), DOOMED, worlds=2, ticks=3, warmup=2, horizon=5, maps=meadow(DOOMED, 2))
    data = made.to_dict()
    assert Evaluation.from_dict(data).to_dict() == data
    change(data)
    with pytest.raises(ConfigError, match=message):
        Evaluation.from_dict(data)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"worlds": 1}, "worlds = 1 must be an integer of at least 2"),
        ({"ticks": 0}, "ticks = 0 must be a positive integer"),
        ({"warmup": -1}, "warmup = -1 must"),
        ({"horizon": True}, "horizon = True must"),
    ],
)
def test_wrong_settings(wrong, message) -> None:
    with pytest.raises(ConfigError, match=message):
        evaluate(Stayer(), DOOMED, **wrong)
