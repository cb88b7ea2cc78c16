"""Parts of the examples that others copy, on cases small enough to do by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str) -> ModuleType:
    """An example as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_advantages_of_ppo_end_with_a_life_and_begin_with_the_next() -> None:
    """Slot 0: a life that goes on. Slot 1: a death in tick 0, empty in tick 1, a newborn in tick 2."""
    ppo = example("ppo")
    args = ppo.Args(gamma=0.5, gae_lambda=0.5)
    reward = np.array([[[1, 0]], [[1, 0]], [[1, 1]]], np.float32)
    terminated = np.array([[[False, True]], [[False, False]], [[False, False]]])
    value = np.array([[[2, 8]], [[4, 0]], [[2, 4]], [[4, 2]]], np.float32)
    found = ppo.advantages(args, reward, terminated, value)
    # the last ticks: 1 + 0.5 · 4 − 2 = 1 and 1 + 0.5 · 2 − 4 = −2
    # slot 0 before them: 1 + 0.5 · 2 − 4 + 0.25 · 1 = −1.75, and 1 + 0.5 · 4 − 2 + 0.25 · −1.75 = 0.5625
    assert found[:, 0, 0] == pytest.approx([0.5625, -1.75, 1])
    # slot 1: the dead get 0 − 8, whatever the newborn is worth
    assert found[[0, 2], 0, 1] == pytest.approx([-8, -2])
