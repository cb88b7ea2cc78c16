"""What is on the map and is no agent; choices that depend on others; verbs that replace others; numbers in arrays."""

from __future__ import annotations

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Config, ConfigError, Recording, World
from forge.blade.mechanics.events import NOBODY
from forge.blade.recording.frame import FrameSource
from forge.blade.recording.frame_schema import NAMES
from forge.blade.world.action_tree import ActionTree
from forge.experiments.evaluation.mixing import View
from forge.trinity.adapters.encoding import Encoder, Form

FLOCK = ["paths", "tests.outside.flock:FLOCK"]
PASS, MELEE = 0, 0
REST, SHEAR, GIVE = range(3)


def meadow(**changes: int) -> tuple[World, np.ndarray]:
    """A world of 8 slots, all grass within 9 .. 30; the first agent enters somewhere on the ring."""
    config = Config(systems=FLOCK).replace(**{"terrain.side": 40, "spawn.cap": 8, **changes})
    tiles = np.zeros((40, 40), np.uint8)
    tiles[9:31, 9:31] = 2
    world = World(config, 1, 5, maps=tiles[None], record=Recording(events=True))
    world.reset()
    return world, tiles


def put(world: World, row: int, col: int) -> None:
    """Puts the first agent somewhere, and has it observe again."""
    from forge.blade.interventions import Move

    world.apply(Move(int(world.state.agents["id"][0, world.state.living[0, 0]]), row, col))


def act(world: World, chore: int, pieces: int = 0) -> None:
    actions = np.zeros((1, 8, 4), np.uint8)
    actions[..., 2], actions[..., 3] = chore, pieces
    world.step(actions)


def test_sheep_have_slots_behind_agents_and_are_seen_but_not_counted() -> None:
    """Sheep of slots 8 and 9 begin at (10, 10) and (11, 10), and go east; an agent at (12, 10) sees both."""
    world, _ = meadow()
    assert world.state.agents.shape == (1, 10)
    put(world, 12, 10)
    observation = world.observe()
    slot = int(world.state.living[0, 0])
    assert observation.alive.shape == (1, 8)
    assert observation.seen[0, slot, : observation.seen_count[0, slot]].tolist() == [slot, 8, 9]
    features = {f.name: f.number for f in world.config.schema.features}
    seen = observation.features(0, slot)
    assert seen[:, features["row_offset"]].tolist() == [0, -2, -1]
    assert world.occupancy().sum() == 1  # the agent alone
    act(world, REST)
    assert world.state.agents["col"][0, 8:].tolist() == [11, 11]
    for _ in range(30):
        act(world, REST)
    assert world.state.agents["col"][0, 8:].tolist() == [30, 30]  # the last column of grass


def test_an_option_that_depends_on_another_choice_is_valid_with_it_alone() -> None:
    """The sheep of row 10 is at column 11 after a tick: who is there may shear; with one piece it may give one."""
    world, _ = meadow()
    tree, slot = ActionTree(world.config), int(world.state.living[0, 0])
    put(world, 10, 11)
    act(world, REST)  # the sheep is there now
    masks = dict(zip(tree.columns, tree.masks(world.observe(), (0, slot)), strict=True))
    assert masks["chore"].tolist() == [True, True, False]
    assert masks["pieces"].tolist() == [True, False, False, False]
    put(world, 10, 12)
    act(world, SHEAR)
    assert world.state.wool[0, slot].tolist() == [1, 0]
    masks = dict(zip(tree.columns, tree.masks(world.observe(), (0, slot)), strict=True))
    assert masks["pieces"].tolist() == [True, True, False, False]
    rows = tree.row(np.flatnonzero(tree.valid(world.observe(), (0, slot))))
    assert {(chore, pieces) for _, _, chore, pieces in rows.tolist()} == {(REST, 0), (SHEAR, 0), (GIVE, 1)}
    act(world, GIVE, 2)
    assert world.state.wool[0, slot].tolist() == [1, 0]  # more than it has: nothing
    act(world, GIVE, 1)
    assert world.state.wool[0, slot].tolist() == [0, 1]
    assert world.observe().own(0, slot)[-2:].tolist() == [0, 1]
    made = Encoder(world.config, Form()).encode(world.observe(), np.array([0]), np.array([slot]))
    assert made["own"][0, -2:].tolist() == [0, 1]


def test_random_agents_choose_what_is_valid_with_what_they_chose_before() -> None:
    world, _ = meadow()
    players, observation = scripted("random", world.config, seed=1), world.observe()
    tree, given = ActionTree(world.config), 0
    for _ in range(150):
        actions = players.act(observation)
        valid = tree.valid(observation)
        for slot in world.state.living[0, : world.state.living_count[0]]:
            row = [*actions[0, slot, :2], *actions[0, slot, 2:]]
            assert valid[0, slot, tree.index(row)]
            given += row[2] == GIVE
        observation, *_ = world.step(actions)
    assert given > 0


def test_verbs_take_the_place_of_others_and_are_there_where_all_they_need_is() -> None:
    """A newborn has 5 health, 16 food and 16 water, the half; of the two further verbs one belongs to no world."""
    world, _ = meadow()
    born = world.state.agents[0, world.state.living[0, 0]]
    assert [born[name] for name in ("health", "food", "water", "woolly")] == [5, 16, 16, 3]


def test_a_snapshot_holds_sheep_and_the_world_goes_on_to_the_same_bits() -> None:
    world, _ = meadow()
    players = scripted("random", world.config, seed=2)
    observation = world.observe()
    for _ in range(40):
        observation, *_ = world.step(players.act(observation))
    other = World.restore(world.snapshot())
    assert other.state.beasts[0].tolist() == [8, 9]
    for _ in range(40):
        actions = players.act(observation)
        observation, *_ = world.step(actions)
        other.step(actions)
    assert world.hash() == other.hash()
    assert (world.observe().seen[world.observe().alive] == other.observe().seen[other.observe().alive]).all()


def test_a_system_without_what_it_needs_is_one_error() -> None:
    with pytest.raises(ConfigError, match="system 'flock' needs 'paths': name that, too, and before it"):
        Config(systems=["tests.outside.flock:FLOCK"])


def test_a_player_of_some_populations_is_shown_the_sheep_too() -> None:
    """Two populations of four slots; the player of the second sees its agent in slot 0 and sheep from its slot 8 on."""
    world, _ = meadow(**{"spawn.populations": 2})
    put(world, 12, 10)
    mine = int(world.state.agents["population"][0, world.state.living[0, 0]])
    view = View(world.config, 1, [0 if p == mine else None for p in range(2)])
    given, shown = world.observe(), view.look(world.observe())
    assert view.config.spawn.cap == 8
    assert shown.agents.shape == (1, 10)
    assert shown.agents["population"][0, 8:].tolist() == [NOBODY, NOBODY]
    assert shown.agents["row"][0, 8:].tolist() == [10, 11]
    (slot,) = np.flatnonzero(shown.alive[0])
    assert shown.seen[0, slot, : shown.seen_count[0, slot]].tolist() == [slot, 8, 9]
    assert np.array_equal(shown.features(0, slot), given.features(0, int(world.state.living[0, 0])))


def test_sheep_are_a_table_of_frames() -> None:
    """With the column that their system declares; agents have it, too. There are no deeds: nothing is logged."""
    world, _ = meadow()
    source = FrameSource(world)
    source.frame()
    act(world, REST)
    frame = source.frame()
    told = {name: frame.creatures[name].tolist() for name in ("id", "slot", "row", "col", "health", "woolly")}
    assert told == {"id": [2**32 - 1, 2**32 - 2], "slot": [8, 9], "row": [10, 11], "col": [11] * 2, "health": [1] * 2,
                    "woolly": [0, 0]}  # fmt: skip
    assert frame.layout.names == (*NAMES, "creatures")
    assert frame.deeds == {}
    assert set(frame.agents["woolly"].tolist()) == {3}
