"""PettingZoo's environments whose agents act in turn: its own unmodified test, and the same world as at once."""

from __future__ import annotations

from typing import Any

import pytest
from pettingzoo.test import api_test

from forge.blade import Chaos
from forge.trinity.adapters import pettingzoo
from forge.trinity.adapters.pettingzoo import LifeEnv
from tests.trinity.worlds import SMALL


@pytest.mark.filterwarnings("ignore:.*possible_agents")
@pytest.mark.filterwarnings("ignore:No agents present")
@pytest.mark.filterwarnings("ignore:Observation is not a NumPy array")
@pytest.mark.filterwarnings("ignore:(Observation|Action) space for each agent probably should be")
@pytest.mark.filterwarnings("ignore:We recommend agents to be named")
@pytest.mark.filterwarnings("ignore:Agent's maximum and minimum observation space values are equal")
@pytest.mark.parametrize("options", [{}, {"flat": True}, {"flat": True, "box": True}, {"max_ticks": 20}], ids=str)
@pytest.mark.parametrize("slots", [False, True])
def test_agents_that_act_in_turn_pass_the_api_test(slots: bool, options: dict[str, Any]) -> None:
    api_test(pettingzoo.env(Chaos(**SMALL), slots=slots, **options), num_cycles=40)


def test_agents_that_act_in_turn_play_the_same_world() -> None:
    config = Chaos(**SMALL)
    turns, at_once = pettingzoo.env(config, flat=True), LifeEnv(config, flat=True)
    turns.reset(seed=3)
    at_once.reset(seed=3)
    for tick in range(20):
        acting = list(at_once.agents)
        for number, agent in enumerate(acting):
            assert turns.agent_selection == agent
            turns.step((tick + number) % at_once.tree.size)
        at_once.step({agent: (tick + number) % at_once.tree.size for number, agent in enumerate(acting)})
        while turns.terminations[turns.agent_selection]:
            turns.step(None)
        assert turns.unwrapped.world.hash() == at_once.world.hash()
