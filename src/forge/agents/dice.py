"""Randomness of scripted agents: a hash of (seed, tick, world, slot), so that no draw depends on who else draws."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX1, _MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_16, _27, _30, _31, _32 = (np.uint64(n) for n in (16, 27, 30, 31, 32))


@inline
def mix(z):
    """Scrambles 64 bits. Source: the finaliser of SplitMix64, Steele, Lea, Flood, OOPSLA 2014."""
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    return z ^ (z >> _31)


@inline
def key_of(seed, tick):
    """What all rolls of a tick start from; `seed` is a uint64."""
    return mix(seed + np.uint64(tick) * _GOLDEN)


@inline
def roll(key, world, slot):
    """64 random bits for one agent; `mix` of them gives 64 more. Slots are numbered below 2^16."""
    return mix(key + ((np.uint64(world) << _16) + np.uint64(slot)) * _GOLDEN)


@inline
def below(bits, n):
    """A number in 0 .. n − 1 from the upper half of 64 random bits, 0 for n = 0.

    Some numbers are likelier than others by up to 1 part in 2^32 / n: no n here is large enough for that to matter.
    """
    return np.int64(((bits >> _32) * np.uint64(n)) >> _32)


def _members() -> np.ndarray:
    """All sets of moves: uint8 [32, 8], the moves of a set in order and, in the last column, their number."""
    table = np.zeros((32, 8), np.uint8)
    for moves in range(32):
        members = [move for move in range(5) if moves >> move & 1]
        table[moves, : len(members)] = members
        table[moves, 7] = len(members)
    return table


_MEMBERS = _members()


@inline
def member(moves, bits):
    """A move drawn from a set of moves, each as likely; 0 from the empty set."""
    return _MEMBERS[moves, below(bits, _MEMBERS[moves, 7])]
