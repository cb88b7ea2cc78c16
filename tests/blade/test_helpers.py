"""Helpers of compiled code: merged into what calls them, and nothing by themselves."""

from typing import Any

import numba

from forge.blade.compiled.jit import inline


@inline
def doubled(number):
    return 2 * number


@numba.njit  # which caches nothing: read from disk, no helper would be compiled
def four_times(number):
    return doubled(doubled(number))


def symbols(function: Any) -> set[str]:
    """The compiled versions of a function that there is machine code of."""
    overloads = function.overloads.values()
    names = {(one.library._codegen._engine, one.fndesc.llvm_func_name) for one in overloads}
    return {name for engine, name in names if engine.is_symbol_defined(name)}


def test_helpers_make_no_machine_code_of_their_own() -> None:
    assert four_times(3) == 12
    assert len(doubled.overloads) == 1
    assert not symbols(doubled)
    assert symbols(four_times)
