"""The reference by itself: games on small maps drawn by hand, random play, and what must hold whatever is played."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.terrain.generation import from_text
from tests.reference.grown import tables
from tests.reference.grown.body import Body, Deed
from tests.reference.grown.game import Grown
from tests.reference.grown.settings import settings


def tiles_of(text: str) -> np.ndarray:
    """A map drawn with a character a tile; F is a fire."""
    numbers = {symbol: number for number, symbol in enumerate("#~.,fsoF")}
    return np.array([[numbers[symbol] for symbol in line] for line in text.split()], np.uint8)


def patch(config: Any, seed: int, mix: str = "....ff,~~so", fires: int = 1) -> np.ndarray:
    """A map of a square of grass around each of some fires, and all else drawn from `mix`."""
    rng, terrain = np.random.default_rng(seed), config.terrain
    tiles = from_text(mix)[0][rng.integers(len(mix), size=(terrain.side, terrain.side))]
    rows, cols = np.indices(tiles.shape)
    to_edge = np.minimum(np.minimum(rows, cols), terrain.side - 1 - np.maximum(rows, cols))
    tiles[to_edge < terrain.border] = 0
    tiles[to_edge == terrain.border] = 2
    inner = terrain.high - terrain.low - 3
    for k in range(fires):
        row = terrain.low + 2 + (k * inner) // max(1, fires - 1) if fires > 1 else terrain.low + 2 + inner // 2
        tiles[row - 1 : row + 2, row - 1 : row + 2] = 2
    for k in range(fires):
        row = terrain.low + 2 + (k * inner) // max(1, fires - 1) if fires > 1 else terrain.low + 2 + inner // 2
        tiles[row, row] = tables.FIRE
    return tiles


def random_deed(game: Grown, agent: Body, rng: np.random.Generator, masked: float) -> Deed:
    """Anything at random, but for steps into lava; work with probability `masked` only as the masks say."""
    config, works = game.config, list(game.works())
    moves = [m for m in range(5) if game.material(game.towards(agent, m)) != 0]
    target = int(rng.integers(max(1, len(game.sights[agent.slot].view)))) if config.learned_targets else 0
    work = kind = price = 0
    if works:
        work, kind = int(rng.integers(len(works))), int(rng.integers(25))
        price = int(rng.integers(8))
        if rng.random() < masked:
            work = _pick(rng, game.work_mask(agent))
            kind = _pick(rng, game.kind_mask(agent)[work])
            price = _pick(rng, game.price_mask(agent)[work]) if game.on("exchange") else 0
    word = int(rng.integers(config.speech.words + 1)) if game.on("speech") else 0
    return Deed(int(rng.choice(moves)), int(rng.integers(config.styles)), target, work, kind, price, word)


def _pick(rng: np.random.Generator, mask: list[bool]) -> int:
    return int(rng.choice(np.flatnonzero(mask)))


def play(game: Grown, ticks: int, seed: int, masked: float = 0.8) -> None:
    """Plays at random, and asserts after each tick what must hold."""
    rng = np.random.default_rng(seed)
    for _ in range(ticks):
        game.step({agent.slot: random_deed(game, agent, rng, masked) for agent in game.in_slots()})
        check(game)


def check(game: Grown) -> None:
    """Nothing appears or vanishes but by the ledger, and nothing is more than it can be."""
    if game.on("items"):
        assert game.held() == game.balance()
        for agent in game.agents.values():
            assert game.load(agent) <= game.config.items.capacity
            assert min(agent.pack) >= 0
            assert agent.gold >= 0
    for body in game.bodies():
        assert 0 < body.health <= game.most_health(body)
    for creature in game.creatures.values():
        assert not game.in_camp(creature.place)
        assert game.material(creature.place) in (2, 3, 4)


class Given:
    """A stream that gives what a test says, and nothing else."""

    def __init__(self, *numbers: int) -> None:
        self.numbers, self.state = list(numbers), 0

    def below(self, n: int) -> int:
        number = self.numbers.pop(0)
        assert 0 <= number < n
        return number

    def draw(self) -> int:
        return self.numbers.pop(0)

    def unit(self) -> float:
        return (self.draw() >> 11) / 2**53


#: 6 × 6 playable tiles: a fire at (3, 4), water at (3, 2), orerock at (5, 3), forest at (5, 5).
DRAWN = """
########
#......#
#......#
#.~.F..#
#......#
#..o.f.#
#......#
########
"""

#: Nothing happens by itself, and 4 can live.
QUIET = {
    "terrain.side": 8, "terrain.border": 1, "spawn.cap": 4, "spawn.populations": 2, "combat.hold": True,
    "combat.immunity": 0, "vitals.food_loss": 0, "vitals.water_loss": 0, "vitals.heal": 0, "camps.radius": 1,
    "foraging.regrowth": 0, "trades.ore_regrowth": 0, "creatures.chickens": 0, "creatures.goblins": 0,
}  # fmt: skip


def quiet(*systems: str, drawn: str = DRAWN, **numbers: Any) -> Grown:
    """A small world in which nobody is, and nobody enters."""
    game = Grown(settings(*systems, **{**QUIET, **numbers}), 0, tiles_of(drawn))
    game.agents.clear()
    game.ledger.clear()
    game.cap = 0
    return game


def put(game: Grown, slot: int, place: tuple[int, int], **fields: Any) -> Body:
    """A newborn of a slot, on a tile, with what is said of it otherwise; `pack` by kind, `levels` by skill."""
    pack, levels = fields.pop("pack", {}), fields.pop("levels", {})
    agent = game.enter(slot // game.config.quota, place)
    del game.agents[agent.slot]
    agent.slot, game.agents[slot] = slot, agent
    for kind, count in pack.items():
        game.make(agent, tables.KINDS.index(kind), count)
    for skill, level in levels.items():
        agent.experience[tables.SKILLS.index(skill)] = tables.THRESHOLDS[level - 1]
    agent.health = game.most_health(agent)
    game.ledger[tables.BORN, tables.GOLD] += fields.get("gold", agent.gold) - agent.gold
    for name, value in fields.items():
        setattr(agent, name, value)
    return agent


def tick(game: Grown, deeds: dict[int, Any] | None = None, *drawn: int) -> None:
    """One tick, in which who has no deed holds and rests, and whose draws are exactly these."""
    game.stream = Given(*drawn)
    game.step({slot: (deeds or {}).get(slot, REST) for slot in game.agents})
    assert game.stream.numbers == []
    if game.on("items"):
        assert game.held() == game.balance()


def does(game: Grown, work: str = "rest", kind: str = "shrimp", price: int = 0, style: int = 3, move: int = 0) -> Deed:
    """A deed by the names of its work and kind; the price is an index."""
    return Deed(move, style, 0, list(game.works()).index(work), tables.KINDS.index(kind), price)


REST = Deed(0, 3)
