"""Who shares a group's worlds with the learners, as the kernels have them: scripted agents and frozen policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from forge.blade.compiled.jit import inline, jit
from forge.blade.config.config import Config
from forge.blade.state.state import State
from forge.ethyr.experience.company import Company
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.fused import recurrent
from forge.ethyr.fused.network import judge
from forge.ethyr.fused.play import decide
from forge.ethyr.fused.segment import Scratch, Segment, allocate, allocate_scratch
from forge.ethyr.fused.weights import Weights, allocate_weights, compose_table, read_weights
from forge.ethyr.kernels.layout import layout_of
from forge.ethyr.networks.policy import Policy
from forge.ethyr.networks.samples import More


class Frozen(NamedTuple):
    """A policy that does not learn: room for what its agents see and do in one tick of the group, and its weights."""

    segment: Segment
    more: More
    weights: Weights


class Guests(NamedTuple):
    """Of one group of worlds; k scripted agents. Letters as in `forge.blade.state.state`."""

    agents: np.ndarray  # AGENT [W, N], scratch: those of the state, of the populations that guests take them for
    kin: np.ndarray  # uint8 [P], see `Company`
    rules: np.ndarray  # RULES [k]: the numbers that each scripted agent knows
    headings: tuple[np.ndarray, ...]  # [k] uint8 [W, N]: what each remembers
    keys: np.ndarray  # uint64 [k]: what the choices of each follow from
    calls: np.ndarray  # int64 [k]: how often each has decided before the segment
    slots: np.ndarray  # int64 [k, 2]: those of each, from the first to before the last
    frozen: tuple[Frozen, ...]


def frozen_weights(company: Company | None, config: Config) -> tuple[Weights, ...]:
    """The weights of a company's policies, in its order."""
    found = []
    for one in () if company is None else company.companions:
        if one.script() is None:
            assert isinstance(one.network, Policy)
            weights = allocate_weights(one.network, config)
            read_weights(weights, one.network, layout_of(config))
            compose_table(weights, one.network, 0, 1)
            found.append(weights)
    return tuple(found)


def guests_of(
    company: Company | None, config: Config, state: State, worlds: slice, weights: Sequence[Weights]
) -> Guests:
    """A company in a group of worlds; nobody if there is none.

    Args:
        company: whom the kernels know.
        config: of the worlds.
        state: of the group.
        worlds: which of the batch they are.
        weights: of the policies, `frozen_weights`.
    """
    companions = () if company is None else company.companions
    played = [(one.script(), one.seats) for one in companions]
    scripts = [(script, seats) for script, seats in played if script is not None]
    policies = zip((seats for script, seats in played if script is None), weights, strict=True)
    slots = [np.flatnonzero(seats >= 0)[[0, -1]] * config.quota + (0, config.quota) for _, seats in scripts]
    return Guests(
        agents=np.zeros_like(state.agents),
        kin=np.zeros(0, np.uint8) if company is None else company.kin,
        rules=np.concatenate([state.rules[:0], *(script.rules for script, _ in scripts)]),
        headings=tuple(script.headings[worlds] for script, _ in scripts),
        keys=np.array([script.key for script, _ in scripts], np.uint64),
        calls=np.array([script.calls for script, _ in scripts], np.int64),
        slots=np.array(slots, np.int64).reshape(-1, 2),
        frozen=tuple(_frozen(Rollout(config, len(state.tick), 0, seats=seats), own) for seats, own in policies),
    )


def carried_by(groups: Sequence[Guests]) -> dict[str, torch.Tensor]:
    """What the agents of policies with a memory carry on: tensors that share no memory with it."""
    return {name: torch.from_numpy(np.concatenate(arrays)) for name, arrays in _carried(groups)}


def take_carried(groups: Sequence[Guests], state: Mapping[str, torch.Tensor]) -> None:
    """Goes back to what `carried_by` returned, of the same worlds and policies; it may stand among other tensors."""
    for name, arrays in _carried(groups):
        first = 0
        for array in arrays:
            array[...] = state[name].numpy()[first : first + len(array)]
            first += len(array)


def _carried(groups: Sequence[Guests]) -> Iterator[tuple[str, list[np.ndarray]]]:
    """The arrays of memories, group by group, each with its name."""
    for k, one in enumerate(groups[0].frozen):
        if one.segment.carried.numbers.shape[2]:
            for name in ("numbers", "owner", "age"):
                yield f"guest.{k}.{name}", [getattr(guests.frozen[k].segment.carried, name) for guests in groups]


def _frozen(rollout: Rollout, weights: Weights) -> Frozen:
    return Frozen(*allocate(rollout, weights), weights)


def lent_to(weights: Sequence[Weights]) -> tuple[Scratch, ...]:
    """What one thread works on for policies with such weights."""
    return tuple(allocate_scratch(own) for own in weights)


@jit(_nrt=False)
def act(state, segment, weights, scratch, styles, key, first_world, worlds):
    """Has a policy without a memory decide for those who were gathered; arguments as for `play`."""
    for p in range(segment.gathered.shape[0]):
        judge(segment, weights, scratch, p, 0, segment.gathered[p])
    decide(state, segment, weights, scratch, 0, styles, key, first_world, worlds)


@jit(_nrt=False)
def act_remembering(state, segment, weights, scratch, styles, key, first_world, worlds):
    """Has a policy with a memory decide for those who were gathered, and keeps what each carries on."""
    recurrent.recall(state, segment, 0)
    for p in range(segment.gathered.shape[0]):
        recurrent.judge(segment, weights, scratch, p, 0, segment.gathered[p])
    recurrent.keep(state, segment, 0)
    decide(state, segment, weights, scratch, 0, styles, key, first_world, worlds)


@inline
def recognise(state, guests):
    """Copies the agents of the group, of the populations that guests take them for."""
    for w in range(state.actions.shape[0]):
        for slot in range(state.actions.shape[1]):
            guests.agents[w, slot] = state.agents[w, slot]
            guests.agents[w, slot].population = guests.kin[state.agents[w, slot].population]
        for slot in range(state.actions.shape[1], state.agents.shape[1]):  # what is no agent is of no population
            guests.agents[w, slot] = state.agents[w, slot]
