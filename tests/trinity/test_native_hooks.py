"""What researchers override: each hook is called with what it says, and what it returns takes effect."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, Config, ConfigError, Law, Move, Observation, World
from forge.trinity import God, Pantheon, Sword, Trinity
from forge.trinity.realms.native import Native
from forge.trinity.realms.packing import Vectors
from forge.trinity.realms.report import Report
from tests.learners import basic, native

SMALL = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40})
TWO = {"nRealm": 2, "worlds": 2, "threads": 1}


def worlds(envs: Native) -> list[World]:
    return [realm.god.world for realm in envs.realms.realms]  # type: ignore[attr-defined]


# -- Pantheon


def test_another_optimiser_steps() -> None:
    class Descent(Pantheon):
        def make_optimiser(self, parameters: list[torch.Tensor]) -> torch.optim.Optimizer:
            assert [tuple(p.shape) for p in parameters] == [(self.vectors.own.shape[1],)] * 2 + [(0,)]
            return torch.optim.SGD(parameters, lr=0.5, momentum=0.9)

        def average(self, reports: Any) -> Vectors:
            self.last = super().average(reports)
            return self.last

    envs = native(SMALL, TWO, Trinity(Descent), learning=basic(clip=1e9))
    before = envs.pantheon.vectors.own.copy()
    envs.run()
    given = envs.pantheon.last.own  # type: ignore[attr-defined]
    assert np.abs(given).max() > 0
    np.testing.assert_array_equal(envs.pantheon.vectors.own, before - np.float32(0.5) * given)


def test_another_mean_is_taken() -> None:
    class Weighted(Pantheon):
        def average(self, reports: Any) -> Vectors:
            assert [report.gradients.own.shape for report in reports] == [self.vectors.own.shape] * 2
            return Vectors(sum(report.gradients.own for report in reports) * 0, reports[0].gradients.shared)

    envs = native(SMALL, TWO, Trinity(Weighted), learning=basic(weight_decay=0.0))
    before = envs.pantheon.vectors.own.copy()
    assert envs.run()["updates"] == 1
    assert (envs.pantheon.vectors.own == before).all()


def test_a_pantheon_remembers_what_it_says_it_does(tmp_path: Path) -> None:
    class Counting(Pantheon):
        told = 0

        def learn(self, reports: list[Report]) -> bool:  # type: ignore[override]
            self.told += len(reports)
            return super().learn(reports)

        def state(self) -> dict[str, torch.Tensor]:
            return {"told": torch.tensor(self.told)}

        def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
            self.told = int(state["told"])

    envs = native(SMALL, TWO, Trinity(Counting))
    envs.run(3)
    envs.save(tmp_path / "c")
    assert Native.restore(tmp_path / "c", trinity=Trinity(Counting)).pantheon.told == 6  # type: ignore[attr-defined]


def test_parameters_must_be_float32() -> None:
    class Doubles(Pantheon):
        def make_network(self, generator: torch.Generator) -> torch.nn.Module:
            return super().make_network(generator).double()

    with pytest.raises(ConfigError, match=r"is torch\.float64; a network's parameters must be float32"):
        native(SMALL, TWO, Trinity(Doubles))

    class Apart(Pantheon):
        def by_population(self, name: str, parameter: torch.nn.Parameter) -> bool:
            return True

        def make_network(self, generator: torch.Generator) -> torch.nn.Module:
            return torch.nn.Linear(3, 5)

    with pytest.raises(ConfigError, match=r"'weight' has shape \(5, 3\); .* leading axis of 2"):
        native(SMALL, TWO, Trinity(Apart))


# -- God


def test_a_god_gives_each_world_its_rules() -> None:
    class Seasons(God):
        def rules(self, world: int) -> Config:
            return self.setting.config.replace(**{"foraging.regrowth": world / 10})

    envs = native(SMALL, TWO, Trinity(god=Seasons))
    assert [config.foraging.regrowth for world in worlds(envs) for config in world.configs] == [0, 0.1, 0.2, 0.3]

    class Wide(God):
        def rules(self, world: int) -> Config:
            return self.setting.config.replace(**{"sight.radius": 3 + world})

    with pytest.raises(ConfigError, match=r"must share sight\.radius"):
        native(SMALL, TWO, Trinity(god=Wide))


def test_a_god_names_populations() -> None:
    class Tribes(God):
        def tag(self, population: int) -> str:
            return ("hunters", "gatherers")[population]

    assert native(SMALL, TWO, Trinity(god=Tribes)).run()["tags"] == ["hunters", "gatherers"]


class Reaper(God):
    """Takes out whoever is older than 5 ticks, by the toss of a coin."""

    def __init__(self, setting: Any) -> None:
        super().__init__(setting)
        self.coins = np.random.default_rng(setting.action_seed)
        self.tossed = self.culled = 0

    def cull(self, observation: Observation) -> np.ndarray:
        self.tossed += 1
        chosen = observation.alive & (observation.agents["age"] > 5) & (self.coins.random((2, 16)) < 0.5)
        self.culled += int(chosen.sum())
        return chosen

    def state(self) -> dict[str, torch.Tensor]:
        return {"tossed": torch.tensor(self.tossed)}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        self.coins = np.random.default_rng(self.setting.action_seed)
        for _ in range(int(state["tossed"])):
            self.coins.random((2, 16))


def test_a_god_culls_before_a_round(tmp_path: Path) -> None:
    envs = native(SMALL, TWO, Trinity(god=Reaper))
    line = envs.run(4)
    gods = [realm.god for realm in envs.realms.realms]  # type: ignore[attr-defined]
    assert all(god.culled > 0 for god in gods)
    # who was culled did not die: births less deaths less the culled are alive
    tallies = [world.state.tally for world in worlds(envs)]
    born, died = (sum(tally[name].sum() for tally in tallies) for name in ("births", "deaths"))
    alive = sum(world.state.living_count.sum() for world in worlds(envs))
    assert born - died - sum(god.culled for god in gods) == alive
    assert line["lives"] == died
    # and with its state it goes on to the same bits
    envs.save(tmp_path / "c")
    again = Native.restore(tmp_path / "c", trinity=Trinity(god=Reaper))
    envs.run(2)
    again.run(2)
    assert [world.hash() for world in worlds(again)] == [world.hash() for world in worlds(envs)]


def test_what_is_no_mask_is_refused() -> None:
    class Vague(God):
        def cull(self, observation: Observation) -> np.ndarray:
            return np.ones(3, bool)

    with pytest.raises(ValueError, match=r"shape \(3,\); wanted is \(2, 16\)"):
        native(SMALL, TWO, Trinity(god=Vague)).run()


# -- Sword


class Northwards(Sword):
    """Everyone goes north, and strikes."""

    def decide(self, observation: Observation) -> np.ndarray:
        return np.full((*observation.agents.shape, 2), (Move.NORTH, 0))


def test_a_sword_plays_by_hand() -> None:
    envs = native(SMALL, TWO, Trinity(sword=Northwards), learning=basic(ticks=8))
    before = envs.pantheon.vectors.own.copy()
    line = envs.run(2)
    world = World(SMALL, 4, 0)
    world.reset()
    for _ in range(16):
        world.step(np.full((4, 16, 2), (Move.NORTH, 0)))
    assert [w.hash(k) for w in worlds(envs) for k in range(2)] == [world.hash(k) for k in range(4)]
    assert line["updates"] == 0
    assert line["policy_loss"] is None
    assert line["steps"] == world.state.tally["ticks"].sum()
    assert (envs.pantheon.vectors.own == before).all()


class Statues(Sword):
    """The agents of population 0 never move; the others learn."""

    def scripted(self) -> Collection[int]:
        return [self.god.tags.index("statues")]

    def decide(self, observation: Observation) -> np.ndarray:
        self.places = self.places if hasattr(self, "places") else {}
        for w, n in np.argwhere(observation.alive[:, :8]):
            agent = observation.agents[w, n]
            place = (w, int(agent["row"]), int(agent["col"]))
            assert self.places.setdefault((w, int(agent["id"])), place) == place
        return np.zeros((*observation.agents.shape, 2), np.int64)


class Museum(God):
    def tag(self, population: int) -> str:
        return ("statues", "visitors")[population]


@pytest.mark.parametrize("algorithm", ["pg", "ppo"])
def test_a_sword_plays_some_populations_and_the_others_learn(algorithm: str) -> None:
    learning = basic(algorithm=algorithm, epochs=2)
    envs = native(SMALL, TWO, Trinity(god=Museum, sword=Statues), learning=learning)
    before = envs.pantheon.vectors.own.copy()
    line = envs.run(3)
    assert (envs.pantheon.vectors.own[0] == before[0]).all()
    assert (envs.pantheon.vectors.own[1] != before[1]).any()
    assert line["policy_losses"][0] is None
    assert isinstance(line["policy_losses"][1], float)
    assert line["updates"] == 3 * learning.updates
    swords = [realm.sword for realm in envs.realms.realms]  # type: ignore[attr-defined]
    assert all(len(sword.places) > 5 for sword in swords)


def test_a_realm_that_saw_nothing_has_no_say() -> None:
    """Realm 1 is played by hand: the gradients are those of realm 0 alone."""

    class OnlyRealmZero(Northwards):
        def scripted(self) -> Collection[int]:
            return range(2 * self.setting.realm)

    single, both = native(SMALL, {**TWO, "nRealm": 1}), native(SMALL, TWO, Trinity(sword=OnlyRealmZero))
    single.run(2)
    both.run(2)
    np.testing.assert_array_equal(both.pantheon.vectors.own, single.pantheon.vectors.own)


def test_swords_that_cannot_be() -> None:
    with pytest.raises(ConfigError, match="engine must be 'auto' or 'torch'"):
        native(SMALL, TWO, Trinity(god=Museum, sword=Statues), engine="compiled")

    class Third(Northwards):
        def scripted(self) -> Collection[int]:
            return [2]

    with pytest.raises(ConfigError, match=r"names population 2; there are 0 \.\. 1"):
        native(SMALL, TWO, Trinity(sword=Third))

    class Handless(Sword):
        def scripted(self) -> Collection[int]:
            return [0]

    with pytest.raises(NotImplementedError, match="Handless plays populations by hand, but has no method decide"):
        native(SMALL, TWO, Trinity(sword=Handless)).run()

    class Short(Statues):
        def decide(self, observation: Observation) -> np.ndarray:
            return np.zeros((2, 2), int)

    with pytest.raises(ValueError, match=r"decide returned shape \(2, 2\); wanted is \(2, 16, 2\)"):
        native(SMALL, TWO, Trinity(god=Museum, sword=Short)).run()


def test_a_sword_may_learn_in_its_own_way() -> None:
    class Timid(Sword):
        """Half the gradient."""

        def gradients(self, samples: np.ndarray, epoch: int = 0) -> Any:
            losses = super().gradients(samples, epoch)
            for parameter in self.network.parameters():
                parameter.grad *= 0.5
            return losses

    class Watched(Pantheon):
        def average(self, reports: Any) -> Vectors:
            self.seen = super().average(reports)
            return Vectors(self.seen.own.copy(), self.seen.shared.copy())

    runs = [native(SMALL, TWO, Trinity(Watched, sword=sword)) for sword in (Sword, Timid)]
    for envs in runs:
        envs.run()
    whole, half = (envs.pantheon.seen.own for envs in runs)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(half, whole / 2)


def test_peace_is_learned_in_as_well() -> None:
    """The realms need not play by the rules of the run: in one they fight, in the other they do not."""

    class Border(God):
        def rules(self, world: int) -> Config:
            peace = Law().combat
            return self.setting.config if self.setting.realm else self.setting.config.replace(combat=peace)

    envs = native(SMALL, TWO, Trinity(god=Border))
    assert [world.config.combat.melee_damage for world in worlds(envs)] == [0, 10]
    assert envs.run(2)["updates"] == 2
