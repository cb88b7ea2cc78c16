"""The game: the systems of every world, in the order in which files and hashes hold what they declare."""

from __future__ import annotations

from forge.blade.schema.schema import Schema
from forge.blade.systems import combat, foraging, life, log, movement, reward, sight, spawn, terrain, vitals

GAME = Schema([part.SYSTEM for part in (terrain, spawn, vitals, foraging, life, movement, combat, sight, log, reward)])
