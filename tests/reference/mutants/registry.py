"""Where reference games with a broken rule are listed."""

from __future__ import annotations

from collections.abc import Callable

from tests.reference.engine import Game

#: The broken games by name, each with the case of tests/blade/cases.py that must find it out.
MUTANTS: dict[str, tuple[type[Game], str]] = {}


def found_by(case: str) -> Callable[[type[Game]], type[Game]]:
    """Lists a broken game."""

    def register(game: type[Game]) -> type[Game]:
        MUTANTS[game.__name__] = game, case
        return game

    return register
