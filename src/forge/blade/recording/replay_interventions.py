"""The interventions of a replay: a table beside those of its frames, of one row for each, made from their kinds.

Frames have no such table. A replay that lacks it holds no interventions, and readers that do not know it pass over it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from forge.blade.interventions.kinds import KINDS, QUANTITIES
from forge.blade.recording.frame_schema import Field, FrameError, Section, Table
from forge.blade.schema.versions import Since
from forge.blade.world.scenario import Step
from forge.blade.world.world import Made
from forge.support.checks import ConfigError

#: What stands in a column for what an intervention does not give.
NOT_GIVEN = -(2**31)

_NUMBERS = tuple(name for name in QUANTITIES if name != "agent")

INTERVENTIONS = Section(
    "interventions",
    "what was done to the world between two ticks, since the frame before",
    (
        Field("tick", np.dtype("<i8"), "ticks", "ticks that the world had finished when it was done"),
        Field("kind", np.dtype("<u1"), "", "what was done", names=tuple(KINDS)),
        Field("agent", np.dtype("<i8"), "", "id of the agent it was done to, also of one that was placed; else −1"),
        *(
            Field(name, np.dtype("<i4"), quantity.unit, quantity.meaning, since=Since(before=NOT_GIVEN))
            for name, quantity in QUANTITIES.items()
            if name != "agent"
        ),
    ),
)


def table_of(made: Sequence[Made]) -> Table:
    """The rows of interventions, in their order."""
    kinds = list(KINDS)
    given = [one.intervention.given() for one in made]
    columns = {
        "tick": [one.tick for one in made],
        "kind": [kinds.index(one.intervention.kind) for one in made],
        "agent": [-1 if one.agent is None else one.agent for one in made],
        **{name: [values.get(name, NOT_GIVEN) for values in given] for name in _NUMBERS},
    }
    return {field.name: np.array(columns[field.name], field.type) for field in INTERVENTIONS.fields}


def steps_of(table: Table) -> Iterator[Step]:
    """The interventions of such rows, each with its tick.

    Raises:
        FrameError: if one is of a kind that this release does not know, or holds what no intervention can.
    """
    for row in zip(*(table[field.name].tolist() for field in INTERVENTIONS.fields), strict=True):
        values = dict(zip([field.name for field in INTERVENTIONS.fields], row, strict=True))
        if not 0 <= values["kind"] < len(KINDS):
            raise FrameError(f"interventions.kind holds {values['kind']}; known are 0 .. {len(KINDS) - 1}")
        kind = list(KINDS.values())[values["kind"]]
        fields = {f.name for f in dataclasses.fields(kind)}
        given = {name: value for name, value in values.items() if name in fields and value != NOT_GIVEN}
        try:
            yield Step(values["tick"], kind(**given))
        except (ConfigError, TypeError) as error:
            raise FrameError(f"interventions: {error}") from error
