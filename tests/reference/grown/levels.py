"""Combat by levels: who may be struck, what a blow does, who learns from it, and who gets the spoils."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forge.blade import RewardTerm, Style
from tests.reference.engine import Game
from tests.reference.grown import tables
from tests.reference.grown.body import Body, Deed
from tests.reference.sight import distance

if TYPE_CHECKING:
    from tests.reference.grown.game import Grown


@dataclass(frozen=True)
class Blow:
    """An attack that had a target; with no damage it missed."""

    attacker: Body
    target: Body
    style: int
    damage: int


class Levels:
    """A part of `Grown`. `killers` are by the slot of who was killed in this tick."""

    killers: dict[int, Body]

    def may_be_struck(self: Grown, attacker: Body, target: Body) -> bool:
        """Wherever it is."""
        if target is attacker or self.immune(target):
            return False
        if self.truce(attacker.place) or self.truce(target.place):
            return False
        both_agents = attacker.creature == target.creature == tables.AGENT
        return self.config.levels.agents or not both_agents

    def immune(self: Grown, body: Body) -> bool:
        return body.creature == tables.AGENT and body.age < self.config.combat.immunity

    def could_land(self: Grown, agent: Body, other: Body, style: Style) -> bool:
        """As masks have it: camps are looked at after the moves."""
        both_agents = agent.creature == other.creature == tables.AGENT
        spared = self.on("levels") and both_agents and not self.config.levels.agents
        return Game.could_land(self, agent, other, style) and not spared

    def attack_by_levels(self: Grown, deeds: Mapping[int, Deed]) -> None:
        blows = self.blows(deeds)
        self.forget_grudges()
        for body in self.bodies():
            body.deeds.clear()
        self.killers = {}
        for target in self.bodies():
            on_it = [blow for blow in blows if blow.target is target]
            self.take(target, sorted(on_it, key=lambda blow: self.turn(blow.attacker.slot)))

    def blows(self: Grown, deeds: Mapping[int, Deed]) -> list[Blow]:
        """All are found, and their chances drawn, before any is felt."""
        found = []
        for body in sorted(self.bodies(), key=lambda b: (b.row, b.slot)):
            if body.creature == tables.AGENT:
                style = deeds[body.slot].style
                target = None if style == Style.HOLD else self.aim(body, style, deeds[body.slot].target)
            else:
                style, target = Style.MELEE, self.prey(body)
            if target is not None:
                found.append(Blow(body, target, style, self.drawn_damage(body, target, style)))
        return found

    def aim(self: Grown, agent: Body, style: int, choice: int) -> Body | None:
        """Whom an agent strikes, if anybody."""

        def reached(body: Body) -> bool:
            return self.may_be_struck(agent, body) and distance(agent, body) <= self.reach(Style(style))

        if self.config.learned_targets:
            view = self.sights[agent.slot].view
            target = self.body(view[choice]) if choice < len(view) else None
            return target if target is not None and reached(target) else None
        found = [body for body in self.bodies() if reached(body)]
        return min(found, key=lambda b: (b.health, distance(agent, b), self.turn(b.slot)), default=None)

    def drawn_damage(self: Grown, attacker: Body, target: Body, style: int) -> int:
        """0 is a miss."""
        most = self.most_damage(attacker, style)
        knives = self.best(attacker, style) if style == Style.RANGE else 0
        hits, of = self.accuracy(attacker, target, style)
        hit = self.stream.below(of) < hits
        damage = 1 + self.stream.below(most) if hit else 0
        if knives:
            self.use_up(attacker, tables.KNIVES + knives - 1)
        return damage

    def accuracy(self: Grown, attacker: Body, target: Body, style: int) -> tuple[int, int]:
        """How many of how many attacks hit.

        1 − (D + 2) / (2 (A + 1)) = (2 A − D) / (2 (A + 1)) of them if A > D, else A / (2 (D + 1)).
        """
        attack = attacker.level(style) * (self.attack_bonus(attacker, style) + 64)
        defence = target.level(tables.DEFENSE) * (self.defence_bonus(target) + 64)
        if attack > defence:
            return 2 * attack - defence, 2 * (attack + 1)
        return attack, 2 * (defence + 1)

    def most_damage(self: Grown, attacker: Body, style: int) -> int:
        """⌊0.5 + (8 + level) (strength + 64) / 640⌋, in whole numbers."""
        return (320 + (8 + attacker.level(style)) * (self.strength_bonus(attacker, style) + 64)) // 640

    def take(self: Grown, target: Body, blows: list[Blow]) -> None:
        """The blows on one target, by turn of who strikes."""
        left, dealt = target.health, {}
        for blow in blows:
            if target.creature != tables.AGENT:
                target.grudge, target.grudge_left = blow.attacker.id, tables.REMEMBERS
            if blow.damage == 0:
                continue
            dealt[blow] = min(left, blow.damage)
            left -= dealt[blow]
            self.learn(blow, dealt[blow])
            if blow.style == Style.MAGE:
                target.freeze = self.config.combat.mage_freeze
        if dealt and left == 0:
            best = max(dealt, key=lambda b: dealt[b])  # of equal ones the first
            self.killers[target.slot] = best.attacker
            best.attacker.deeds[RewardTerm.KILL] += target.creature == tables.AGENT
            if target.creature != tables.AGENT:
                self.gain(best.attacker, best.style, tables.CREATURE_EXPERIENCE[target.creature])
        target.damage = sum(blow.damage for blow in blows)
        if dealt and target.creature == tables.AGENT:
            target.hurt = tables.HURT
        target.health = left

    def learn(self: Grown, blow: Blow, dealt: int) -> None:
        self.gain(blow.attacker, blow.style, 3 * dealt)
        self.gain(blow.attacker, tables.CONSTITUTION, dealt)
        self.gain(blow.target, tables.DEFENSE, 3 * dealt)
        self.gain(blow.target, tables.CONSTITUTION, dealt)
        blow.attacker.deeds[RewardTerm.DAMAGE_DEALT] += dealt
        blow.target.deeds[RewardTerm.DAMAGE_TAKEN] += dealt

    def heal(self: Grown, agent: Body) -> None:
        """Who was damaged in the last five ticks does not."""
        if agent.hurt == 0:
            Game.heal(self, agent)
        agent.hurt = max(0, agent.hurt - 1)

    # -- spoils

    def spoils_to(self: Grown, victim: Body) -> Body | None:
        """Who gets what a victim had: the killer, if it is an agent that outlives the tick."""
        killer = self.killers.get(victim.slot)
        if killer is None or killer.creature != tables.AGENT or killer.slot in self.terminated:
            return None
        return killer

    def divide_spoils(self: Grown) -> None:
        """What the dead leave: agents by slot, then creatures."""
        for slot in sorted(self.terminated):
            self.hand_over(self.agents[slot], self.spoils_to(self.agents[slot]))
        for creature in self.dead_creatures():
            self.leave_spoils(creature, self.spoils_to(creature))
