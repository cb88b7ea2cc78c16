"""`forge realms --api vecenv`: worlds stepped tick by tick through VecEnv, by agents that do what they were told."""

from __future__ import annotations

import time

from rich.console import Console

from forge.agents import scripted
from forge.blade import World
from forge.experiments.runs.settings import Training
from forge.experiments.statistics.amounts import amount
from forge.experiments.training.realms import share
from forge.trinity import smith

#: Who plays.
PLAYER = "forager"
_EVERY = 10.0  # seconds between two lines


def play(training: Training, realms: int) -> World:
    """Plays until the run's limit of time or agent steps, and says how the agents fare; returns the worlds."""
    run, console = training.run, Console()
    args = {"nRealm": realms, "worlds": share(run.worlds, realms), "seed": run.seed, "threads": run.threads or None}
    console.print(f"{run.worlds} worlds in {realms} realm{'s' * (realms > 1)}, played by the {PLAYER} (Ctrl-C stops)")
    actor = scripted(PLAYER, training.world, run.seed)

    envs = smith.VecEnv(training.world, args)
    obs = envs.reset()
    started = said = time.perf_counter()
    tally = envs.world.state.tally
    while not training.finished(int(tally["ticks"].sum()), time.perf_counter() - started, int(tally["deaths"].sum())):
        obs, _, _, _ = envs.step(actor.act(obs.batch))
        if time.perf_counter() - said >= _EVERY:
            said = time.perf_counter()
            console.print(words(envs.world, said - started), soft_wrap=True)
    console.print(f"played {words(envs.world, time.perf_counter() - started)}", soft_wrap=True)
    return envs.world


def words(world: World, seconds: float) -> str:
    """How far worlds are, and how long their agents have lived."""
    tally = world.state.tally
    steps, deaths = int(tally["ticks"].sum()), int(tally["deaths"].sum())
    lifetime = f"{tally['lifetime'].sum() / deaths:.1f} ticks" if deaths else "–"
    rate, living = f"{amount(steps / seconds)} steps/s", f"{world.state.living_count.mean():.1f} living a world"
    return f"{amount(steps)} agent steps in {seconds:.0f} s: {rate}, lifetime {lifetime}, {living}"
