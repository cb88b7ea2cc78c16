"""Plays a compiled world and reference games side by side, and says where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade import AGENT, Cause, Config, EventKind, Material, Observation, Recording, RewardTerm, World
from forge.blade.state.state import margin
from tests.reference.engine import Action, Agent, Game
from tests.reference.record import Event

#: What is compared: its name, what the reference has, and what the world has.
Checks = list[tuple[str, Any, Any]]
#: Chooses the actions of a tick, as `World.step` takes them.
Player = Callable[[np.random.Generator, Observation, Config], np.ndarray]

EVERYTHING = Recording(events=True, lives=True, visits=True)


@dataclass(frozen=True)
class Case:
    """One batch of worlds to play, and for how long."""

    configs: Sequence[Config]
    maps: Sequence[np.ndarray]
    ticks: int
    player: Player
    seed: int = 0
    threads: int | None = 1


def play(case: Case, engine: type[Game] = Game) -> tuple[list[Game], str]:
    """Plays a case in both engines until they differ or it ends.

    Returns:
        the reference games, and the first difference; "" if there is none.
    """
    config, rng = case.configs[0], np.random.default_rng(case.seed)
    world = World(case.configs, len(case.configs), case.seed, case.threads, case.maps, EVERYTHING)
    observation = world.reset()
    games = [
        engine(c, int(s), tiles, w)
        for w, (c, s, tiles) in enumerate(zip(case.configs, world.seeds, case.maps, strict=True))
    ]
    wrong = differences(world, games)
    while not wrong and games[0].tick < case.ticks:
        actions = case.player(rng, observation, config)
        alive = [[agent.slot for agent in game.in_slots()] for game in games]
        for game, slots in zip(games, alive, strict=True):
            game.step({slot: Action(*map(int, actions[game.index, slot])) for slot in slots})
        observation, rewards, terminated, info = world.step(actions)
        wrong = differences(world, games) or step_differences(rewards, terminated, info, games)
    return games, f"after {games[0].tick} ticks: {wrong}" if wrong else ""


def differences(world: World, games: Sequence[Game]) -> str:
    """What differs in state, observation or records, in words."""
    checks = (_state, tiles, sights, _events, _lives, visits, tallies, _rewarded)
    for game in games:
        wrong = first_difference(game.index, (one for check in checks for one in check(world, game)))
        if wrong:
            return wrong
    return ""


def first_difference(index: int, checks: Iterable[tuple[str, Any, Any]]) -> str:
    """The first of some checks of a world that fails, in words; "" if none does."""
    for name, ours, theirs in checks:
        if not np.array_equal(ours, theirs):
            return f"world {index}: {name} {_contrast(ours, theirs)}"
    return ""


def step_differences(
    rewards: np.ndarray, terminated: np.ndarray, info: dict[str, np.ndarray], games: Sequence[Game]
) -> str:
    """What differs in what else a step returns."""
    for game in games:
        w, slots, populations = game.index, range(game.config.spawn.cap), range(game.config.populations)
        checks = (
            ("reward", [game.rewards.get(slot, 0) for slot in slots], rewards[w]),
            ("terminated", [slot in game.terminated for slot in slots], terminated[w]),
            ("info.tick", game.tick, info["tick"][w]),
            ("info.living", len(game.agents), info["living"][w]),
            ("info.members", [game.members(p) for p in populations], info["members"][w]),
        )
        wrong = first_difference(w, checks)
        if wrong:
            return wrong
    return ""


def _contrast(ours: Any, theirs: Any) -> str:
    """The first element in which two things differ, or both whole where they aren't arrays of one shape."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape or ours.ndim == 0:
        return f"is {theirs.tolist()}, the reference has {ours.tolist()}"
    where = tuple(np.argwhere(ours != theirs)[0].tolist())
    return f"at {list(where)} is {theirs[where]}, the reference has {ours[where]}"


def agent_record(agent: Agent) -> dict[str, int]:
    """The fields of forge.blade.AGENT that tell of an agent."""
    fields = {name: getattr(agent, name) for name in AGENT.names if hasattr(agent, name)}
    return {**fields, "alive": 1}


def _state(world: World, game: Game) -> Checks:
    wanted = np.zeros(game.config.spawn.cap, AGENT)
    for slot, agent in game.agents.items():
        for name, value in agent_record(agent).items():
            wanted[slot][name] = value
    state, w = world.state, game.index
    return [
        *((f"agents.{name}", wanted[name], world.observe().agents[w][name]) for name in AGENT.names),
        ("tick", game.tick, state.tick[w]),
        ("births", game.births, state.births[w]),
        ("cap", game.cap, state.cap[w]),
        ("stream", game.stream.state, int(state.stream[w])),
    ]


def tiles(world: World, game: Game) -> Checks:
    """Of each tile its material and how many stand on it; and what is harvested."""
    side, edge, w = game.config.terrain.side, margin(game.config), game.index
    materials = np.array(list(game.materials.values())).reshape(side, side)
    occupancy = np.zeros((side, side), int)
    for place, count in game.occupancy().items():
        occupancy[place] = count
    pitch, count = side + 2 * edge, world.state.harvested_count[w]
    harvested = [divmod(int(i), pitch) for i in world.state.harvested[w, :count]]
    return [
        ("materials", materials, world.materials()[w]),
        ("occupancy", occupancy, world.occupancy()[w]),
        ("harvested", game.harvested, [(row - edge, col - edge) for row, col in harvested]),
    ]


def sights(world: World, game: Game) -> Checks:
    """What everyone observes but numbers of those in view."""
    seen, w, cap = world.observe(), game.index, game.config.spawn.cap
    empty = sorted(set(range(cap)) - game.agents.keys())
    materials, counts, moves, targets = seen.materials[w], seen.counts[w], seen.move_mask[w], seen.target_mask[w]
    checks: Checks = [
        ("alive", [slot in game.agents for slot in range(cap)], seen.alive[w]),
        ("seen_count", [len(game.sights[s].view) if s in game.sights else 0 for s in range(cap)], seen.seen_count[w]),
        ("style_mask", [[slot in game.agents] * game.config.styles for slot in range(cap)], seen.style_mask[w]),
        ("move_mask of empty slots", False, moves[empty].any()),
        ("target_mask of empty slots", False, targets[empty].any()),
        ("seen of empty slots", False, seen.seen[w, empty].any()),
        ("window of empty slots", False, seen.window[w, empty].any()),
    ]
    for slot, sight in game.sights.items():
        count = len(sight.view)
        wanted = [[style in styles for styles in sight.targets] for style in range(game.config.styles)]
        checks += [
            (f"materials of slot {slot}", sight.materials, materials[slot]),
            (f"counts of slot {slot}", sight.counts, counts[slot]),
            (f"seen of slot {slot}", sight.view, seen.seen[w, slot, :count]),
            (f"move mask of slot {slot}", [move in sight.moves for move in range(5)], moves[slot]),
            (f"target mask of slot {slot}", wanted, targets[slot, :, :count]),
            (f"target mask beyond the view of slot {slot}", False, targets[slot, :, count:].any()),
        ]
    return checks


def _events(world: World, game: Game) -> Checks:
    theirs = [Event(*map(int, event.item())) for event in world.events() if event["world"] == game.index]
    return [("events", _settled(game.record.events), _settled(theirs))]


def _settled(events: list[Event]) -> list[Event]:
    """Events in their order, but for the attacks of a tick, which are simultaneous: they come first, by id."""
    attacks = [event for event in events if event.kind == EventKind.ATTACK]
    return sorted(attacks) + [event for event in events if event.kind != EventKind.ATTACK]


def _lives(world: World, game: Game) -> Checks:
    theirs = {int(life["id"]): life for life in world.lives() if life["world"] == game.index}
    checks: Checks = [("finished lives", [agent.id for agent, _ in game.record.finished], list(theirs))]
    for agent, life in game.record.finished:
        if agent.id not in theirs:
            continue
        checks += [
            (f"{name} of life {agent.id}", ours, theirs[agent.id][name])
            for name, ours in {
                "birth": life.birth,
                "reward": life.reward,
                "lifetime": life.lifetime,
                "ticks": [life.ticks[m] for m in Material],
                "tiles": [life.tiles[m] for m in Material],
                "population": agent.population,
                "cause": life.cause,
            }.items()
        ]
    return checks


def visits(world: World, game: Game) -> Checks:
    visits = np.zeros((game.config.populations, game.config.terrain.side, game.config.terrain.side), int)
    for where, count in game.record.visits.items():
        visits[where] = count
    return [("visits", visits, world.visits()[game.index])]


def tallies(world: World, game: Game) -> Checks:
    theirs, ours = world.state.tally[game.index], game.record.tallies
    return [
        ("tally.births", [t.births for t in ours], theirs["births"]),
        ("tally.deaths", [[t.deaths[c] for c in Cause] for t in ours], theirs["deaths"]),
        ("tally.lifetime", [t.lifetime for t in ours], theirs["lifetime"]),
        ("tally.ticks", [t.ticks for t in ours], theirs["ticks"]),
    ]


def _rewarded(world: World, game: Game) -> Checks:
    """What only worlds keep that reward more than survival; terms that are not rewarded need not be counted."""
    state, w, reward = world.state, game.index, game.config.reward
    checks: Checks = []
    if reward.explore != 0:
        explored = np.zeros((game.config.spawn.cap, game.config.terrain.side**2), bool)
        for slot, agent in game.agents.items():
            explored[slot, [row * game.config.terrain.side + col for row, col in agent.explored]] = True
        theirs = np.unpackbits(state.explored[w], axis=-1, bitorder="little")[:, : explored.shape[1]]
        checks.append(("explored", explored, theirs))
    if reward.counts_deeds:
        for term in [term for term in RewardTerm if getattr(reward, term.name.lower()) != 0]:
            ours = [tally.deeds[term] for tally in game.record.tallies]
            checks.append((f"total of {term.name.lower()}", ours, state.deed_totals[w, :, term]))
    return checks
