"""Everything that makes learning steady, at once: runs repeat, go on to the same bits, and say what was wrong."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, ConfigError
from forge.ethyr.experience.selection import select
from forge.ethyr.learning.step_size import step_size
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.realms import Realms
from forge.experiments.training.train import Trainer, begin
from forge.trinity import Pantheon, Sword, Trinity, smith
from tests.learners import basic

STEADY = basic(
    algorithm="ppo", epochs=2, minibatches=2, hidden=16, ticks=4, discount=0.995, value_scale=1.0, warmup=2,
    optimiser="adamw", weight_decay=0.01, decay="cosine", decay_to=0.1, horizon=1000, clip_norm=0.05,
    entropy_weights="move=0.01 style=0.1",
)  # fmt: skip
WORLD = Chaos(**{"spawn.cap": 8, "spawn.populations": 2, "terrain.side": 32, "sight.radius": 1})
TRAINING = Training(Session(worlds=4, minutes=0, steps=400, threads=1), STEADY, WORLD)


def training(engine: str, network: str = "default", **run: Any) -> Training:
    learning = dataclasses.replace(STEADY, network=network)
    return dataclasses.replace(TRAINING, run=dataclasses.replace(TRAINING.run, engine=engine, **run), learning=learning)


def weights(trainer: Any) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in trainer.policy.parameters()]


def same(one: list[torch.Tensor], two: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("network", ["default", "recurrent"])
@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_a_run_goes_on_in_the_middle_of_its_decay_to_the_same_bits(engine: str, network: str, tmp_path: Path) -> None:
    trainer, rates = Trainer(training(engine, network)), []
    for update in range(8):
        if update == 4:
            trainer.save(tmp_path / "half")
        before = trainer.steps
        trainer.update()
        rates.append(trainer.optimiser.learning_rate)
        assert rates[-1] == step_size(STEADY, 4 * update + 3, before)
    assert rates[0] < max(rates)  # it grew
    assert STEADY.learning_rate * STEADY.decay_to < rates[-1] < rates[4] < max(rates)  # and decays
    again = Trainer(training(engine, network))
    again.load(tmp_path / "half")
    for _ in range(4):
        again.update()
    assert same(weights(again), weights(trainer))
    assert again.steps == trainer.steps < STEADY.horizon


@pytest.mark.parametrize("network", ["default", "recurrent"])
def test_no_bit_depends_on_the_number_of_threads(network: str) -> None:
    ends = []
    for threads in (1, 2):
        trainer = Trainer(training("compiled", network, threads=threads))
        for _ in range(6):
            trainer.update()
        ends.append(weights(trainer))
    assert same(*ends)


def test_a_minibatch_among_other_players_is_of_those_that_learn() -> None:
    """Sample by sample what the segment holds of the chosen worlds, in its order."""
    trainer = Trainer(training("torch", among="forager"))
    for _ in range(6):
        trainer.update()
    rollout = trainer.learner.collector.rollout  # type: ignore[attr-defined]
    assert rollout.seats.tolist() == [0, 1, -1, -1]
    worlds = np.array([1, 3])
    part, rows, first = select(rollout, worlds)
    living = part.sample_of[:, :, :4] >= 0  # two populations of two slots
    assert part.count.tolist() == [len(chosen) for chosen in rows] == living.reshape(-1, 2, 2).sum((0, 2)).tolist()
    seen = 0
    for t, w, slot in np.argwhere(part.sample_of >= 0):
        p, mine, theirs = slot // 2, part.sample_of[t, w, slot], rollout.sample_of[t, worlds[w], slot]
        assert rows[p][mine] == theirs
        for name in ("windows", "moves", "actions", "log_prob", "value", "advantage", "target"):
            np.testing.assert_array_equal(getattr(part, name)[p, mine], getattr(rollout, name)[p, theirs])
        pairs = (part, mine), (rollout, theirs)
        np.testing.assert_array_equal(*(x.entities[p, x.first[p, row] : x.first[p, row + 1]] for x, row in pairs))
        assert part.starts[t, p] <= mine < part.starts[t + 1, p]
        seen += 1
    assert seen == part.count.sum() > 20
    assert first == part.starts[1].tolist()


def test_one_realm_learns_as_forge_train_does() -> None:
    trainer = Trainer(training("compiled"))
    realms = smith.Native(WORLD, {"worlds": 4, "threads": 1}, learning=STEADY)
    for _ in range(5):
        trainer.update()
    line = realms.run(5)
    for mine, theirs in zip(weights(trainer), realms.pantheon.network.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs.detach(), atol=1e-5, rtol=1e-4)
    assert line["learning_rate"] == pytest.approx(trainer.optimiser.learning_rate, abs=1e-12)
    assert line["updates"] == 5 * STEADY.updates == 20


def test_each_population_is_clipped_for_itself_in_realms_too() -> None:
    class Watched(Pantheon):
        def make_optimiser(self, parameters: Any) -> Any:
            made = super().make_optimiser(parameters)
            self.norms: list[list[float]] = []
            made.register_step_pre_hook(
                lambda *_: self.norms.append([float(p.grad.norm()) for p in parameters if p.grad is not None])
            )
            return made

    learning = basic(hidden=16, ticks=4, clip_norm=0.05)
    realms = smith.Native(WORLD, {"worlds": 2, "threads": 1}, Trinity(Watched), learning=learning)
    line = realms.run(4)
    assert min(line["gradient_norms"]) > 0.05  # told as they were found
    norms = np.array(realms.pantheon.norms)[:, :2]  # type: ignore[attr-defined]
    np.testing.assert_allclose(norms[-1], 0.05, rtol=1e-3)


def test_a_cull_within_a_segment_cuts_the_life_there() -> None:
    """A Sword that plays population 0 takes an agent of population 1 out in the middle of a segment."""

    class Assassin(Sword):
        culled: tuple[int, int] | None = None

        def scripted(self) -> Any:
            return [0]

        def decide(self, observation: Any) -> np.ndarray:
            world = self.god.world
            mine = observation.alive & (observation.agents["population"] == 1)
            if self.culled is None and world.state.tick[0] >= 18 and mine.any() and world.state.tick[0] % 4 == 1:
                world_of, slot = (int(x) for x in np.argwhere(mine)[0])
                chosen = np.zeros_like(mine)
                chosen[world_of, slot] = True
                assert world.cull(chosen) == 1
                self.culled = world_of, slot
            return np.zeros((*observation.agents.shape, 2), np.uint8)

    learning = basic(hidden=16, ticks=4)
    realms = smith.Native(WORLD, {"worlds": 2, "threads": 1}, Trinity(sword=Assassin), learning=learning)
    sword = realms.realms.realms[0].sword  # type: ignore[attr-defined]
    while sword.culled is None:
        realms.run()
    rollout, (world, slot) = sword.learner.collector.rollout, sword.culled
    assert np.argwhere(rollout.lost).tolist() == [[1, world, slot]]
    sample = rollout.sample_of[1, world, slot]
    assert rollout.advantage[1, sample] == 0
    assert rollout.target[1, sample] == rollout.value[1, sample]
    realms.run()
    assert not rollout.lost.any()


def test_there_are_at_most_as_many_minibatches_as_worlds() -> None:
    """Of the five that are asked for, four: an epoch of four worlds is four updates."""
    many = dataclasses.replace(TRAINING, learning=dataclasses.replace(STEADY, minibatches=5))
    trainer = Trainer(many)
    trainer.update()
    assert trainer.updates == 1
    assert {int(state["step"]) for state in trainer.optimiser.adam.state.values()} == {4 * STEADY.epochs}
    realms = Realms(TRAINING, {"nRealm": 4, "ray": "local", "address": None, "render": False})
    assert realms.native.learning.minibatches == 1


def test_what_cannot_be_learned_by_leaves_no_folder(tmp_path: Path) -> None:
    unknown = dataclasses.replace(TRAINING, learning=dataclasses.replace(STEADY, entropy_weights="aim=1"))
    with pytest.raises(ConfigError, match=r"learning\.entropy_weights: unknown choice 'aim'"):
        begin(tmp_path / "run", unknown)
    assert not (tmp_path / "run").exists()
    begin(tmp_path / "run", TRAINING)
