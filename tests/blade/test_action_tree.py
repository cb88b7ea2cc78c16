"""The action tree: names, numbers and masks of the same actions agree, over the whole action space."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.blade import Chaos, Config, Move, Style, World
from forge.blade.world.action_tree import ActionTree, Decision
from forge.blade.world.actions import COLUMNS, Columns

SMALL = {"terrain.side": 16, "terrain.border": 4, "spawn.cap": 16}
LEARNED = {"combat.targeting": "learned", "combat.immunity": 2}
KINDS = {
    "paper": Chaos(**SMALL),
    "hold": Chaos(**SMALL, **{"combat.hold": True}),
    "learned": Chaos(**SMALL, **LEARNED, **{"sight.agents": 7}),
    "both": Chaos(**SMALL, **LEARNED, **{"combat.hold": True, "sight.agents": 3}),
    "blind": Chaos(**SMALL, **LEARNED, **{"sight.agents": 1}),
}
configs = pytest.mark.parametrize("config", KINDS.values(), ids=KINDS)


@configs
def test_it_has_the_columns_that_the_world_takes(config: Config) -> None:
    tree = ActionTree(config)
    assert tree.choices == Columns.of(config).counts
    assert tree.columns == COLUMNS[: len(tree.choices)]


@configs
def test_rows_indices_and_names_go_round_over_the_whole_space(config: Config) -> None:
    tree = ActionTree(config)
    rows = list(itertools.product(*map(range, tree.choices)))
    assert [tree.row(index) for index in range(tree.size)] == rows
    assert [tree.index(row) for row in rows] == list(range(tree.size))
    assert [tree.decide(*decision)[: len(row)] for decision, row in zip(map(_words, tree, rows), rows)] == rows
    assert len({str(decision) for decision in tree}) == tree.size


def _words(decision: Decision, row: tuple[int, ...]) -> tuple[object, ...]:
    return (decision.move.name, decision.style.name.lower(), *row[2:])


@configs
def test_arrays_of_any_shape_go_round(config: Config) -> None:
    tree = ActionTree(config)
    indices = np.arange(tree.size).repeat(6).reshape(2, 3, -1)
    rows = tree.row(indices)
    assert rows.shape == (*indices.shape, len(tree.choices))
    assert (tree.index(rows) == indices).all()


def test_the_flat_index_counts_the_last_column_fastest() -> None:
    # 5 moves x 3 styles: east (3), mage (2) is 3 * 3 + 2 = 11
    assert ActionTree(Chaos()).index((Move.EAST, Style.MAGE)) == 11
    # with 3 targets and hold: ((3 * 4) + 2) * 3 + 1 = 43
    assert ActionTree(KINDS["both"]).index((3, 2, 1)) == 43


def test_decisions_read_as_words() -> None:
    tree = ActionTree(KINDS["both"])
    assert str(tree.name((0, 3, 0))) == "pass, hold"
    assert str(tree.name(43)) == "move east, mage 1"
    assert tree.decide("North", "melee", 2) == (1, 0, 2)
    assert tree.decide("west") == (4, 3, 0)
    assert tree.decide() == tree.idle
    assert tree.decide(Move.SOUTH, "mage", "nobody") == (2, 2, 0)


def test_idle_does_as_little_as_the_rules_allow() -> None:
    assert {name: ActionTree(config).idle for name, config in KINDS.items()} == {
        "paper": (0, 0),
        "hold": (0, 3),
        "learned": (0, 0, 0),
        "both": (0, 3, 0),
        "blind": (0, 0, 0),
    }


def test_the_tree_names_every_branch_and_its_arguments() -> None:
    tree = ActionTree(KINDS["both"])
    stay, move, attack = tree.branches
    assert (stay.name, stay.column, stay.value) == ("pass", "move", 0)
    assert move.arguments[0].values == {"north": 1, "south": 2, "east": 3, "west": 4}
    assert [(edge.name, edge.value) for edge in attack.edges] == [("melee", 0), ("range", 1), ("mage", 2), ("hold", 3)]
    assert [len(edge.arguments) for edge in attack.edges] == [1, 1, 1, 0]
    assert attack.edges[0].arguments[0].values == {"0": 0, "1": 1, "2": 2}
    assert not any(edge.arguments for edge in ActionTree(Chaos()).branches[2].edges)
    drawn = str(tree)
    assert "direction: move = 1 north, 2 south, 3 east, 4 west" in drawn
    assert "target: target = 0 .. 2" in drawn


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((5, 0), r"move = 5 is out of range; allowed are 0 \.\. 4"),
        ((-1, 0), r"move = -1 is out of range"),
        ((0, "stab"), r"unknown style 'stab'"),
        (("nort", 0), r"did you mean 'north'"),
        ((0, "hold"), r"unknown style 'hold'"),
        ((1.0, 0), r"move = 1\.0 must be an integer or a name"),
        ((True, 0), r"move = True must be an integer or a name"),
        ((0, 0, 0), r"3 choices given; an action has move, style"),
    ],
)
def test_a_wrong_decision_is_named(words: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ActionTree(Chaos()).decide(*words)


@pytest.mark.parametrize("rows", [[0, 0, 0], [0.0, 0.0], 0, [[5, 0]], [0, -1]])
def test_rows_outside_the_space_have_no_index(rows: object) -> None:
    with pytest.raises(ValueError, match=r"actions must be integers|out of range"):
        ActionTree(Chaos()).index(rows)


@pytest.mark.parametrize("index", [-1, 15, [3, 15], 1.0])
def test_indices_outside_the_space_have_no_row(index: object) -> None:
    with pytest.raises(ValueError, match=r"flat action = .* out of range; allowed are 0 \.\. 14|must be integers"):
        ActionTree(Chaos()).row(index)


@given(st.data())
def test_flat_validity_is_that_of_the_masks(data: st.DataObject) -> None:
    """A flat action is valid if its move is and, with learned targeting, its target is for its style."""
    config = KINDS[data.draw(st.sampled_from(sorted(KINDS)))]
    tree, world = ActionTree(config), World(config, count=2, threads=1, seed=data.draw(st.integers(0, 3)))
    seen = world.reset()
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    for _ in range(data.draw(st.integers(0, 12))):
        world.step(rng.integers(tree.choices, size=(*seen.alive.shape, len(tree.choices))))
    valid = tree.valid(seen)
    assert valid.shape == (*seen.alive.shape, tree.size)
    w, slot = (int(axis[0]) for axis in np.nonzero(seen.alive))
    for index in range(tree.size):
        move, style, *target = tree.row(index)
        allowed = seen.move_mask[w, slot, move] and (not target or seen.target_mask[w, slot, style, target[0]])
        assert valid[w, slot, index] == allowed
        assert not allowed or all(mask[w, slot, n] for mask, n in zip(tree.masks(seen), tree.row(index)))


@configs
def test_one_agent_is_told_what_all_are(config: Config) -> None:
    tree, seen = ActionTree(config), World(config).reset()
    slot = int(np.flatnonzero(seen.alive[0])[0])
    assert (tree.valid(seen, (0, slot)) == tree.valid(seen)[0, slot]).all()
    for one, all_of_them in zip(tree.masks(seen, (0, slot)), tree.masks(seen)):
        assert (one == all_of_them[0, slot]).all()


@configs
def test_an_empty_slot_may_only_be_idle(config: Config) -> None:
    tree, seen = ActionTree(config), World(config).reset()
    empty = ~seen.alive
    assert (np.argwhere(tree.valid(seen)[empty])[:, 1] == tree.index(tree.idle)).all()
    for mask, idle in zip(tree.masks(seen), tree.idle):
        assert (mask[empty].sum(-1) == 1).all()
        assert mask[empty][:, idle].all()
