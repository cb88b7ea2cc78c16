"""Conformance: what the environments of this package promise, as checks to run on your own subclasses and wrappers.

Each check takes a function that makes the environment, plays a few hundred ticks of valid random actions, and raises
ConformanceError, an AssertionError that names the promise, at the first that is broken.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from forge.blade import World
from forge.trinity.conformance.ledger import ConformanceError, LifeLedger, SlotLedger, require
from forge.trinity.vecenv.scene import Scene
from forge.trinity.vecenv.vecenv import VecEnv

__all__ = ["ConformanceError", "check_parallel", "check_vecenv", "check_vector"]


def check_vecenv(make: Callable[[], VecEnv], ticks: int = 200, seed: int = 0) -> None:
    """Checks a VecEnv: ids, rewards, deaths, ranges and masks; and that worlds repeat, alone and in a batch.

    Args:
        make: makes the environment, not yet reset; each time the same.
        ticks: to play.
        seed: of the actions.

    Raises:
        ConformanceError: naming the promise that was broken.
    """
    rng = np.random.default_rng(seed)
    env, twin = make(), make()
    obs = env.reset()
    twin.reset()
    maps = env.world.materials()
    alone = [
        VecEnv(World(config, seed=[int(s)], maps=tiles[None], threads=1))
        for config, s, tiles in zip(env.world.configs, env.world.seeds, maps, strict=True)
    ]
    for one in alone:
        one.reset()
    ledgers = [LifeLedger(scene.ids) for scene in obs]
    for _ in range(ticks):
        for world, scene in enumerate(obs):
            _check_scene(env, obs, scene, world)
        actions = [_vecenv_actions(env, scene, rng) for scene in obs]
        rows = _rows(env, obs, actions)
        obs, rewards, dones, infos = env.step(actions)
        twin.step(rows)
        require(dones is None, f"dones is None, for worlds are persistent; it is {dones!r}")
        require(env.world.hash() == twin.world.hash(), "the same seed and actions give the same worlds, bit by bit")
        for world, one in enumerate(alone):
            one.step([actions[world]])
            require(env.world.hash(world) == one.world.hash(), f"world {world} of a batch is as it is alone")
            born = ledgers[world].turn(rewards[world], obs[world].ids)
            require(born == set(infos[world]["born"]), f"infos name who was born: {born}, not {infos[world]['born']}")


def _check_scene(env: VecEnv, obs: Scene, scene: Any, world: int) -> None:
    config = env.world.configs[world]
    low, high = (np.array([getattr(f, end)(config) for f in config.schema.features]) for end in ("low", "high"))
    require(len(set(scene.ids)) == len(scene), f"ids are unique in world {world}")
    for entity, stimulus in scene:
        who = f"agent {entity.entID} of world {world}"
        seen = stimulus.entities
        require(((low <= seen) & (seen <= high)).all(), f"features are within their ranges: {who}")
        require(stimulus.visible[0] == entity, f"an agent sees itself first: {who}")
        require((stimulus.materials < len(config.schema.materials)).all(), f"materials are declared: {who}")
        require(stimulus.move_mask.any() and stimulus.style_mask.any(), f"the living have valid choices: {who}")
        require(stimulus.valid.any(), f"the living have valid actions: {who}")


def _vecenv_actions(env: VecEnv, scene: Any, rng: np.random.Generator) -> dict[int, tuple[int, ...]]:
    """A valid action for most agents; the others are left idle."""
    acting = [pair for pair in scene if rng.random() < 0.9]
    return {entity.entID: env.tree.row(int(rng.choice(np.flatnonzero(s.valid)))) for entity, s in acting}


def _rows(env: VecEnv, obs: Scene, actions: list[dict[int, tuple[int, ...]]]) -> np.ndarray:
    """The same actions as an array."""
    rows = np.tile(np.array(env.tree.idle), (*obs.batch.alive.shape, 1))
    for world, orders in enumerate(actions):
        for entity, _ in obs[world]:
            rows[world, entity.slot] = orders.get(entity.entID, env.tree.idle)
    return rows


def check_parallel(make: Callable[[], Any], ticks: int = 200, seed: int = 0) -> None:
    """Checks a PettingZoo ParallelEnv: a LifeEnv or SlotEnv, or what wraps one and keeps its infos.

    Arguments and errors are as of `check_vecenv`.
    """
    rng = np.random.default_rng(seed)
    env, twin = make(), make()
    told, again = env.reset(seed=seed), twin.reset(seed=seed)
    ledger = _slot_ledger(env, told[1]) if hasattr(env, "possible_agents") else LifeLedger(env.agents)
    for _ in range(ticks):
        _same(told, again, "the same seed and actions give the same results")
        if not env.agents:
            break
        kept = copy.deepcopy(told)
        actions = {agent: _sample(told[-1][agent]["action_mask"], rng) for agent in env.agents}
        results, again = env.step(actions), twin.step(actions)
        _same(told, kept, "what a step returned is not changed by the next")
        _check_told(env, *results)
        if isinstance(ledger, SlotLedger):
            _enter_slots(ledger, *results)
        else:
            _enter_lives(env, ledger, *results)
        told = results


def _check_told(env: Any, observations: Any, rewards: Any, terminated: Any, truncated: Any, infos: Any) -> None:
    for name, given in (
        ("rewards", rewards),
        ("terminations", terminated),
        ("truncations", truncated),
        ("infos", infos),
    ):
        require(given.keys() == observations.keys(), f"{name} are for the agents that observations are for")
    require(set(env.agents) <= observations.keys(), "every agent has an observation")
    for agent, observation in observations.items():
        require(env.observation_space(agent).contains(observation), f"the observation of {agent} is in its space")
        mask = infos[agent]["action_mask"]
        for column in mask if isinstance(mask, tuple) else (mask,):
            require(np.any(column), f"the action mask of {agent} allows something")
        for part, array in observation.items() if isinstance(observation, Mapping) else ():
            # other masks say which rows of an array are filled, of which there may be none
            if part.endswith("_mask") and part != "entity_mask" and part.removesuffix("_mask") not in observation:
                require(array.any(-1).all(), f"{part} of {agent} allows something")


def _enter_lives(
    env: Any, ledger: LifeLedger, observations: Any, rewards: Any, terminated: Any, truncated: Any, infos: Any
) -> None:
    newborn = {agent for agent, info in infos.items() if info["born"]}
    ended = {agent for agent in terminated if terminated[agent] or truncated[agent]}
    require(all(rewards[agent] == 0 for agent in newborn), "a newborn has no reward yet")
    require(not newborn & ended, "nobody is born and gone in one tick")
    born = ledger.turn([agent for agent in rewards if agent not in newborn], observations.keys() - ended)
    require(born == newborn, f"infos name who was born: {born}, not {newborn}")
    require(set(env.agents) == ledger.living, "agents are those who live: no more, no fewer")


def _slot_ledger(env: Any, infos: Mapping[str, Any]) -> SlotLedger:
    columns = {name: np.array([infos[agent][name] for agent in env.agents]) for name in ("alive", "id")}
    return SlotLedger(columns["alive"], columns["id"], np.zeros(len(env.agents), int))


def _enter_slots(
    ledger: SlotLedger, observations: Any, rewards: Any, terminated: Any, truncated: Any, infos: Any
) -> None:
    told = {name: np.array([info[name] for info in infos.values()]) for name in ("alive", "id", "born", "died")}
    seen = {agent: seen["alive"][0] for agent, seen in observations.items() if isinstance(seen, Mapping)}
    require(all(alive == infos[agent]["alive"] for agent, alive in seen.items()), "alive is told alike")
    require(all(truncated.values()) or not any(truncated.values()), "slots are truncated together")
    reward, ended = np.array(list(rewards.values())), np.array(list(terminated.values()))
    ledger.turn(told["alive"], told["id"], told["born"], told["died"], reward, ended)


def check_vector(make: Callable[[], Any], ticks: int = 200, seed: int = 0) -> None:
    """Checks a Gymnasium VectorEnv: a SlotVectorEnv, or what wraps one and keeps its infos.

    Arguments and errors are as of `check_vecenv`.
    """
    rng = np.random.default_rng(seed)
    env, twin = make(), make()
    told, again = env.reset(seed=seed), twin.reset(seed=seed)
    count = env.unwrapped.world.count
    ledger = SlotLedger(told[-1]["alive"], told[-1]["id"], np.repeat(np.arange(count), env.num_envs // count))
    for _ in range(ticks):
        _same(told, again, "the same seed and actions give the same results")
        require(env.observation_space.contains(told[0]), "observations are in the space")
        mask, kept = told[-1]["action_mask"], copy.deepcopy(told)
        choices = env.single_action_space
        widths = [mask.shape[-1]] if mask.shape[-1] == getattr(choices, "n", -1) else choices.nvec
        columns = np.split(mask, np.cumsum(widths)[:-1], -1)
        require(all(column.any(-1).all() for column in columns), "every action mask allows something")
        picked = [(column * rng.random(column.shape)).argmax(-1) for column in columns]
        actions = picked[0] if len(picked) == 1 else np.stack(picked, -1)
        results, again = env.step(actions), twin.step(actions)
        _same(told, kept, "what a step returned is not changed by the next")
        _, reward, terminated, truncated, infos = results
        require(not truncated.any(), "nothing is ever truncated")
        require((terminated == infos["died"]).all(), "a death is a termination")
        ledger.turn(infos["alive"], infos["id"], infos["born"], infos["died"], reward, terminated)
        told = results


def _sample(mask: Any, rng: np.random.Generator) -> Any:
    if isinstance(mask, tuple):
        return np.array([_sample(column, rng) for column in mask])
    return int(rng.choice(np.flatnonzero(mask)))


def _same(one: Any, other: Any, promise: str) -> None:
    """Requires that two nests of results are equal, dtypes included."""
    if isinstance(one, Mapping):
        require(one.keys() == other.keys(), f"{promise}: {one.keys() ^ other.keys()}")
        for key in one:
            _same(one[key], other[key], promise)
    elif isinstance(one, (tuple, list)):
        require(len(one) == len(other), promise)
        for a, b in zip(one, other, strict=True):
            _same(a, b, promise)
    elif isinstance(one, np.ndarray) and one.dtype == object:
        _same(one.tolist(), other.tolist(), promise)
    elif isinstance(one, np.ndarray):
        require(one.dtype == other.dtype and np.array_equal(one, other), promise)
    else:
        require(type(one) is type(other) and one == other, promise)
