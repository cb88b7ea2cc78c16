"""Who is placed has what newborns have, who is removed loses what it had, and what agents do is counted for each."""

from collections import Counter

import numpy as np

from forge.blade import World
from forge.blade.grown.items import Reason
from forge.blade.grown.kinds import GOLD, KINDS, NAMES, TRADES
from forge.blade.interventions import Change, Place, Remove
from forge.blade.society.census import census
from tests.blade.grown.test_births_by_hand import MEADOW
from tests.blade.grown.test_grown_play import account, config, play
from tests.blade.grown.village import EVERYTHING, Village

SHRIMP = NAMES.index("shrimp")


def meadow(**changes: object) -> Village:
    return Village(MEADOW, {"A": {"pack": {"shrimp": 3}, "gold": 8}}, slots=4, **{"births.kind": "parents", **changes})


def test_what_a_removed_agent_had_is_lost() -> None:
    place = meadow()
    state, ledger = place.world.state, place.world.state.ledger[0]
    place.world.apply([Change(int(place["A"]["id"]), food=3), Remove(int(place["A"]["id"]))])
    # its 3 shrimp and its 8 gold are gone from the world: the books say so, and add up
    assert (ledger[Reason.LOST, SHRIMP], ledger[Reason.LOST, GOLD]) == (3, 8)
    assert place.books_agree()
    assert not state.pack[0, 0].any()
    assert state.gold[0, 0] == state.load[0, 0] == state.level[0, 0].sum() == 0
    assert place.events() == []  # it is no event of the rules


def test_a_placed_agent_has_the_gold_levels_and_drawn_gifts_of_a_newborn() -> None:
    seen = set()
    for seed in range(6):
        place = meadow(**{"bodies.gifts": "drawn"})
        state, ledger = place.world.state, place.world.state.ledger[0]
        state.stream[0] += seed
        stream = place.stream()
        born = int(ledger[Reason.BORN, GOLD])
        place.world.apply(Place(0, 4, 3, health=6))
        slot = 2  # behind A and B
        wanted = stream.below(4)  # the one draw: for which trade it is gifted
        assert state.gifts[0, slot].tolist() == [100 if k == wanted else 10 for k in range(4)]
        assert state.agents[0, slot]["trade"] == 1 + wanted
        assert state.stream[0] == stream.state
        assert (state.gold[0, slot], int(ledger[Reason.BORN, GOLD]) - born) == (10, 10)
        assert state.level[0, slot].tolist() == [1, 1, 1, 1, 10, 1, 1, 1, 1]
        assert (state.agents[0, slot]["health"], state.agents[0, slot]["food"]) == (6, place.config.vitals.food)
        assert state.mother[0, slot] == 0
        assert place.books_agree()
        World.restore(place.world.snapshot(), threads=1)
        seen.add(wanted)
    assert len(seen) > 1


def test_all_that_is_made_is_lost_where_all_are_removed_again() -> None:
    """In the middle of random play, with packs full of all kinds: placed and removed in one call, and in several."""
    world, rng = World(config(), 2, seed=9, threads=1, record=EVERYTHING), np.random.default_rng(1)
    world.reset()
    for tick in range(120):
        world.step(play(world, rng))
        if tick % 10 == 9:
            for w in range(2):
                living = world.state.agents[w][world.state.agents[w]["alive"] == 1]
                away = [Remove(int(agent["id"])) for agent in living[::3]]
                back = [Place(int(agent["population"]), int(agent["row"]), int(agent["col"])) for agent in living[::6]]
                world.apply([*away, *back], w)
            account(world)
    assert world.state.ledger[:, Reason.LOST, :GOLD].sum() > 5


def test_totals_and_lives_are_what_events_say() -> None:
    world, rng = World(config(), 2, seed=4, threads=1, record=EVERYTHING), np.random.default_rng(2)
    world.reset()
    names = world.config.schema.names("events")
    totals: Counter[tuple[str, int, int, int]] = Counter()
    of_lives: Counter[tuple[str, int, int, int]] = Counter()
    finished = {}
    for _ in range(300):
        world.step(play(world, rng))
        for event in world.events():
            kind, w, who = names[event["kind"]], int(event["world"]), int(event["agent"])
            if kind == "make":
                trade = TRADES.index(KINDS[event["detail"]].trade)
                told = ("crafts", trade)
            elif kind == "bear":
                told = ("children", 0)
            else:
                continue
            totals[told[0], w, int(event["population"]), told[1]] += 1
            of_lives[told[0], w, who, told[1]] += 1
        finished.update({(int(life["world"]), int(life["id"])): life for life in world.lives()})
    tally = world.state.tally
    for name, columns in (("crafts", 4), ("children", 1)):
        found = tally[name].reshape(2, 4, columns)
        wanted = [[[totals[name, w, p, k] for k in range(columns)] for p in range(4)] for w in range(2)]
        assert found.tolist() == wanted
        assert found.any()
        for (w, who), life in finished.items():
            assert np.ravel(life[name]).tolist() == [of_lives[name, w, who, k] for k in range(columns)]
    # levels: those that all who ever lived have gained are those of the dead and what the living have above a newborn's
    begin = np.array([1, 1, 1, 1, 10, 1, 1, 1, 1])
    alive = world.state.agents["alive"] == 1
    for w in range(2):
        dead = sum(
            (life["levels"].astype(int) for (where, _), life in finished.items() if where == w), np.zeros(9, int)
        )
        living = (world.state.level[w][alive[w]].astype(int) - begin).sum(0)
        assert (dead + living).tolist() == tally["levels"][w].sum(0).tolist()
    assert len(finished) > 20
    found = census(world.state)
    assert found.crafts.tolist() == tally["crafts"].tolist()
    assert found.levels.sum((0, 1)).tolist() == world.state.level[alive].astype(int).sum(0).tolist()
    assert found.goods[..., 0].sum(1).tolist() == world.state.gold.sum(1).tolist()
    mothers = [world.state.mother[w][alive[w]] - 1 for w in range(2)]
    ids = [set(world.state.agents["id"][w][alive[w]].tolist()) for w in range(2)]
    have = [[m for m in mothers[w].tolist() if m in ids[w]] for w in range(2)]
    assert found.families.sum(1).tolist() == [[len(set(each)), len(each)] for each in have]
    assert found.prices.shape == (2, 0)  # nobody trades here
