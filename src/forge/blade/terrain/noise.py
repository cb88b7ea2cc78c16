"""Ridged multifractal noise: the field that terrain is cut from.

Sources: the sum of octaves, each weighted by those before it, is the multifractal of F. K. Musgrave ("Texturing and
Modeling: A Procedural Approach", 3rd ed., chapter 16), with the ridge 2·(0.5 − |0.5 − n|) of Red Blob Games, "Making
maps with noise functions"; the first release of Neural MMO (v1.0, 2019) cut its terrain from that form. The noise
itself is OpenSimplex by K. Spencer, from the library `opensimplex`.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import cached_here, jit

# The library's kernels ask for a disk cache when they are defined, beside the library or in the home folder, and the
# import fails where neither can be written. Ours can.
with cached_here():
    import opensimplex
    from opensimplex.internals import _noise2

#: What the noise is made by.
LIBRARY = f"opensimplex {opensimplex.__version__}"

#: Amplitude and frequency of an octave, as multiples of the octave before it.
GAIN = 0.5
LACUNARITY = 2.0


def ridged(seed: int, x: np.ndarray, y: np.ndarray, scale: float, octaves: int) -> np.ndarray:
    """The field float64 [len(y), len(x)] at the points (x, y), divided by its maximum: in 0..1, and 1 somewhere.

    With n the noise mapped to 0..1, octave i adds 0.5^i · 2·(0.5 − |0.5 − n(2^i · scale · (x, y))|), multiplied, after
    the first, by the sum of the octaves before it.

    Args:
        seed: of the noise; any integer, of which the low 64 bits count.
        x: float64 [W].
        y: float64 [H].
        scale: frequency of the first octave.
        octaves: their number, at least 1.
    """
    permutation = opensimplex.OpenSimplex(seed)._perm
    field = _sum_octaves(permutation, x, y, float(scale), octaves)
    return field / field.max()


# The library's own array function runs in parallel threads, which some of Numba's threading layers abort on when two
# threads of Python enter it, so the loop over points is ours and the noise at a point is the library's.
@jit
def _sum_octaves(permutation, x, y, scale, octaves):
    field = np.empty((y.size, x.size))
    for row in range(y.size):
        for column in range(x.size):
            total = 0.0
            amplitude = 1.0
            frequency = scale
            for octave in range(octaves):
                n = 0.5 + 0.5 * _noise2(frequency * x[column], frequency * y[row], permutation)
                ridge = amplitude * 2.0 * (0.5 - abs(0.5 - n))
                total += ridge if octave == 0 else ridge * total
                amplitude *= GAIN
                frequency *= LACUNARITY
            field[row, column] = total
    return field
