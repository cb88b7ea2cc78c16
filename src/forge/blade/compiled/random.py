"""The random stream of a world: SplitMix64, one 64-bit word of state a world, kept in the state and saved with it.

Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. Bounded numbers: Lemire,
"Fast random integer generation in an interval", TOMACS 2019.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from forge.blade.compiled.jit import inline

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX2 = np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = (np.uint64(n) for n in (27, 30, 31, 32))
_11 = np.uint64(11)
_LOW32 = np.uint64(0xFFFFFFFF)


def world_seeds(seed: int, count: int) -> np.ndarray:
    """The seeds uint64 [count] of a batch of worlds: world i's is the first word of SeedSequence((seed, i))."""
    words = [np.random.SeedSequence((seed, i)).generate_state(1, np.uint64)[0] for i in range(count)]
    return np.array(words, np.uint64)


def given_seeds(seeds: Sequence[int]) -> np.ndarray:
    """Seeds given world by world, as uint64 [count]."""
    return np.array([int(seed) & 0xFFFFFFFFFFFFFFFF for seed in seeds], np.uint64)


@inline
def draw(stream, w):
    """The next 64 random bits of world w; `stream` is uint64 [W]."""
    stream[w] += _STEP
    z = stream[w]
    z = (z ^ (z >> _30)) * _MIX1
    z = (z ^ (z >> _27)) * _MIX2
    return z ^ (z >> _31)


@inline
def draw_below(stream, w, n):
    """A number drawn uniformly from 0 .. n − 1, without bias; n < 2^32."""
    bound = np.uint64(n)
    m = (draw(stream, w) >> _32) * bound
    if (m & _LOW32) < bound:
        reject = (np.uint64(1) << _32) % bound
        while (m & _LOW32) < reject:
            m = (draw(stream, w) >> _32) * bound
    return np.int64(m >> _32)


@inline
def draw_skip(stream, w, log_miss):
    """How many failures come before the next success, with log_miss = log(1 − p) < 0: geometric, capped at 2^31."""
    u = np.float64(draw(stream, w) >> _11) * (1.0 / 9007199254740992.0)
    return np.int64(min(math.log(1.0 - u) / log_miss, 2147483648.0))
