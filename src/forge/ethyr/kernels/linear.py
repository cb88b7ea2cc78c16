"""Intrinsics for a linear layer over each agent in view and the maximum over them.

The weights of our own features are held in registers. Where other systems declare more there are too few of them: then
features are worked on four at a time, with weights read from memory.

They address arrays flat from their first element and check nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from forge.ethyr.kernels.layout import COLUMNS, ROWS
from forge.ethyr.kernels.llvm import (
    BYTES,
    F32,
    I8,
    I16,
    I32,
    I64,
    INTS,
    LANES,
    SHORTS,
    Code,
    const,
    filled,
)

#: Features that are worked on at once where their number is any.
_FOUR = 4


class _Task:
    """What `linear_max` reads: its arguments, and the samples' agents.

    Array arguments: target (the output), winners, weights, entities, first, norm. Then a tuple of
    integers: where the target begins, its pitch, where winners and weights begin, their pitch, where entities and first
    begin, the number of samples, how many rows the weights have, and columns the entities.
    """

    def __init__(self, code: Code) -> None:
        self.code, build = code, code.build
        arrays = [code.data(k) for k in range(6)]
        target, self.pitch, winner, weight, self.hidden, entity, sample, self.samples, self.count, self.columns = (
            build.extract_value(code.args[6], k) for k in range(10)
        )
        self.target, self.winners, weights, self.entities, self.first, _ = (
            code.at(array, offset)
            for array, offset in zip(arrays, (target, winner, weight, entity, sample, 0), strict=True)
        )
        self.first_weight, self.norms = weights, arrays[5]

    def agents(self, sample: Any) -> tuple[Any, Any]:
        """The first entity row of a sample, and how many it has."""
        code, build = self.code, self.code.build
        ends = (code.at(self.first, k) for k in (sample, build.add(sample, const(1))))
        begin, end = (build.sext(code.load(place, I32), I64) for place in ends)
        return self.agent(self.entities, begin), build.sub(end, begin)

    def agent(self, rows: Any, k: Any) -> Any:
        """Entity row k of those that begin at `rows`."""
        return self.code.at(rows, self.code.build.mul(k, self.columns))

    def weight(self, f: Any) -> Any:
        """Row f of the weights."""
        return self.code.at(self.first_weight, self.code.build.mul(self.hidden, f))

    def row(self, sample: Any) -> Any:
        """A sample's row of the target."""
        return self.code.at(self.target, self.code.build.mul(sample, self.pitch))

    def winner(self, sample: Any) -> Any:
        """A sample's row of winners."""
        return self.code.at(self.winners, self.code.build.mul(sample, self.hidden))


def _normalised(code: Code, row: Any, norm: list[Any], kind: Any = SHORTS) -> Any:
    """A vector of numbers, of which `norm` tells how many, from `row` on, less norm[0] and times norm[1]."""
    floats = norm[0].type
    numbers = code.load(row, kind)
    if kind.element.width < I32.width:
        numbers = code.build.sext(numbers, ir.VectorType(I32, floats.count))
    return code.build.fmul(code.build.fsub(code.build.sitofp(numbers, floats), norm[0]), norm[1])


class _Ours(_Task):
    """A task with our own features alone: how many they are is a constant."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.columns = const(COLUMNS)
        self.norm = code.vectors(self.norms, 2)
        self.weights = [self.weight(const(f)) for f in range(ROWS)]

    def inputs(self, row: Any) -> list[Any]:
        """The normalised features of an agent and the one of the bias, each as a vector filled with it."""
        scaled = _normalised(self.code, row, self.norm)
        return [self.code.lane(scaled, f) for f in range(ROWS)]


class _Any(_Task):
    """A task with any number of features, four at a time, of which the last may be filled in part."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        build = code.build
        self.last = build.udiv(build.sub(self.count, const(1)), const(_FOUR))
        self.whole = build.mul(self.last, const(_FOUR))  # rows of all fours but the last

    def inputs(self, row: Any, four: Any) -> list[Any]:
        """Four normalised features of an agent, each as a vector filled with it; 0 behind that of the bias."""
        code, build = self.code, self.code.build
        begin, floats = build.mul(four, const(_FOUR)), ir.VectorType(F32, _FOUR)
        places = (code.at(self.norms, build.add(begin, offset)) for offset in (const(0), self.columns))
        norm = [code.load(place, floats) for place in places]
        scaled = _normalised(code, code.at(row, begin), norm, ir.VectorType(I16, _FOUR))
        return [code.lane(scaled, f) for f in range(_FOUR)]

    def filled(self, vectors: int) -> Any:
        """The last four rows of weights in memory of their own, with zeros in place of those that are not there."""
        code, width = self.code, LANES * vectors
        room = code.room(_FOUR * width)
        for k in range(_FOUR * vectors):
            code.store(filled(0.0), code.at(room, LANES * k))

        def copy(f: Any, nothing: list[Any]) -> list[Any]:
            to = code.at(room, code.build.mul(f, const(width)))
            for v, w in enumerate(code.vectors(self.weight(code.build.add(self.whole, f)), vectors)):
                code.store(w, code.at(to, LANES * v))
            return nothing

        code.loop(const(0), code.build.sub(self.count, self.whole), [], copy)
        return room


def _from_registers(task: _Ours, vectors: int) -> Callable[[Any], list[Any]]:
    code, build = task.code, task.code.build
    weights = [code.vectors(row, vectors) for row in task.weights]

    def linear(row: Any) -> list[Any]:
        x = task.inputs(row)
        # two sums of half the length, because an addition waits for the one before it
        one, other = weights[-1], [build.fmul(x[0], w) for w in weights[0]]
        for f in range(1, ROWS - 1):
            one, other = other, [code.add_product(y, x[f], w) for y, w in zip(one, weights[f], strict=True)]
        return [build.fadd(y, z) for y, z in zip(one, other, strict=True)]

    return linear


def _from_memory(task: _Any, vectors: int) -> Callable[[Any], list[Any]]:
    code, build = task.code, task.code.build
    room = task.filled(vectors)

    def linear(row: Any) -> list[Any]:
        def four(k: Any, sums: list[Any]) -> list[Any]:
            last = build.icmp_signed("==", k, task.last)
            weights = build.select(last, room, task.weight(build.mul(k, const(_FOUR))))
            pitch = build.select(last, const(LANES * vectors), task.hidden)
            one, other = sums[:vectors], sums[vectors:]
            for f, x in enumerate(task.inputs(row, k)):
                weight = code.vectors(code.at(weights, build.mul(pitch, const(f))), vectors)
                one, other = other, [code.add_product(y, x, w) for y, w in zip(one, weight, strict=True)]
            return one + other

        sums = code.loop(const(0), build.add(task.last, const(1)), [filled(0.0)] * (2 * vectors), four)
        return [build.fadd(y, z) for y, z in zip(sums[:vectors], sums[vectors:], strict=True)]

    return linear


def _write_max(code: Code, vectors: int, ours: bool) -> None:
    build = code.build
    if ours:
        task: _Task = (mine := _Ours(code))
        linear = _from_registers(mine, vectors)
    else:
        task = (any_of := _Any(code))
        linear = _from_memory(any_of, vectors)

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
        top, who = of_all(rows, agents)
        for v, value in enumerate(top):
            code.store(value, code.at(task.row(q), LANES * v))
        for v, index in enumerate(who):
            code.store(build.trunc(index, BYTES), code.at(task.winner(q), LANES * v))
        return nothing

    code.loop(const(0), task.samples, [], sample)


def _four_ways(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    """Code for 32 or 16 hidden units, for our own features or any number: the last argument and their number choose."""
    code = Code(context, builder, sig, args)
    ours = builder.icmp_unsigned("==", builder.extract_value(args[6], 8), const(ROWS))
    for constant in (True, False):
        with builder.if_then(ours if constant else builder.not_(ours)):
            for vectors in (2, 1):
                with builder.if_then(builder.icmp_unsigned("==", args[7], const(vectors == 2, args[7].type))):
                    _write_max(code, vectors, constant)
    return context.get_dummy_value()


@intrinsic
def linear_max(typingctx, out, best, weights, entities, first, norm, where, wide):
    """For each sample the maximum over its agents of a linear layer over their features, and whose it is.

    Args:
        out: float32, written.
        best: uint8, written.
        weights: float32; a row for each feature, and the bias.
        entities: int16.
        first: int32.
        norm: float32 [2, columns of `entities`].
        where: integers: where `out` begins, its pitch, where `best` and `weights` begin, their pitch, where `entities`
            and `first` begin, the number of samples, of rows of `weights`, and of columns of `entities`.
        wide: for 32 hidden units; else for 16.
    """
    return types.void(out, best, weights, entities, first, norm, where, wide), _four_ways


@intrinsic
def normalise_rows(typingctx, out, numbers, norm, where, some):
    """Rows of features, int16 or int32, as float32: less norm[0], and times norm[1].

    Args:
        out: float32, written.
        numbers: what to read.
        norm: float32 [2, any].
        where: integers: where the rows of `out` begin and their pitch; the same of `numbers`; the column of `norm` that
            is the first one's, and the number of its columns; how many columns to work on, a multiple of 16; the number
            of rows, one at least.
        some: int32, for each column worked on receives 0 if `out` is 0 in all of its rows; or None.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        out_at, out_pitch, from_at, from_pitch, norm_at, norm_pitch, columns, count = (
            builder.extract_value(args[3], k) for k in range(8)
        )
        target, source, norms = (code.at(code.data(k), at) for k, at in enumerate((out_at, from_at, norm_at)))
        listed = sig.args[4] != types.none
        kind = SHORTS if sig.args[1].dtype.bitwidth == SHORTS.element.width else INTS

        def block(b: Any, nothing: list[Any]) -> list[Any]:
            begin = builder.mul(b, const(LANES))
            norm = [code.load(code.at(norms, builder.add(begin, offset))) for offset in (const(0), norm_pitch)]

            def row(k: Any, bits: list[Any]) -> list[Any]:
                place = code.at(source, builder.add(begin, builder.mul(k, from_pitch)))
                to = code.at(target, builder.add(begin, builder.mul(k, out_pitch)))
                code.store(scaled := _normalised(code, place, norm, kind), to)
                return [builder.or_(one, builder.bitcast(scaled, INTS)) for one in bits]

            for one in code.loop(const(0), count, [filled(0, INTS)] if listed else [], row):
                code.store(one, code.at(code.data(4), begin))
            return nothing

        code.loop(const(0), builder.udiv(columns, const(LANES)), [], block)
        return context.get_dummy_value()

    return types.void(out, numbers, norm, where, some), generate


@intrinsic
def give_to_winners(typingctx, out, out_at, pitch, grad, grad_at, best, best_at, count, wide):
    """Row k of `out` = the gradients of the hidden units whose maximum agent k gave, and 0 for all others.

    Rows begin at out.flat[out_at + k · pitch] for k < count; the gradients at grad.flat[grad_at], who gave each at
    best.flat[best_at], uint8. They are of 32 hidden units if `wide`, else of 16.
    """
    at = types.intp
    signature = types.void(out, at, at, grad, at, best, at, at, wide)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        target, grads, winners, pitch, count = code.element(0), code.element(3), code.element(5), args[2], args[7]
        for vectors in (2, 1):
            with builder.if_then(builder.icmp_unsigned("==", args[8], const(vectors == 2, args[8].type))):
                given = code.vectors(grads, vectors)
                who = [code.load(code.at(winners, LANES * v), BYTES) for v in range(vectors)]

                def agent(k: Any, nothing: list[Any], given: Any = given, who: Any = who) -> list[Any]:
                    me, row = code.splat(builder.trunc(k, I8), BYTES), code.at(target, builder.mul(k, pitch))
                    for v, (grad, winner) in enumerate(zip(given, who, strict=True)):
                        mine = builder.select(builder.icmp_unsigned("==", winner, me), grad, filled(0.0))
                        code.store(mine, code.at(row, LANES * v))
                    return nothing

                code.loop(const(0), count, [], agent)
        return context.get_dummy_value()

    return signature, generate
