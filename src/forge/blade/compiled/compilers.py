"""How Numba is told to compile less: options are compared cheaply, and a helper's code is optimised once.

A world's tick is hundreds of helpers, each merged into what calls it. Compiling it is the wait before the first step of
a world, so what Numba does for each of them is cut to what the tick's machine code needs.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, Flags
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

_HELPER_EFFORT = 1  # of LLVM's levels 0 to 3


class _Flags(Flags):
    """Options of a compilation, which Numba compares for every operator it finds the types of, one by one.

    They are equal if what was set is. Where only the defaults that somebody set differ from defaults that nobody did,
    equal ones are told apart, and something is typed twice.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _Flags):
            return bool(self._values == other._values)
        return bool(super().__eq__(other))

    def __hash__(self) -> int:  # as Numba's own, which is of the options' names alone
        return _HASH


_HASH = hash(Flags())


class CompilerOfKernels(Compiler):
    """Compiles what Python calls."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.state.flags = _Flags(self.state.flags)


class _Environment:
    """What would be told where a function finds its environment, were it not merged into others that have their own."""

    def set_env(self, name: str, environment: Any) -> None:
        """Tells nobody."""


class _LibraryOfHelper(JITCodeLibrary):
    """The code of a helper, which is merged into its callers' and never called by itself: no machine code is made."""

    codegen = _Environment()

    def get_pointer_to_function(self, name: str) -> int:
        """There is none: 0."""
        self._ensure_finalized()
        return 0

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        """Once, with what was merged into it: its callers' code, which it is part of, is optimised as well."""
        options: dict[str, Any] = {"opt": _HELPER_EFFORT, "loop_vectorize": False, "slp_vectorize": False}
        passes, builder = self._codegen._module_pass_manager(**options)
        passes.run(self._final_module, builder)

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LoweringOfHelper(NativeLowering):
    _name = "lowering_of_helper"

    def run_pass(self, state: Any) -> Any:
        state.library = _LibraryOfHelper(state.targetctx.codegen(), state.func_id.func_qualname)
        return super().run_pass(state)


class CompilerOfHelpers(CompilerOfKernels):
    """Compiles what is merged into its callers."""

    def define_pipelines(self) -> Any:
        """Of passes: Numba's, but for the last."""
        pipelines = super().define_pipelines()
        for pipeline in pipelines:
            passes = ((_LoweringOfHelper if one is NativeLowering else one, about) for one, about in pipeline.passes)
            pipeline.passes = list(passes)
            pipeline._finalized = False
            pipeline.finalize()
        return pipelines
