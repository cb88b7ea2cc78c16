"""The command line: `forge COMMAND ...`. Commands are imported when they are called, so that help is instant."""

from __future__ import annotations

import functools
import importlib
import os
import re
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from forge.support.about import DISTRIBUTION, VERSION, how_to_install
from forge.support.interrupt import Interrupt
from forge.support.terminal import UNREAD, Unread, outlets
from forge.support.waiting import Patience, doing


class Command(NamedTuple):
    """A command: the module that holds its `main(arguments)`, and what it does."""

    module: str
    summary: str
    extra: str = "train"  # what it needs installed
    keeps: tuple[str, ...] | None = None  # the options by which it keeps what it finds; None: it always does


# What a command may need besides: packages, and the extra they come with.
_EXTRAS = {"torch": "train", "starlette": "view", "uvicorn": "view", "playwright": "video", "av": "video"}

COMMANDS = {
    "train": Command("forge.commands.train", "train populations in a world and keep the run in a folder"),
    "realms": Command("forge.commands.realms", "train realms under one Pantheon, here or on a Ray cluster (Forge.py)"),
    "watch": Command(
        "forge.commands.watch", "watch a run, a checkpoint, a replay or a world live in the browser", "view"
    ),
    "record": Command("forge.commands.record", "write a replay of a run or of a match", "view"),
    "video": Command("forge.commands.video", "draw a replay, a run or a match as an MP4 or WebP video", "video"),
    "runs": Command("forge.commands.runs", "list the training runs below a folder", keeps=()),
    "cache": Command("forge.commands.cache", "say where caches lie and how large they are, or empty them", "view", ()),
    "demo": Command("forge.commands.demo", "from nothing to trained in some minutes, with pictures"),
    "experiment": Command(
        "forge.commands.experiment", "answer a question by runs, measurements, statistics and figures"
    ),
    "tournament": Command(
        "forge.commands.tournament",
        "trained and scripted agents in the same worlds, with ratings",
        keeps=("--folder",),
    ),
    "evaluate": Command(
        "forge.commands.evaluate",
        "measure runs on held-out maps and seeds, alone and among scripted players",
        keeps=("--folder",),
    ),
    "bench": Command(
        "forge.commands.bench",
        "measure the world, training or the viewer on this machine: bench world, bench train, bench viewer",
        keeps=("--json", "--markdown"),
    ),
}


def main(arguments: list[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit status: 0 if all went well, 1 for what went wrong, 2 for a wrong command line, 128 and the number of
        the signal for what was asked to stop: 130 for Ctrl-C, 143 for SIGTERM, 129 for a closed terminal, 141 where
        nobody reads what is printed. A command that keeps something in files goes on without a reader.
    """
    given = sys.argv[1:] if arguments is None else arguments
    interrupt = Interrupt(given[0] if given else "", listen=arguments is None)
    silence = os.environ.get("FORGE_PATIENCE", "5")
    if not re.fullmatch(r"\d+(\.\d*)?|inf", silence):
        print(f"forge: FORGE_PATIENCE = {silence!r} must be a number of seconds, or inf", file=sys.stderr)
        return 2
    patience = Patience(lambda what: print(f"forge {given[0]}: {what}", file=sys.stderr, flush=True), float(silence))
    try:
        with outlets(needed=not keeps(given), heard=patience.heard), patience.kept():
            return _main(given, interrupt)
    except Unread:
        return UNREAD
    finally:
        interrupt.conclude()


def keeps(given: list[str]) -> bool:
    """Whether a command line leaves more behind than what it prints."""
    options = {word.partition("=")[0] for word in given[1:]}
    if not given or given[0] not in COMMANDS or options & {"-h", "--help"}:
        return False
    by = COMMANDS[given[0]].keeps
    return by is None or bool(options & {*by})


def _main(given: list[str], interrupt: Interrupt) -> int:
    name = given[0] if given else "--help"
    if name in ("-h", "--help"):
        print(_help())
        return 0 if given else 2
    if name == "--version":
        print(_version())
        return 0
    if name not in COMMANDS:
        print(f"forge: unknown command {name!r}\n\n{_help()}", file=sys.stderr)
        return 2
    # PyTorch's idle threads would otherwise spin on the cores that the world's need
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    try:
        with doing("loading"), interrupt.importing():
            module, expand = _loaded(name)
        module.main([expand(word) for word in given[1:]])
        return 0
    except BaseException as error:
        told = _told(name, error, interrupt.seen)
        if told is None:
            raise
        print(told[0], file=sys.stderr)
        return told[1]


def _loaded(name: str) -> tuple[Any, Callable[[str], str]]:
    """The module of a command, and what reads the words it is given."""
    from forge.support.checks import ConfigWarning
    from forge.support.durable import StorageWarning
    from forge.support.paths import as_by_a_shell

    warnings.formatwarning = functools.partial(
        _format_warning, (StorageWarning, ConfigWarning), name, warnings.formatwarning
    )
    return importlib.import_module(COMMANDS[name].module), as_by_a_shell


def _told(name: str, error: BaseException, interrupted: bool) -> tuple[str, int] | None:
    """What there is to say of what ended a command, and the exit status; None if that is a mistake in our code."""
    from forge.support.checks import ConfigError

    if isinstance(error, KeyboardInterrupt):
        return f"forge {name}: {str(error) or 'stopped'}", 128 + getattr(error, "signal", signal.SIGINT)
    if interrupted:  # libraries make errors of their own of it
        return f"forge {name}: stopped", 128 + signal.SIGINT
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("forge"):
        extra = _EXTRAS.get(error.name or "", COMMANDS[name].extra)
        return f"forge {name} needs {error.name!r}: {how_to_install(extra)}", 1
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"forge {name}: cannot use {error.filename}: {error.strerror.lower()}", 1
    if isinstance(error, (ConfigError, OSError, FloatingPointError)):
        return f"forge {name}: {error}", 1
    return None


def _format_warning(
    ours: tuple[type[Warning], ...], name: str, others: Any, message: Any, kind: Any, *place: Any
) -> str:
    """What is said of a warning: a line, where it is for who runs the command and not for who writes code."""
    return f"forge {name}: warning: {message}\n" if issubclass(kind, ours) else str(others(message, kind, *place))


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: forge COMMAND [options]   (forge COMMAND --help explains each)", "", *lines])


def _version() -> str:
    return f"{DISTRIBUTION} {VERSION}"


if __name__ == "__main__":
    sys.exit(main())
