"""Players of different origins in one world: each sees its own agents as its own, and everybody else as a stranger."""

import numpy as np
import pytest
import torch

from forge.agents import scripted
from forge.blade import Chaos, ConfigError, Law, Observation, World
from forge.ethyr.engines.engine import make_policy
from forge.ethyr.insight.actor import Actor
from forge.experiments.evaluation.entrants import entrant, scripted_entrant, trained_entrant
from forge.experiments.evaluation.mixing import Entrant, Mixed, Seat, View
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train
from tests.learners import basic

SMALL = {"terrain.side": 24, "terrain.border": 4, "spawn.cap": 12, "spawn.populations": 6}


class Recorder:
    """Remembers what it is shown, and has every agent of its population p do move p, and in other slots move 4."""

    def __init__(self, config, seed: int) -> None:
        self.config, self.seed = config, seed

    def act(self, observation: Observation) -> np.ndarray:
        self.seen = observation.copy()
        moves = np.full(observation.agents.shape, 4)
        moves[observation.alive] = observation.agents["population"][observation.alive]
        return np.stack([moves, 0 * moves], -1).astype(np.uint8)


def recorder(populations: int) -> Entrant:
    return Entrant("recorder", populations, Recorder)


def full_world(config, ticks: int = 40) -> World:
    """A world in which nobody dies of hunger, after some ticks of foraging: every slot is taken."""
    world = World(config.replace(**{"vitals.food_loss": 0, "vitals.water_loss": 0}), 2, seed=3)
    player, observation = scripted("forager", world.config), world.reset()
    for _ in range(ticks):
        observation, *_ = world.step(player.act(observation))
    assert observation.alive.all()
    return world


def test_everyone_acts_once_as_the_population_of_its_seat() -> None:
    # Six populations of two slots: two players, of two and of three populations; the first has three seats.
    world = full_world(Law(**SMALL))
    seats = [Seat(0, 0), Seat(1, 2), Seat(0, 1), Seat(1, 0), Seat(0, 0), Seat(1, 1)]
    mixed = Mixed(world.config, [recorder(2), recorder(3)], seats, seed=1)
    actions = mixed.act(world.observe())
    assert actions[..., 0].tolist() == [[0, 0, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1]] * 2
    first, second = mixed.players
    # population 0 of the first has four agents a world, population 1 two; the second has two of each
    assert [int((first.seen.agents[0]["alive"] & (first.seen.agents[0]["population"] == p)).sum()) for p in (0, 1)] == [
        4,
        2,
    ]
    assert second.seen.alive.sum(1).tolist() == [6, 6]
    assert first.seed != second.seed


def test_a_view_shows_what_its_agents_see() -> None:
    world = full_world(Chaos(**SMALL))
    given = world.observe()
    played = [None, 1, None, 0, 0, None]
    view = View(world.config, 3, played)  # a player of three populations, of which the last does not take part
    shown = view.look(given)
    assert shown.agents.shape == (2, 12)
    slot_of = {int(agent["id"]): slot for slot, agent in enumerate(shown.agents[0])}
    for slot, agent in enumerate(given.agents[0]):
        mine, own = slot_of[int(agent["id"])], played[slot // 2]
        assert bool(shown.alive[0, mine]) == (own is not None)
        if own is None:
            assert shown.seen_count[0, mine] == 0
            continue
        assert mine // 4 == own  # three populations of four slots
        assert np.array_equal(shown.window[0, mine], given.window[0, slot])
        assert shown.moves[0, mine] == given.moves[0, slot]
        before, after = given.features(0, slot), shown.features(0, mine)
        changed = before.copy()
        population = [played[int(s) // 2] for s in given.seen[0, slot, : given.seen_count[0, slot]]]
        changed[:, 9] = [p == own for p in population]  # same_population
        assert np.array_equal(after, changed)


def test_alone_in_its_own_world_a_policy_sees_and_does_what_it_would() -> None:
    config = Chaos(**SMALL)
    policy = make_policy(config, basic(), torch.Generator().manual_seed(0))
    world = full_world(config)
    straight = Actor(policy, config, seed=9).act(world.observe())
    made = Entrant("policy", 6, lambda shown, seed: Actor(policy, shown, 9))
    seats = [Seat(0, p) for p in range(6)]
    assert np.array_equal(Mixed(config, [made], seats).act(world.observe()), straight)
    # and with its populations seated the other way round, in the same places of the view
    turned = Mixed(config, [made], [Seat(0, 5 - p) for p in range(6)]).views[0].look(world.observe())
    assert turned.agents["population"][0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_scripted_agents_of_a_kind_are_friends_across_the_populations_of_the_world() -> None:
    """A fighter strikes whoever is of another population: mixed alone, fighters have nobody to hunt."""
    config = Chaos(**SMALL)
    world = full_world(config)
    mixed = Mixed(config, [scripted_entrant("fighter")], [Seat(0, 0)] * 6)
    assert mixed.players[0].config.populations == 1
    shown = mixed.views[0].look(world.observe())
    assert shown.agents["population"].tolist() == [[0] * 12] * 2


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with one population in four slots, trained for a moment."""
    world = Law(**{**SMALL, "spawn.cap": 4, "spawn.populations": 2})
    made = Run.create(
        tmp_path_factory.mktemp("run") / "demo", Training(Session(worlds=2, minutes=0, lives=40), world=world)
    )
    trainer = train(made)
    assert 40 <= trainer.lives < 80  # the limit of lives ends it, to the update
    assert trainer.lives == trainer.world.state.tally["deaths"].sum() == made.metrics()[-1]["lives"]
    return made


def test_a_checkpoint_plays_where_it_was_not_trained(run: Run) -> None:
    """Another number of slots and populations, another map, combat: four of six populations of the world are its."""
    config = Chaos(**{**SMALL, "terrain.side": 30})
    entrants = [entrant(str(run.path)), entrant("forager")]
    assert [e.populations for e in entrants] == [2, 1]
    seats = [Seat(0, 0), Seat(0, 1), Seat(0, 0), Seat(0, 1), Seat(1, 0), Seat(1, 0)]
    mixed, world = Mixed(config, entrants, seats), World(config, 2, seed=4)
    again, observation = Mixed(config, entrants, seats), world.reset()
    for _ in range(40):
        actions = mixed.act(observation)
        assert np.array_equal(actions, again.act(observation))
        assert not actions[~observation.alive].any()
        observation, *_ = world.step(actions)
    assert observation.alive[:, :8].any()
    assert observation.alive[:, 8:].any()


def test_names_of_entrants(run: Run) -> None:
    assert entrant("fighter").name == "fighter"
    assert entrant(str(run.path)).name == "demo"
    last = run.latest()
    assert entrant(str(last)).name == f"demo at {int(last.name):,}"
    with pytest.raises(ConfigError, match="'demo2' is neither a scripted agent"):
        entrant("demo2")
    with pytest.raises(ConfigError, match="neither a run nor a checkpoint"):
        trained_entrant(run.path / "checkpoints")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sight.radius": 5}, "was trained with sight.radius = 7; this world has 5"),
        (
            {"combat.targeting": "learned"},
            "was trained with combat.targeting = 'lowest_health'; this world has 'learned'",
        ),
    ],
)
def test_a_policy_needs_the_senses_it_was_trained_with(run: Run, changes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Mixed(Chaos(**SMALL, **changes), [entrant(str(run.path))], [Seat(0, 0)] * 6)


@pytest.mark.parametrize(
    ("seats", "message"),
    [
        ([Seat(0, 0)] * 5, "5 seats given for 6 populations"),
        ([Seat(1, 0)] * 6, "names none of the 1 players"),
        ([Seat(0, 1)] * 6, "forager has 1 populations"),
    ],
)
def test_wrong_seats(seats: list[Seat], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Mixed(Chaos(**SMALL), [entrant("forager")], seats)
