"""What plays a segment of a schema is made from: `forge.ethyr.fused.player` fills in its places.

It is never imported itself.
"""

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.reference import referred
from forge.blade.threads.share import do_kept
from forge.ethyr.experience.advantage import estimate_world
from forge.ethyr.experience.rollout import reserve
from forge.ethyr.fused.columns import VALUE
from forge.ethyr.fused.guests import recognise  # noqa: F401 - where there are any
from forge.ethyr.fused.play import decide, sum_moments

# import functions


@jit(_nrt=False)
def play(room, state, segment, more, weights, scratch, guests, lent, key, first_world, worlds, numbers):
    """One segment of one group.

    Args:
        room: `forge.blade.engine.stepping.Ticks.room` of the group's state.
        state: of the group's worlds, `forge.blade.state.state.State`.
        segment: to fill.
        more: where to gather what systems from outside tell, `forge.ethyr.networks.samples.More`.
        weights: of the network.
        scratch: of this thread.
        guests: who share the group's worlds with the learners, `forge.ethyr.fused.guests.Guests`.
        lent: a scratch of this thread for each of their policies.
        key: uint64, names the run's stream of action draws.
        first_world: index of the group's first world in the batch.
        worlds: number of worlds of the batch.
        numbers: float32 [3]: discount, trace, reward_scale, as for `forge.ethyr.experience.advantage.estimate`.
    """
    views = referred(state), referred(segment), referred(more), referred(weights), referred(scratch), referred(guests)
    play_group(room, *views, lent, key, first_world, worlds, numbers)


@inline
def play_group(room, state, segment, more, weights, scratch, guests, lent, key, first_world, worlds, numbers):
    """One segment of one group, with its arrays by reference."""
    ticks = segment.reward.shape[0]
    styles = np.int64(state.rules[0].styles)
    segment.gathered[:] = 0
    segment.first[:, 0] = 0
    # after the last tick everyone is only judged; `look` is merged in here, so it stands in one place
    for t in range(ticks + 1):
        if t == ticks:
            for p in range(segment.gathered.shape[0]):
                segment.acted[p] = segment.gathered[p]
        look(state, segment, more, weights, scratch, t)
        if t == ticks:
            break
        decide(state, segment, weights, scratch, t, styles, key, first_world, worlds)
        # each guest
        for w in range(state.tick.shape[0]):
            if do_kept(room, w) != 0:
                raise RuntimeError("a tick failed in compiled code")
            for slot in range(state.reward.shape[1]):
                segment.reward[t, w, slot] = state.reward[w, slot]
                segment.terminated[t, w, slot] = state.terminated[w, slot]
    for p in range(segment.gathered.shape[0]):
        for row in range(segment.acted[p], segment.gathered[p]):
            segment.value[p, row] = segment.output[p, row, VALUE]
    for w in range(state.tick.shape[0]):
        estimate_world(
            w, segment.seats, segment.sample_of, segment.reward, segment.terminated, segment.lost, segment.value,
            segment.advantage, segment.target, numbers[0], numbers[1], numbers[2],
        )  # fmt: skip
    sum_moments(segment)


@inline
def look(state, segment, more, weights, scratch, t):
    """Gathers what every learner alive sees, and judges it."""
    rows = segment.first_row, segment.first_entity
    reserve(state.agents, state.seen_count, segment.seats, segment.first, segment.gathered, *rows)
    # each gathering
    # each judging


@jit(_nrt=False)
def gather_frozen(state, agents, frozen):
    """Gathers what the agents of a policy that does not learn see now, in the place of what they saw before.

    Args:
        state: of the group's worlds.
        agents: those of the state, of the populations that the policy takes them for.
        frozen: the policy, `forge.ethyr.fused.guests.Frozen`.
    """
    segment, more = frozen.segment, frozen.more  # noqa: F841 - where more is gathered
    segment.gathered[:] = 0
    segment.first[:, 0] = 0
    rows = segment.first_row, segment.first_entity
    reserve(agents, state.seen_count, segment.seats, segment.first, segment.gathered, *rows)
    # each gathering for a guest
