"""The kernels that gather samples: a module for each schema, made from what its systems tell agents."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from forge.blade.compiled.made import Names, filled, made
from forge.blade.engine.engine import folder_of
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Feature
from forge.ethyr.kernels.layout import OWN, Layout, Table, columns_of, target_of

#: A column of an action, and `Choice.matters` of its choice.
Matters: TypeAlias = tuple[int, str | Callable[..., Any] | None]

_TEMPLATE = Path(__file__).with_name("gathering_template.py")


class Gathering(NamedTuple):
    """The kernels of one schema; what each does is said in `forge/ethyr/experience/gathering_template.py`.

    Attributes:
        told: the arrays of the state that `gather_world` is given as the tuple `told`, in this order.
    """

    told: tuple[str, ...]
    gather_world: Any
    gather_all: Any
    describe: Any
    describe_view: Any


def gathering_of(layout: Layout, matters: bool = False) -> Gathering:
    """The kernels for samples of a layout, compiled when they are first called.

    Args:
        layout: of the worlds.
        matters: whether to note which choices matter.

    Raises:
        ConfigError: if what a feature is read by cannot be imported from its module by its name.
    """
    masked = tuple(choice.mask for choice in layout.choices if choice.mask)
    tables = tuple(table._replace(rows=0, width=0) for table in layout.tables)
    return _gathering_of(layout.schema, masked, tables, layout.matters() if matters else ())


@functools.cache
def _gathering_of(
    schema: Schema, masks: tuple[str, ...], tables: tuple[Table, ...], matters: tuple[Matters, ...]
) -> Gathering:
    """Of numbers of the configuration it knows none, so that to change them compiles nothing anew."""
    text, told = source_of(schema, masks, tables, matters)
    module = made(text, "forge.ethyr.experience.gathering", folder_of(schema, "ethyr"))
    return Gathering(told, *(getattr(module, kernel) for kernel in Gathering._fields[1:]))


def source_of(
    schema: Schema, masks: Sequence[str], tables: Sequence[Table], matters: Sequence[Matters]
) -> tuple[str, tuple[str, ...]]:
    """The text of the module, and `Gathering.told`."""
    names, told = Names(), _Told()
    lines: Mapping[str, Sequence[str]] = {
        "feature": [
            f"entities[p, entity, {feature.number}] = clipped({_read(feature, names, 'agent, me')})"
            for feature in schema.features
        ],
        "column behind them": [
            f"entities[p, entity, {column}] = 0" for column in range(len(schema.features), columns_of(schema))
        ],
        "column of target bits": [f"entities[p, entity, {target_of(schema)}] = bits"],
        "table of the world": list(_of_world(tables, told)),
        "table of an agent": [*_of_agent(schema, masks, tables, names, told), *_matters(matters, names, told)],
    }
    systems = ", ".join(system.name for system in schema.systems)
    about = f"Gathers samples in worlds with {systems}. Made from their declarations: change those."
    return filled(_TEMPLATE, {**lines, "functions": names.imports()}, about), tuple(told.names)


class _Told:
    """What `told` holds."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def of(self, array: str) -> str:
        """How an array of the state is read."""
        if array not in self.names:
            self.names.append(array)
        return f"told[{self.names.index(array)}]"


def _read(feature: Feature, names: Names, of: str) -> str:
    return f"{names.of(feature.read)}({of})" if feature.read else f"agent.{feature.name}"


def _runs(features: Sequence[Feature]) -> list[list[Feature]]:
    """The features in order, those together that are numbers of one array which follow one another."""
    runs = list[list[Feature]]()
    for feature in features:
        last = runs[-1][-1] if runs else None
        follows = last and last.at is not None and (feature.array, feature.at) == (last.array, last.at + 1)
        if not (feature.array and follows):
            runs.append([])
        runs[-1].append(feature)
    return runs


def _of_run(run: Sequence[Feature], names: Names, told: _Told) -> Iterator[str]:
    """The lines that write some of an agent's own features."""
    first = run[0]
    into = f"more.own[p, row, {first.number}"
    if len(run) > 1:
        yield f"for k in range({len(run)}):"
        yield f"    {into} + k] = {told.of(first.array)}[w, slot, {first.at} + k]"
    elif first.array:
        yield f"{into}] = {told.of(first.array)}[w, slot{'' if first.at is None else f', {first.at}'}]"
    else:
        yield f"{into}] = {_read(first, names, 'agent')}"


def _of_world(tables: Sequence[Table], told: _Told) -> Iterator[str]:
    """The lines that write what all agents of a world see."""
    if any(table.world for table in tables):
        yield "here = place + w"
    for table in tables:
        if table.parts:
            yield "at = 0"
        for array, axes in table.parts:
            of = told.of(array)
            if axes == 0:
                yield f"more.around[here, at] = {of}[w]"
                yield "at += 1"
            else:
                yield f"for k in range({of}.shape[1]):"
                yield f"    more.around[here, at + k] = {of}[w, k]"
                yield f"at += {of}.shape[1]"
    yield from _of_sets(tables, told, world=True)


def _of_sets(tables: Sequence[Table], told: _Told, world: bool) -> Iterator[str]:
    """The lines that write the rows of sets that are there: those of the world, or those of an agent."""
    into, whose = ("here", "w") if world else ("p, row", "w, slot")
    for i, table in enumerate(table for table in tables if table.array):
        if table.world == world:
            rows, count = told.of(table.array), told.of(table.filled)
            yield f"count = max(0, min({count}[{whose}], {rows}.shape[{1 if world else 2}]))"
            yield f"more.counts[{i}][{into}] = count"
            yield "for k in range(count):"
            yield f"    for column in range({rows}.shape[{2 if world else 3}]):"
            yield f"        more.sets[{i}][{into}, k, column] = {rows}[{whose}, k, column]"


def _of_agent(
    schema: Schema, masks: Sequence[str], tables: Sequence[Table], names: Names, told: _Told
) -> Iterator[str]:
    """The lines that write what an agent alone sees."""
    if any(table.world for table in tables):
        yield "more.place[p, row] = here"
    if any(table.name == OWN for table in tables):
        yield "agent = agents[w, slot]"
        for run in _runs(schema.own):
            yield from _of_run(run, names, told)
    yield from _of_sets(tables, told, world=False)
    if masks:
        yield "at = 0"
    by_option = {choice.mask for choice in schema.choices if choice.given}
    for mask in masks:
        of = told.of(mask)
        if mask in by_option:
            yield f"copy_options(more.valid[p, row], at, {of}[w, slot])"
            yield f"at += {of}.shape[2] * {of}.shape[3]"
            continue
        yield f"for k in range({of}.shape[2]):"
        yield f"    more.valid[p, row, at + k] = {of}[w, slot, k]"
        yield f"at += {of}.shape[2]"


def _matters(matters: Sequence[Matters], names: Names, told: _Told) -> Iterator[str]:
    """The lines that note which choices matter to an agent: what is asked of others in view is asked once."""
    if not matters:
        return
    yield f"bits = {sum(1 << column for column, whom in matters if whom is None)}"
    asked: dict[str, int] = {}
    for column, whom in matters:
        if isinstance(whom, str):
            yield f"bits |= np.int64({told.of(whom)}[w, slot]) << {column}"
        elif whom is not None:
            asked[names.of(whom)] = asked.get(names.of(whom), 0) | 1 << column
    if asked:
        rules = told.of("rules")
        yield "for other in range(1, seen_count[w, slot]):"
        for function, bits in asked.items():
            yield f"    if {function}(agents[w, seen[w, slot, other]], agents[w, slot], {rules}[w]):"
            yield f"        bits |= {bits}"
    yield "more.matters[p, row] = bits"
