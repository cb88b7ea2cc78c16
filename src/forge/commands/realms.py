"""`forge realms`: the first release's command line, which `python Forge.py` is as well."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from rich.console import Console

from forge import cli
from forge.command_line import trust_named
from forge.commands import vecenv
from forge.commands.training import at_its_limit, configured, extended, start, take, take_serving
from forge.experiments.runs.run import Run
from forge.experiments.training.realms import Realms, realms_of
from forge.experiments.training.train import begin
from forge.support.checks import ConfigError
from forge.support.extras import MissingExtra
from forge.support.numeric import integer_of_text
from forge.trinity.realms.native import PLACES
from forge.trinity.vecenv.arguments import check_choice

USAGE = (
    "forge realms [CONFIG] [--world WORLD] [--nRealm N] [--api native|vecenv] [--ray local|default|remote] "
    "[--address A] [--render]"
)
APIS = ("native", "vecenv")


def main(arguments: list[str]) -> None:
    """Runs the command."""
    arguments = list(arguments)
    trust_named(arguments)
    if "-h" in arguments or "--help" in arguments:
        Console().print(HELP, markup=False, highlight=False, soft_wrap=True)
    args = _first_release(arguments)
    with _named_extras():
        if args["api"] == "native":
            _native(arguments, args)
        elif args["render"]:
            viewer().main([_name(arguments), vecenv.PLAYER, *arguments])
        else:
            vecenv.play(configured(arguments, USAGE)[1], args["nRealm"] or 1)


HELP = f"""usage: {USAGE} [options of forge train]
       forge realms --resume RUN [--checkpoint last-good|STEPS] [--ray ...] [--minutes M] [--steps N]

native    trains realms under one Pantheon, with a run folder like that of forge train
vecenv    plays the worlds tick by tick in Python, with scripted agents, and trains nothing
--ray     local: realms in this process, one after another (the default); default: Ray on this machine, an actor for
          each; remote: the cluster at --address, or the one that runs here
--render  shows it in the browser, with the options of forge watch: --port N, --host A, --token T, --no-browser; vecenv
          is then one world, at a pace for the eye

--worlds are shared out among the realms; --threads are those of each realm. The options of forge train:
"""


def _first_release(arguments: list[str]) -> dict[str, Any]:
    """Takes the options of the first release out of the arguments."""
    render = "--render" in arguments
    if render:
        arguments.remove("--render")
        viewer()
    count = _count(take(arguments, "--nRealm"))
    api, ray = take(arguments, "--api") or "native", take(arguments, "--ray") or "local"
    check_choice("--api", api, APIS)
    check_choice("--ray", ray, PLACES)
    return {"api": api, "nRealm": count, "ray": ray, "address": take(arguments, "--address"), "render": render}


def _count(word: str | None) -> int | None:
    if word is None:
        return None
    with suppress(ValueError):
        if (number := integer_of_text(word)) > 0:
            return number
    raise ConfigError(f"--nRealm {word} must be a positive integer")


def _name(arguments: list[str]) -> str:
    return arguments.pop(0) if arguments and not arguments[0].startswith("-") else "chaos"


def _native(arguments: list[str], args: dict[str, Any]) -> None:
    if args["render"]:
        arguments.append("--watch")
    serving = take_serving(arguments)
    resume, which, folder = (take(arguments, name) for name in ("--resume", "--checkpoint", "--folder"))
    if resume is not None:
        if folder is not None:
            raise ConfigError("--folder names a new run; --resume goes on in the folder of the old one")
        run = Run(resume)
        chosen = run.choose(which or "latest")
        args["nRealm"] = realms_of(run, chosen, args["nRealm"])
        run = extended(run, arguments)
        if which is None and at_its_limit(run):
            return
    else:
        if which is not None:
            raise ConfigError("--checkpoint says where to go on from; it needs --resume RUN")
        args["nRealm"] = args["nRealm"] or 1
        name, training = configured(arguments, USAGE)
        Realms(training, args)  # so that what is wrong is said before there is a folder
        run = begin(folder or Run.new_path(Path("runs"), name), training)
        chosen = None
    with closing(Realms(run.training, args, warn=Console().print)) as realms:
        start(run, chosen, serving, make=lambda training: realms)


def viewer() -> Any:
    """The module of `forge watch`.

    Raises:
        ConfigError: if it is not part of this installation.
        ModuleNotFoundError: naming what it needs, if that is not installed.
    """
    if "watch" not in cli.COMMANDS:
        raise ConfigError("--render: the viewer, forge watch, is not part of this installation; run without --render")
    return importlib.import_module(cli.COMMANDS["watch"].module)


@contextmanager
def _named_extras() -> Iterator[None]:
    """Says of a missing library what to install, as of any other mistake."""
    try:
        yield
    except MissingExtra as error:
        raise ConfigError(str(error)) from error
