"""A named tuple of arrays that helpers are handed by its address, where by value each call would pass every array.

An array is seven or more machine words, and a state has a hundred of them: by value, each call of a helper would name
a thousand words, and compiling the tick of a large world would take minutes. Handed a reference, a helper writes
`state.tick` as before, and reads from memory what it uses.

What a reference refers to never changes, and the compiler is told so: it reads the address of an array once, however
many stores come between its uses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model


class Reference(types.Type):
    """The type of the address of a named tuple.

    Args:
        of: the type of that tuple.
    """

    def __init__(self, of: types.NamedTuple) -> None:
        self.of = of
        digest = hashlib.blake2b(f"{of.instance_class.__qualname__} {of}".encode(), digest_size=8)
        super().__init__(name=f"Reference({digest.hexdigest()})")

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of what the tuple holds."""
        named: tuple[str, ...] = self.of.fields
        return named


register_model(Reference)(models.OpaqueModel)


@infer_getattr
class _Fields(AttributeTemplate):
    key = Reference

    def generic_resolve(self, reference: Any, name: str) -> Any:  # type: ignore[override]
        return reference.of.types[reference.fields.index(name)] if name in reference.fields else None


@lower_getattr_generic(Reference)
def _read(context: Any, builder: Any, reference: Any, value: Any, name: str) -> Any:
    """Reads a field of what is referred to."""
    layout = context.get_value_type(reference.of)
    at = builder.bitcast(value, layout.as_pointer())
    return _read_parts(builder, cgutils.gep_inbounds(builder, at, 0, reference.fields.index(name)))


def _read_parts(builder: Any, at: Any) -> Any:
    """Reads what is at an address word by word, each read marked as one of memory that never changes."""
    kind = at.type.pointee
    if not hasattr(kind, "elements") and not isinstance(kind, ir.ArrayType):
        word = builder.load(at)
        word.set_metadata("invariant.load", builder.module.add_metadata([]))
        return word
    whole = ir.Constant(kind, ir.Undefined)
    for k in range(len(kind.elements) if hasattr(kind, "elements") else kind.count):
        whole = builder.insert_value(whole, _read_parts(builder, cgutils.gep_inbounds(builder, at, 0, k)), k)
    return whole


@intrinsic
def referred(typingctx, given):
    """A reference to a named tuple, which holds as long as the function that asks for it runs; one to itself."""
    if isinstance(given, Reference):
        return given(given), lambda context, builder, sig, values: values[0]

    def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        room = cgutils.alloca_once(builder, values[0].type)
        builder.store(values[0], room)
        return handed_over(builder, room)

    return Reference(given)(given), generate


def handed_over(builder: Any, room: Any) -> Any:
    """The address of what has been stored in `room`, as of somebody else's memory.

    Here it was written, and what is read from a reference never is: nothing that the compiler knows of the one may
    reach the other.
    """
    address = builder.bitcast(room, cgutils.voidptr_t)
    kind = ir.FunctionType(cgutils.voidptr_t, [cgutils.voidptr_t])
    return builder.asm(kind, "", "=r,0,~{memory}", [address], True)


def by_reference(given: Any) -> Any:
    """The type by which a helper is handed what is of this type: named tuples by a reference."""
    return Reference(given) if isinstance(given, types.NamedTuple) else given


#: The type of what `addressed` makes: it is given the address of a named tuple and a number; anything but 0 is failure.
STEP = ir.FunctionType(ir.IntType(32), [cgutils.voidptr_t, ir.IntType(64)])


def addressed(kernel: Callable[..., Any]) -> Any:
    """What compiled code calls as f(given) for the address of `kernel`, which `call_at` calls.

    Code that calls it so is compiled without it: what is called by many is compiled once, and what is large in parts.

    Args:
        kernel: compiled by `forge.blade.compiled.jit.inline`; called with a reference to a named tuple, and an int64.
    """

    @intrinsic
    def find(typingctx, given):
        called = by_reference(given), types.int64
        typingctx.resolve_function_type(typingctx.resolve_value_type(kernel), called, {})

        def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
            name = builder.module.get_unique_name(f"step_{cast(Any, kernel).py_func.__name__}")
            function = ir.Function(builder.module, STEP, name)
            function.linkage = "internal"
            build = ir.IRBuilder(function.append_basic_block("entry"))
            compiled = cast(Any, kernel).overloads[called]
            context.add_linking_libs([compiled.library])
            status, _ = context.call_internal_no_propagate(build, compiled.fndesc, compiled.signature, function.args)
            build.ret(status.code)
            return builder.ptrtoint(function, ir.IntType(64))

        return types.int64(given), generate

    return find


@intrinsic
def call_at(typingctx, step, tuple_address, number):
    """Calls what `addressed` found the address of; returns 0, or something else if it failed."""

    def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        function = builder.inttoptr(values[0], STEP.as_pointer())
        given = builder.inttoptr(values[1], cgutils.voidptr_t)
        return builder.sext(builder.call(function, [given, values[2]]), ir.IntType(64))

    return types.int64(types.int64, types.int64, types.int64), generate


@intrinsic
def put_down(typingctx, room, given):
    """Puts a named tuple at the beginning of an int64 array, if that has room for it; returns how many bytes it takes.

    The address of the array's data is then one of the tuple. Nothing here holds the arrays in it.
    """

    def generate(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        array = context.make_array(sig.args[0])(context, builder, values[0])
        size = ir.Constant(ir.IntType(64), context.get_abi_sizeof(values[1].type))
        space = builder.mul(cgutils.unpack_tuple(builder, array.shape, 1)[0], ir.Constant(ir.IntType(64), 8))
        with builder.if_then(builder.icmp_signed(">=", space, size)):
            builder.store(values[1], builder.bitcast(array.data, values[1].type.as_pointer()))
        return size

    return types.int64(room, given), generate
