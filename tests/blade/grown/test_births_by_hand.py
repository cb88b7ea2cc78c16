"""Births, gifts and words, with the arithmetic beside them."""

import math
from typing import Any

import numpy as np
import pytest

from forge.blade.grown.items import Reason
from forge.blade.grown.kinds import GOLD, Skill
from forge.blade.mechanics.ids import Move
from tests.blade.grown.village import Village
from tests.reference.stream import Stream

MEADOW = """
    #######
    #.....#
    #.A...#
    #..*..#
    #...B.#
    #.....#
    #######"""
ADULT = {"age": 50, "food": 24, "water": 24}
NO_SPAWN = {"births.kind": "parents"}


def meadow(agents: dict[str, Any] | None = None, slots: int = 4, seed: int = 1, **changes: Any) -> Village:
    """Nobody enters by the spawn: the population has been at its quota once."""
    place = Village(MEADOW, agents or {}, slots, seed, **{**NO_SPAWN, **changes})
    place.world.state.founded[...] = 1
    return place


def living(place: Village) -> list[int]:
    return np.flatnonzero(place.world.state.agents[0]["alive"]).tolist()


def test_a_child_is_born_on_the_tile_of_its_mother_and_costs_16() -> None:
    place = meadow({"A": ADULT})
    mother = int(place["A"]["id"])
    place.step(A={"work": "reproduce", "move": Move.EAST})
    state, agents = place.world.state, place.world.state.agents[0]
    assert living(place) == [0, 1, 2]
    assert (agents[2]["row"], agents[2]["col"], agents[2]["age"]) == (2, 3, 0)
    # of 24 she used 1 and paid 16
    assert (place["A"]["food"], place["A"]["water"]) == (24 - 1 - 16, 24 - 1 - 16)
    assert state.mother[0, 2] == 1 + mother
    assert place.world.lives().size == 0  # nobody has died
    assert state.lives[0, 2]["mother"] == 1 + mother
    (born,) = [
        event for event in place.world.events() if event["kind"] == place.config.schema.names("events").index("bear")
    ]
    assert (born["agent"], born["other"]) == (mother, agents[2]["id"])
    assert state.gold[0, 2] == 10
    assert state.ledger[0, Reason.BORN, GOLD] == 10


@pytest.mark.parametrize(
    ("fields", "bears"),
    [({}, True), ({"age": 49}, False), ({"food": 23}, False), ({"water": 23}, False)],
)
def test_who_can_bear_a_child(fields: dict[str, int], bears: bool) -> None:
    place = meadow({"A": ADULT | fields})
    assert ("reproduce" in place.may("A")) == bears
    place.step(A="reproduce")
    assert len(living(place)) == 2 + bears
    assert place["A"]["food"] == (ADULT | fields)["food"] - 1 - 16 * bears


def test_a_birth_beyond_the_quota_is_refused_and_costs_nothing() -> None:
    place = meadow({"A": ADULT, "B": ADULT}, slots=3)
    place.step(A="reproduce", B="reproduce")  # there is room for one: A has the lower slot
    assert living(place) == [0, 1, 2]
    assert (place["A"]["food"], place["B"]["food"]) == (7, 23)
    place = meadow({"A": ADULT, "B": ADULT})
    place.world.state.cap[0] = 2
    place.step(A="reproduce", B="reproduce")
    assert living(place) == [0, 1]
    assert (place["A"]["food"], place["B"]["food"]) == (23, 23)


def test_children_come_in_the_order_of_their_mothers_before_the_spawn() -> None:
    place = Village(MEADOW, {"A": ADULT, "B": ADULT}, 5)
    ids = [int(place[c]["id"]) for c in "AB"]
    place.step(A="reproduce", B="reproduce")
    state = place.world.state
    assert state.mother[0, 2:5].tolist() == [ids[0] + 1, ids[1] + 1, 0]
    assert (state.agents[0, 2:]["id"] - state.agents[0, 2]["id"]).tolist() == [0, 1, 2]
    assert state.agents[0, 4]["row"] in (1, 5) or state.agents[0, 4]["col"] in (1, 5)  # on the ring


def test_who_dies_bears_no_child() -> None:
    place = meadow({"A": ADULT | {"health": 1, "food": 24}, "B": {}}, **{"births.least": 0})
    place.world.state.agents[0, 0]["food"] = 0
    place.step(A="reproduce")
    assert place.terminated[0]
    assert living(place) == [1]


def test_births_are_rewarded_at_the_next_turn() -> None:
    place = meadow({"A": ADULT}, **{"reward.birth": 3})
    place.step(A="reproduce")
    assert place.rewards[0] == 1
    place.step()
    assert place.rewards[0] == 1 + 3


def test_founders_enter_until_the_population_has_been_at_its_quota() -> None:
    place = Village(MEADOW, {}, 4, **NO_SPAWN)
    for wanted in (3, 4):
        place.step()
        assert len(living(place)) == wanted
    place.world.cull(np.array([[False, True, False, False]]))
    place.step()
    assert len(living(place)) == 3
    place = Village(MEADOW, {}, 4, **{"births.kind": "spawn"})
    for _ in range(2):
        place.step(A="reproduce")
    place.world.cull(np.array([[False, True, False, False]]))
    place.step()
    assert len(living(place)) == 4
    assert "reproduce" not in place.may("A")


# -- gifts


def gifts_of_newborn(seed: int, **changes: Any) -> tuple[list[int], int, Stream]:
    """The gifts of who enters, the trade that others see, and the stream that drew who and where."""
    place = Village(MEADOW, {}, 3, seed, **changes)
    stream = place.stream()
    stream.below(1)  # of one population
    stream.below(4 * 4)  # on the ring, of four sides of 4
    place.step()
    return place.world.state.gifts[0, 2].tolist(), int(place.world.state.agents[0, 2]["trade"]), stream


@pytest.mark.parametrize("kind", ["population", "drawn", "inherited"])  # of fewer than four populations, or no mother
def test_drawn_gifts(kind: str) -> None:
    seen = set()
    for seed in range(8):
        gifts, trade, stream = gifts_of_newborn(seed, **{"bodies.gifts": kind})
        wanted = stream.below(4)
        assert gifts == [100 if k == wanted else 10 for k in range(4)]
        assert trade == 1 + wanted
        seen.add(wanted)
    assert len(seen) > 1


def test_equal_gifts() -> None:
    gifts, trade, _ = gifts_of_newborn(1, **{"bodies.gifts": "equal"})
    assert (gifts, trade) == ([100] * 4, 0)


def test_inherited_gifts_are_those_of_the_mother_and_a_normal_number_each() -> None:
    mother = [100, 5, 195, 40]
    for seed in range(6):
        changes = {"bodies.gifts": "inherited", "bodies.mutation": 12.5}
        place = meadow({"A": ADULT | {"gifts": mother}}, seed=seed, **changes)
        stream, wanted = place.stream(), []
        for gift in mother:
            a, b = stream.draw(), stream.draw()
            z = math.sqrt(-2 * math.log(((a >> 11) + 1) * 2.0**-53)) * math.cos(2 * math.pi * (b >> 11) * 2.0**-53)
            wanted.append(min(200, max(0, gift + math.floor(12.5 * z + 0.5))))
        place.step(A="reproduce")
        assert place.world.state.gifts[0, 2].tolist() == wanted
        assert place.world.state.stream[0] == stream.state
        assert place.world.state.agents[0, 2]["trade"] == 1 + wanted.index(max(wanted))


def test_populations_have_their_trades_in_turn() -> None:
    changes = {"spawn.populations": 6, "bodies.gifts": "population", "bodies.other": 20}
    place = Village(MEADOW, {}, 12, **changes)
    for _ in range(10):
        place.step()
    agents, gifts = place.world.state.agents[0], place.world.state.gifts[0]
    assert agents["alive"].all()
    for slot in range(2, 12):  # A and B were placed
        trade = (slot // 2) % 4
        assert gifts[slot].tolist() == [100 if k == trade else 20 for k in range(4)]


def test_a_gift_counts_in_experience() -> None:
    """10 points · rate 10 · gift 33 / 100 = 33."""
    shore = MEADOW.replace(".A.", ".A~")
    place = Village(shore, {"A": {"gifts": 33}})
    while not place.pack("A"):
        place.step(A="fish")
    assert place.experience("A", Skill.FISHING) == 33


# -- words


def test_a_word_is_seen_in_the_next_tick_and_then_gone() -> None:
    place = Village(MEADOW, {})
    features = [f.name for f in place.config.schema.features]
    assert len(next(c for c in place.config.schema.choices if c.name == "word").options(place.config)) == 9

    def heard() -> list[int]:
        """What B sees of everyone in its view: itself, then A."""
        return place.world.observe().features(0, 1)[:, features.index("word")].tolist()

    assert heard() == [0, 0]
    place.step(A={"word": 5})
    assert heard() == [0, 5]
    place.step(B={"word": 8})
    assert heard() == [8, 0]
