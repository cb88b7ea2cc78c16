"""A reference game that also counts what happens in it, so that a test can tell whether it saw what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from forge.blade import Cause, Move, RewardTerm, Style
from tests.reference.engine import Action, Agent, Game, Strike
from tests.reference.sight import CROWD, distance


class WatchedGame(Game):
    """Plays as `Game` does."""

    def __init__(self, *args: Any) -> None:
        self.happened: Counter[str] = Counter()
        super().__init__(*args)

    def note(self, what: str, happened: bool = True) -> None:
        self.happened[what] += happened

    def step(self, actions: Mapping[int, Action]) -> None:
        super().step(actions)
        self.note("crowd", max(self.occupancy().values(), default=0) > CROWD)
        self.note("column beyond a byte", any(agent.col > 255 for agent in self.agents.values()))
        self.note("slot passed on", bool(self.terminated & self.agents.keys()))
        self.note("own cap reached", len(self.agents) == self.cap < self.config.spawn.cap)

    def move(self, agent: Agent, move: Move) -> None:
        free = self.may_enter(self.towards(agent, move))
        self.note("frozen", agent.freeze > 0 and move != Move.PASS and free)
        self.note("blocked", not free)
        super().move(agent, move)

    def strikes(self, actions: Mapping[int, Action]) -> list[Strike]:
        strikes = super().strikes(actions)
        hits = Counter(s.target.slot for s in strikes)
        kills = {(s.attacker.slot, s.target.slot) for s in strikes if s.target.health <= self.damage(s)}
        freezes = Counter(s.target.slot for s in strikes if s.style == Style.MAGE)
        self.note("several hits", max(hits.values(), default=0) > 1)
        self.note("several freezes", max(freezes.values(), default=0) > 1)
        self.note("mutual kill", any((b, a) in kills for a, b in kills))
        return strikes

    def immune(self, agent: Agent) -> bool:
        immune = super().immune(agent)
        self.note("immune", immune)
        return immune

    def weakest(self, agent: Agent, style: Style) -> Agent | None:
        target = super().weakest(agent, style)
        for other in self.agents.values():
            if other in (agent, target) or target is None or distance(agent, other) > self.reach(style):
                continue
            if other.health == target.health:
                self.note("tie by distance", distance(agent, other) > distance(agent, target))
                self.note("tie by turn", distance(agent, other) == distance(agent, target))
        return target

    def chosen(self, agent: Agent, style: Style, choice: int) -> Agent | None:
        target, view = super().chosen(agent, style, choice), self.sights[agent.slot].view
        self.note("target self", choice == 0)
        self.note("target nobody", choice >= len(view))
        self.note("target out of reach", 0 < choice < len(view) and target is None)
        self.note("target taken", target is not None)
        return target

    def credit(self, target: Agent, blows: list[Strike]) -> None:
        super().credit(target, blows)
        strengths = sorted(map(self.damage, blows))
        if sum(strengths) >= target.health and len(blows) > 1:
            first = min(blows, key=lambda s: self.turn(s.attacker.slot))
            self.note("overkill", sum(strengths) > target.health)
            self.note("kill by the stronger", strengths[-1] > self.damage(first))
            self.note("tie for a kill", strengths[-1] == strengths[-2])

    def drained(self, agent: Agent, strikes: list[Strike]) -> int:
        drained, vitals = super().drained(agent, strikes), self.config.vitals
        self.note("drained below 0", min(agent.food, agent.water) + drained < 0)
        self.note("drained above maximum", drained > 0 and agent.food + drained > vitals.food)
        return drained

    def reward(self, agent: Agent, cause: Cause | None) -> float:
        self.note("killed a killer", cause == Cause.ATTACK and agent.deeds[RewardTerm.KILL] > 0)
        self.note("ate less than was there", 0 < agent.deeds[RewardTerm.HARVEST] < self.config.foraging.harvest)
        if cause is not None:
            self.note(f"death by {cause.name.lower()}")
        return super().reward(agent, cause)

    def harvest(self, agent: Agent) -> None:
        before = len(self.harvested)
        super().harvest(agent)
        others = self.occupancy()[agent.place] > 1
        self.note("contested harvest", others and len(self.harvested) > before)

    def heal(self, agent: Agent) -> None:
        vitals, health = self.config.vitals, agent.health
        super().heal(agent)
        self.note("healed", agent.health > health)
        self.note("just not healed", agent.food == vitals.heal_above * vitals.food and health < vitals.health)

    def regrow(self) -> None:
        before = len(self.harvested)
        super().regrow()
        self.note("regrown", len(self.harvested) < before)

    def spawn(self) -> None:
        full = [self.members(p) == self.config.quota for p in range(self.config.populations)]
        self.note("quota reached", any(full) and not all(full))
        super().spawn()

    def nearest(self, observer: Agent, others: list[Agent], count: int) -> list[Agent]:
        kept = super().nearest(observer, others, count)
        gaps = {distance(observer, a) for a in others if a not in kept}
        self.note("view overflows", len(kept) < len(others))
        self.note("view overflows at a tie", any(distance(observer, a) in gaps for a in kept))
        return kept
