"""Which learner computes a policy, and what it carries from segment to segment."""

import pytest
import torch

from forge.blade import Chaos, ConfigError, World
from forge.ethyr.engines.engine import make_learner, make_policy, resumed_by
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.learning.learner import Learner
from forge.ethyr.learning.settings import ENGINES, Learning
from tests.learners import basic

CONFIG = Chaos(**{"spawn.cap": 16, "spawn.populations": 2, "terrain.side": 32})
LEARNING = basic(ticks=4)


def learner(engine: str, seed: int = 3, learning: Learning = LEARNING) -> Learner:
    world = World(CONFIG, 2, seed=1, threads=1)
    world.reset()
    policy = make_policy(CONFIG, learning, torch.Generator().manual_seed(0))
    return make_learner(world, policy, learning, seed, threads=1, engine=engine)


@pytest.mark.parametrize(
    ("engine", "kind"), [("auto", FusedLearner), ("compiled", FusedLearner), ("torch", TorchLearner)]
)
def test_engines(engine: str, kind: type[Learner]) -> None:
    assert type(learner(engine)) is kind


def test_an_engine_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="'jax' must be one of auto, compiled, torch"):
        learner("jax")


def test_draws_go_on_from_a_saved_state() -> None:
    one, other, later = learner("torch", 3), learner("torch", 4), learner("torch", 4)
    before = one.state()
    one.collect()
    assert not torch.equal(before["draws"], one.state()["draws"])
    assert not torch.equal(before["draws"], other.state()["draws"])
    other.load_state(before)
    other.collect()
    later.collect()
    assert torch.equal(one.state()["draws"], other.state()["draws"])
    assert one.collector.world.hash() == other.collector.world.hash() != later.collector.world.hash()


def test_auto_goes_on_with_the_engine_that_saved() -> None:
    recurrent = basic(network="recurrent", ticks=4)
    plain, compiled = (learner(engine, learning=recurrent).state() for engine in ("torch", "auto"))
    assert [resumed_by(engine, plain) for engine in ENGINES] == ["torch", "compiled", "torch"]
    assert [resumed_by(engine, compiled) for engine in ENGINES] == ["auto", "compiled", "torch"]


def test_a_state_of_another_learner_is_refused() -> None:
    with pytest.raises(ConfigError, match="does not fit this one in draws"):
        learner("torch").load_state(learner("compiled").state())
    with pytest.raises(ConfigError, match="does not fit this one in draws"):
        learner("compiled").load_state(learner("torch").state())
    with pytest.raises(ConfigError, match="does not fit this one in draws"):
        learner("torch").load_state({"draws": torch.zeros(3, dtype=torch.uint8)})
