"""What every agent observes, found by looking at every tile of its window and at every other agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forge.blade import Move, Style

if TYPE_CHECKING:
    from tests.reference.engine import Agent, Game

#: A window says no more than this many agents on a tile.
CROWD = 31


@dataclass
class Sight:
    """The observation of one agent."""

    materials: list[list[int]]
    counts: list[list[int]]
    view: list[int]  # slots
    moves: set[int]
    targets: list[set[int]]  # the styles valid for each entry of the view; empty unless targets are learned


def observe(game: Game) -> dict[int, Sight]:
    """The observations of all the living, by slot."""
    return {agent.slot: _observe_one(game, agent) for agent in game.agents.values()}


def _observe_one(game: Game, agent: Agent) -> Sight:
    around = range(-game.config.sight.radius, game.config.sight.radius + 1)
    places = [[(agent.row + r, agent.col + c) for c in around] for r in around]
    occupancy = game.occupancy()
    view = game.view(agent)
    return Sight(
        materials=[[game.material(place) for place in row] for row in places],
        counts=[[min(CROWD, occupancy.get(place, 0)) for place in row] for row in places],
        view=[seen.slot for seen in view],
        moves={move for move in Move if game.move_valid(agent, move)},
        targets=[game.valid_styles(agent, other) for other in view] if game.config.learned_targets else [],
    )


class Senses:
    """The rules of observation: a part of `Game`."""

    def occupancy(self: Game) -> dict[tuple[int, int], int]:
        """How many agents stand where, of tiles with any."""
        counts: dict[tuple[int, int], int] = {}
        for agent in self.agents.values():
            counts[agent.place] = counts.get(agent.place, 0) + 1
        return counts

    def view(self: Game, observer: Agent) -> list[Agent]:
        """The observer, then the others it sees by row and slot; where there are too many, the nearest."""
        radius = self.config.sight.radius
        others = [a for a in self.bodies() if a is not observer and distance(a, observer) <= radius]
        others = self.nearest(observer, others, self.config.sight.agents - 1)
        return [observer, *sorted(others, key=lambda a: (a.row, a.slot))]

    def nearest(self: Game, observer: Agent, others: list[Agent], count: int) -> list[Agent]:
        return sorted(others, key=lambda a: (distance(a, observer), self.turn(a.slot)))[:count]

    def move_valid(self: Game, agent: Agent, move: Move) -> bool:
        if move == Move.PASS:
            return True
        return agent.freeze == 0 and self.may_enter(self.towards(agent, move))

    def valid_styles(self: Game, agent: Agent, other: Agent) -> set[int]:
        """The styles for which `other`, an entry of the agent's view, is a valid target."""
        if other is agent:
            return set(range(self.config.styles))
        return {style for style in (Style.MELEE, Style.RANGE, Style.MAGE) if self.could_land(agent, other, style)}

    def could_land(self: Game, agent: Agent, other: Agent, style: Style) -> bool:
        """Whether an attack of the next tick could have an effect, if all moves were over open ground."""
        reach = self.reach(style)
        away = max(0, abs(agent.row - other.row) - reach) + max(0, abs(agent.col - other.col) - reach)
        return not self.immune(other) and away <= (agent.freeze == 0) + (other.freeze == 0)


def distance(a: Agent, b: Agent) -> int:
    """Chebyshev distance."""
    return max(abs(a.row - b.row), abs(a.col - b.col))
