"""Broken observations."""

from __future__ import annotations

from forge.blade import Move, Style
from tests.reference.engine import Agent, Game, Place
from tests.reference.mutants.registry import found_by
from tests.reference.sight import distance


@found_by("crowd")
class ViewIsSortedByColumn(Game):
    def view(self, observer: Agent) -> list[Agent]:
        first, *others = super().view(observer)
        return [first, *sorted(others, key=lambda a: (a.col, a.slot))]


@found_by("crowd")
class ViewKeepsTheFirstAndNotTheNearest(Game):
    def nearest(self, observer: Agent, others: list[Agent], count: int) -> list[Agent]:
        return sorted(others, key=lambda a: (a.row, a.slot))[:count]


@found_by("crowd")
class ViewBreaksTiesBySlot(Game):
    def nearest(self, observer: Agent, others: list[Agent], count: int) -> list[Agent]:
        return sorted(others, key=lambda a: (distance(a, observer), a.slot))[:count]


@found_by("chaos")
class FrozenAgentsMayStillChooseMoves(Game):
    def move_valid(self, agent: Agent, move: Move) -> bool:
        return move == Move.PASS or self.may_enter(self.towards(agent, move))


@found_by("learned")
class ImmuneAgentsAreValidTargets(Game):
    def could_land(self, agent: Agent, other: Agent, style: Style) -> bool:
        other_age, other.age = other.age, 10**6
        valid = super().could_land(agent, other, style)
        other.age = other_age
        return valid


@found_by("learned")
class TargetMaskForgetsFreezing(Game):
    def could_land(self, agent: Agent, other: Agent, style: Style) -> bool:
        freeze, other.freeze = other.freeze, 0
        valid = super().could_land(agent, other, style)
        other.freeze = freeze
        return valid


@found_by("learned")
class HoldCanBeAimed(Game):
    def valid_styles(self, agent: Agent, other: Agent) -> set[int]:
        valid = super().valid_styles(agent, other)
        return valid | {int(Style.HOLD)} if valid else valid


@found_by("four tiles")
class CrowdsAreCountedToThirty(Game):
    def occupancy(self) -> dict[Place, int]:
        return {place: min(30, count) for place, count in super().occupancy().items()}
