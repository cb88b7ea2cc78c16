"""Networks by name: ours, and those of users, tried before they train."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import Chaos, ConfigError, World
from forge.ethyr.engines.engine import make_learner, make_policy
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.networks.check import try_network
from forge.ethyr.networks.named import network_class
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.policy import Policy, Recurrent
from forge.ethyr.networks.views import Viewer
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train
from tests.docs.test_snippets import blocks
from tests.learners import basic

CONFIG = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32})
LEARNED = CONFIG.replace(**{"combat.targeting": "learned"})


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_names() -> None:
    assert network_class("default") is Policy
    assert network_class("recurrent") is Recurrent
    assert network_class("tests.ethyr.custom:Attentive").__name__ == "Attentive"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("recurent", "unknown network 'recurent'; did you mean 'recurrent'"),
        ("a b:C", "a network of your own is named module:Class"),
        (":C", "named module:Class"),
        ("default,,recurrent", "unknown network ''"),
    ],
)
def test_names_that_cannot_be(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        basic(network=name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.at_all:C", "there is no module 'nowhere'"),
        ("tests.ethyr.nowhere:C", "there is no module 'tests.ethyr.nowhere'"),
        ("tests.ethyr.custom:C", "unknown name of module tests.ethyr.custom 'C'"),
        ("tests.ethyr.custom:Plain", r"custom:Plain cannot be made by Plain\(interface, learning\): TypeError"),
        ("tests.ethyr.custom:Tensor", "must be a subclass of torch.nn.Module, for one population, or of forge.ethyr"),
        ("default, tests.ethyr.custom:C", "unknown name of module tests.ethyr.custom 'C'"),
    ],
)
def test_classes_that_are_not_there(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make_policy(CONFIG, basic(network=name), seeded())


def test_a_class_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets_of_mine.py").write_text(
        "from forge.ethyr.networks.policy import Recurrent as Mine\nimport absent_module\n"
    )
    (tmp_path / "other_nets_of_mine.py").write_text("from forge.ethyr.networks.policy import Recurrent as Mine\n")
    monkeypatch.chdir(tmp_path)
    assert network_class("other_nets_of_mine:Mine") is Recurrent
    with pytest.raises(ConfigError, match="'nets_of_mine:Mine': its import fails: No module named 'absent_module'"):
        network_class("nets_of_mine:Mine")


def broken(config: Any = CONFIG, width: int = 0, **changes: Any) -> Network:
    """The default network with some of what it says replaced by a function of all it says."""

    class Broken(Policy):
        def forward(self, samples: Any, carried: Any = None) -> Any:
            choices = super().forward(samples, carried)
            return choices._replace(**{name: change(choices) for name, change in changes.items()})

    network = Broken(config, basic(hidden=16), seeded())
    network.memory = width
    return network


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (broken(value=lambda c: c.value.unsqueeze(-1)), r"value float32 \[3, 3, 1\]; it must be float32 \[3, 3\]"),
        (broken(value=lambda c: c.value.double()), r"value float64 \[3, 3\]; it must be float32"),
        (broken(value=lambda c: c.value / 0), "value numbers that are not finite"),
        (broken(move=lambda c: c.style), r"move float32 \[3, 3, 3\]; it must be float32 \[3, 3, 5\]"),
        (broken(style=lambda c: c.style + 1), "style what are no log-probabilities: they add up to 2.718"),
        (broken(move=lambda c: torch.zeros_like(c.move).log_softmax(-1)), "moves that are not valid"),
        (broken(memory=lambda c: c.value), "its attribute memory is 0"),
    ],
)
def test_a_network_that_says_something_else_is_refused(network: Network, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        try_network(network, CONFIG)


def test_memories_and_targets_are_tried_too() -> None:
    with pytest.raises(ConfigError, match=r"memory float32 \[3, 3, 4\]; it must be float32 \[3, 3, 7\]"):
        try_network(broken(width=7, memory=lambda c: torch.zeros(3, 3, 4)), CONFIG)
    with pytest.raises(ConfigError, match="returned no target"):
        try_network(broken(LEARNED, target=lambda c: None), LEARNED)
    wide = torch.zeros(3, 3, 33).log_softmax(-1)
    with pytest.raises(ConfigError, match=r"must be \[P, m, 1 .. 32\]"):
        try_network(broken(LEARNED, target=lambda c: lambda styles: wide), LEARNED)
    with pytest.raises(ConfigError, match="targets that are not valid"):
        try_network(broken(LEARNED, target=lambda c: lambda styles: wide[..., :9].log_softmax(-1)), LEARNED)


def test_a_network_without_choices_or_methods() -> None:
    class Empty(Policy):
        def forward(self, samples: Any, memory: Any = None) -> Any:
            return SimpleNamespace()

    with pytest.raises(ConfigError, match="Empty returned SimpleNamespace; it must return"):
        try_network(Empty(CONFIG, basic(), seeded()), CONFIG)

    class Bare(Network):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(3))

    with pytest.raises(NotImplementedError, match="Bare overrides neither forward nor encode"):
        try_network(Bare(), CONFIG)


@pytest.mark.parametrize("config", [CONFIG, LEARNED, CONFIG.replace(**{"spawn.populations": 8, "combat.hold": True})])
def test_our_networks_pass_the_trial(config: Any) -> None:
    for kind in (Policy, Recurrent):
        try_network(kind(config, basic(), seeded()), config)


@pytest.mark.parametrize(
    ("network", "config", "obstacle"),
    [
        ("default", CONFIG, None),
        ("default", LEARNED, None),
        ("recurrent", CONFIG, None),
        (
            "tests.ethyr.custom:Attentive",
            CONFIG,
            "compute the networks default, recurrent, layered, remembering, not Attentive",
        ),
    ],
)
def test_auto_takes_the_kernels_wherever_they_can(network: str, config: Any, obstacle: str | None) -> None:
    world = World(config, 1, threads=1)
    world.reset()
    learning = basic(network=network)
    policy = make_policy(config, learning, seeded())
    learner = make_learner(world, policy, learning, 0, 1, "auto")
    assert type(learner) is (TorchLearner if obstacle else FusedLearner)
    if obstacle:
        with pytest.raises(ConfigError, match=f"engine = 'compiled': .*{obstacle}; engine = 'torch' or 'auto'"):
            make_learner(world, policy, learning, 0, 1, "compiled")


def test_the_view_shows_what_the_world_shows() -> None:
    world = World(LEARNED, 2, seed=5, threads=1)
    world.reset()
    rng = np.random.default_rng(0)
    for _ in range(40):
        world.step(np.concatenate([rng.integers(0, 3, (2, 24, 2)), np.zeros((2, 24, 1), np.int64)], -1))
    rollout, observation = Rollout(LEARNED, 2, 1), world.observe()
    samples = rollout.gather(observation, 0)
    viewer = Viewer(LEARNED)
    view = viewer(samples)
    for w, slot in zip(*np.nonzero(observation.alive), strict=True):
        at = slot // 8, int(rollout.sample_of[0, w, slot])
        seen = int(observation.seen_count[w, slot])
        assert (view.materials[at].numpy() == observation.materials[w, slot]).all()
        assert (view.crowds[at].numpy() == observation.counts[w, slot]).all()
        assert (view.moves[at].numpy() == observation.move_mask[w, slot]).all()
        assert view.seen[at].sum() == seen
        features = viewer.norm(torch.from_numpy(observation.features(w, slot)))
        torch.testing.assert_close(view.entities[at][:seen], features)
        assert not view.entities[at][seen:].any()
        assert (view.targets[at][:, :seen].numpy() == observation.target_mask[w, slot][:, :seen]).all()
        assert not view.targets[at][:, seen:].any()
    beyond = torch.arange(samples.rows) >= torch.from_numpy(samples.count).unsqueeze(-1)
    assert beyond.any()
    assert not any(part[beyond].any() for part in view[:6])
    assert isinstance(Policy(LEARNED, basic(), seeded())(samples), Choices)


@pytest.mark.parametrize(
    ("head", "network"), [("class Attention(Network)", "Attention"), ("class Net(nn.Module)", "Net")]
)
def test_the_documented_networks_are_short_and_make_a_run(
    head: str, network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path(__file__).parents[2] / "docs" / "networks.md"
    code = next(block.code for block in blocks(page.read_text("utf-8")) if head in block.code)
    assert len([line for line in code.splitlines() if line.strip()]) < 30
    (tmp_path / f"my_{network}.py").write_text(code, "utf-8")
    monkeypatch.chdir(tmp_path)
    training = Training(
        run=Session(worlds=2, minutes=0, steps=200),
        learning=basic(network=f"my_{network}:{network}", ticks=4, hidden=16),
        world=CONFIG,
    )
    trainer = train(Run.create(tmp_path / "run", training))
    actor, world = load(tmp_path / "run", seed=1), World(CONFIG, 1, seed=2)
    assert type(actor.policy) is type(trainer.policy)
    for ours, theirs in zip(actor.policy.parameters(), trainer.policy.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    assert actor.act(world.reset()).shape == (1, 24, 2)
