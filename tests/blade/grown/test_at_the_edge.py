"""At the edge of a camp: what can be done there alone is known at once, and is over at once."""

from __future__ import annotations

from forge.blade import Move
from forge.blade.compiled.jit import jit
from forge.blade.grown.camps import find_camp
from forge.blade.grown.items import list_changed
from tests.blade.grown.village import Village

#: The camp reaches two tiles from the fire: A is just outside of it.
FIELD = """
    ##########
    #........#
    #........#
    #........#
    #.*..A...#
    #........#
    #........#
    #........#
    #........#
    ##########
"""


@jit
def observe(state):
    """Who is listed while somebody observes."""
    list_changed(state, 0)
    find_camp(state, 0)


def village() -> Village:
    return Village(FIELD, {"A": {"pack": {"shrimp": 1}}}, **{"camps.radius": 2})


def test_who_comes_to_a_camp_can_cook_there_and_who_leaves_it_can_not() -> None:
    one = village()
    found = []
    for move in (Move.PASS, Move.WEST, Move.PASS, Move.EAST, Move.PASS):
        one.step(A={"move": move})
        found.append("cooked_shrimp" in one.may("A").get("cook", []))
    assert found == [False, True, True, False, False]


def test_who_is_put_into_a_camp_after_the_moves_is_listed_once() -> None:
    """Nothing else has changed of it; where its pack has changed, too, it is listed for that already."""
    for known in (1, 0):
        state = village().world.state
        state.pack_known[0, 0], state.levels_known[0, 0] = known, 1
        state.agents["col"][0, 0] -= 1
        observe(state)
        assert state.changed_count[0] == 1
        assert state.changed[0, 0] == 0
        state.pack_known[0, 0] = 1
        observe(state)
        assert state.changed_count[0] == 0, "it is known now where it is"
