"""Intrinsics for a linear layer over each agent in view and the maximum over them. Its weights are held in registers.

They address arrays flat from their first element and check nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from forge.ethyr.kernels.layout import COLUMNS, ROWS
from forge.ethyr.kernels.llvm import BYTES, FLOATS, I8, I32, I64, INTS, LANES, SHORTS, Code, const, filled


class _Task:
    """What both intrinsics read: their arguments, and the samples' agents.

    Array arguments: target (the output, or its gradient), winners, weights, entities, first, norm. Then a tuple of
    integers: where the target begins, its pitch, where winners and weights begin, their pitch, where entities and first
    begin, and the number of samples.
    """

    def __init__(self, code: Code) -> None:
        self.code, build = code, code.build
        arrays = [code.data(k) for k in range(6)]
        target, self.pitch, winner, weight, self.hidden, entity, sample, self.samples = (
            build.extract_value(code.args[6], k) for k in range(8)
        )
        self.target, self.winners, weights, self.entities, self.first, _ = (
            code.at(array, offset)
            for array, offset in zip(arrays, (target, winner, weight, entity, sample, 0), strict=True)
        )
        self.norm = code.vectors(arrays[5], 2)
        self.weights = [code.at(weights, build.mul(self.hidden, const(f))) for f in range(ROWS)]

    def agents(self, sample: Any) -> tuple[Any, Any]:
        """The first entity row of a sample, and how many it has."""
        code, build = self.code, self.code.build
        ends = (code.at(self.first, k) for k in (sample, build.add(sample, const(1))))
        begin, end = (build.sext(code.load(place, I32), I64) for place in ends)
        return self.agent(self.entities, begin), build.sub(end, begin)

    def agent(self, rows: Any, k: Any) -> Any:
        """Entity row k of those that begin at `rows`."""
        return self.code.at(rows, self.code.build.mul(k, const(COLUMNS)))

    def inputs(self, row: Any) -> list[Any]:
        """The normalised features of an agent and the one of the bias, each as a vector filled with it."""
        code, build = self.code, self.code.build
        numbers = build.sitofp(build.sext(code.load(row, SHORTS), INTS), FLOATS)
        scaled = build.fmul(build.fsub(numbers, self.norm[0]), self.norm[1])
        return [code.lane(scaled, f) for f in range(ROWS)]

    def row(self, sample: Any) -> Any:
        """A sample's row of the target."""
        return self.code.at(self.target, self.code.build.mul(sample, self.pitch))

    def winner(self, sample: Any) -> Any:
        """A sample's row of winners."""
        return self.code.at(self.winners, self.code.build.mul(sample, self.hidden))


def _write_max(code: Code, vectors: int, own: bool) -> None:
    build, task = code.build, _Task(code)
    weights = [code.vectors(row, vectors) for row in task.weights]

    def linear(row: Any) -> list[Any]:
        x = task.inputs(row)
        # two sums of half the length, because an addition waits for the one before it
        one, other = weights[-1], [build.fmul(x[0], w) for w in weights[0]]
        for f in range(1, ROWS - 1):
            one, other = other, [code.add_product(y, x[f], w) for y, w in zip(one, weights[f], strict=True)]
        return [build.fadd(y, z) for y, z in zip(one, other, strict=True)]

    def of_all(rows: Any, agents: Any) -> tuple[list[Any], list[Any]]:
        def agent(k: Any, best: list[Any]) -> list[Any]:
            y, me = linear(task.agent(rows, k)), code.splat(build.trunc(k, I32), INTS)
            # unordered: true for a NaN too, so that it shows
            better = [build.fcmp_unordered(">", new, old) for new, old in zip(y, best[:vectors], strict=True)]
            return [build.select(b, n, o) for b, n, o in zip(better * 2, y + [me] * vectors, best, strict=True)]

        nobody = [filled(float("-inf"))] * vectors + [filled(0, INTS)] * vectors
        best = code.loop(const(0), agents, nobody, agent)
        return best[:vectors], best[vectors:]

    def sample(q: Any, nothing: list[Any]) -> list[Any]:
        rows, agents = task.agents(q)
        top, who = (linear(rows), []) if own else of_all(rows, agents)
        for v, value in enumerate(top):
            code.store(value, code.at(task.row(q), LANES * v))
        for v, index in enumerate(who):
            code.store(build.trunc(index, BYTES), code.at(task.winner(q), LANES * v))
        return nothing

    code.loop(const(0), task.samples, [], sample)


def _write_gradient(code: Code, vectors: int, own: bool) -> None:
    build, task = code.build, _Task(code)

    def add(row: Any, grad: list[Any], sums: list[Any]) -> list[Any]:
        pairs = [(x, g) for x in task.inputs(row) for g in grad]
        return [code.add_product(total, x, g) for total, (x, g) in zip(sums, pairs, strict=True)]

    def of_all(rows: Any, agents: Any, q: Any, grad: list[Any], sums: list[Any]) -> list[Any]:
        winners = [code.load(code.at(task.winner(q), LANES * v), BYTES) for v in range(vectors)]

        def agent(k: Any, sums: list[Any]) -> list[Any]:
            me = code.splat(build.trunc(k, I8), BYTES)
            won = [build.icmp_unsigned("==", who, me) for who in winners]
            mine = [build.select(w, g, filled(0.0)) for w, g in zip(won, grad, strict=True)]
            return add(task.agent(rows, k), mine, sums)

        return code.loop(const(0), agents, sums, agent)

    def sample(q: Any, sums: list[Any]) -> list[Any]:
        rows, agents = task.agents(q)
        grad = code.vectors(task.row(q), vectors)
        return add(rows, grad, sums) if own else of_all(rows, agents, q, grad, sums)

    before = [x for row in task.weights for x in code.vectors(row, vectors)]
    for k, total in enumerate(code.loop(const(0), task.samples, before, sample)):
        code.store(total, code.at(task.weights[k // vectors], LANES * (k % vectors)))


def _four_ways(write: Callable[[Code, int, bool], None]) -> Any:
    """Code for 32 or 16 hidden units and for all agents or the observer alone; the last two arguments choose."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        for vectors in (2, 1):
            for own in (False, True):
                chosen = builder.and_(
                    builder.icmp_unsigned("==", args[7], const(vectors == 2, args[7].type)),
                    builder.icmp_unsigned("==", args[8], const(own, args[8].type)),
                )
                with builder.if_then(chosen):
                    write(code, vectors, own)
        return context.get_dummy_value()

    return generate


@intrinsic
def linear_max(typingctx, out, best, weights, entities, first, norm, where, wide, own):
    """For each sample the maximum over its agents of a linear layer over their features, and whose it is.

    Args:
        out: float32, written.
        best: uint8, written unless `own`.
        weights: float32; ROWS rows.
        entities: int16, rows of COLUMNS.
        first: int32.
        norm: float32 [2, COLUMNS].
        where: integers: where `out` begins, its pitch, where `best` and `weights` begin, their pitch, where `entities`
            and `first` begin, and the number of samples.
        wide: for 32 hidden units; else for 16.
        own: over the observer alone.
    """
    return types.void(out, best, weights, entities, first, norm, where, wide, own), _four_ways(_write_max)


@intrinsic
def linear_gradient(typingctx, grad, best, weights, entities, first, norm, where, wide, own):
    """Adds to the gradient of the weights of `linear_max`; `grad` is that of its output, the rest as there."""
    return types.void(grad, best, weights, entities, first, norm, where, wide, own), _four_ways(_write_gradient)
