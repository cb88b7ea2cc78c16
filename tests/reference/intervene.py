"""Interventions in a reference game, as plainly as its rules: see `forge.blade.interventions`."""

from __future__ import annotations

from collections.abc import Iterable

from forge.blade import Material
from forge.blade.interventions import Change, Give, Intervention, Move, Place, Remove, Tile
from tests.reference.engine import Agent, Game
from tests.reference.record import Life
from tests.reference.sight import observe


def intervene(game: Game, entries: Iterable[Intervention]) -> None:
    """Makes interventions that can be made, and has everyone look again."""
    for entry in entries:
        intervene_once(game, entry)
    now = game.tick
    game.tick = max(0, now - 1)  # what is observed is listed in the order of the tick that has been stepped
    game.sights = observe(game)
    game.tick = now


def intervene_once(game: Game, entry: Intervention) -> None:
    match entry:
        case Place():
            place(game, entry)
        case Tile(row, col, material):
            lay(game, (row, col), Material(material))
        case Move(ident, row, col):
            agent = find(game, ident)
            agent.row, agent.col = row, col
        case Change(ident):
            change(game, find(game, ident), entry)
        case Give(ident):
            agent, vitals = find(game, ident), game.config.vitals
            agent.health = max(1, min(vitals.health, agent.health + (entry.health or 0)))
            agent.food = game.clip(agent.food + (entry.food or 0), vitals.food)
            agent.water = game.clip(agent.water + (entry.water or 0), vitals.water)
        case Remove(ident):
            del game.agents[find(game, ident).slot]
            del game.record.lives[ident]


def find(game: Game, ident: int) -> Agent:
    (agent,) = [agent for agent in game.agents.values() if agent.id == ident]
    return agent


def place(game: Game, entry: Place) -> None:
    vitals, slot = game.config.vitals, game.free_slot(entry.population)
    fields = {"health": vitals.health, "food": vitals.food, "water": vitals.water, **entry.given()}
    game.agents[slot] = Agent(id=game.births, slot=slot, **fields)
    game.births += 1
    age = game.agents[slot].age
    game.record.lives[game.agents[slot].id] = Life(birth=game.tick - 1, lifetime=age)
    game.record.tallies[entry.population].births += 1
    game.record.tallies[entry.population].ticks += age


def change(game: Game, agent: Agent, entry: Change) -> None:
    before = agent.age
    for name, value in entry.given().items():
        if name != "agent":
            setattr(agent, name, value)
    game.record.lives[agent.id].lifetime = agent.age
    game.record.tallies[agent.population].ticks += agent.age - before


def lay(game: Game, where: tuple[int, int], material: Material) -> None:
    if game.materials[where] == material:
        return
    if game.materials[where] == Material.SCRUB:
        game.harvested.remove(where)
    if material == Material.SCRUB:
        game.harvested.append(where)
    game.materials[where] = material
