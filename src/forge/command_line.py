"""How the words of a command line are read: by tyro, with whole numbers as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from forge.support.numeric import integer_of_text

Options = TypeVar("Options")

_RULES = ConstructorRegistry()


@_RULES.primitive_rule
def _whole_numbers(kind: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[int] | None:
    """An option that is an int takes 1e6 and 1_000_000, too."""
    if kind.type is not int:
        return None
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="INT",
        instance_from_str=lambda words: integer_of_text(words[0]),
        is_instance=lambda value: isinstance(value, int) and not isinstance(value, bool),
        str_from_instance=lambda value: [str(value)],
    )


def read(
    kind: type[Options],
    arguments: Sequence[str],
    prog: str,
    default: Options | None = None,
    *,
    negatives: bool = False,
) -> Options:
    """The options of a command; what cannot be one of them ends the process with a usage message and status 2.

    Args:
        kind: a dataclass of options, or a union of them, one for each subcommand.
        arguments: the words.
        prog: what the command is called.
        default: the options where nothing is given; None means those that `kind` says.
        negatives: whether a switch also has an option that turns it off, `--no-…`.
    """
    config = () if negatives else (tyro.conf.FlagCreatePairsOff,)
    given: dict[str, Any] = {} if default is None else {"default": default}
    return tyro.cli(kind, args=arguments, prog=prog, config=config, registry=_RULES, **given)
