"""Whatever is a number is taken and made plain, and what is none is named: in configurations and arguments."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, Config, ConfigError
from forge.experiments.runs.settings import Session, Training
from forge.support.checks import ConfigWarning
from forge.support.numeric import integer_of_text

INTEGERS = [np.int64(64), np.uint8(64), np.array(64), 64.0, np.float32(64), torch.tensor(64), Fraction(64), Decimal(64)]


@pytest.mark.parametrize("given", INTEGERS, ids=lambda v: type(v).__name__)
def test_an_integer_of_any_kind_is_pythons_own(given: Any) -> None:
    config = Chaos(**{"spawn.cap": given})
    assert type(config.spawn.cap) is int
    assert config == Chaos(**{"spawn.cap": 64})
    assert config.digest() == Chaos(**{"spawn.cap": 64}).digest()
    assert Config.from_toml(config.to_toml()) == config


@pytest.mark.parametrize("given", [np.float32(0.5), np.float64(0.5), np.array(0.5), Fraction(1, 2), Decimal("0.5")])
def test_a_float_of_any_kind_is_pythons_own(given: Any) -> None:
    config = Chaos(**{"vitals.heal_above": given, "combat.vampirism": np.int32(1)})
    assert type(config.vitals.heal_above) is type(config.combat.vampirism) is float
    assert config.vitals.heal_above == 0.5


def test_texts_switches_and_paths_are_plain_too() -> None:
    given = {"combat.targeting": np.str_("learned"), "spawn.random_cap": np.True_, "terrain.file": Path("a") / "b.tmx"}
    config = Chaos(**given)
    kinds = type(config.combat.targeting), type(config.spawn.random_cap), type(config.terrain.file)
    assert kinds == (str, bool, str)
    assert Config.from_toml(config.to_toml()) == config


def test_a_run_is_written_with_plain_numbers() -> None:
    training = Training(run=Session(steps=1e6, minutes=np.float32(0.5), seed=np.int64(3)))  # type: ignore[arg-type]
    assert Training.from_toml(training.to_toml()) == training
    assert (training.run.steps, training.run.seed) == (1_000_000, 3)
    assert Training.from_toml("[run]\nsteps = 1e6").run.steps == 1_000_000


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("spawn.cap", True, "spawn.cap = True must be int, not bool"),
        ("spawn.cap", np.True_, "spawn.cap = True must be int, not bool"),
        ("spawn.cap", 2.5, "spawn.cap = 2.5 must be int, not float"),
        ("spawn.cap", "64", "spawn.cap = '64' must be int, not str"),
        ("spawn.cap", float("nan"), "spawn.cap = nan must be finite"),
        ("vitals.heal_above", np.float32("nan"), "vitals.heal_above = nan must be finite"),
        ("vitals.heal_above", float("inf"), "vitals.heal_above = inf must be finite"),
        ("vitals.heal_above", np.array([0.5]), r"vitals.heal_above = array\(\[0.5\]\) must be float, not ndarray"),
        ("vitals.heal_above", 10**400, "vitals.heal_above = 10*… is out of range"),
        ("spawn.random_cap", 1, "spawn.random_cap = 1 must be bool, not int"),
        ("combat.targeting", Path("learned"), "combat.targeting = .* must be str"),
        (
            "spawn",
            {"cap": 8},
            r"spawn = \{'cap': 8\} must be a Spawn, not dict; its fields are changed by dotted names",
        ),
        ("terrain", None, "terrain = None must be a Terrain, not NoneType"),
    ],
)
def test_what_is_none_is_named(name: str, given: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Chaos(**{name: given})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"spawn.cap": 8}, r"unknown section 'spawn.cap'.*fields lie in their sections: \{'spawn': \{'cap': …\}\}"),
        ({1: {}}, "unknown section 1"),
        ({"spawn": {2: 3}}, r"unknown field of \[spawn\] 2"),
        ({"spawn": 8}, r"\[spawn\] must be a table of fields, not 8"),
    ],
)
def test_tables_that_are_none_are_named(data: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Config.from_dict(data)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1e6", 10**6), ("1_000_000", 10**6), ("1,000,000", 10**6), ("2.5e3", 2500), ("64.0", 64), ("-3", -3)],
)
def test_whole_numbers_are_read_as_people_write_them(text: str, number: int) -> None:
    assert integer_of_text(text) == number


@pytest.mark.parametrize("text", ["", "1.5", "1,5", "abc", "nan", "inf", "1e-1", "1e999999999", "0x10", "True"])
def test_words_that_are_no_whole_numbers_are_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a whole number, such as 1000000, 1_000_000 or 1e6"):
        integer_of_text(text)


@pytest.mark.parametrize(("cap", "populations"), [(100, 5), (97, 1), (50, 2), (1000, 50), (8190, 234), (8192, 128)])
def test_a_cap_alone_chooses_populations_that_divide_it_and_says_so(cap: int, populations: int) -> None:
    said = rf"spawn.cap = {cap} is divided into {populations} populations? of {cap // populations} agents"
    with pytest.warns(ConfigWarning, match=said) as warned:
        config = Chaos(**{"spawn.cap": cap})
    assert len(warned) == 1
    assert (config.populations, config.quota) == (populations, cap // populations)
    with pytest.warns(ConfigWarning, match=said):
        assert Config.from_toml(f"[spawn]\ncap = {cap}") == config


@pytest.mark.parametrize("cap", [1, 8, 16, 36, 64, 128, 512])
def test_a_cap_that_fits_is_as_it_was(cap: int) -> None:
    assert Chaos(**{"spawn.cap": cap}).populations == max(1, cap // 16)


def test_nothing_is_said_of_populations_that_somebody_gave() -> None:
    """Warnings are errors in these tests."""
    config = Chaos(**{"spawn.cap": 100, "spawn.populations": 4})
    assert config.populations == 4
    with pytest.warns(ConfigWarning):
        written = Chaos(**{"spawn.cap": 100}).to_toml()  # "populations = 0", as all that a program writes
    again = Config.from_toml(written).replace(**{"terrain.seed": 3, "spawn.random_cap": True})
    assert again.populations == 5
    with pytest.raises(ConfigError, match="must be a multiple of the number of populations, 6"):
        Chaos(**{"spawn.cap": 100, "spawn.populations": 6})
