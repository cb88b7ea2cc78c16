"""Optional libraries: loaded by what needs them, and by nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from forge.support.about import how_to_install
from forge.support.extras import MissingExtra, needs

OPTIONAL = ("gymnasium", "pettingzoo", "ray", "torch")


def python(script: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_worlds_and_vecenvs_need_none_of_them() -> None:
    script = f"""
import sys
from forge.trinity import smith
import forge.trinity.conformance.conformance
from forge.blade import Law
smith.VecEnv(Law(**{{"terrain.side": 24}})).reset()
print(*(name for name in {OPTIONAL} if name in sys.modules))
"""
    assert python(script).split() == []


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [
        ("pettingzoo", "pettingzoo", "pettingzoo"),
        ("pettingzoo", "gymnasium", "pettingzoo"),
        ("gymnasium", "gymnasium", "pettingzoo"),
        ("spaces", "gymnasium", "pettingzoo"),
        ("rllib", "ray", "rllib"),
    ],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(module: str, library: str, extra: str) -> None:
    script = f"""
import sys
sys.modules[{library!r}] = None
try:
    import forge.trinity.adapters.{module}
except ImportError as error:
    print(type(error).__name__, error)
"""
    assert python(script).strip() == f"MissingExtra this needs {library}: {how_to_install(extra)}"


def test_other_errors_pass() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_library"), needs("pettingzoo", "gymnasium"):
        import no_such_library
    with pytest.raises(MissingExtra), needs("pettingzoo", "no_such_library"):
        import no_such_library.within  # noqa: F401
