"""A world with a system from outside, by hand: what it declares is there, acts, is seen, masked, counted and saved."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Cause, Chaos, Config, ConfigError, EventKind, Law, Recording, RewardTerm, World
from forge.blade.interventions import Set
from forge.blade.world.action_tree import ActionTree
from forge.blade.world.scenario import Scenario
from tests.outside.worlds import SYSTEMS, plague_config, two_neighbours, wait

PLAGUE = len(Cause)
INFECTION = len(EventKind)
CURED = len(RewardTerm)


def test_it_spreads_by_touch_and_takes_health_until_it_is_over() -> None:
    """Agent 0 is ill for 6 ticks from birth; agent 1 beside it falls ill in the first tick: 10 − 6 health for both."""
    world = two_neighbours()
    for ticks in range(1, 8):
        wait(world)
        ill = min(ticks, 6)
        assert world.state.agents["plague"].tolist() == [[6 - ill] * 2]
        assert world.state.agents["health"].tolist() == [[10 - ill] * 2]
        assert world.state.agents["immune"].tolist() == [[1, 1]]
        events = world.events()
        assert events["agent"][events["kind"] == INFECTION].tolist() == ([1] if ticks == 1 else [])
        assert world.state.ill[0] == (2 if ticks <= 6 else 0)
    assert world.state.tally["ill"].tolist() == [[12]]
    assert world.state.lives["ill"].tolist() == [[6, 6]]


def test_who_dies_of_it_dies_of_its_cause() -> None:
    """With a harm of 5 both are dead after two ticks."""
    world = two_neighbours(**{"plague.harm": 5})
    wait(world)
    _, reward, terminated = wait(world)
    assert terminated.all()
    assert not reward.any()
    assert world.state.tally["deaths"].tolist() == [[[0, 0, 0, 0, 2]]]
    assert (world.lives()["cause"] == PLAGUE).all()
    assert world.lives()["ill"].tolist() == [2, 2]
    deaths = world.events()[world.events()["kind"] == EventKind.DEATH]
    assert (deaths["detail"] == PLAGUE).all()


def test_a_newborn_begins_with_nothing_of_who_had_its_slot_before() -> None:
    world = two_neighbours(**{"plague.harm": 5})
    for _ in range(4):
        wait(world)
    assert world.state.agents["alive"].any()
    assert not world.state.agents["plague"].any()
    assert not world.state.lives["ill"].any()


def test_a_choice_has_a_mask_says_when_it_matters_and_is_rewarded() -> None:
    world = two_neighbours()
    observation, reward, _ = wait(world)  # both are ill now
    assert observation.more["may_eat"].tolist() == [[[True, True]] * 2]
    assert observation.more["eating_matters"].tolist() == [[True, True]]
    assert reward.tolist() == [[1, 1]]
    observation, reward, _ = wait(world, eat=1)
    assert world.state.agents["plague"].tolist() == [[0, 0]]
    assert reward.tolist() == [[1.5, 1.5]]
    assert world.reward_terms()[0, :, CURED].tolist() == [0.5, 0.5]
    assert observation.more["may_eat"].tolist() == [[[True, False]] * 2]
    assert observation.more["eating_matters"].tolist() == [[False, False]]
    assert world.state.eaten[0].tolist() == [0, 2, 0, 0, 0, 0, 0]  # in the second tick


def test_what_is_known_of_others_of_oneself_and_of_the_world() -> None:
    """Agent 1 sees itself, at a fifth its own size of illness, and agent 0 to the west."""
    world = two_neighbours(**{"plague.spreads": False})
    observation, _, _ = wait(world)
    names = [feature.name for feature in observation.schema.features]
    seen = observation.features(0, 1)
    assert [names[-2:], seen[:, -2:].tolist()] == [["plague", "contagious"], [[0, 0], [5, 1]]]
    assert seen[1, names.index("col_offset")] == -1
    assert [observation.own(0, slot).tolist() for slot in (0, 1)] == [[1], [0]]
    assert observation.around(0).tolist() == [1, *[0] * 7]
    assert observation.copy().around(0).tolist() == [1, *[0] * 7]


def test_rows_of_an_agent_and_of_the_world_are_known() -> None:
    """Agent 0 buys from the only stall, uses what it was born with, and what it has bought moves up."""
    world = two_neighbours(**{"plague.spreads": False})
    assert len(world.observe().rows("herbs", 0, 1)) == 1  # who is placed has what newcomers have
    world.state.bag_count[0, 1] = 0
    observation = world.observe()
    assert [observation.rows("herbs", 0, slot).tolist() for slot in (0, 1)] == [
        [[1, -1]],
        [],
    ]
    assert observation.rows("stalls", 0, 1).tolist() == [[1, 1]]
    observation, *_ = wait(world, buy=[2, 1])  # the second stall is open by now
    assert [observation.rows("herbs", 0, slot).tolist() for slot in (0, 1)] == [[[1, -1], [2, 0]], [[1, 0]]]
    assert observation.rows("stalls", 0, 0).tolist() == [[1, 0], [2, 0]]
    assert observation.more["may_use"].tolist() == [[[True, True, True, False], [True, True, False, False]]]
    health = int(world.state.agents["health"][0, 0])
    observation, *_ = wait(world, use=[1, 0], give=[0, 1])  # to who is in view: agent 0, whose bag is not full
    assert [observation.rows("herbs", 0, slot).tolist() for slot in (0, 1)] == [[[2, 0], [1, 1]], []]
    assert world.state.agents["health"][0, 0] == health - 1 + 1
    kept = observation.copy()
    wait(world, use=1)
    assert kept.rows("herbs", 0, 0).tolist() == [[2, 0], [1, 1]]
    with pytest.raises(ValueError, match="rows 'herb' are unknown; declared are herbs, stalls"):
        observation.rows("herb", 0, 0)


def test_nothing_is_there_for_an_empty_slot_and_counts_beyond_the_room_are_cut() -> None:
    world = crowd(1, 1, 0)
    world.state.bag_count[0, 0], world.state.stall_count[0] = 9, -2
    observation = world.observe()
    assert len(observation.rows("herbs", 0, 0)) == 3
    assert len(observation.rows("stalls", 0, 0)) == 0
    world.state.stall_count[0] = 1
    assert [len(observation.rows("stalls", 0, slot)) for slot in (0, 1)] == [1, 0]


def test_the_tree_of_actions_has_its_choice() -> None:
    world = two_neighbours()
    tree, observation = ActionTree(world.config), world.observe()
    assert tree.columns == ("move", "style", "eat", "use", "buy", "give")
    assert tree.choices == (5, 3, 2, 4, 5, 32)
    assert tree.size == 30 * 4 * 5 * 32
    assert tree.decide("north", "mage", "yes", "herb_0") == (1, 2, 1, 1, 0, 0)
    assert str(tree.name((1, 2, 1, 0, 3, 0))) == "move north, mage, eat yes, use nothing, buy stall_2, give nobody"
    assert all(str(tree.name(i)) == str(tree.name(tree.row(i))) for i in range(0, tree.size, 97))
    assert [mask.shape[-1] for mask in tree.masks(observation)] == list(tree.choices)
    assert tree.valid(observation, (0, 0)).reshape(tree.choices)[:, :, :, :2, :, :2].all()  # who is ill, and has a herb
    well = tree.valid(observation, (0, 1)).reshape(tree.choices)
    assert well[..., 0, 0, 0, 0].all()
    assert not well[:, :, 1].any()
    with pytest.raises(ValueError, match=r"eat = 2 is out of range; allowed are 0 \.\. 1"):
        world.step(np.full((1, 2, 6), 2))
    with pytest.raises(ValueError, match=r"wanted is \(1, 2, 6\): worlds, slots, move, style, eat, use, buy, give"):
        world.step(np.zeros((1, 2, 2), int))


def test_an_intervention_sets_a_field_that_a_system_declares(tmp_path: Path) -> None:
    world = two_neighbours(**{"plague.spreads": False})
    scenario = Scenario.from_toml(
        'version = 1\n[[interventions]]\ntick = 0\nkind = "set"\nagent = 1\nfield = "plague"\nvalue = 4'
    )
    scenario.play(world)
    assert world.observe().features(0, 1)[0, -2] == 4  # observed at once
    wait(world)
    assert world.state.agents["plague"].tolist() == [[5, 3]]
    assert world.interventions()[-1].intervention.given() == {"agent": 1, "field": 0, "value": 4}
    for entry, words in (
        (Set(1, "plagve", 4), "'plagve'.*plague"),
        (Set(1, "plague", 40_000), r"plague = 40000 is out of range; allowed in i2 are -32768 \.\. 32767"),
        (Set(7, "plague", 4), "no agent 7 lives in the world"),
    ):
        with pytest.raises(ConfigError, match=words):
            world.apply(entry)
    plain = World(Config(), threads=1)
    plain.reset()
    with pytest.raises(ConfigError, match="'plague' is no field of a system from outside: there is none"):
        plain.apply(Set(0, "plague", 1))


def crowd(count: int, threads: int, ticks: int = 60, style: str = "random") -> World:
    """Worlds of 16 in which scripted agents play."""
    config = plague_config(**{"spawn.cap": 16, "spawn.populations": 2, "plague.lasts": 20, "plague.harm": 5})
    world = World(config, count, threads=threads, record=Recording(events=True, lives=True, visits=True))
    player, observation = scripted(style, config), world.reset()
    for _ in range(ticks):
        observation, *_ = world.step(player.act(observation))
    return world


def test_the_same_bits_batched_alone_and_on_any_number_of_threads() -> None:
    alone, batch, threads = crowd(1, 1), crowd(3, 1), crowd(3, 2)
    assert batch.hash() == threads.hash()
    assert alone.hash(0) == batch.hash(0)
    assert batch.state.tally["deaths"].sum((0, 1))[PLAGUE] > 0


@pytest.mark.parametrize("style", ["forager", "fighter"])
def test_scripted_agents_leave_what_they_do_not_know(style: str) -> None:
    world = crowd(1, 1, 5, style)
    assert not world.state.eaten.any()
    assert world.state.births[0] == 6


def test_a_snapshot_a_clone_and_a_pickle_go_on_to_the_same_bits(tmp_path: Path) -> None:
    world = crowd(2, 1)
    others = [World.restore(world.snapshot(), 1), world.clone(), pickle.loads(pickle.dumps(world))]
    player = scripted("random", world.config)
    for _ in range(20):
        actions = player.act(world.observe())
        for one in (world, *others):
            one.step(actions)
    assert {one.hash() for one in others} == {world.hash()}
    assert world.hash() != crowd(2, 1).hash()


def test_its_own_check_refuses_a_snapshot_with_what_cannot_be() -> None:
    world = two_neighbours()
    world.state.agents["plague"][0, 0] = 7
    with pytest.raises(ConfigError, match=r"agents\.plague is more than 6"):
        World.restore(world.snapshot())


def test_a_configuration_names_it_and_has_its_table(tmp_path: Path) -> None:
    config = plague_config(**{"plague.harm": 3})
    assert config.plague.harm == 3
    assert config.systems == tuple(SYSTEMS)
    assert Config.from_toml(config.to_toml()) == config
    assert Config.from_dict(config.to_dict(), asked=True) == config
    assert pickle.loads(pickle.dumps(config)) == config
    assert config.digest() != Config().digest()
    assert config != Config()
    (tmp_path / "world.toml").write_text('systems = ["tests.outside.plague:PLAGUE"]\n[plague]\nharm = 4\n', "utf-8")
    assert Config.from_toml(tmp_path / "world.toml").plague.harm == 4
    with pytest.raises(ConfigError, match=r"plague\.harm = 101 is out of range; allowed are 0 \.\. 100"):
        config.replace(**{"plague.harm": 101})
    with pytest.raises(ConfigError, match=r"worlds of a batch must share plague\.cure"):
        World([config, config.replace(**{"plague.cure": "none"})], 2)
    with pytest.raises(ConfigError, match="worlds of a batch must share systems"):
        World([Config(), Config(systems=SYSTEMS)], 2)


def test_presets_and_replace_take_systems() -> None:
    """Sections that both configurations have are kept, further ones begin with their defaults, and others go."""
    ill = Law(systems=SYSTEMS, **{"plague.harm": 7, "spawn.cap": 64})
    assert (ill.systems, ill.plague.harm, ill.spawn.cap, ill.combat) == (tuple(SYSTEMS), 7, 64, Law().combat)
    assert Chaos(systems=SYSTEMS) == Config(systems=SYSTEMS)
    assert ill.replace(systems=["paths", *SYSTEMS]).plague == ill.plague
    assert ill.replace(systems=["paths"]) == Law(systems=["paths"], **{"spawn.cap": 64})
    assert ill.replace(systems=[]) == Law(**{"spawn.cap": 64})
    assert ill.replace(**{"plague.harm": 8}).systems == ill.systems
    with pytest.raises(ConfigError, match="unknown section 'plague'"):
        ill.replace(systems=[], **{"plague.harm": 8})
    with pytest.raises(ConfigError, match="unknown section 'system'; did you mean 'systems'"):
        Law(system=SYSTEMS)
    with pytest.raises(ConfigError, match="systems = 'paths' must be a list of names"):
        Law(systems="paths")


def test_worlds_of_a_batch_may_have_other_numbers() -> None:
    """1 and 4 points of harm in a tick."""
    mild, severe = plague_config(), plague_config(**{"plague.harm": 4})
    world = World([mild, severe], 2)
    world.reset()
    wait(world)
    assert world.state.agents["health"][:, 0].tolist() == [9, 6]


def test_all_worlds_of_the_same_systems_have_one_type_of_state() -> None:
    """Machine code is compiled for a type: with one for each batch it would be compiled again in each process."""
    assert type(World(plague_config()).state) is type(World(plague_config(), 2).state)
