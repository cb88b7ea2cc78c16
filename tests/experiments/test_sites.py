"""Agents that are made up to ask policies about."""

import numpy as np

from forge.blade import Chaos, Config, Law, World
from forge.blade.systems.terrain import ground
from forge.experiments.evaluation.evaluate import fresh_maps
from forge.experiments.studies.dependencies.sites import Settings, make_sites

SMALL = {"terrain.side": 40, "spawn.cap": 16, "spawn.populations": 2}
CONFIG = Chaos(**SMALL)
SETTINGS = Settings(maps=3, agents=20)


def first_map(config: Config) -> np.ndarray:
    world = World(config)
    world.reset()
    return world.materials()[0]


def test_agents_stand_alone_on_land_of_fresh_maps() -> None:
    sites = make_sites(CONFIG, SETTINGS)
    assert [site.map for site in sites] == [m for m in range(3) for _ in range(20)]
    for site in sites:
        me = site.observer
        assert site.scene.materials[me["row"], me["col"]] in ground(site.scene.config)
        assert len(site.scene.agents) == len(site.scene.slots) == 0
        assert me["health"] == CONFIG.vitals.health
        assert me["age"] >= CONFIG.combat.immunity
    for name, most in (("food", CONFIG.vitals.food), ("water", CONFIG.vitals.water)):
        found = np.array([site.observer[name] for site in sites])
        assert found.min() >= most / 4
        assert found.max() <= most
        assert len(np.unique(found)) > 10
    maps = [sites[20 * m].scene.materials for m in range(3)]
    assert not (maps[0] == maps[1]).all()
    assert (maps[0] == first_map(fresh_maps(CONFIG))).all()
    assert not (maps[0] == first_map(CONFIG)).all()


def test_the_same_agents_are_asked_about_whatever_the_rules() -> None:
    learned = Law(**SMALL, **{"combat.targeting": "learned", "spawn.random_cap": True})
    for one, other in zip(make_sites(CONFIG, SETTINGS), make_sites(learned, SETTINGS), strict=True):
        assert one.observer == other.observer
        assert (one.scene.materials == other.scene.materials).all()
    again = make_sites(CONFIG, SETTINGS._replace(seed=1))
    assert any(one.observer != other.observer for one, other in zip(make_sites(CONFIG, SETTINGS), again, strict=True))


def test_an_agent_can_be_one_of_any_population() -> None:
    site = make_sites(CONFIG, Settings(maps=1, agents=1))[0]
    other = site.of(1)
    assert (other["population"], site.observer["population"]) == (1, 0)
    assert (other["row"], other["food"]) == (site.observer["row"], site.observer["food"])


def test_maps_with_less_land_than_agents() -> None:
    tiny = Chaos(**{"terrain.side": 22, "terrain.border": 9, "spawn.cap": 16})
    sites = make_sites(tiny, Settings(maps=2, agents=30))
    assert len(sites) == 60
