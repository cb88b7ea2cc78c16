"""Native runs in a Ray cluster of two nodes, of which one is lost on the way: the same bits as in one process."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import ray
from ray.cluster_utils import Cluster

from forge.blade import Chaos, Config, ConfigError, World
from forge.blade.terrain.generation import generate
from forge.ethyr.learning.divergence import Diverged
from forge.support.about import how_to_install
from forge.trinity import God, Pantheon, Sword, Trinity
from forge.trinity.realms import cluster
from forge.trinity.realms.native import Native
from forge.trinity.realms.packing import Vectors
from forge.trinity.realms.report import Report
from forge.trinity.realms.shared import Block
from tests.learners import basic, native
from tests.patience import PATIENCE

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # Ray leaves files of its own open

SMALL = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40})
TWO = {"nRealm": 2, "worlds": 2, "threads": 1, "seed": 5}
PPO = basic(algorithm="ppo", epochs=2, ppo_clip=0.001)


@pytest.fixture(scope="module")
def head() -> Iterator[Any]:
    """A cluster whose head has room for two realms; nodes that are added have room for one."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    yield nodes
    nodes.shutdown()


@pytest.fixture
def remote(head: Any) -> dict[str, Any]:
    return {**TWO, "ray": "remote", "address": head.address}


def bits(envs: Native) -> list[Any]:
    """Everything that a run is, but for where it ran and how long: parameters, moments, worlds, counts."""
    adam = envs.pantheon.optimiser.state_dict()["state"]
    moments = [adam[k][name].numpy().tobytes() for k in sorted(adam) for name in sorted(adam[k])]
    worlds = [World.restore(snapshot.world).hash() for snapshot in envs.realms.snapshots()]
    counts = {name: count for name, count in envs.meter.counts().items() if name != "seconds"}
    return [envs.pantheon.vectors.own.tobytes(), moments, worlds, counts]


def until_one_is_lost(actors: Any) -> None:
    """Waits until Ray knows that an actor is gone: its process outlives its node for a while, and answers."""
    with contextlib.suppress(ray.exceptions.RayError):
        for _ in range(int(10 * PATIENCE)):
            ray.get([actor.__ray_call__.remote(where) for actor in actors])
            time.sleep(0.1)
        pytest.fail("no actor was lost")


def test_a_node_is_lost_and_the_run_has_the_bits_of_one_that_was_not(head: Any, remote: dict[str, Any]) -> None:
    alone = native(SMALL, TWO, learning=PPO)
    lines = [alone.run() for _ in range(7)]
    second = head.add_node(num_cpus=1)
    head.wait_for_nodes()
    said: list[str] = []
    with native(SMALL, remote, learning=PPO, snapshot_rounds=3, warn=said.append) as envs:
        nodes = {ray.nodes()[k]["NodeID"] for k in range(2)}
        actors = [ray.get(actor.__ray_call__.remote(where)) for actor in envs.realms._actors]  # type: ignore[attr-defined]
        assert {*actors} == nodes  # a realm on each
        told = [envs.run() for _ in range(5)]
        head.remove_node(second, allow_graceful=False)
        until_one_is_lost(envs.realms._actors)  # type: ignore[attr-defined]
        told += [envs.run() for _ in range(2)]
        assert envs.realms.restarts == len(said) == 1
        assert "was lost" in said[0]
        assert told[-1]["restarts"] == 1
        for mine, theirs in zip(told, lines, strict=True):
            counted = "steps", "lives", "deaths", "lifetimes", "members", "updates", "died_lava_by_population"
            learned = "policy_losses", "explained_variances", "approx_kls", "clip_fractions", "gradient_norms"
            learned += ("dead_units_by_population",)
            for name in (*counted, *learned, "learning_rate"):
                assert mine[name] == theirs[name]
        assert bits(envs) == bits(alone)
        assert envs.realms.world().hash() == alone.realms.world().hash()  # what a viewer is shown


def where(host: Any) -> str:
    return str(ray.get_runtime_context().get_node_id())


class Assassin(Pantheon):
    """Kills realm 1 after the first update of the third round, so that it is missed in the second."""

    victims: Any = None  # the actors; None spares them
    deaths = 0

    def learn(self, reports: Any) -> bool:
        learned = super().learn(reports)
        self.calls = getattr(self, "calls", 0) + 1
        if self.victims and self.calls == 5:
            kill(self.victims[1])
            self.deaths += 1
        return learned


def kill(actor: Any) -> None:
    """Kills a realm, and waits until it is dead."""
    ray.kill(actor)
    with contextlib.suppress(ray.exceptions.RayActorError):
        while True:
            ray.get(actor.snapshot.remote())


def test_a_realm_that_is_killed_is_brought_back_wherever_it_was(remote: dict[str, Any], tmp_path: Path) -> None:
    """Once within a round, once between rounds and after a restart from a checkpoint."""
    trinity = Trinity(Assassin)
    alone = native(SMALL, TWO, trinity, learning=PPO)
    line = alone.run(6)
    with native(SMALL, remote, trinity, learning=PPO) as envs:
        envs.pantheon.victims = envs.realms._actors  # type: ignore[attr-defined]
        told = envs.run(6)
        for name in ("policy_losses", "entropies", "clip_fractions", "explained_variances", "approx_kls"):
            assert told[name] == line[name]  # of all updates from a rollout, also those before the realm was lost
        assert envs.pantheon.deaths == envs.realms.restarts == 1  # type: ignore[attr-defined]
        envs.pantheon.victims = None  # type: ignore[attr-defined]
        envs.save(tmp_path / "six")
        assert bits(envs) == bits(alone)
        # from one to the other and back: a checkpoint does not know where it was written
        here = Native.restore(tmp_path / "six", {"threads": 1}, trinity)
        assert bits(here) == bits(alone)
        here.run()
        envs.run()
        assert bits(here) == bits(envs)
        here.save(tmp_path / "seven")
    with Native.restore(tmp_path / "seven", {k: remote[k] for k in ("ray", "address")}, trinity) as there:
        kill(there.realms._actors[0])  # type: ignore[attr-defined]
        there.run()
        here.run()
        assert bits(there) == bits(here)


class Elsewhere(Block):
    """Memory that some of those who are told of it cannot open, as on another machine."""

    lost: Collection[int] = ()  # which, in the order of making: the first is for parameters, others for gradients
    made = 0

    @classmethod
    def like(cls, vectors: Vectors) -> Any:
        block = super().like(vectors)
        assert block is not None
        if Elsewhere.made in cls.lost:
            block.key = block.key._replace(path="/nowhere")
        Elsewhere.made += 1
        return block


def test_a_realm_elsewhere_is_sent_what_others_read_in_memory(
    remote: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Realm 1 shares no memory, both are lost one after another, and realm 0 comes back where it shares none either."""
    monkeypatch.setattr(cluster, "Block", Elsewhere)
    monkeypatch.setattr(Elsewhere, "lost", (2, 3))
    monkeypatch.setattr(Elsewhere, "made", 0)
    alone = native(SMALL, TWO, learning=PPO)
    with native(SMALL, remote, learning=PPO) as envs:
        for lost, near in ((None, [True, False]), (0, [False, False]), (1, [False, True])):
            if lost is not None:
                kill(envs.realms._actors[lost])  # type: ignore[attr-defined]
            alone.run(2)
            envs.run(2)
            assert [block is not None for block in envs.realms._gradients] == near  # type: ignore[attr-defined]
            assert envs.pantheon.vectors.own.tobytes() == alone.pantheon.vectors.own.tobytes()
        assert bits(envs) == bits(alone)


def test_where_there_is_no_memory_to_share_all_is_sent(remote: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Block, "like", lambda vectors: None)
    alone = native(SMALL, TWO)
    alone.run(2)
    with native(SMALL, remote) as envs:
        envs.run(2)
        assert bits(envs) == bits(alone)


class Doomed(Sword):
    """Its process ends in the first round."""

    def rollout(self) -> np.ndarray:
        os._exit(1)


def test_a_realm_that_is_lost_again_and_again_ends_the_run(
    remote: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ATTEMPTS", 1)
    with (
        native(SMALL, {**remote, "nRealm": 1}, Trinity(sword=Doomed)) as envs,
        pytest.raises(cluster.RealmLost, match="realm 0 was lost 1 times in a row, each time in play"),
    ):
        envs.run()


class Wide(God):
    def rules(self, world: int) -> Config:
        return self.setting.config.replace(**{"sight.radius": 3 + world})


def test_errors_of_a_realm_arrive_as_they_are(remote: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"worlds of a batch must share sight\.radius"):
        native(SMALL, {**remote, "nRealm": 1}, Trinity(god=Wide))
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(cluster.RealmLost, match="it needs 64 free CPUs on one; the cluster has 2"):
        native(SMALL, {**remote, "nRealm": 1, "threads": 64})
    assert not ray.is_initialized()  # whatever was begun has been ended


def test_without_a_cluster_or_ray_it_says_what_to_do() -> None:
    script = """
import sys
from forge.blade import ConfigError, Chaos
from forge.trinity import smith
for address in ("127.0.0.1:9", "somewhere"):
    try:
        smith.Native(Chaos(), {"ray": "remote", "address": address})
    except ConfigError as error:
        print(error)
for name in [name for name in sys.modules if name.partition(".")[0] == "ray"]:
    del sys.modules[name]
sys.modules["ray"] = None
del sys.modules["forge.trinity.realms.cluster"]
try:
    smith.Native(Chaos(), {"ray": "default"})
except ImportError as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=PATIENCE)
    nobody, nowhere, missing = done.stdout.splitlines()
    assert nobody.startswith("ray = 'remote': there is no Ray cluster at 127.0.0.1:9")
    assert "somewhere (an address is host:port)" in nowhere
    assert nobody.endswith("start one with `ray start --head`, or let ray = 'default' start one")
    assert missing == f"MissingExtra this needs ray: {how_to_install('ray')}"


def test_reports_travel_whole() -> None:
    """What Ray carries are plain tuples of arrays: nothing of a report is bound to the process it was made in."""
    report = native(SMALL, TWO).realms.play()[0]
    assert isinstance(report, Report)
    assert all(isinstance(part, np.ndarray) for part in (report.samples, *report.gradients, report.losses))
    assert dataclasses.is_dataclass(Trinity)


def test_realms_need_no_map_file_and_tell_of_what_diverges(remote: dict[str, Any]) -> None:
    tiles = generate(SMALL.terrain, 7)
    drawn = SMALL.replace(**{"terrain.file": "of-another-machine.tmx"})
    network = basic(network="tests.experiments.diverging:Norm")
    with native(drawn, remote, learning=network, tiles=tiles) as envs:
        assert (envs.realms.world().materials() == tiles).all()
        with pytest.raises(Diverged, match="in update 1: the gradient of gain in population 0 is nan"):
            envs.run()
