"""Broken attacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from forge.blade import Style
from tests.reference.engine import Action, Agent, Game, Strike
from tests.reference.mutants.registry import found_by
from tests.reference.sight import distance


@found_by("chaos")
class ImmuneAtFourteenTicksNoMore(Game):
    def immune(self, agent: Agent) -> bool:
        return agent.age < self.config.combat.immunity - 1


@found_by("chaos")
class StillImmuneAtFifteenTicks(Game):
    def immune(self, agent: Agent) -> bool:
        return agent.age <= self.config.combat.immunity


@found_by("chaos")
class ImmunityStopsDamageOnly(Game):
    """As in v1.0."""

    def immune(self, agent: Agent) -> bool:
        return False

    def harm(self, agent: Agent) -> None:
        if not super().immune(agent):
            super().harm(agent)


@found_by("chaos")
class ImmuneAgentsAreNotPicked(Game):
    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        return best(self, agent, style, lambda a: (self.immune(a), a.health, distance(agent, a), self.turn(a.slot)))


@found_by("brawl")
class TiesGoToTheFarther(Game):
    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        return best(self, agent, style, lambda a: (a.health, -distance(agent, a), self.turn(a.slot)))


@found_by("brawl")
class TiesIgnoreDistance(Game):
    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        return best(self, agent, style, lambda a: (a.health, self.turn(a.slot)))


@found_by("brawl")
class TiesGoByPlainSlot(Game):
    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        return best(self, agent, style, lambda a: (a.health, distance(agent, a), a.slot))


@found_by("brawl")
class TheNearestIsPicked(Game):
    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        return best(self, agent, style, lambda a: (distance(agent, a), a.health, self.turn(a.slot)))


@found_by("chaos")
class ReachIsADiamond(Game):
    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        def steps(a: Agent) -> int:
            return abs(a.row - agent.row) + abs(a.col - agent.col)

        target = super().weakest(agent, style)
        return target if target is not None and steps(target) <= self.reach(style) else None


@found_by("chaos")
class RangeReachesThree(Game):
    def reach(self, style: Style) -> int:
        return super().reach(style) + (style == Style.RANGE)


@found_by("learned")
class OneselfCanBeAttacked(Game):
    def chosen(self, agent: Agent, style: Style, choice: int) -> Agent | None:
        return agent if choice == 0 else super().chosen(agent, style, choice)


@found_by("learned")
class ChosenTargetsNeedNoReach(Game):
    def reach(self, style: Style) -> int:
        return 99


@found_by("learned")
class TargetsNameSlots(Game):
    def chosen(self, agent: Agent, style: Style, choice: int) -> Agent | None:
        target = self.agents.get(choice)
        if target in (None, agent) or distance(agent, target) > self.reach(style):
            return None
        return target


@found_by("learned")
class HoldIsMelee(Game):
    def strikes(self, actions: Mapping[int, Action]) -> list[Strike]:
        return super().strikes({slot: action._replace(style=action.style % 3) for slot, action in actions.items()})


@found_by("brawl")
class AttacksLandOneAfterAnother(Game):
    """Whoever is killed no longer attacks in this tick."""

    def strikes(self, actions: Mapping[int, Action]) -> list[Strike]:
        left = {slot: agent.health for slot, agent in self.agents.items()}
        landed = []
        for strike in super().strikes(actions):
            if left[strike.attacker.slot] > 0:
                landed.append(strike)
                left[strike.target.slot] -= self.damage(strike)
        return landed


@found_by("brawl")
class AttacksComeBeforeMoves(Game):
    def move_all(self, actions: Mapping[int, Action]) -> None:
        pass

    def attack_all(self, actions: Mapping[int, Action]) -> None:
        super().attack_all(actions)
        super().move_all(actions)


@found_by("brawl")
class DamageDoesNotAddUp(Game):
    def harm(self, agent: Agent) -> None:
        hardest = max(self.config.combat.melee_damage, self.config.combat.range_damage)
        agent.health = max(0, agent.health - min(agent.damage, hardest))


@found_by("brawl")
class DrainIsNotClipped(Game):
    def attack_all(self, actions: Mapping[int, Action]) -> None:
        self.clip = lambda value, maximum: value
        super().attack_all(actions)
        del self.clip


@found_by("brawl")
class DrainIsClippedAttackByAttack(Game):
    """What is lost is taken before what is gained is given."""

    def drained(self, agent: Agent, strikes: list[Strike]) -> int:
        lost = sum(self.share(s) for s in strikes if s.target is agent)
        gained = sum(self.share(s) for s in strikes if s.attacker is agent)
        return max(0, agent.food - lost) + gained - agent.food


@found_by("chaos")
class OnlyTheTargetIsDrained(Game):
    def drained(self, agent: Agent, strikes: list[Strike]) -> int:
        return min(0, super().drained(agent, strikes))


@found_by("odd")
class DrainIsRoundedUp(Game):
    def share(self, strike: Strike) -> int:
        return math.ceil(self.damage(strike) * self.config.combat.vampirism)


@found_by("brawl")
class FreezesAddUp(Game):
    def attack_all(self, actions: Mapping[int, Action]) -> None:
        before = {slot: agent.freeze for slot, agent in self.agents.items()}
        super().attack_all(actions)
        for slot, agent in self.agents.items():
            if agent.freeze == self.config.combat.mage_freeze:
                agent.freeze += before[slot]


def best(game: Game, agent: Agent, style: Style, key: Callable[[Agent], tuple[float, ...]]) -> Agent | None:
    """The agent in reach that comes first by `key`."""
    reached = [a for a in game.agents.values() if a is not agent and distance(agent, a) <= game.reach(style)]
    return min(reached, key=key, default=None)
