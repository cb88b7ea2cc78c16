"""Reference games with one rule broken each: every one of them must differ from the compiled engine."""

from tests.reference.mutants import attack, live, move, observe, reward, world
from tests.reference.mutants.registry import MUTANTS

__all__ = ["MUTANTS", "attack", "live", "move", "observe", "reward", "world"]
