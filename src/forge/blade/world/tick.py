"""The tick of the game. Its order is that of the phases, `forge.blade.schema.phase`; see docs/rules.md."""

from __future__ import annotations

from forge.blade.engine.engine import engine_of
from forge.blade.game.game import GAME

ENGINE = engine_of(GAME)
tick = ENGINE.tick
begin_each = ENGINE.begin_each
resume_each = ENGINE.resume_each
cull_each = ENGINE.cull_each
