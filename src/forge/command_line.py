"""How the words of a command line are read: by tyro, with whole numbers as people write them."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Any, TypeVar

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from forge.support.checks import ConfigError
from forge.support.numeric import integer_of_text
from forge.support.plugins import trust

Options = TypeVar("Options")

#: The option by which a command runs code that files name; `read` heeds it.
Trust = Annotated[
    tyro.conf.UseAppendAction[tuple[str, ...]],
    tyro.conf.arg(
        metavar="NAME",
        help="a module of yours, my_world or my_world:NAME, that files may name as a network or a system",
    ),
]

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
    options = tyro.cli(kind, args=arguments, prog=prog, config=config, registry=_RULES, **given)
    trust(*getattr(options, "trust", ()))
    return options


def trust_named(arguments: Sequence[str]) -> None:
    """Trusts what words name, for a command that reads a file before it reads its options, which begin as that says."""
    trust(*_values(arguments, "--trust"))
    for network in _values(arguments, "--learning.network"):
        if ":" in network:
            with suppress(ConfigError):  # whoever reads the options says so
                trust(network)


def _values(arguments: Sequence[str], option: str) -> Iterator[str]:
    for place, word in enumerate(arguments):
        if word.startswith(f"{option}="):
            yield word.partition("=")[2]
        elif word == option and place + 1 < len(arguments):
            yield arguments[place + 1]


def again(prog: str, words: Sequence[str], options: Any, but: Sequence[str]) -> str:
    """What to type for the same once more.

    Args:
        prog: what the command is called.
        words: what it is given first.
        options: that differ from their defaults follow: a dataclass.
        but: the names of those that do not.
    """
    typed = [*prog.split(), *words]
    for field in dataclasses.fields(options):
        name, value = f"--{field.name.replace('_', '-')}", getattr(options, field.name)
        if field.name not in but and value != field.default:
            for one in value if isinstance(value, tuple) else [value]:
                typed += [name] if one is True else [name, str(one)]
    return shlex.join(typed)
