"""A named tuple of arrays that helpers are handed by its address, where by value each call would pass every array.

An array is seven or more machine words, and a state has a hundred of them: by value, each call of a helper would name
a thousand words, and compiling the tick of a large world would take minutes. Handed a reference, a helper writes
`state.tick` as before, and reads from memory what it uses.

What a reference refers to never changes, and the compiler is told so: it reads the address of an array once, however
many stores come between its uses.
"""

from __future__ import annotations

import hashlib
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model


class Reference(types.Type):  # type: ignore[misc]
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
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = Reference

    def generic_resolve(self, reference: Any, name: str) -> Any:
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
