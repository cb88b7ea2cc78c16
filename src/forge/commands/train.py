"""`forge train`: trains populations in a world and keeps the run in a folder."""

from __future__ import annotations

from pathlib import Path

from forge.blade import PRESETS, ConfigError
from forge.command_line import trust_named
from forge.commands import realms
from forge.commands.training import at_its_limit, configured, extended, start, take, take_serving
from forge.experiments.runs.run import Run
from forge.experiments.training.train import begin

USAGE = f"""forge train [CONFIG] [--world WORLD] [--folder DIR] [--init-from RUN] [options]
       forge train --resume RUN [--checkpoint last-good|STEPS] [--minutes M] [--steps N] [--lives N]
       either with --watch [--port N] [--host ADDRESS] [--token TOKEN] [--name HOST] [--no-browser], to watch it

CONFIG is a preset ({", ".join(PRESETS)}; chaos is the default), a TOML file, or the folder of a run to train again.
WORLD is one of these, too: its world is taken, and nothing else of it."""


def main(arguments: list[str]) -> None:
    """Runs the command."""
    given, arguments = arguments, list(arguments)
    trust_named(arguments)
    serving = take_serving(arguments)
    resume = take(arguments, "--resume")
    which = take(arguments, "--checkpoint")
    folder = take(arguments, "--folder")
    if resume is not None:
        if folder is not None:
            raise ConfigError("--folder names a new run; --resume goes on in the folder of the old one")
        run = Run(resume)
        checkpoint = run.choose(which or "latest")
        if checkpoint is not None and (checkpoint / "native.json").is_file():
            realms.main(given)
            return
        run = extended(run, arguments)
        if which is not None or not at_its_limit(run):
            start(run, checkpoint, serving)
        return
    if which is not None:
        raise ConfigError("--checkpoint says where to go on from; it needs --resume RUN")
    name, training = configured(arguments, USAGE.splitlines()[0])
    start(begin(folder or Run.new_path(Path("runs"), name), training), serving=serving)
