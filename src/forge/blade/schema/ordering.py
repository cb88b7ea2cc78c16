"""Which verbs a tick has, in which order, and which functions take the place of which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.system import System
from forge.support.checks import ConfigError

Verbs = dict[Phase, tuple[tuple[System, Verb], ...]]


def verbs_by_phase(systems: Sequence[System]) -> Verbs:
    """The verbs of each phase, with who declares them: in the order of systems, or in the place of what they replace.

    Raises:
        ConfigError: if a verb takes the place of one that is not there.
    """
    there = {system.name for system in systems}
    found: dict[Phase, list[tuple[System, Verb]]] = {phase: [] for phase in Phase}
    for system in systems:
        for verb in system.verbs:
            if not set(verb.where) <= there:
                continue
            of_phase = found[verb.phase]
            if verb.instead is None:
                of_phase.append((system, verb))
            else:
                of_phase[_place(system, verb, of_phase)] = (system, verb)
    return {phase: tuple(verbs) for phase, verbs in found.items()}


def _place(system: System, verb: Verb, of_phase: Sequence[tuple[System, Verb]]) -> int:
    for place, (_, other) in enumerate(of_phase):
        if other.does is verb.instead:
            return place
    name = getattr(verb.instead, "__name__", verb.instead)
    raise ConfigError(
        f"verb {verb.does.__name__} of system {system.name!r} takes the place of {name}, which no earlier system "
        f"has in the phase {verb.phase.name}"
    )


def replaced(function: Any, systems: Sequence[System]) -> Any:
    """What stands for a compiled function in worlds of these systems: itself, unless one puts its own in its place."""
    pairs: list[tuple[Callable[..., Any], Callable[..., Any]]] = [pair for s in systems for pair in s.instead]
    for theirs, ours in pairs:
        if function is theirs:
            function = ours
    return function
