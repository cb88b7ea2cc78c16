"""Schedules: what changes while a run trains, when, and that it is kept, told, and gone on with to the same bits."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge.blade import Chaos, ConfigError, World
from forge.blade.world.change import change
from forge.commands.train import main as forge_train
from forge.experiments.configuration.schedule import schedule_of
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.realms import Realms
from forge.experiments.training.train import Trainer

WORLD = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 40})
TEXT = """
window = 500
[[change]]
field = "learning.entropy_weight"
steps = [0, 4000]
values = [0.03, 0.01]
how = "linear"
[[change]]
field = "world.vitals.food"
steps = [600]
values = [20]
[[change]]
field = "world.combat.melee_damage"
when = "lifetime >= 1"
values = [3]
[[change]]
field = "learning.learning_rate"
when = "died_lava <= 100"
steps = [200, 1e3]
values = [1e-3, 1e-4]
"""


def training_of(text: str, **session: Any) -> Training:
    return Training(run=Session(worlds=2, minutes=0, threads=1, schedule=text, **session), world=WORLD)


def bits(trainer: Trainer) -> tuple[Any, ...]:
    parameters = [p.detach().numpy().tobytes() for p in trainer.policy.parameters()]
    return trainer.world.hash(), parameters, trainer.scheduled.values


# -- what it says


def test_values_between_and_after_the_steps_that_are_named() -> None:
    """Linear from 10 at 100 to 20 at 200, then 20; constant 1 from 100 and 2 from 200 on; before 100 nothing."""
    entry = '[[change]]\nfield = "world.vitals.food"\nsteps = [100, 200]\nvalues = [{}]\nhow = "{}"'
    linear = schedule_of(entry.format("10, 20", "linear"))
    constant = schedule_of(entry.format("1, 2", "constant"))
    for steps, between, held in (
        (99, None, None),
        (100, 10, 1),
        (125, 12, 1),
        (126, 13, 1),
        (200, 20, 2),
        (999, 20, 2),
    ):
        assert linear.at(steps, [None]).get("world.vitals.food") == between
        assert constant.at(steps, [None]).get("world.vitals.food") == held


def test_a_condition_is_the_beginning_of_its_steps_and_the_later_of_two_changes_counts() -> None:
    text = """
    [[change]]
    field = "learning.discount"
    steps = [0]
    values = [0.9]
    [[change]]
    field = "learning.discount"
    when = "lifetime >= 30"
    steps = [50, 100]
    values = [0.95, 0.99]
    """
    schedule = schedule_of(text)
    found = [
        schedule.at(steps, [None, reached]) for steps, reached in ((500, None), (540, 500), (550, 500), (600, 500))
    ]
    assert [values["learning.discount"] for values in found] == [0.9, 0.9, 0.95, 0.99]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("window = 0", "window = 0 must be a whole number of agent steps"),
        ("windows = 5", "windows"),
        ("window = 5", r"must have a table \[\[change\]\]"),
        ('learning.hidden|at 0: [64]', "learning.hidden cannot change within a run"),
        ('learning.discuont|at 0: [1]', "learning.discuont: .*discount"),
        ('run.worlds|at 0: [1]', "run.worlds cannot change within a run"),
        ('world.spawn.cap|at 0: [32]', "spawn.cap cannot change .* other shapes"),
        ('world.reward.kill|at 0: [1]', "reward.kill cannot change .* other shapes"),
        ('world.terrain.water|at 0: [0.2]', "maps that they began with"),
        ('world.combat.targeting|at 0: ["learned"]', "combat.targeting is a word"),
        ('world.vitals.food|at 0: [-3]', "vitals.food = -3 is out of range"),
        ('learning.discount|at 0: [3]', "learning.discount = 3 is out of range"),
        ('learning.discount|steps = [5, 5]\nvalues = [1, 1]', r"steps = \[5, 5\] must be .* rising"),
        ('learning.discount|steps = [5]\nvalues = [1, 1]', "values and steps must be lists of one length"),
        ('learning.discount|when = "lifetime"\nvalues = [1]', "when = 'lifetime' must be a metric"),
        ('learning.discount|when = "lives >= 3"\nvalues = [1]', "when: .*lives"),
        ('learning.discount|how = "cubic"\nat 0: [1]', "how = 'cubic'"),
        ("missing.toml", "missing.toml.*cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_scheduled_is_one_error_before_the_run_begins(text: str, told: str, tmp_path: Path) -> None:
    field, _, rest = text.replace("at 0: ", "steps = [0]\nvalues = ").partition("|")
    path = tmp_path / "plan.toml"
    path.write_text(f'[[change]]\nfield = "{field}"\n{rest}' if rest else text)
    given = str(path) if "=" in path.read_text() else text
    with pytest.raises(ConfigError, match=told):
        forge_train(["chaos", "--worlds", "1", "--folder", str(tmp_path / "run"), "--schedule", given])
    assert not (tmp_path / "run").exists()


# -- what it does


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_a_scheduled_run_repeats_and_resumes_to_the_same_bits(engine: str, tmp_path: Path) -> None:
    training = training_of(TEXT, engine=engine)
    trainer, again, values = Trainer(training), Trainer(training), []
    for update in range(60):
        trainer.update()
        values.append(trainer.scheduled.values)
        if update % 12 == 5:
            trainer.save(tmp_path / f"{update}")
            resumed = Trainer(training)
            resumed.load(tmp_path / f"{update}")
            resumed.update()
            again = again if update < 50 else resumed
            trainer.update()
            assert bits(resumed) == bits(trainer)
    assert values[0] == {"learning.entropy_weight": 0.03}
    assert {*values[-1]} == {
        "learning.entropy_weight", "world.vitals.food", "world.combat.melee_damage", "learning.learning_rate",
    }  # fmt: skip
    assert trainer.world.config.vitals.food == 20
    assert trainer.world.config.combat.melee_damage == 3
    assert (trainer.world.state.agents["food"] <= 20).all()
    assert trainer.learning.entropy_weight == 0.01
    assert trainer.optimiser.adam.param_groups[0]["weight_decay"] == training.learning.weight_decay


def test_the_command_line_keeps_a_schedule_and_tells_of_it(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(TEXT)
    folder = str(tmp_path / "run")
    config = tmp_path / "small.toml"
    config.write_text(dataclasses.replace(training_of(""), run=Session(worlds=2)).world.to_toml())
    forge_train([str(config), "--worlds", "2", "--folder", folder, "--schedule", str(tmp_path / "plan.toml"),
                 "--steps", "1500", "--log-seconds", "0.01"])  # fmt: skip
    (tmp_path / "plan.toml").unlink()
    forge_train(["--resume", folder, "--steps", "2500"])
    run = Run(folder)
    lines = run.metrics()
    assert run.training.run.schedule == TEXT
    assert "world.vitals.food" not in lines[0]
    assert lines[-1]["world.vitals.food"] == 20
    assert 0.01 <= lines[-1]["learning.entropy_weight"] < lines[0]["learning.entropy_weight"] <= 0.03


def test_a_condition_may_be_of_a_player_that_shares_the_worlds_who_then_knows_the_new_numbers() -> None:
    """Foragers walk to food at half of 10 that is left, where half of 32 was left before."""
    text = """
    window = 50
    [[change]]
    field = "world.vitals.food"
    when = "lifetime_forager >= 1"
    values = [10]
    """
    trainer = Trainer(training_of(text, engine="torch", among="forager=2"))
    known = trainer.learner.company.companions[0]._player._rules
    while not trainer.scheduled.values:
        assert known["food"] == 32
        trainer.update()
    assert trainer.world.state.tally["deaths"][:, 2:].sum() > 0
    assert trainer.learner.company.companions[0]._player._rules["food"] == 10
    with pytest.raises(ConfigError, match=r"when: .*lifetime_forager"):
        training_of(text)


def test_realms_refuse_schedules() -> None:
    with pytest.raises(ConfigError, match=r"run.schedule changes numbers in one process"):
        Realms(training_of(TEXT), {"nRealm": 1})


# -- what it does to worlds


def test_nobody_has_more_than_the_new_maximum_and_nothing_is_drawn() -> None:
    world, same = (World(WORLD, 2, seed=1, threads=1) for _ in range(2))
    for each in (world, same):
        each.reset()
        for _ in range(10):
            each.step(np.zeros((2, 16, 2), np.uint8))
    change(world, {"vitals.food": 15, "combat.melee_damage": 4})
    before, after = (each.state.agents for each in (same, world))
    assert np.array_equal(after["food"], np.minimum(before["food"], 15))
    assert (before["food"] > 15).any()
    assert np.array_equal(world.state.stream, same.state.stream)
    assert [config.combat.melee_damage for config in world.configs] == [4, 4]
    restored = World.restore(world.snapshot())
    assert restored.configs == world.configs
    with pytest.raises(ConfigError, match=r"spawn.cap cannot change"):
        change(world, {"vitals.water": 9, "spawn.cap": 8})
    assert world.config.vitals.water == WORLD.vitals.water
