"""Arguments of environments: whatever is a number is taken, and no seed draws one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, ConfigError
from forge.trinity import smith
from forge.trinity.adapters.gymnasium import SlotVectorEnv
from forge.trinity.adapters.pettingzoo import LifeEnv, SlotEnv

SMALL = Chaos(**{"terrain.side": 24, "terrain.border": 5, "spawn.cap": 8})


def test_numbers_of_numpy_are_numbers() -> None:
    assert len(smith.VecEnv(SMALL, {"nRealm": np.int64(2), "worlds": 2.0, "seed": np.uint8(3)})) == 4
    envs = SlotVectorEnv(SMALL, np.int64(2), seed=np.uint32(3), flat=np.True_)  # type: ignore[arg-type]
    assert envs.num_envs == 16
    envs.reset(seed=np.int16(5))  # type: ignore[arg-type]
    assert envs.world.seed == 5
    env = LifeEnv(SMALL, max_ticks=np.int64(1))  # type: ignore[arg-type]
    env.reset()
    assert all(env.step({})[3].values())


@pytest.mark.parametrize("kind", [LifeEnv, SlotEnv, SlotVectorEnv])
def test_no_seed_draws_one(kind: Any) -> None:
    one, other = kind(SMALL, seed=None), kind(SMALL, seed=None)
    one.reset()
    other.reset()
    assert one.world.seed != other.world.seed
    other.reset(seed=one.world.seed)
    assert one.world.hash() == other.world.hash()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LifeEnv("chaos"), "config = 'chaos' must be a forge.blade.Config"),  # type: ignore[arg-type]
        (lambda: LifeEnv(SMALL, flat="no"), "flat = 'no' must be True or False"),  # type: ignore[arg-type]
        (lambda: LifeEnv(SMALL, draw="rgb_array"), "draw = 'rgb_array' must be a function"),  # type: ignore[arg-type]
        (lambda: SlotVectorEnv(SMALL, 0), "worlds = 0 must be a positive integer"),
        (lambda: SlotVectorEnv({"spawn": {}}), "not dict; Config.from_dict makes one"),  # type: ignore[arg-type]
        (lambda: SlotVectorEnv(SMALL, box=1), "box = 1 must be True or False"),  # type: ignore[arg-type]
        (lambda: smith.VecEnv(SMALL, {"threads": "2"}), "threads = '2' must be an integer, 1 .. 1024"),
        (lambda: smith.VecEnv(SMALL, {}, step=print).run(2.5), "ticks = 2.5 must be"),  # type: ignore[arg-type]
    ],
)
def test_what_is_none_is_named(make: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()
