"""The poison of docs/systems.md, as a newcomer tries it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.agents import scripted
from forge.blade import Config, World
from tests.outside.page import module_of


def test_the_poison_of_the_page_spreads_and_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_world.py").write_text(module_of("POISON"), "utf-8")
    Path("poison.toml").write_text('systems = ["my_world:POISON"]\n[poison]\nfirst = 2\nlasts = 60\n', "utf-8")
    config = Config.from_toml(Path("poison.toml"))
    world, player = World(config, seed=1, threads=1), scripted("forager", config)
    observation, touched = world.reset(), 0
    for _ in range(200):
        observation, *_ = world.step(player.act(observation))
        touched += int(((observation.agents["poison"] > 0) & (observation.agents["id"] % 2 == 1)).sum())
    assert touched > 0  # those whose ids are odd are not poisoned from birth
    assert world.state.tally["deaths"].sum((0, 1))[config.schema.names("causes").index("poison")] > 0
