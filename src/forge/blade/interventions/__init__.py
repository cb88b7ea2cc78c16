"""Interventions: what may be done to a running world between two ticks, and how it is done wholly or not at all."""

from forge.blade.interventions.kinds import KINDS, Change, Give, Intervention, Move, Place, Remove, Set, Tile

__all__ = ["KINDS", "Change", "Give", "Intervention", "Move", "Place", "Remove", "Set", "Tile"]
