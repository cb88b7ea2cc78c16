"""What evaluations tell of a society, by hand; and who is in whose company."""

from types import SimpleNamespace

import numpy as np
import pytest

from forge.agents import ANYWHERE, KINDS, scripted
from forge.blade import Config, ConfigError, Guild, Law, Realm
from forge.experiments.evaluation.contest import opponents
from forge.experiments.evaluation.evaluate import evaluate
from forge.experiments.evaluation.match import attacks_harm, match_of
from forge.experiments.evaluation.society import Looking, Society, figures
from forge.experiments.heldout.protocol import Protocol

#: Two worlds of two populations, each looked at twice.
FOUND = Society(
    members=np.array([[10.0], [30.0]]),
    goods=np.array([[40.0, 5, 60], [60, 15, 140]]),
    levels=np.array([[10.0] * 8 + [30], [30.0] * 8 + [30]]),
    unequal=np.array([[0.8, 2], [0.4, 1]]),  # in one world there was nothing to share at one time
    crafts=np.array([[6.0, 0, 0, 0, 0, 2, 0, 0], [2, 0, 0, 0, 0, 6, 0, 0]]),
    traded=np.array([[4.0], [8]]),
    children=np.zeros((2, 0)),
)


def test_figures_by_hand() -> None:
    told = figures([FOUND], [np.array([1000, 3000])])
    assert told["gold"].value == 100 / 40
    assert told["items"].value == 20 / 40
    assert told["wealth"].value == 200 / 40
    assert told["gini"].value == pytest.approx(1.2 / 3)
    assert told["volume"].value == 12 / 4
    assert told["crafts"].value == 16 / 4
    # of 16 works 8 are fishing, all of population 0, and 8 cooking, all of population 1
    assert told["specialisation"].value == 1
    assert (told["level_melee"].value, told["level_smithing"].value) == (1, 60 / 40)
    assert "children" not in told
    assert told["gold"].low < told["gold"].value < told["gold"].high


def test_it_is_kept_as_plain_values() -> None:
    again = Society.from_dict(FOUND.to_dict())
    assert all(np.array_equal(a, b) for a, b in zip(again, FOUND, strict=True))
    with pytest.raises(ConfigError, match="what is told of a society is damaged"):
        Society.from_dict(FOUND.to_dict() | {"gold": 3, "crafts": [[1.0]]})
    with pytest.raises(ConfigError, match="what is told of a society is damaged: 'goods'"):
        Society.from_dict({"members": [[1]]})


def test_worlds_without_goods_tell_nothing() -> None:
    agents = np.zeros((2, 4), [("alive", "u1"), ("id", "i8")])
    tally = np.zeros((2, 2), [("births", "i8")])
    bare = {"members": np.zeros((2, 2), int), "actions": np.zeros((2, 4, 2)), "agents": agents, "tally": tally}
    state = SimpleNamespace(**bare, _fields=tuple(bare))
    looking = Looking(state)
    looking.look(state)
    assert looking.read() is None


def test_company_is_whoever_can_live_there() -> None:
    protocol = Protocol()
    assert protocol.company_in(Law()) == ANYWHERE
    assert protocol.company_in(Guild()) == tuple(KINDS)
    assert Protocol(company=()).company_in(Guild()) == ()
    # in Law it is the protocol that it was when company was named
    assert protocol.digest(Law()) == Protocol(company=ANYWHERE).digest(Law())


def test_who_suits_a_world() -> None:
    assert opponents(Guild()) == ("forager", "artisan")  # agents cannot harm one another there
    assert opponents(Realm()) == ("forager", "fighter", "artisan")
    assert not attacks_harm(Guild())
    assert match_of(["guild"]).names[0] == "artisan"


def test_bodies_that_are_no_agents_have_no_lives() -> None:
    """Two worlds with birds, whose slots lie behind those of agents."""
    config = Config(systems=["paths", "tests.outside.flock:FLOCK"]).replace(**{"spawn.cap": 8, "terrain.side": 40})
    assert config.schema.bodies(config) > 0
    found = evaluate(scripted("random", config), config, worlds=2, ticks=30, warmup=10, horizon=30)
    assert found.counts.lives.shape == (2, config.populations)
    assert found.lives > 10
    assert found.society is None
