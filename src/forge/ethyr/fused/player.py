"""The kernel that plays a segment: a module for each schema, made from a template."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from forge.blade.compiled.jit import part_of
from forge.blade.compiled.made import Names, filled, made
from forge.blade.engine.engine import folder_of
from forge.blade.engine.mistakes import named
from forge.ethyr.experience.gathering import Gathering, gathering_of
from forge.ethyr.fused import guests, play, recurrent
from forge.ethyr.kernels.layout import Layout

_TEMPLATE = Path(__file__).with_name("player_template.py")
#: What `gather_world` is given of a group's state, and of its segment at tick t.
_STATE = "{agents}, state.window, state.seen, state.seen_count, state.moves, state.targets"
_SEGMENT = (
    "segment.windows, segment.entities, segment.first, segment.moves, segment.seats, segment.sample_of[{tick}], "
    "segment.first_row, segment.first_entity"
)


class Kind(NamedTuple):
    """A scripted agent, as `forge.agents.base.Script` has it."""

    kernel: Any
    sight: type[Any]


@functools.cache
def player_of(
    layout: Layout, matters: bool, memory: bool, scripts: tuple[Kind, ...] = (), frozen: tuple[bool, ...] = ()
) -> Any:
    """`play` of `forge/ethyr/fused/player_template.py` for worlds of a layout, compiled when it is first called.

    A verb from outside that does not compile is then one ConfigError.

    Args:
        layout: of the worlds.
        matters: whether to note which choices matter.
        memory: whether the network has one.
        scripts: the scripted agents that share the worlds.
        frozen: of each policy that shares them and does not learn, whether it has a memory.
    """
    names, schema = Names(), layout.schema
    judge = recurrent.judge_newest if memory else play.judge_newest
    lines = {
        "gathering": _gathers(gathering_of(layout, matters), names, "state.agents", "t"),
        "judging": [f"{names.of(judge)}(state, segment, weights, scratch, t)"],
        "gathering for a guest": _gathers(gathering_of(layout), names, "agents", "0"),
        "guest": list(_guests(scripts, frozen, names)),
    }
    lines["functions"] = names.imports()
    systems = ", ".join(system.name for system in schema.systems)
    text = filled(_TEMPLATE, lines, f"Plays worlds with {systems}. Made from their declarations: change those.")
    parts = sorted({part_of(kind.kernel.__module__) for kind in scripts})
    player = made(text, "forge.ethyr.fused.play", folder_of(schema, "ethyr", *parts)).play
    return named(player, schema) if schema.modules else player


def _gathers(gathering: Gathering, names: Names, agents: str, tick: str) -> list[str]:
    """The lines that gather what agents of a group see."""
    told = "".join(f"state.{name}, " for name in gathering.told)
    state, segment = _STATE.format(agents=agents), _SEGMENT.format(tick=tick)
    given = f"w, {state}, ({told}), {segment}, more, {tick} * state.tick.shape[0]"
    return ["for w in range(state.tick.shape[0]):", f"    {names.of(gathering.gather_world)}({given})"]


def _guests(scripts: Sequence[Kind], frozen: Sequence[bool], names: Names) -> Iterator[str]:
    """The lines in which those who share the worlds with the learners decide."""
    if scripts or frozen:
        yield "recognise(state, guests)"
    for k, kind in enumerate(scripts):
        seen = f"{names.of(kind.sight)}(guests.agents, {', '.join(f'state.{name}' for name in kind.sight._fields[1:])})"
        memory = f"guests.rules[{k} : {k + 1}], guests.headings[{k}], guests.keys[{k}], guests.calls[{k}] + t"
        slots = f"guests.slots[{k}, 0], guests.slots[{k}, 1]"
        yield f"{names.of(kind.kernel)}({seen}, {memory}, first_world, {slots}, state.actions)"
    for k, remembers in enumerate(frozen):
        act = names.of(guests.act_remembering if remembers else guests.act)
        policy = f"guests.frozen[{k}].segment, guests.frozen[{k}].weights, lent[{k}]"
        yield f"gather_frozen(state, guests.agents, guests.frozen[{k}])"
        yield f"{act}(state, {policy}, styles, key, first_world, worlds)"
