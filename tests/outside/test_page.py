"""The systems of docs/systems.md, as a newcomer tries them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge.agents import scripted
from forge.blade import Config, World
from tests.outside.page import module_of

WORLD = """systems = ["my_world:POISON", "my_basket:BASKET"]
[poison]
first = 2
lasts = 60
"""


def test_the_poison_of_the_page_spreads_and_kills_and_baskets_are_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my_world.py").write_text(module_of("POISON"), "utf-8")
    Path("my_basket.py").write_text(module_of("BASKET"), "utf-8")
    Path("poison.toml").write_text(WORLD, "utf-8")
    config = Config.from_toml(Path("poison.toml"))
    world, player = World(config, seed=1, threads=1), scripted("forager", config)
    observation, touched = world.reset(), 0
    (slot,) = np.flatnonzero(observation.alive[0])
    assert observation.rows("berries", 0, slot).tolist() == [[1], [2], [3]]
    actions = player.act(observation).copy()
    actions[..., 2] = 1  # the first berry
    observation, *_ = world.step(actions)
    assert observation.rows("berries", 0, slot).tolist() == [[3], [2]]
    assert observation.more["may_nibble"][0, slot].tolist() == [True, True, True, False]
    for _ in range(200):
        observation, *_ = world.step(player.act(observation))
        touched += int(((observation.agents["poison"] > 0) & (observation.agents["id"] % 2 == 1)).sum())
    assert touched > 0  # those whose ids are odd are not poisoned from birth
    assert world.state.tally["deaths"].sum((0, 1))[config.schema.names("causes").index("poison")] > 0
