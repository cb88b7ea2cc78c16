"""Ordinary torch modules: one class, a module of its own for each population, all computed in one call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from forge.blade import Chaos, Config, ConfigError, World
from forge.ethyr.engines.engine import make_learner, make_policy
from forge.ethyr.engines.torch_engine import TorchLearner
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.experience.timeline import timeline
from forge.ethyr.learning.settings import Learning
from forge.ethyr.modules.interface import Inputs, Interface, Senses
from forge.ethyr.modules.stacked import Stacked
from forge.ethyr.networks.heads import joint
from forge.ethyr.networks.network import Choices, Network
from forge.ethyr.networks.samples import Samples
from tests.ethyr.modules import nets
from tests.learners import basic
from tests.outside.worlds import SYSTEMS

CONFIG = Chaos(**{"spawn.cap": 24, "spawn.populations": 3, "terrain.side": 32, "combat.targeting": "learned"})
PLAIN, REMEMBERING = (f"{nets.__name__}:{name}" for name in ("Plain", "Remembering"))
LEARNING = basic(hidden=16, ticks=6)


def policy_of(network: str = PLAIN, seed: int = 0, config: Config = CONFIG) -> Network:
    learning = basic(network=network, hidden=16, ticks=6)
    return make_policy(config, learning, torch.Generator().manual_seed(seed))


def lived() -> World:
    """Worlds in which all populations live."""
    world = World(CONFIG, 3, seed=4, threads=1)
    world.reset()
    rng = np.random.default_rng(0)
    for _ in range(30):
        world.step(np.concatenate([rng.integers(0, 3, (3, 24, 2)), np.zeros((3, 24, 1), np.int64)], -1))
    return world


@pytest.fixture(scope="module")
def samples() -> Samples:
    world = lived()
    found = Rollout(CONFIG, 3, 0).gather(world.observe(), 0)
    assert found.count.min() > 1
    assert len(set(found.count)) > 1
    return found


def said(policy: Network, samples: Samples) -> list[Tensor]:
    """What a policy says of samples: a tensor [P, m, ...] for each choice, and the value."""
    memory = torch.linspace(-1, 1, 3 * samples.rows * policy.memory).view(3, samples.rows, -1)
    with torch.no_grad():
        told: Choices = policy(samples, memory if policy.memory else None)
        assert told.target is not None
        return [told.move, told.style, told.target(told.style.argmax(-1)), told.value]


@pytest.mark.parametrize("name", [PLAIN, REMEMBERING])
def test_each_population_is_judged_as_by_its_module_alone(name: str, samples: Samples) -> None:
    policy = policy_of(name)
    assert isinstance(policy, Stacked)
    inputs, view = policy.senses(samples)
    together = said(policy, samples)
    memory = torch.linspace(-1, 1, 3 * samples.rows * policy.memory).view(3, samples.rows, -1)
    for p, count in enumerate(samples.count):
        alone = getattr(nets, name.partition(":")[2])(Interface.of(CONFIG), LEARNING)
        alone.load_state_dict({key: values[p] for key, values in policy.net.state_dict().items()})
        mine = Inputs(*(part[p, :count] for part in inputs[:4]), {}, {}, {})
        logits, value, *_ = alone(mine, memory[p, :count]) if policy.memory else alone(mine)
        style = together[1][p, :count].argmax(-1)
        target = logits["target"] if name == PLAIN else logits["target"][range(count), style]
        valid = view.targets[p, range(count), style]
        wanted = (
            logits["move"].masked_fill(~view.moves[p, :count], -torch.inf).softmax(-1),
            logits["style"].softmax(-1),
            target.masked_fill(~valid, -torch.inf).softmax(-1),
        )
        for found, odds in zip(together, wanted, strict=False):
            torch.testing.assert_close(found[p, :count].exp(), odds, rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(together[3][p, :count], value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", [PLAIN, REMEMBERING])
def test_weights_of_one_population_change_its_judgements_alone(name: str, samples: Samples) -> None:
    policy = policy_of(name)
    before = said(policy, samples)
    with torch.no_grad():
        for parameter in policy.parameters():
            assert parameter.shape[0] == 3
            parameter[1] *= 1.5
    for one, other in zip(before, said(policy, samples), strict=True):
        changed = [not torch.equal(one[p, :n], other[p, :n]) for p, n in enumerate(samples.count)]
        assert changed == [False, True, False]


def test_first_weights_are_drawn_by_run_and_population_and_leave_torchs_stream_alone() -> None:
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    one = policy_of(REMEMBERING)
    assert torch.rand(1) == wanted
    other, further = policy_of(REMEMBERING), policy_of(REMEMBERING, seed=1)
    for a, b, c in zip(one.parameters(), other.parameters(), further.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
        assert not torch.equal(a[0], a[1])


def learner_of(network: str) -> TorchLearner:
    policy = policy_of(network)
    found = make_learner(lived(), policy, basic(network=network, hidden=16, ticks=6), 0, 1)
    assert isinstance(found, TorchLearner)
    return found


@pytest.mark.parametrize("network", [REMEMBERING, f"default, {REMEMBERING},{PLAIN}", f"recurrent,{REMEMBERING}"])
def test_a_segment_is_judged_as_it_was_played_tick_by_tick(network: str) -> None:
    learner = learner_of(network)
    for _ in range(2):
        acted = learner.collect()
    collector, rollout = learner.collector, learner.collector.rollout
    rows = int(acted.max())
    choices = collector.policy.unroll(rollout.learnable(acted), collector.start, timeline(rollout))
    log_prob, _ = joint(choices, rollout.view(rollout.actions, rows))
    for p, n in enumerate(acted):
        torch.testing.assert_close(log_prob[p, :n], rollout.view(rollout.log_prob, rows)[p, :n], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(choices.value[p, :n], rollout.view(rollout.value, rows)[p, :n], rtol=1e-4, atol=1e-4)


def test_populations_with_different_networks_are_judged_as_by_each_alone(samples: Samples) -> None:
    names = ["default", PLAIN]
    policy = policy_of(",".join(names))
    together = said(policy, samples)
    for p, count in enumerate(samples.count):
        alone = said(policy.networks[p % 2], samples)  # type: ignore[index, arg-type]
        for found, wanted in zip(together, alone, strict=True):
            # of targets a network may look at fewer than all entries of the view; nobody is in the others
            told = found[p, :count, : wanted.shape[2]] if wanted.ndim == 3 else found[p, :count]
            torch.testing.assert_close(told, wanted[p, :count])


def test_weights_of_a_network_learn_from_the_populations_it_plays_alone() -> None:
    learner = learner_of(f"default,{PLAIN}")
    learner.gradients(learner.collect())
    for index, network in enumerate(learner.collector.policy.networks):  # type: ignore[arg-type]
        for name, parameter in network.named_parameters():  # type: ignore[union-attr]
            assert parameter.grad is not None
            assert [bool(grad.any()) for grad in parameter.grad] == [p % 2 == index for p in range(3)], name


class Odd(nn.Module):
    """A module that is wrong in one way."""

    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__()
        self.sizes = dict(interface.choices)
        self.weight = nn.Parameter(torch.rand(interface.features))

    def forward(self, inputs: Inputs) -> Any:
        value = inputs.me @ self.weight
        return {name: value.unsqueeze(-1).expand(-1, size) for name, size in self.sizes.items()}, value


class Closed(Odd):
    def __init__(self) -> None:
        super().__init__(Interface.of(CONFIG), LEARNING)


class Wide(Odd):
    def forward(self, inputs: Inputs) -> Any:
        logits, value = super().forward(inputs)
        return logits, value.unsqueeze(-1)


class Silent(Odd):
    def forward(self, inputs: Inputs) -> Any:
        logits, value = super().forward(inputs)
        return {"move": logits["move"]}, value


class Single(Odd):
    def forward(self, inputs: Inputs) -> Any:
        return super().forward(inputs)[1]


class Failing(Odd):
    def forward(self, inputs: Inputs) -> Any:
        return inputs.me @ torch.rand(3)


class Drawing(Odd):
    def forward(self, inputs: Inputs) -> Any:
        logits, value = super().forward(inputs)
        return logits, nn.functional.dropout(value, 0.5)


class Hidden(Odd):
    """Draws numbers that are no buffer."""

    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__(interface, learning)
        self.drawn = torch.rand(interface.features)

    def forward(self, inputs: Inputs) -> Any:
        logits, value = super().forward(inputs)
        return logits, value + inputs.me @ self.drawn


class Double(Odd):
    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__(interface, learning)
        self.double()


class Forgetful(Odd):
    memory = 5

    def forward(self, inputs: Inputs, memory: Tensor) -> Any:  # type: ignore[override]
        return super().forward(inputs)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Closed, r"cannot be made by Closed\(interface, learning\): TypeError"),
        (Wide, r"returned as value float32 \[2, 1\]; of m = 2 agents it must be float32 \[m\]"),
        (Silent, "returned logits of move; they must be of move, style, target"),
        (Single, "returned Tensor; it must return a tuple of logits, value"),
        (Failing, "fails when it is called with inputs: RuntimeError"),
        (Drawing, "not as one module for each population by torch.vmap: RuntimeError"),
        (Hidden, "says another value among the modules of all populations than alone"),
        (Double, "fails when it is called|float32"),
        (Forgetful, "must return a tuple of logits, value, memory"),
    ],
)
def test_a_module_that_cannot_play_is_one_error_that_says_why(kind: type[nn.Module], message: str) -> None:
    with pytest.raises(ConfigError, match=f"a_net.*{message}"):
        Stacked("a_net", kind, CONFIG, LEARNING, torch.Generator())


def test_buffers_tied_weights_and_frozen_ones_stay_what_they_are(samples: Samples) -> None:
    class Tied(nets.Plain):
        def __init__(self, interface: Interface, learning: Learning) -> None:
            super().__init__(interface, learning)
            self.others.weight = self.me.weight
            self.me.bias.requires_grad_(False)
            self.register_buffer("drawn", torch.rand(1))

        def forward(self, inputs: Inputs) -> Any:
            logits, value = super().forward(inputs)
            return logits, value * self.drawn

    policy = Stacked("a_net", Tied, CONFIG, LEARNING, torch.Generator().manual_seed(0))
    net: Any = policy.net
    assert net.others.weight is net.me.weight
    assert not net.me.bias.requires_grad
    assert net.drawn.shape == (3, 1)
    assert len({*net.drawn.flatten().tolist()}) == 3
    value = policy(samples).value
    value.sum().backward()
    assert net.me.weight.grad.flatten(1).any(1).all()
    assert net.me.bias.grad is None


@pytest.mark.parametrize("kind", [nn.GRUCell, nn.LSTMCell, nn.RNNCell])
def test_recurrent_cells_compute_what_torchs_do(kind: type[nn.Module]) -> None:
    from forge.ethyr.modules.cells import batched

    cell = kind(5, 4)
    x, h = torch.rand(3, 5), torch.rand(3, 4)
    state = (h, h * 2) if kind is nn.LSTMCell else h
    wanted = [cell(x, state), cell(x)]
    ours = batched(cell)
    assert type(ours) is not kind
    torch.testing.assert_close([ours(x, state), ours(x)], wanted)


class Pointing(nn.Module):
    """Reads every vector and set of rows there is, and points to rows by what is in them."""

    def __init__(self, interface: Interface, learning: Learning) -> None:
        super().__init__()
        self.vectors = nn.ModuleDict({f"of_{name}": nn.Linear(width, 8) for name, width in interface.vectors.items()})
        self.sets = nn.ModuleDict({f"of_{name}": nn.Linear(width, 8) for name, (_, width) in interface.sets.items()})
        self.heads = nn.ModuleDict({name: nn.Linear(8, options) for name, options in interface.choices.items()})
        self.value = nn.Linear(8, 1)

    def forward(self, inputs: Inputs) -> Any:
        seen = sum(self.vectors[f"of_{name}"](vector) for name, vector in inputs.vectors.items())
        for name, rows in inputs.sets.items():
            seen = seen + (self.sets[f"of_{name}"](rows) * inputs.there[name].unsqueeze(-1)).sum(1)
        logits = {name: head(seen) for name, head in self.heads.items()}
        return logits, self.value(seen).squeeze(-1)


@pytest.mark.parametrize("network", [f"{__name__}:Pointing", f"default,{__name__}:Pointing"])
def test_modules_see_and_choose_what_systems_from_outside_declare(network: str) -> None:
    config = Config(systems=SYSTEMS).replace(**{"terrain.side": 32, "spawn.cap": 16, "spawn.populations": 4})
    learning = basic(network=network, hidden=16, ticks=6)
    world = World(config, 2, seed=3, threads=1)
    world.reset()
    policy = make_policy(config, learning, torch.Generator().manual_seed(0))
    learner = make_learner(world, policy, learning, 0, 1)
    for _ in range(3):
        acted = learner.collect()
        losses = learner.gradients(acted)
        assert all(part.isfinite().all() for part in losses)
    assert world.state.tally["deaths"].sum() < world.state.tally["ticks"].sum()
    rollout = learner.collector.rollout  # type: ignore[attr-defined]
    for p, n in enumerate(acted):
        assert (rollout.log_prob[p, :n] > -40).all()  # of what is not valid it would be −10⁹
        assert rollout.actions[p, :n, 3:].any(0).sum() > 1
    own = Rollout(config, 2, 0).gather(world.observe(), 0)
    inputs, _ = Senses(config)(own)
    slot = int(np.flatnonzero(world.observe().alive[0])[0])
    for name, rows in inputs.there.items():
        assert int(rows[slot // 4, 0].sum()) == len(world.observe().rows(name, 0, slot))
