"""Random: any valid move, style and target, each as likely."""

from __future__ import annotations

import numpy as np

from forge.agents.base import Compiled
from forge.agents.dice import below, key_of, member, mix, roll
from forge.blade import Observation
from forge.blade.compiled.jit import inline, jit
from forge.blade.schema.system import Choice


@jit
def decide_all(sight, rules, headings, seed, calls, first, low, high, out):
    """See `Compiled`."""
    key, styles, learned = key_of(seed, calls), rules[0].styles, rules[0].learned
    for w in range(out.shape[0]):
        for slot in range(low, high):
            out[w, slot, :] = 0
            if sight.seen_count[w, slot] > 0:
                bits = roll(key, first + w, slot)
                out[w, slot, 0] = member(sight.moves[w, slot], bits)
                bits = mix(bits)
                style = below(bits, styles)
                out[w, slot, 1] = style
                if learned:
                    out[w, slot, 2] = valid_target(sight, w, slot, style, mix(bits))


@inline
def valid_target(sight, w, slot, style, bits):
    """One of the entries of the view that are valid targets for a style; entry 0, nobody, always is."""
    valid = 0
    for entry in range(sight.seen_count[w, slot]):
        valid += sight.targets[w, slot, entry] >> style & 1
    nth = below(bits, valid)
    for entry in range(sight.seen_count[w, slot]):
        nth -= sight.targets[w, slot, entry] >> style & 1
        if nth < 0:
            return entry
    return 0


class Random(Compiled):
    """Acts uniformly at random among the valid moves, the styles, and the targets valid for the style it drew."""

    kernel = decide_all

    def _choose(self, choice: Choice, observation: Observation, out: np.ndarray) -> np.ndarray:
        """Any valid option, each as likely, from a stream of its own for each tick and choice."""
        count = len(choice.options(self.config))
        valid = (
            np.ones((*observation.alive.shape, count), bool) if choice.mask is None else observation.more[choice.mask]
        )
        if choice.given:
            before = out[..., [one.name for one in self._choices].index(choice.given)]
            valid = np.take_along_axis(valid, before[..., None, None].astype(np.int64), -2)[..., 0, :]
        stream = np.random.Generator(np.random.Philox(key=[self._key, np.uint64(self._calls << 8 | choice.number)]))
        return np.argmax(valid * (1 - stream.random(valid.shape)), -1)
