"""The tutorials' systems: their rules by hand, three in one world, and that a run and what is counted work."""

from __future__ import annotations

import ast
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import Cause, Config, EventKind, Guild, Recording, World
from forge.blade.interventions import Place, Remove, Set, Tile
from forge.blade.world.actions import choices_of
from tests.docs import learned
from tests.docs.test_examples import EXAMPLES, run

TUTORIALS = EXAMPLES / "tutorials"
SYSTEMS = ["bushes:BUSHES", "poison:POISON", "shaping:SHAPING"]
GRASS, FOREST = 2, 4


@pytest.mark.parametrize("name", ["bushes", "poison", "shaping", "learned", "ogre", "met"])
def test_a_tutorial_is_short(name: str) -> None:
    """Fewer than 50 lines of code: imports, docstrings, comments and empty lines are not counted."""
    text = (TUTORIALS / f"{name}.py").read_text("utf-8")
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or isinstance(node, ast.Import | ast.ImportFrom):
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    code = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")]
    assert len(set(code) - left_out) < 50


@pytest.mark.parametrize("name", ["bushes", "poison", "shaping"])
def test_a_configuration_of_a_tutorial_names_its_system(name: str) -> None:
    config = Config.from_toml(TUTORIALS / f"{name}.toml")
    assert config.systems == (f"{name}:{name.upper()}",)
    assert config.combat.melee_damage == 0


@pytest.fixture(scope="module")
def config() -> Config:
    """A field of grass with all three systems, in which nobody fights and no bush stands."""
    sys.path.insert(0, str(TUTORIALS))
    try:
        peace = Config.from_toml(TUTORIALS / "bushes.toml").combat
        small = {"terrain.side": 12, "terrain.border": 1, "spawn.cap": 2, "spawn.populations": 1}
        return Config(systems=SYSTEMS, combat=peace).replace(**small, **{"bushes.share": 0.0})
    finally:
        sys.path.remove(str(TUTORIALS))


def field(config: Config, *entries: Any) -> World:
    """The field with two agents, ids 1 and 2, side by side; both are hungry and thirsty, so that nobody heals."""
    tiles = np.zeros((1, 12, 12), np.uint8)  # lava
    tiles[:, 1:-1, 1:-1] = GRASS
    world = World(config, threads=1, maps=tiles, record=Recording(lives=True))
    world.reset()
    newcomers = [Place(0, 5, col, food=10, water=10, health=5) for col in (5, 6)]
    world.apply([Remove(0), *newcomers, *(Set(agent, "provided", 20) for agent in (1, 2)), *entries])
    return world


def step(world: World) -> list[float]:
    """Everyone passes; returns the rewards."""
    return [round(float(x), 4) for x in world.step(np.zeros((1, 2, 2), np.uint8))[1][0]]


def test_berries_feed_and_heal_and_a_bush_grows_elsewhere(config: Config) -> None:
    world = field(config, Tile(5, 5, "bush"))
    bush = config.schema.names("materials").index("bush")
    rewards = step(world)
    eater, other = world.state.agents[0]
    assert (eater["food"], eater["health"]) == (10 + 12 - 1, 5 + 4)  # water is low, so it does not heal by itself
    assert (other["food"], other["health"]) == (10 - 1, 5)
    assert (world.materials() == bush).sum() + world.state.picked[0] == 1
    assert rewards == [1 + 0.3 * 12, 1]  # the potential is taken before the tick's own hunger
    assert step(world) == [1 - 0.3 * 2, 1 - 0.3 * 2]
    assert list(world.state.lives[0]["berries"]) == [1, 0]


def test_poison_spreads_to_the_neighbour_and_takes_health(config: Config) -> None:
    world = field(config, Set(1, "poison", 2))
    healths, poisons = [], []
    for _ in range(3):
        step(world)
        healths.append(world.state.agents[0]["health"].tolist())
        poisons.append(world.state.agents[0]["poison"].tolist())
    assert poisons == [[1, 12], [0, 11], [12, 10]]  # who is over it can catch it again
    assert healths == [[4, 5], [3, 4], [3, 3]]
    assert world.state.lives[0]["poisoned"].tolist() == [2, 2]


def test_a_run_learns_in_such_a_world_and_lives_are_counted(config: Config, tmp_path: Path) -> None:
    for path in TUTORIALS.glob("*.py"):
        shutil.copy(path, tmp_path)
    (tmp_path / "all.toml").write_text(config.to_toml())
    small = ["--worlds", 2, "--steps", 500, "--minutes", 1, "--threads", 1, "--engine", "torch"]
    trained = run("-m", "forge.cli", "train", "all.toml", "--folder", "runs/all", *small, folder=tmp_path)
    assert trained.returncode == 0, trained.stdout[-2000:] + trained.stderr[-2000:]
    words = "all.toml", "lifetime", "runs/all", "runs/all", "--worlds", 2, "--ticks", 40
    told = run("learned.py", *words, folder=tmp_path)
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    one, other = told.stdout.splitlines()
    assert one == other  # the same run in the same worlds
    assert one.startswith("all          lifetime ")
    assert (tmp_path / "learned-lifetime.png").stat().st_size > 1000


@pytest.fixture(scope="module")
def wild() -> Config:
    """That of the ogre: `Guild` and ogres."""
    return Config.from_toml(TUTORIALS / "ogre.toml")


def test_the_world_of_the_ogre_is_guild_with_four_ogres(wild: Config) -> None:
    guild = Guild()
    assert wild.systems == (*guild.systems, "ogre:OGRE")
    assert {name: getattr(wild, name) for name in guild.sections()} == {
        name: getattr(guild, name) for name in guild.sections()
    }
    assert wild.schema.names("natures") == ("chicken", "goblin", "ogre")
    assert wild.schema.bodies(wild) == 32 + 8 + 4


def test_an_ogre_comes_out_of_the_forest_and_kills(wild: Config) -> None:
    """It stands in the one wood, at least 12 // 4 = 3 tiles inside; an agent without arms is beside it, and dies."""
    small = {"terrain.side": 14, "terrain.border": 1, "spawn.cap": 1, "spawn.populations": 1, "ogre.count": 27,
             "camps.count": 27, "camps.radius": 1, "creatures.goblins": 0, "creatures.chickens": 0}  # fmt: skip
    tiles = np.zeros((1, 14, 14), np.uint8)
    tiles[:, 1:-1, 1:-1], tiles[0, 4:10, 4:10] = GRASS, FOREST
    tiles[0, 2, 2] = wild.schema.names("materials").index("fire")
    world = World(wild.replace(**small), threads=1, maps=tiles, record=Recording(events=True))
    world.reset()
    (ogre,) = world.state.agents[0, 1:]  # 27 · 144 / 3844 = 1.01
    assert (ogre["creature"], ogre["health"]) == (3, 40)
    assert 4 <= min(ogre["row"], ogre["col"]) <= max(ogre["row"], ogre["col"]) <= 9
    world.apply([Remove(0), Place(0, int(ogre["row"]), int(ogre["col"]) + 1, age=100, health=10)])
    for _ in range(100):
        if world.step(np.zeros((1, 1, len(choices_of(world.config))), np.uint8))[2].any():
            break
    died = [event for event in world.events() if event["kind"] == EventKind.DEATH]
    assert [int(event["detail"]) for event in died] == [Cause.ATTACK]
    assert world.events()["agent"].min() == ogre["id"]


def test_who_meets_whom_is_counted() -> None:
    told = run("met.py", "ogre.toml", "hunter", "--worlds", 2, "--ticks", 60, folder=TUTORIALS)
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-2000:]
    lines = [line.split() for line in told.stdout.splitlines()]
    assert [line[0] for line in lines] == ["chicken", "goblin", "ogre"]
    assert lines[0][2] == "0", "chickens kill nobody"
    assert int(lines[0][4]) > 0, "and hunters kill chickens"


def test_what_is_learned_is_told_from_what_is_not() -> None:
    told = """
bushes       berries 1.31 (1.11–1.52)
plain        berries 0.63 (0.54–0.72)
poison       poisoned 8.90 (8.55–9.26)
plain        poisoned 9.70 (9.33–10.08)
shaping      lifetime 46.93 (45.95–47.92)
early        lifetime 43.53 (42.34–44.72)
"""
    assert learned.check(told) == []
    assert learned.check(told.replace("9.33", "9.20")) == ["poisoned: 8.55–9.26 with the system, 9.20–10.08 without it"]
    assert learned.check(told.replace("bushes       berries 1.31", "failed")) == ["berries was not told of two runs"]
