"""What masks of work say is what then happens: what they allow does something, and what they forbid does nothing."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade.grown.kinds import BUNDLE, KNIVES, NAMES, STAFF, Skill
from tests.blade.grown.village import Village

#: One tile of each sort of places: water beside it or not, ore beside it or not, in the camp or not.
PLACES = {
    "open": (2, 2),
    "shore": (2, 6),
    "quarry": (6, 2),
    "shore in camp": (8, 8),
    "quarry in camp": (10, 7),
    "camp": (9, 10),
}
LAND = """
    #############
    #...........#
    #......~....#
    #...........#
    #...........#
    #...........#
    #..o........#
    #...........#
    #........~..#
    #.......A...#
    #.......o*..#
    #...........#
    #############"""

levels = st.dictionaries(
    st.sampled_from([skill.name.lower() for skill in Skill]), st.sampled_from([1, 4, 5, 9, 10, 20])
)
packs = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5), max_size=6)
agents = st.fixed_dictionaries(
    {
        "pack": packs,
        "level": levels,
        "gifts": st.just(200),  # of the least level of a kind that is certain
        "age": st.sampled_from([49, 50]),
        "food": st.sampled_from([20, 24, 32]),
        "health": st.integers(1, 10),
    }
)
land: list[Village] = []


def stand(agent: dict[str, Any], place: tuple[int, int], capacity: int) -> Village:
    """The land with an agent on a place."""
    rows = [list(row) for row in LAND.replace("A", ".").split()]
    assert rows[place[0]][place[1]] == "."
    rows[place[0]][place[1]] = "A"
    fixed = {"births.kind": "parents", "items.capacity": capacity, "bodies.gifts": "equal"}
    made = Village("\n".join("".join(row) for row in rows), {"A": agent}, slots=2, **fixed)
    made.world.state.founded[...] = 1
    return made


def worked(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return any(not np.array_equal(before[name], after[name]) for name in before)


def what_work_changes(place: Village) -> dict[str, Any]:
    state = place.world.state
    arrays = {name: getattr(state, name).copy() for name in ("pack", "ledger", "experience", "stream", "mined_count")}
    return arrays | {"living": state.living_count.copy()}


@settings(max_examples=60, deadline=None)
@given(agents, st.sampled_from(sorted(PLACES)), st.sampled_from([4, 20]), st.data())
def test_masks_of_work_are_true(agent: dict[str, Any], where: str, capacity: int, data: st.DataObject) -> None:
    room = sum(-(-n // BUNDLE) if KNIVES <= NAMES.index(k) < STAFF else n for k, n in agent["pack"].items())
    agent["pack"] = agent["pack"] if room <= capacity else {}
    place = stand(agent, PLACES[where], capacity)
    may = place.may("A")
    works = next(c for c in place.config.schema.choices if c.name == "work").options(place.config)
    work = data.draw(st.sampled_from(sorted(may)) | st.sampled_from(works))
    kind = data.draw(st.sampled_from(may[work]) if work in may else st.sampled_from(NAMES))
    kind = data.draw(st.sampled_from([kind, *NAMES[:3]]))
    before = what_work_changes(place)
    place.step(A=f"{work} {kind}")
    allowed = work in may and (kind in may[work] or may[work] == [NAMES[0]]) and work != "rest"
    if work in ("cook", "smith", "eat"):
        allowed = work in may and kind in may[work]
    assert worked(before, what_work_changes(place)) == allowed, (work, kind, may)
    assert place.books_agree()


def test_masks_by_hand() -> None:
    pack = {"shrimp": 1, "goblin": 1, "cooked_chicken": 2, "copper_ore": 2, "iron_ore": 4, "tin_knives": 3}
    level = {"cooking": 5, "smithing": 10}
    place = stand({"pack": pack, "level": level, "age": 60}, PLACES["shore in camp"], 20)
    nothing = [NAMES[0]]
    assert place.may("A") == {
        "rest": nothing,
        "fish": nothing,
        "cook": ["cooked_shrimp", "cooked_goblin"],
        "smith": [
            "copper_sword",
            "iron_sword",
            "copper_knives",
            "iron_knives",
            "copper_staff",
            "iron_staff",
            "iron_armour",
        ],
        "eat": ["cooked_chicken"],
        "reproduce": nothing,
    }
    assert place.of("A", "may_kind").any(-1).all()  # also the rows of what cannot be done have something valid
    assert not place.world.state.may_kind[0, 1].any()
    place = stand({"pack": pack, "level": level, "age": 49}, PLACES["quarry"], 12)  # 1 + 1 + 2 + 2 + 4 + 1 = 11
    assert set(place.may("A")) == {"rest", "mine", "eat"}
    place = stand({"pack": pack, "level": level, "age": 49}, PLACES["quarry"], 11)
    assert set(place.may("A")) == {"rest", "eat"}
