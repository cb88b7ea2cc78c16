"""Advantages over segments of fixed length, bootstrapped where a life goes on."""

from __future__ import annotations

from forge.blade.compiled.jit import inline, jit
from forge.blade.threads.pool import run
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.networks.compiled import threads_of_torch


def estimate(rollout: Rollout, discount: float, trace: float, reward_scale: float) -> None:
    """Fills `advantage` and `target` of every sample that acted.

    Generalised advantage estimation (Schulman et al., arXiv 1506.02438, equation 16): with d_t = r_t + γ V_{t+1} − V_t
    the advantage is A_t = d_t + γ λ A_{t+1}. V_{t+1} and A_{t+1} are 0 where the agent died in tick t. The target of
    the value is A_t + V_t. With λ = 1 this is the bootstrapped return less the baseline.

    Of an agent that was lost, not dead, nothing is known of what its last action led to: there d_t = A_t = 0, so that
    what came before bootstraps from V_t, and whoever has its slot next adds nothing.

    Args:
        rollout: with values for every sample, those of the last observation included.
        discount: γ.
        trace: λ.
        reward_scale: rewards are multiplied by it first.
    """
    where, what = (rollout.seats, rollout.sample_of), (rollout.reward, rollout.terminated, rollout.lost)
    arrays = (*where, *what, rollout.value, rollout.advantage, rollout.target)
    run(estimate_all, threads_of_torch(), *arrays, discount, trace, reward_scale)


@inline
def estimate_world(
    w, seats, sample_of, reward, terminated, lost, value, advantage, target, discount, trace, reward_scale
):
    """`estimate` for one world."""
    ticks, _, slots = reward.shape
    quota = slots // seats.shape[0]
    for slot in range(slots):
        p = seats[slot // quota]
        if p < 0:
            continue
        later, next_value = 0.0, 0.0
        if sample_of[ticks, w, slot] != NO_SAMPLE:
            next_value = value[p, sample_of[ticks, w, slot]]
        for t in range(ticks - 1, -1, -1):
            sample = sample_of[t, w, slot]
            if sample == NO_SAMPLE:
                continue
            if terminated[t, w, slot]:
                later, next_value = 0.0, 0.0
            here = value[p, sample]
            if lost[t, w, slot]:
                later, next_value = 0.0, here
                advantage[p, sample], target[p, sample] = 0.0, here
                continue
            later = reward[t, w, slot] * reward_scale + discount * next_value - here + discount * trace * later
            next_value = here
            advantage[p, sample] = later
            target[p, sample] = later + here


_SLOT_NS = 2  # about what it costs for a slot and a tick
launch_estimates = parallel(estimate_world, 0)


@jit
def estimate_all(
    pool, threads, seats, sample_of, reward, terminated, lost, value, advantage, target, discount, trace, reward_scale
):
    """`estimate` on the arrays of a rollout."""
    lanes = lanes_for(_SLOT_NS * reward.size, threads)
    arrays = (seats, sample_of, reward, terminated, lost, value, advantage, target, discount, trace, reward_scale)
    launch_estimates(pool, lanes, reward.shape[1], arrays)
