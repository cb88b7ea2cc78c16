"""Training: worlds, a policy, segments of experience and updates, until time or steps are up."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from forge.blade.checks import ConfigError
from forge.blade.world import World
from forge.ethyr import checkpoint
from forge.ethyr.actor import Actor
from forge.ethyr.fused.learner import FusedLearner
from forge.ethyr.learner import TorchLearner
from forge.ethyr.learning import Learner, Optimiser
from forge.ethyr.losses import Losses
from forge.ethyr.policy import Policy
from forge.experiments.run import Run
from forge.experiments.settings import Training

Listener = Callable[[dict[str, Any]], None]


class Trainer:
    """Everything that changes while a run trains; a checkpoint holds all of it."""

    def __init__(self, training: Training) -> None:
        self.training = training
        run = training.run
        weights, self.draws = torch.Generator().manual_seed(run.seed), torch.Generator().manual_seed(run.seed + 1)
        self.policy = policy_of(training, weights).to(device_of(training))
        self.optimiser = Optimiser(self.policy.parameters(), training.learning)
        self.world = World(training.world, run.worlds, run.seed, run.threads or None)
        self.world.reset()
        self.steps = self.updates = 0
        self.seconds = 0.0
        self.learner = self._learner()

    def compile(self) -> None:
        """Compiles whatever the run will call, on one tick of another world, so that training is not timed with it."""
        run = dataclasses.replace(self.training.run, worlds=1)
        tiny = dataclasses.replace(self.training.learning, ticks=1)
        Trainer(dataclasses.replace(self.training, run=run, learning=tiny)).update()

    def _learner(self) -> Learner:
        """What plays and learns: with our kernels alone on a CPU, unless PyTorch is asked for."""
        run, learning = self.training.run, self.training.learning
        if run.engine == "compiled" and run.device == "cpu":
            return FusedLearner(self.world, self.policy, learning, run.seed, self.world.threads)
        torch.set_num_threads(self.world.threads)
        return TorchLearner(self.world, self.policy, learning, self.draws)

    def update(self) -> Losses:
        """One segment of experience and one step of the optimiser."""
        started = time.perf_counter()
        acted = self.learner.collect()
        for epoch in range(self.training.learning.updates):
            losses = self.learner.gradients(acted, epoch)
            self.optimiser.step()
        self.steps += int(acted.sum())
        self.updates += 1
        self.seconds += time.perf_counter() - started
        return losses

    def save(self, folder: Path) -> None:
        """Writes a checkpoint."""
        with checkpoint.writing(folder) as draft:
            checkpoint.save_tensors(draft / "policy.safetensors", self.policy.state_dict())
            checkpoint.save_tensors(draft / "optimiser.safetensors", checkpoint.optimiser_tensors(self.optimiser.adam))
            checkpoint.save_tensors(draft / "draws.safetensors", {"draws": self.draws.get_state()})
            self.world.snapshot(draft / "world.npz")
            counts = {"steps": self.steps, "updates": self.updates, "seconds": self.seconds}
            checkpoint.save_values(draft / "progress.json", counts)

    def load(self, folder: Path) -> None:
        """Goes back to a checkpoint of a run with the same configuration; from there on, the same bits follow."""
        counts = checkpoint.load_values(folder / "progress.json")
        draws = checkpoint.load_tensors(folder / "draws.safetensors")["draws"]
        world = World.restore(folder / "world.npz", self.world.threads)
        checkpoint.load_module(self.policy, folder / "policy.safetensors")
        checkpoint.load_optimiser(self.optimiser.adam, folder / "optimiser.safetensors")
        self.draws.set_state(draws)
        self.world = world
        self.steps, self.updates, self.seconds = counts["steps"], counts["updates"], counts["seconds"]
        self.learner = self._learner()


def policy_of(training: Training, generator: torch.Generator) -> Policy:
    """A new policy for a run, its first weights drawn from `generator`."""
    return Policy(training.world, training.learning.hidden, generator, training.learning.activation)


def device_of(training: Training) -> torch.device:
    """The device a run computes on.

    Raises:
        ConfigError: if this machine does not have it.
    """
    if training.run.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("run.device = 'cuda', but PyTorch finds no GPU here; --device cpu trains without one")
    return torch.device(training.run.device)


class Meter:
    """Metrics between two lines: rates, lifetimes of the lives that ended, losses."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self._mark()

    def _mark(self) -> None:
        trainer = self.trainer
        self._steps, self._seconds = trainer.steps, trainer.seconds
        self._tally = trainer.world.state.tally.copy()
        self._losses: list[Losses] = []

    def add(self, losses: Losses) -> None:
        """Counts one update."""
        self._losses.append(losses)

    def read(self) -> dict[str, Any]:
        """The line of metrics since the last one."""
        trainer, tally = self.trainer, self.trainer.world.state.tally
        deaths = (tally["deaths"] - self._tally["deaths"]).sum(axis=(0, 2))
        lived = (tally["lifetime"] - self._tally["lifetime"]).sum(axis=0)
        means = Losses(*(torch.stack(x).mean(0) for x in zip(*self._losses, strict=True)))
        line = {
            "steps": trainer.steps,
            "updates": trainer.updates,
            "seconds": round(trainer.seconds, 3),
            "steps_per_second": round((trainer.steps - self._steps) / max(trainer.seconds - self._seconds, 1e-9)),
            "lifetime": round(float(lived.sum() / deaths.sum()), 3) if deaths.sum() else None,
            "lifetimes": [round(float(x / n), 3) if n else None for x, n in zip(lived, deaths, strict=True)],
            "deaths": int(deaths.sum()),
            "living": round(float(trainer.world.state.living_count.mean()), 2),
            "members": np.round(trainer.world.state.members.mean(axis=0), 2).tolist(),
            "policy_loss": round(float(means.policy.mean()), 5),
            "value_loss": round(float(means.value.mean()), 6),
            "entropy": round(float(means.entropy.mean()), 4),
        }
        self._mark()
        return line


def train(
    run: Run,
    listen: Listener = lambda line: None,
    resume: Path | None = None,
    attend: Callable[[Trainer], None] = lambda trainer: None,
) -> Trainer:
    """Trains a run to its end, writing metrics and checkpoints.

    Args:
        run: whose configuration says what and how long.
        listen: is called with every line of metrics.
        resume: the checkpoint to go on from.
        attend: is called before the first update, while nothing is compiled yet, and after every update.
    """
    session = run.training.run
    trainer = Trainer(run.training)
    if resume is not None:
        trainer.load(resume)
        run.forget_after(trainer.steps)
    attend(trainer)
    trainer.compile()
    meter, logged, saved = Meter(trainer), trainer.seconds, trainer.seconds
    try:
        while not _finished(trainer):
            meter.add(trainer.update())
            attend(trainer)
            if trainer.seconds - logged >= session.log_seconds or _finished(trainer):
                logged, line = trainer.seconds, meter.read()
                run.log(line)
                listen(line)
            if trainer.seconds - saved >= session.save_seconds or _finished(trainer):
                saved = trainer.seconds
                trainer.save(run.checkpoint_path(trainer.steps))
                run.prune()
    except KeyboardInterrupt:
        trainer.save(run.checkpoint_path(trainer.steps))
        raise
    finally:
        run.close()
    return trainer


def _finished(trainer: Trainer) -> bool:
    session = trainer.training.run
    out_of_time = session.minutes > 0 and trainer.seconds >= 60 * session.minutes
    return out_of_time or 0 < session.steps <= trainer.steps


def load(path: str | Path, seed: int = 0) -> Actor:
    """The policy of a run (its last checkpoint) or of one checkpoint folder, ready to act."""
    folder = Path(path)
    run = Run(folder if (folder / "config.toml").is_file() else folder.parent.parent)
    chosen = run.latest() if run.path == folder else folder
    policy = policy_of(run.training, torch.Generator())
    checkpoint.load_module(policy, chosen / "policy.safetensors")
    return Actor(policy, run.training.world, seed)
