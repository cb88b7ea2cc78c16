"""The optimiser: its step size grows and decays, and goes on where a checkpoint left it; gradients are clipped."""

from typing import Any

import numpy as np
import pytest
import torch

from forge.blade import ConfigError
from forge.ethyr.learning.gradients import GradientNorms, clip_norms
from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import Learning
from forge.ethyr.learning.step_size import decayed
from tests.learners import basic


def steps(optimiser: Optimiser, count: int) -> list[float]:
    """How far a weight of a constant gradient of 1 moves in each step; Adam's steps are then its step size."""
    (weight,) = optimiser.parameters
    moved = []
    for _ in range(count):
        before = weight.item()
        weight.grad = torch.ones(())
        optimiser.step()
        moved.append(before - weight.item())
    return moved


def optimiser(weight: float = 0.0, agent_steps: Any = None, **changes: Any) -> Optimiser:
    learning = basic(**{"learning_rate": 0.1, "weight_decay": 0.0, **changes})
    return Optimiser([torch.nn.Parameter(torch.tensor(weight))], learning, 1, agent_steps)


def test_steps_grow_to_their_full_size() -> None:
    assert steps(optimiser(warmup=4), 6) == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1], abs=1e-6)
    assert steps(optimiser(warmup=0), 2) == pytest.approx([0.1, 0.1], abs=1e-6)


def test_ppo_counts_segments_not_updates() -> None:
    found = steps(optimiser(warmup=2, algorithm="ppo", epochs=2), 5)
    assert found == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1], abs=1e-6)


def test_a_loaded_state_goes_on() -> None:
    whole, broken, other = (optimiser(warmup=5) for _ in range(3))
    steps(broken, 2)
    other.adam.load_state_dict(broken.adam.state_dict())
    assert steps(other, 4) == pytest.approx(steps(whole, 6)[2:], abs=1e-7)


def test_a_decay_falls_to_its_share_at_the_horizon() -> None:
    linear = basic(decay="linear", decay_to=0.2, horizon=1000)
    # 0.2 + 0.8 · (1 − x)
    assert [decayed(linear, steps) for steps in (0, 250, 500, 1000, 10**9)] == pytest.approx([1, 0.8, 0.6, 0.2, 0.2])
    cosine = basic(decay="cosine", horizon=300)
    # (1 + cos πx) / 2 at 0, 1/3, 1/2, 2/3, 1
    assert [decayed(cosine, steps) for steps in (0, 100, 150, 200, 300)] == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert decayed(basic(), 10**9) == 1


def test_a_decay_counts_agent_steps_and_the_warm_up_segments() -> None:
    done = iter([0, 100, 200, 300, 400, 500])
    found = steps(optimiser(warmup=2, decay="linear", horizon=400, agent_steps=lambda: next(done)), 6)
    # 0.1 · 1/2 · 1, 0.1 · 1 · 3/4, 0.1 · 1/2, 0.1 · 1/4, and nothing more
    assert found == pytest.approx([0.05, 0.075, 0.05, 0.025, 0, 0], abs=1e-6)


def test_a_decay_needs_to_know_how_long_and_how_far() -> None:
    with pytest.raises(ConfigError, match=r"learning\.decay = 'cosine' needs learning\.horizon"):
        basic(decay="cosine")
    with pytest.raises(ConfigError, match="must be told the agent steps so far"):
        optimiser(decay="linear", horizon=10)


def test_the_weight_decay_of_adamw_is_apart_from_the_gradient() -> None:
    # w ← w · (1 − 0.1 · 0.5) − 0.1, of a gradient of 1; Adam scales gradient and decay together to 0.1
    apart, together = (optimiser(2.0, optimiser=name, weight_decay=0.5, warmup=0) for name in ("adamw", "adam"))
    steps(apart, 1)
    steps(together, 1)
    assert apart.parameters[0].item() == pytest.approx(2 * 0.95 - 0.1, abs=1e-6)
    assert together.parameters[0].item() == pytest.approx(1.9, abs=1e-6)
    assert type(optimiser().adam) is torch.optim.Adam


def test_norms_are_clipped_population_by_population() -> None:
    one, other, shared = torch.tensor([[3.0], [0.3]]), torch.tensor([4.0, 0.4]), torch.tensor([6.0, 8.0])
    clip_norms([one, other], [shared], 2, 2.0)
    # of norm 5: · 2/5; of norm 0.5: as it is; shared, of norm 10: · 1/5
    torch.testing.assert_close(one, torch.tensor([[1.2], [0.3]]))
    torch.testing.assert_close(other, torch.tensor([1.6, 0.4]))
    torch.testing.assert_close(shared, torch.tensor([1.2, 1.6]))


def test_the_torch_optimiser_stepped_by_itself_grows_its_step_size() -> None:
    # 2 of 4 steps of warm-up of one update each: 1/2 of the size
    made = optimiser(warmup=4, learning_rate=0.5)
    for _ in range(2):
        made.parameters[0].grad = torch.ones_like(made.parameters[0])
        made.adam.step()
    assert made.learning_rate == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("own", "shared", "exceeds"), [([1.0, 2.0], 0.5, False), ([1.0, 2.1], 0.5, True), ([1.0, 1.0], 2.1, True),
                                   ([1.0, np.nan], 0.5, True)]
)  # fmt: skip
def test_norms_that_are_clipped(own: list[float], shared: float, exceeds: bool) -> None:
    assert GradientNorms(0.0, np.array(own), shared).exceed(2.05) is exceeds


def test_a_gradient_of_zero_stays_zero() -> None:
    nothing = torch.zeros(2, 3)
    clip_norms([nothing], [], 2, 1.0)
    assert not nothing.any()


def test_the_optimiser_clips_norms_before_elements() -> None:
    weights = torch.nn.Parameter(torch.zeros(2, 2))
    learning = basic(learning_rate=1.0, weight_decay=0.0, warmup=0, clip_norm=10.0, clip=7.0)
    made = Optimiser([weights], learning, 2)
    seen = []
    made.adam.register_step_pre_hook(lambda *_: seen.append(weights.grad.clone()))
    weights.grad = torch.tensor([[30.0, 40.0], [1.0, -9.0]])
    made.step()
    # of norm 50: 6, 8 and then 6, 7; of norm √82, below 10: 1, −9 and then 1, −7
    torch.testing.assert_close(seen[0], torch.tensor([[6.0, 7.0], [1.0, -7.0]]))
    with pytest.raises(ConfigError, match=r"learning\.clip_norm is by population"):
        Optimiser([weights, torch.nn.Parameter(torch.zeros(3))], learning)
    assert Optimiser([weights, torch.nn.Parameter(torch.zeros(2, 1, 5))], learning)._populations == 2


def test_a_scale_of_rewards_that_follows_the_discount() -> None:
    # rewarded with 1 a tick for ever, r / (1 − γ) = value_scale: 0.5 whatever the discount
    for discount in (0.9, 0.97, 0.995, 0.9999):
        learning = basic(discount=discount, value_scale=0.5)
        assert learning.reward_factor / (1 - discount) == pytest.approx(0.5)
    assert basic(discount=0.995).reward_factor == 0.03
    with pytest.raises(ConfigError, match=r"learning\.value_scale = 0\.5 needs a learning\.discount below 1"):
        basic(discount=1, value_scale=0.5)


def test_entropy_weights_are_read_by_name() -> None:
    found = basic(entropy_weights="style=0.01, target=0").entropy_by_choice()
    assert found == {"style": 0.01, "target": 0.0}
    for wrong in ("style", "style=-1", "style=nan", "style=x", "=1", "style=1 style=2", "style=1=2"):
        with pytest.raises(ConfigError, match=r"learning\.entropy_weights = .* must name choices, each once"):
            basic(entropy_weights=wrong)


@pytest.mark.parametrize("sixteenths", [1, 5])
@pytest.mark.parametrize("joined", [False, True])
def test_weights_that_nothing_asks_for_become_zero(joined: bool, sixteenths: int) -> None:
    """A gradient of 0: the weight decay alone takes them towards 0, where old runs keep ever smaller numbers."""

    def left(negligible: float, grad: float = 0.0, start: float = 1e-3) -> torch.Tensor:
        weights = torch.nn.Parameter(torch.full((1, sixteenths, 16), start))
        learning = basic(warmup=0, weight_decay=1e-5, learning_rate=2e-3, negligible=negligible)
        made = Optimiser([weights], learning, 1)
        for _ in range(600):
            weights.grad = torch.full_like(weights, grad)
            if joined:
                made.step()
            else:
                made.adam.step()
        return weights.detach()

    assert not left(1e-9).any()
    assert 0 < left(0.0).abs().max() < 1e-9
    assert left(1e-9, grad=1.0).abs().min() > 0.1  # 600 steps of 2e-3
    assert left(1e-9, grad=np.nan).isnan().all()


def test_what_is_negligible_stays_where_there_was_no_step() -> None:
    tiny, other = (torch.nn.Parameter(torch.full((1, 16), 1e-20)) for _ in range(2))
    made = Optimiser([tiny, other], basic(negligible=1e-15, learning_rate=0.0), 1)
    other.grad = torch.ones_like(other)
    made.adam.step()
    assert tiny.all()
    assert not other.any()


def test_old_runs_keep_their_smallest_weights() -> None:
    assert Learning().negligible == 1e-15
    assert Learning.read({}, 1).negligible == 0
