"""What holds in every world at every tick, whatever its numbers and whatever its agents do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.blade import Cause, Config, EventKind, Material, Move, Observation, Recording, Reward, World
from tests.blade.worlds import configs, patchwork, wanderer

TICKS = 40
STEPS = np.array([(0, 0), (-1, 0), (1, 0), (0, 1), (0, -1)])  # row, column of each Move
ENTERABLE = [Material.LAVA, Material.GRASS, Material.SCRUB, Material.FOREST]
SEEDS = st.integers(0, 2**32)

any_world = given(config=configs(), seed=SEEDS)
some = settings(max_examples=80)


class Tick(NamedTuple):
    """One tick of one world: what was, what was done, what is."""

    before: Observation
    materials: np.ndarray  # of the map before the tick
    actions: np.ndarray  # [N, 2 or 3]
    after: Observation
    reward: np.ndarray
    terminated: np.ndarray
    events: np.ndarray
    world: World

    def of(self, kind: EventKind) -> np.ndarray:
        """The events of one kind."""
        return self.events[self.events["kind"] == kind]


def ticks(config: Config, seed: int) -> Iterator[Tick]:
    """Plays a world at random."""
    world = World(config, 1, seed, 1, [patchwork(config.terrain, seed % 97)], Recording(True, True, True))
    rng, play = np.random.default_rng(seed), wanderer(care=0.9)
    seen = world.reset()
    for _ in range(TICKS):
        before, materials, actions = seen.copy(), world.materials()[0], play(rng, seen, config)
        seen, reward, terminated, _ = world.step(actions)
        yield Tick(before, materials, actions[0], seen, reward[0], terminated[0], world.events(), world)


@any_world
@some
def test_vitals_stay_between_zero_and_their_maxima(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        living = tick.after.agents[0][tick.after.alive[0]]
        assert (living["health"] >= 1).all()
        for name in ("health", "food", "water"):
            assert (living[name] >= 0).all()
            assert (living[name] <= getattr(config.vitals, name)).all()
        assert (living["freeze"] >= 0).all()
        assert (living["freeze"] <= max(0, config.combat.mage_freeze - 1)).all()
        assert (living["damage"] >= 0).all()


@any_world
@some
def test_every_tile_counts_the_agents_on_it(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        living = tick.after.agents[0][tick.after.alive[0]]
        counts = np.zeros((config.terrain.side, config.terrain.side), int)
        np.add.at(counts, (living["row"], living["col"]), 1)
        assert (tick.world.occupancy()[0] == counts).all()
        beneath = tick.world.materials()[0][living["row"], living["col"]]
        assert np.isin(beneath, [Material.GRASS, Material.SCRUB, Material.FOREST]).all()


@any_world
@some
def test_nobody_exceeds_a_cap_or_a_quota(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        slots = np.flatnonzero(tick.after.alive[0])
        assert 1 <= tick.world.state.cap[0] <= config.spawn.cap
        assert len(slots) <= tick.world.state.cap[0]
        population = tick.after.agents[0]["population"][slots]
        assert (population == slots // config.quota).all()
        assert (np.bincount(population, minlength=config.populations) <= config.quota).all()
        assert len(tick.of(EventKind.BIRTH)) <= 1


@any_world
@some
def test_an_id_belongs_to_one_life(config: Config, seed: int) -> None:
    gone: set[int] = set()
    newest = 0
    for tick in ticks(config, seed):
        ids = tick.after.agents[0]["id"][tick.after.alive[0]].tolist()
        assert len(set(ids)) == len(ids)
        assert not gone & set(ids)
        for born in tick.of(EventKind.BIRTH)["agent"]:
            newest += 1
            assert born == newest
        gone |= set(tick.of(EventKind.DEATH)["agent"].tolist())
        assert set(tick.before.agents[0]["id"][tick.before.alive[0]].tolist()) <= gone | set(ids)
        assert tick.world.state.births[0] == newest + 1


@any_world
@some
def test_no_food_is_harvested_twice(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        harvests = tick.of(EventKind.HARVEST)
        places = list(zip(harvests["row"].tolist(), harvests["col"].tolist(), strict=True))
        assert len(set(places)) == len(places)
        assert all(tick.materials[place] == Material.FOREST for place in places)
        now = tick.world.materials()[0]
        emptied = np.argwhere((tick.materials == Material.FOREST) & (now == Material.SCRUB)).tolist()
        assert {tuple(place) for place in emptied} <= set(places)
        changed = tick.materials != now
        assert np.isin(now[changed], [Material.SCRUB, Material.FOREST]).all()


@any_world
@some
def test_rewards_and_ends_are_those_of_who_acted(config: Config, seed: int) -> None:
    # the other terms are those of the reference: tests/blade/test_parity.py
    config = config.replace(reward=Reward(survival=config.reward.survival))
    for tick in ticks(config, seed):
        acted = tick.before.alive[0]
        died = set(tick.of(EventKind.DEATH)["agent"].tolist())
        ended = np.isin(tick.before.agents[0]["id"], list(died)) & acted
        assert (tick.terminated == ended).all()
        assert (tick.reward == np.where(acted & ~ended, np.float32(config.reward.survival), 0)).all()
        stayed = acted & ~ended
        assert (tick.after.agents[0]["id"][stayed] == tick.before.agents[0]["id"][stayed]).all()
        assert (tick.after.agents[0]["age"][stayed] == tick.before.agents[0]["age"][stayed] + 1).all()
        assert {int(life["id"]): Cause(life["cause"]) for life in tick.world.lives()}.keys() == died


@any_world
@some
def test_a_valid_move_is_made_and_no_other(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        stayed = tick.before.alive[0] & ~tick.terminated
        move = tick.actions[:, 0]
        valid = tick.before.move_mask[0, np.arange(len(move)), move]
        for axis, name in enumerate(("row", "col")):
            wanted = tick.before.agents[0][name] + np.where(valid, STEPS[move, axis], 0)
            assert (tick.after.agents[0][name] == wanted)[stayed].all()


@any_world
@some
def test_move_masks_say_what_the_map_and_the_freezing_allow(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        now, mask = tick.world.materials()[0], tick.after.move_mask[0]
        for slot in np.flatnonzero(tick.after.alive[0]):
            agent = tick.after.agents[0][slot]
            ahead = [now[agent["row"] + r, agent["col"] + c] for r, c in STEPS]
            allowed = [move == Move.PASS or (agent["freeze"] == 0 and ahead[move] in ENTERABLE) for move in Move]
            assert mask[slot].tolist() == allowed


@any_world
@some
def test_the_living_always_have_a_valid_action(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        alive = tick.after.alive[0]
        masks = [tick.after.move_mask[0], tick.after.style_mask[0]]
        if config.learned_targets:
            masks += [tick.after.target_mask[0, :, style] for style in range(config.styles)]
        for mask in masks:
            assert (mask.any(-1) == alive).all()


@given(config=configs(combat__targeting="learned", combat__melee_reach=2), seed=SEEDS)
@some
def test_only_valid_targets_are_hit(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        slots = {int(agent["id"]): slot for slot, agent in enumerate(tick.before.agents[0]) if agent["alive"]}
        for hit in tick.of(EventKind.ATTACK):
            slot = slots[int(hit["agent"])]
            _, style, entry = tick.actions[slot]
            assert hit["detail"] == style
            assert tick.before.seen[0, slot, entry] == slots[int(hit["other"])]
            assert tick.before.target_mask[0, slot, style, entry]
            assert entry > 0


@given(config=configs(combat__immunity=8, combat__melee_damage=4), seed=SEEDS)
@some
def test_attacks_pass_the_immune_by(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        before, after = tick.before.agents[0], tick.after.agents[0]
        immune = tick.before.alive[0] & ~tick.terminated & (before["age"] < 8)
        hit = tick.of(EventKind.ATTACK)["other"]
        assert not set(before["id"][immune].tolist()) & set(hit.tolist())
        assert (after["damage"][immune] == 0).all()
        assert (after["freeze"][immune] == 0).all()
        vitals = config.vitals
        lost = {"health": vitals.hunger + vitals.thirst, "food": vitals.food_loss, "water": vitals.water_loss}
        for name, most in lost.items():
            assert (after[name][immune] >= before[name][immune] - most).all()


@any_world
@some
def test_the_observer_comes_first_and_everyone_listed_is_in_the_window(config: Config, seed: int) -> None:
    for tick in ticks(config, seed):
        agents = tick.after.agents[0]
        for slot in np.flatnonzero(tick.after.alive[0]):
            seen = tick.after.seen[0, slot, : tick.after.seen_count[0, slot]]
            assert seen[0] == slot
            assert len(set(seen.tolist())) == len(seen) <= config.sight.agents
            assert agents["alive"][seen].all()
            for name in ("row", "col"):
                assert (abs(agents[name][seen] - agents[name][slot]) <= config.sight.radius).all()
            in_window = int(tick.after.counts[0, slot].sum())
            assert len(seen) == min(in_window, config.sight.agents)
