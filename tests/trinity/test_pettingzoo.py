"""PettingZoo: its own unmodified tests, and our transition table, a test a row."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import Any

import cloudpickle
import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test
from pettingzoo.utils import AECEnv, ParallelEnv

from forge.blade import Chaos, ConfigError, Law, World
from forge.trinity.adapters import pettingzoo
from forge.trinity.adapters.orders import ActionError
from forge.trinity.adapters.pettingzoo import LifeEnv, SlotEnv, parallel_env
from tests.trinity.worlds import LEARNED, SMALL, four_tiles, out

CONFIGS = {
    "chaos, small": Chaos(**SMALL),
    "law, small": Law(**SMALL),
    "chaos, small, learned": Chaos(**SMALL, **LEARNED),
    "law, small, learned": Law(**SMALL, **LEARNED),
    "chaos": Chaos(),
    "law, learned": Law(**{"combat.targeting": "learned"}),
}
OPTIONS = {"columns": {}, "flat": {"flat": True}, "normalised": {"normalised": True}, "limit": {"max_ticks": 60}}


@pytest.fixture(autouse=True)
def _expected_warnings() -> Iterator[None]:
    """The API test warns of what a world without an end is: no list of all agents, and nobody left when time is up."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*possible_agents")
        warnings.filterwarnings("ignore", message="No agents present")
        yield


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_lives_pass_the_api_test(config: Any, options: dict[str, Any]) -> None:
    parallel_api_test(LifeEnv(config, **options), num_cycles=400)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_slots_that_report_deaths_in_the_infos_pass_the_api_test(config: Any, options: dict[str, Any]) -> None:
    parallel_api_test(SlotEnv(config, terminate=False, **options), num_cycles=60)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("slots", [False, True])
def test_observations_in_one_vector_pass_the_api_test(slots: bool, flat: bool) -> None:
    terminate = {"terminate": False} if slots else {}
    env = parallel_env(Law(**SMALL, **LEARNED), slots=slots, flat=flat, box=True, **terminate)
    parallel_api_test(env, num_cycles=60)


@pytest.mark.parametrize("kind", [LifeEnv, SlotEnv])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_seeds_pass_the_seed_test(config: Any, kind: type[LifeEnv] | type[SlotEnv]) -> None:
    parallel_seed_test(lambda: kind(config), num_cycles=50)


def test_the_constructor_by_convention() -> None:
    assert isinstance(parallel_env(four_tiles()), LifeEnv)
    env = parallel_env(four_tiles(), slots=True, max_ticks=3)
    assert isinstance(env, SlotEnv)
    assert isinstance(env, ParallelEnv)
    assert env.max_ticks == 3
    assert not hasattr(parallel_env(four_tiles()), "possible_agents")
    assert parallel_env().config == Chaos()
    for make in (pettingzoo.env, pettingzoo.raw_env):
        assert isinstance(make(), AECEnv)
        assert make().unwrapped.config == Chaos()
        assert make(four_tiles(), slots=True).possible_agents == ["slot_0", "slot_1", "slot_2"]
        with pytest.raises(ConfigError, match="terminate = True is not for an AECEnv"):
            make(four_tiles(), slots=True, terminate=True)


#: Options, and whether infos list the mask.
MASKS = {
    "rows": ({}, False),
    "flat": ({"flat": True}, False),
    "rows in a vector": ({"box": True}, False),
    "flat in a vector": ({"flat": True, "box": True}, True),
}


@pytest.mark.parametrize(("options", "listed"), MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("kind", [LifeEnv, SlotEnv])
def test_masks_are_found_by_name_and_listed_where_an_array_is_told_nowhere_else(
    kind: Any, options: dict[str, Any], listed: bool
) -> None:
    env = kind(Chaos(**SMALL, **LEARNED), **options)
    _, infos = env.reset(seed=1)
    for _ in range(12):
        actions = {}
        for agent in env.agents:
            info = infos[agent]
            mask = info["action_mask"]
            actions[agent] = env.action_space(agent).sample(mask)
            assert "action_mask" in info
            assert info.get("action_mask") is mask
            assert ("action_mask" in list(info)) is listed
            for twin in (copy.deepcopy(info), cloudpickle.loads(cloudpickle.dumps(info)), info.copy()):
                assert list(twin) == list(info)
                assert twin["born"] == info["born"]
                assert np.concatenate(twin["action_mask"], None).tolist() == np.concatenate(mask, None).tolist()
        *_, infos = env.step(actions)
    assert info.get("other", 3) == 3
    with pytest.raises(KeyError, match="other"):
        info["other"]


class Lives:
    """Rows of the table for `LifeEnv`, on four tiles: agents are born in slots 0, 1, 2 and die when told to."""

    def __init__(self, cap: int = 3, ticks: int = 1, **options: Any) -> None:
        self.env = LifeEnv(four_tiles(cap), **options)
        self.observations, self.infos = self.env.reset()
        for _ in range(ticks):
            self.step()

    def step(self, *dying: str) -> None:
        """Everyone is idle but those who step into the lava."""
        actions = {name: (out(self.env.world, self.env._slots()[name]), 0) for name in dying}
        results = self.env.step(actions)
        self.observations, self.rewards, self.terminated, self.truncated, self.infos = results

    def told(self, name: str) -> tuple[float, bool, bool, bool]:
        return self.rewards[name], self.terminated[name], self.truncated[name], self.infos[name]["born"]


def test_life_begins_with_the_reset() -> None:
    lives = Lives(ticks=0)
    assert lives.env.agents == ["p0_0"]
    assert lives.infos["p0_0"]["born"]
    assert lives.observations["p0_0"]["entities"][0, 1] == 10  # health at birth


def test_life_birth() -> None:
    lives = Lives(ticks=1)
    assert lives.env.agents == ["p0_0", "p0_1"]
    assert lives.told("p0_1") == (0.0, False, False, True)
    assert lives.observations["p0_1"]["entities"][0, 0] == 0  # age


def test_life_goes_on() -> None:
    lives = Lives(ticks=2)
    assert lives.told("p0_0") == (1.0, False, False, False)
    assert lives.observations["p0_0"]["entities"][0, 0] == 2


def test_life_ends_once() -> None:
    lives = Lives(ticks=4)
    assert lives.env.agents == ["p0_0", "p0_1", "p0_2"]
    lives.step("p0_1")
    assert lives.told("p0_1") == (0.0, True, False, False)
    assert (lives.observations["p0_1"]["materials"] == 0).all()
    lives.step()
    assert "p0_1" not in lives.rewards.keys() | lives.observations.keys() | lives.infos.keys()


def test_life_succeeds_life_in_one_tick() -> None:
    lives = Lives(cap=1, ticks=3)
    lives.step("p0_0")
    assert lives.env.agents == ["p0_1"]
    assert lives.told("p0_0") == (0.0, True, False, False)
    assert lives.told("p0_1") == (0.0, False, False, True)
    assert lives.observations["p0_1"]["entity_mask"].tolist() == [1, 0, 0]


def test_life_is_cut_short_by_the_limit() -> None:
    lives = Lives(ticks=2, max_ticks=3)
    assert lives.env.agents == ["p0_0", "p0_1", "p0_2"]
    lives.step("p0_1")
    assert lives.env.agents == []
    assert lives.told("p0_0") == (1.0, False, True, False)
    assert lives.told("p0_1") == (0.0, True, False, False)
    assert set(lives.rewards) == {"p0_0", "p0_1", "p0_2"}  # who is born on the last tick is not told of
    with pytest.raises(RuntimeError, match="call reset"):
        lives.step()


class Slots:
    """Rows of the table for `SlotEnv`, likewise."""

    def __init__(self, cap: int = 3, ticks: int = 1, **options: Any) -> None:
        self.env = SlotEnv(four_tiles(cap), **options)
        self.observations, self.infos = self.env.reset()
        for _ in range(ticks):
            self.step()

    def step(self, *dying: int) -> None:
        actions = {f"slot_{slot}": (out(self.env.world, slot), 0) for slot in dying}
        results = self.env.step(actions)
        self.observations, self.rewards, self.terminated, self.truncated, self.infos = results

    def told(self, slot: int) -> dict[str, Any]:
        name = f"slot_{slot}"
        assert self.observations[name]["alive"] == self.infos[name]["alive"]
        told = {key: value for key, value in self.infos[name].items() if key != "action_mask"}
        return {**told, "reward": self.rewards[name], "terminated": self.terminated[name]}


EMPTY = {"alive": False, "id": -1, "born": False, "died": False, "reward": 0.0, "terminated": False}


def test_slot_stays_empty() -> None:
    slots = Slots(ticks=1)
    assert slots.told(2) == EMPTY
    assert (slots.observations["slot_2"]["materials"] == 0).all()
    assert slots.infos["slot_2"]["action_mask"][0].tolist() == [1, 0, 0, 0, 0]
    assert slots.env.agents == slots.env.possible_agents == ["slot_0", "slot_1", "slot_2"]


def test_slot_birth() -> None:
    slots = Slots(ticks=1)
    assert slots.told(1) == EMPTY | {"alive": True, "id": 1, "born": True}
    assert slots.observations["slot_1"]["entity_mask"].sum() == 2


def test_slot_lives_on() -> None:
    slots = Slots(ticks=2)
    assert slots.told(1) == EMPTY | {"alive": True, "id": 1, "reward": 1.0}


def test_slot_death() -> None:
    slots = Slots(ticks=2)
    slots.step(1, 2)  # slot 1 has an heir at once, slot 2 is left empty
    assert slots.told(2) == EMPTY | {"died": True, "terminated": True}
    assert (slots.observations["slot_2"]["entities"] == 0).all()
    slots.step()
    assert slots.told(2) == EMPTY | {"alive": True, "id": 4, "born": True}


def test_slot_death_and_rebirth_in_one_tick() -> None:
    slots = Slots(ticks=2)
    slots.step(1)
    assert slots.told(1) == {"alive": True, "id": 3, "born": True, "died": True, "reward": 0.0, "terminated": True}
    assert slots.observations["slot_1"]["entities"][0, 0] == 0  # the newborn's age
    slots.step()
    assert slots.told(1) == EMPTY | {"alive": True, "id": 3, "reward": 1.0}


def test_slot_is_cut_short_by_the_limit() -> None:
    slots = Slots(ticks=1, max_ticks=2)
    slots.step(1)
    assert slots.env.agents == []
    assert set(slots.truncated.values()) == {True}
    assert [slots.told(slot)["terminated"] for slot in range(3)] == [False, True, False]


def test_slot_deaths_may_be_told_in_the_infos_alone() -> None:
    slots = Slots(ticks=2, terminate=False)
    slots.step(1)
    assert slots.told(1)["died"]
    assert not slots.told(1)["terminated"]


def test_slots_belong_to_populations() -> None:
    env = SlotEnv(Law(**SMALL))  # 16 slots of 4 populations
    env.reset()
    for _ in range(40):
        env.step({})
    agents = env.world.observe().agents[0]
    assert agents["alive"].all()
    assert agents["population"].tolist() == [slot // 4 for slot in range(16)]


@pytest.mark.parametrize("kind", [LifeEnv, SlotEnv])
def test_resets_give_the_worlds_that_seeds_name(kind: type[LifeEnv] | type[SlotEnv]) -> None:
    config = Chaos(**SMALL)
    env = kind(config, seed=7)
    hashes = []
    for seed in (None, None, 7, None):
        env.reset(seed=seed)
        hashes.append(env.world.hash())
    world = World(config, seed=7)
    world.reset()
    assert hashes[0] == hashes[2] == world.hash()
    assert hashes[1] == hashes[3] != hashes[0]
    with pytest.raises(ConfigError, match="seed = -1 must be an integer that is not negative"):
        env.reset(seed=-1)


@pytest.mark.parametrize(
    ("kind", "flat", "actions", "message"),
    [
        (LifeEnv, False, {"p0_9": (0, 0)}, "no agent 'p0_9' is alive here to act; alive are 'p0_0'"),
        (LifeEnv, False, {"p0_0": (5, 0)}, "action of agent 'p0_0': move = 5 is out of range"),
        (LifeEnv, False, {"p0_0": 1}, "agent 'p0_0': an action is a row of move, style, not 1"),
        (LifeEnv, True, {"p0_0": 15}, r"agent 'p0_0': flat action = 15 is out of range; allowed are 0 \.\. 14"),
        (LifeEnv, True, {"p0_0": (0, 0)}, "a flat action is one integer"),
        (SlotEnv, True, {"slot_0": 0.5}, "flat actions must be integers"),
        (SlotEnv, False, {"slot_3": (0, 0)}, "no agent 'slot_3' is alive here"),
    ],
)
def test_wrong_actions_are_named(kind: Any, flat: bool, actions: dict[str, Any], message: str) -> None:
    env = kind(four_tiles(), flat=flat)
    env.reset()
    before = env.world.hash()
    with pytest.raises(ActionError, match=message):
        env.step(actions)
    assert env.world.hash() == before


def test_flat_and_row_actions_do_the_same() -> None:
    config = Chaos(**SMALL, **LEARNED)
    rows, flat = LifeEnv(config), LifeEnv(config, flat=True)
    rows.reset()
    flat.reset()
    rng = np.random.default_rng(0)
    for _ in range(60):
        chosen = {name: int(rng.integers(rows.tree.size)) for name in rows.agents}
        rows.step({name: rows.tree.row(index) for name, index in chosen.items()})
        flat.step(chosen)
        assert rows.world.hash() == flat.world.hash()


def test_names_that_can_never_be_are_errors() -> None:
    env = LifeEnv(Law(**SMALL))
    assert env.observation_space("p3_1042") is env.observation_space("p0_0")
    for name in ("p4_0", "slot_0", "p0", "p0_0x"):
        with pytest.raises(ValueError, match=f"'{name}' is no name of an agent here; they are p0_0"):
            env.action_space(name)
    with pytest.raises(ValueError, match=r"they are slot_0 \.\. slot_2"):
        SlotEnv(four_tiles()).observation_space("slot_3")


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda env: cloudpickle.loads(cloudpickle.dumps(env))])
@pytest.mark.parametrize("kind", [LifeEnv, SlotEnv])
def test_copies_go_on_alike_and_apart(kind: Any, duplicate: Any) -> None:
    """SuperSuit and Ray copy environments."""
    env = kind(Law(**SMALL), seed=2)
    for twin in (duplicate(env),):
        twin.reset()
        env.reset()
    for _ in range(20):
        env.step({})
    twin = duplicate(env)
    for _ in range(20):
        one, other = env.step({}), twin.step({})
        assert env.world.hash() == twin.world.hash()
        assert one[1:4] == other[1:4]
        assert all((one[0][name]["counts"] == other[0][name]["counts"]).all() for name in one[0])
    env.step({})
    assert env.world.hash() != twin.world.hash()


def test_the_state_is_the_whole_map() -> None:
    env = LifeEnv(four_tiles())
    env.reset()
    env.step({})
    materials, counts = env.state()
    assert env.state_space.contains(env.state())
    assert materials.tolist() == [[0] * 4, [0, 2, 2, 0], [0, 2, 2, 0], [0] * 4]
    assert counts.sum() == 2
    assert (counts == env.world.occupancy()[0]).all()


def test_pictures_come_from_whoever_draws() -> None:
    env = LifeEnv(four_tiles(), draw=lambda world: world.materials()[0][..., None].repeat(3, -1))
    assert env.render_mode == "rgb_array"
    env.reset()
    assert env.render().shape == (4, 4, 3)
    assert LifeEnv(four_tiles()).render_mode is None
    assert LifeEnv(four_tiles()).render() is None


@pytest.mark.parametrize("limit", [0, -1, 2.5, True])
def test_a_limit_is_a_positive_number(limit: Any) -> None:
    with pytest.raises(ConfigError, match=r"max_ticks = .* must be a positive integer, or None"):
        LifeEnv(four_tiles(), max_ticks=limit)
