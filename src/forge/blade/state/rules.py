"""The numbers of a configuration as one record a world, for compiled code. Changing a number never recompiles."""

from __future__ import annotations

import math

import numpy as np

from forge.blade.config.config import Config
from forge.blade.state.ids import RewardTerm

RULES = np.dtype(
    [
        ("log_no_regrowth", "f8"),  # log(1 − regrowth); 0 means nothing regrows
        ("reward", "f8", (len(RewardTerm),)),  # by term
        ("counts_blows", "i4"),  # whether damage or kills are rewarded
        ("explores", "i4"),  # whether new tiles are
        ("side", "i4"),  # S [tiles]
        ("pitch", "i4"),  # L [tiles]
        ("origin", "i4"),  # index of tile (0, 0) in `State.tiles`
        ("low", "i4"),  # first playable row and column
        ("ring", "i4"),  # side of the playable square − 1
        ("slots", "i4"),  # N
        ("quota", "i4"),  # N / P
        ("random_cap", "i4"),
        ("health", "i4"),
        ("food", "i4"),
        ("water", "i4"),
        ("food_loss", "i4"),
        ("water_loss", "i4"),
        ("heal", "i4"),
        ("heal_food", "i4"),  # healing needs more food than this
        ("heal_water", "i4"),
        ("hunger", "i4"),
        ("thirst", "i4"),
        ("harvest", "i4"),
        ("drink", "i4"),
        ("damage", "i4", (4,)),  # by style
        ("drain", "i4", (4,)),
        ("reach", "i4", (4,)),
        ("freeze", "i4", (4,)),
        ("styles", "i4"),
        ("immunity", "i4"),
        ("learned", "i4"),
        ("radius", "i4"),
        ("listed", "i4"),  # K
    ],
    align=True,
)


def rules_record(config: Config, margin: int) -> np.ndarray:
    """The RULES record of one world whose tile array has `margin` tiles around the map."""
    vitals, combat, terrain, reward = config.vitals, config.combat, config.terrain, config.reward
    damage = (combat.melee_damage, combat.range_damage, combat.mage_damage, 0)
    values = {
        "log_no_regrowth": math.log1p(-config.foraging.regrowth) if config.foraging.regrowth < 1 else -math.inf,
        "reward": tuple(getattr(reward, term.name.lower()) for term in RewardTerm),
        "explores": reward.explore != 0,
        "counts_blows": reward.damage_dealt != 0 or reward.damage_taken != 0 or reward.kill != 0,
        "side": terrain.side,
        "pitch": terrain.side + 2 * margin,
        "origin": margin * (terrain.side + 2 * margin + 1),
        "low": terrain.low,
        "ring": terrain.playable - 1,
        "slots": config.spawn.cap,
        "quota": config.quota,
        "random_cap": config.spawn.random_cap,
        "health": vitals.health,
        "food": vitals.food,
        "water": vitals.water,
        "food_loss": vitals.food_loss,
        "water_loss": vitals.water_loss,
        "heal": vitals.heal,
        "heal_food": math.floor(vitals.heal_above * vitals.food),
        "heal_water": math.floor(vitals.heal_above * vitals.water),
        "hunger": vitals.hunger,
        "thirst": vitals.thirst,
        "harvest": config.foraging.harvest,
        "drink": config.foraging.drink,
        "damage": damage,
        "drain": tuple(math.floor(combat.vampirism * d) for d in damage),
        "reach": (combat.melee_reach, combat.range_reach, combat.mage_reach, 0),
        "freeze": (0, 0, combat.mage_freeze, 0),
        "styles": config.styles,
        "immunity": combat.immunity,
        "learned": config.learned_targets,
        "radius": config.sight.radius,
        "listed": config.sight.agents,
    }
    return np.array(tuple(values[name] for name in RULES.names or ()), RULES)[()]
