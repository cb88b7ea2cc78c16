"""Whatever is played in the reference alone: all gold and all items are in its ledger at every tick, and fit."""

from __future__ import annotations

import pytest

from tests.reference.grown import tables
from tests.reference.grown.alone import Grown, patch, play
from tests.reference.grown.settings import EVERYTHING, settings

SMALL = {
    "terrain.side": 18, "terrain.border": 2, "spawn.cap": 16, "spawn.populations": 4, "combat.hold": True,
    "combat.immunity": 3, "creatures.chickens": 160, "creatures.goblins": 40, "creatures.back": 4, "camps.radius": 2,
    "vitals.food_loss": 0, "vitals.water_loss": 0, "skills.rate": 60, "exchange.patience": 9,
    "births.age": 10, "births.least": 5, "births.cost": 4,
}  # fmt: skip

WORLDS = {
    "all": {"exchange.everywhere": True, "births.kind": "both", "bodies.gifts": "inherited"},
    "learned targets": {"combat.targeting": "learned", "bodies.gifts": "drawn", "exchange.books": "camp"},
    "small packs": {"items.capacity": 3, "exchange.everywhere": True, "births.kind": "parents", "camps.radius": 4},
    "peace": {"levels.agents": False, "creatures.hostile": False, "bodies.gifts": "population", "camps.radius": 5},
}


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_appears_or_vanishes(name: str) -> None:
    config = settings(*EVERYTHING, **{**SMALL, **WORLDS[name]})
    game = Grown(config, len(name), patch(config, len(name), "....ff~oooo"))
    play(game, 150, len(name))
    reasons = {reason for reason, _ in +game.ledger}
    assert {tables.BORN, tables.MADE, tables.FOUND} <= reasons


def test_much_happens_in_random_play() -> None:
    config = settings(*EVERYTHING, **{**SMALL, **WORLDS["all"], "camps.radius": 4, "combat.immunity": 40})
    game = Grown(config, 1, patch(config, 1, "....ff~oooo"))
    play(game, 200, 1)
    ledger = +game.ledger
    assert {reason for reason, _ in ledger} == set(range(8))
    assert len([kind for reason, kind in ledger if reason == tables.MADE]) > 5
    assert ledger[tables.TRADED, tables.GOLD] > 0
    assert any(agent.mother is not None for agent in game.agents.values())
