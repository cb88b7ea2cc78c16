"""Words that threads read and write at once, a clock, and calls by address: what Numba has no name for.

All operations on words are sequentially consistent; words are elements of an int64 array.
"""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_ORDER = "seq_cst"
_I32, _I64 = ir.IntType(32), ir.IntType(64)
_VOID, _BYTES = ir.VoidType(), ir.IntType(8).as_pointer()

#: The type of what a thread calls: it is given the address of its context, and which of the threads it is.
ENTRY = ir.FunctionType(_VOID, [_BYTES, _I64])


def _word(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.gep(context.make_array(sig.args[0])(context, builder, args[0]).data, [args[1]])


@intrinsic
def load(typingctx, words, at):
    """The word words[at]."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.load_atomic(_word(context, builder, sig, args), _ORDER, 8)

    return types.int64(words, types.intp), generate


@intrinsic
def store(typingctx, words, at, value):
    """Sets words[at]."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        builder.store_atomic(args[2], _word(context, builder, sig, args), _ORDER, 8)
        return context.get_dummy_value()

    return types.void(words, types.intp, types.int64), generate


@intrinsic
def add(typingctx, words, at, value):
    """Adds to words[at]; returns what it is then."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        before = builder.atomic_rmw("add", _word(context, builder, sig, args), args[2], _ORDER)
        return builder.add(before, args[2])

    return types.int64(words, types.intp, types.int64), generate


@intrinsic
def exchange(typingctx, words, at, value):
    """Sets words[at]; returns what it was."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.atomic_rmw("xchg", _word(context, builder, sig, args), args[2], _ORDER)

    return types.int64(words, types.intp, types.int64), generate


@intrinsic
def swap_if(typingctx, words, at, expected, value):
    """Sets words[at] if it is what is expected; returns whether it was."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        place = _word(context, builder, sig, args)
        return builder.extract_value(builder.cmpxchg(place, args[2], args[3], _ORDER, _ORDER), 1)

    return types.boolean(words, types.intp, types.int64, types.int64), generate


@intrinsic
def pause(typingctx):
    """Tells the processor that this thread is looking at a word again and again."""
    machine = binding.get_process_triple().partition("-")[0]

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if machine in ("x86_64", "i686", "i386"):
            builder.call(builder.module.declare_intrinsic("llvm.x86.sse2.pause", fnty=ir.FunctionType(_VOID, [])), [])
        elif machine in ("aarch64", "arm64"):
            kind = ir.FunctionType(_VOID, [_I32])
            builder.call(builder.module.declare_intrinsic("llvm.aarch64.hint", fnty=kind), [ir.Constant(_I32, 1)])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def clock(typingctx):
    """A time that only goes forward, in nanoseconds."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pair = cgutils.alloca_once(builder, _I64, size=2)
        if sys.platform == "win32":
            kind, given = ir.FunctionType(_I32, [_I64.as_pointer()]), [pair]
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "QueryPerformanceCounter"), given)
            return builder.mul(builder.load(pair), ir.Constant(_I64, 100))  # ten million ticks a second, on Windows 10
        monotonic = ir.Constant(_I32, 6 if sys.platform == "darwin" else 1)
        kind, given = ir.FunctionType(_I32, [_I32, _I64.as_pointer()]), [monotonic, pair]
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "clock_gettime"), given)
        seconds, rest = builder.load(pair), builder.load(builder.gep(pair, [ir.Constant(_I32, 1)]))
        return builder.add(builder.mul(seconds, ir.Constant(_I64, 1_000_000_000)), rest)

    return types.int64(), generate


@intrinsic
def enter(typingctx, address, context_address, lane):
    """Calls what is at an address: an ENTRY."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        function = builder.inttoptr(args[0], ENTRY.as_pointer())
        builder.call(function, [builder.inttoptr(args[1], _BYTES), args[2]])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate
