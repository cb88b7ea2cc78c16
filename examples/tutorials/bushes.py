"""A tile of one's own: bushes, whose berries feed and heal who comes by. One that is picked grows again elsewhere."""

from dataclasses import dataclass

from forge.blade.extend import (
    SURVIVES,
    Array,
    Column,
    Number,
    Phase,
    Section,
    System,
    Tile,
    Verb,
    draw_below,
    inline,
    material_at,
    number,
    set_material,
    tile_index,
)

GRASS = 2


@dataclass(frozen=True)
class Bushes(Section):
    """Bushes with berries."""

    share: float = number(0.04, 0, 1, "share of the grass that bushes grow on")
    berry_food: int = number(12, 0, 1000, "food from the berries of a bush")
    berry_health: int = number(4, 0, 1000, "health from them")


def plant(tiles, config, rng):
    """Puts bushes on a generated map."""
    inner = tiles[config.terrain.low + 1 : config.terrain.high, config.terrain.low + 1 : config.terrain.high]
    bush = config.schema.names("materials").index("bush")
    inner[(inner == GRASS) & (rng.random(inner.shape) < config.bushes.share)] = bush


@inline
def eat(state, w, slot, counting):
    """Picks the bush that an agent stands on."""
    rules, agent = state.rules[w], state.agents[w, slot]
    place = tile_index(rules, agent.row, agent.col)
    if material_at(state, w, place) == rules.material_bush:
        set_material(state, w, place, GRASS)
        state.picked[w] += 1
        agent.food = min(rules.food, agent.food + rules.berry_food)
        agent.health = min(rules.health, agent.health + rules.berry_health)
        if state.lives.shape[1] > 0:
            state.lives[w, slot].berries += 1
    return SURVIVES


@inline
def sprout(state, w):
    """For each bush that was picked, one may grow: if a tile drawn at random is grass."""
    rules = state.rules[w]
    for _ in range(state.picked[w]):
        nth = draw_below(state.stream, w, rules.side * rules.side)
        place = tile_index(rules, nth // rules.side, nth % rules.side)
        if material_at(state, w, place) == GRASS and set_material(state, w, place, rules.material_bush):
            state.picked[w] -= 1


BUSHES = System(
    "bushes",
    "bushes with berries",
    section=Bushes,
    numbers=(Number("berry_food"), Number("berry_health")),
    arrays=(Array("picked", "i4", lambda z: (), "bushes that have not grown again", saved=True),),
    materials=(Tile("bush", "a bush with berries", "#c2336b", 0.5),),
    life=(Column("berries", "i4", "bushes picked", "bushes"),),
    verbs=(
        Verb(Phase.FORAGE, eat, "On a bush it eats the berries, which feed and heal, and the bush is gone."),
        Verb(
            Phase.GROW,
            sprout,
            "For each bush that was picked a tile is drawn at random; if it is grass, a bush grows there.",
        ),
    ),
    plants=plant,
)
