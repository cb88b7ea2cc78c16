"""The rulebook's tick: the phases in their order, and what the systems do in each, as they declare it."""

from __future__ import annotations

from collections.abc import Iterator

from forge.blade.schema.phase import Phase
from forge.blade.schema.schema import Schema

#: What the phases of one agent have above them.
_EACH = "**For each agent with health above 0, in rotating order:**"


def tick_list(schema: Schema) -> str:
    """The tick of worlds with this schema as a numbered list in Markdown; phases in which nobody acts are left out.

    Args:
        schema: of the worlds.
    """
    return "\n".join(_lines(schema))


def _lines(schema: Schema) -> Iterator[str]:
    number, among = 0, False
    for phase in Phase:
        verbs = schema.verbs[phase]
        if not verbs:
            continue
        if phase.by_agent and not among:
            number += 1
            yield f"{number}. {_EACH}"
        among = phase.by_agent
        inner = phase.by_agent or phase is Phase.BIRTH
        number += not inner
        head = f"    - **{phase.heading}**" if inner else f"{number}. **{phase.heading}**"
        yield f"{head}: {phase.about}."
        for system, verb in verbs:
            yield f"{'        ' if inner else '    '}- *{system.name}*: {verb.rule}"
