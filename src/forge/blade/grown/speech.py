"""Speech: a word a tick, which everyone hears who sees the speaker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number
from forge.blade.schema.system import Choice, Feature, System, shared


@dataclass(frozen=True)
class Speech(Section):
    """What can be said."""

    words: int = number(8, 1, 254, "how many words there are; what they mean is for agents to find")


def _words(config: Any) -> tuple[str, ...]:
    return ("nothing", *map(str, range(1, config.speech.words + 1)))


@inline
def speak(state, w):
    """Everyone says its word."""
    column = state.rules[w].choice_word
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        state.agents[w, slot].word = state.actions[w, slot, column]


SYSTEM = System(
    "speech",
    "a word a tick, for whoever sees the speaker",
    section=Speech,
    shared=shared("speech", "words"),
    agent=(Column("word", "u1", "what it said last; 0 is nothing", "word"),),
    features=(
        Feature(
            "word",
            lambda c: 0,
            lambda c: c.speech.words,
            "",
            "what it said last; 0 is nothing",
            lambda c: c.speech.words / 2,
            lambda c: c.speech.words / 2,
        ),
    ),
    choices=(Choice("word", "what it says", _words),),
    verbs=(Verb(Phase.MOVE, speak, "Everyone says its word, which is heard until the next one."),),
)
