"""Training: worlds, a policy, segments of experience and updates, until time or steps are up."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from signal import SIGINT
from types import MappingProxyType
from typing import Any

import torch

from forge.blade.mechanics.events import Recording
from forge.blade.society.census import census
from forge.blade.state.state import check_memory
from forge.blade.world.change import change, value_of
from forge.blade.world.world import World
from forge.ethyr.engines.engine import make_learner, make_policy, resumed_by
from forge.ethyr.learning.diagnostics import Afterwards, Step, mean_step
from forge.ethyr.learning.divergence import Diverged, check_loaded, check_parameters, check_update
from forge.ethyr.learning.learner import Learner
from forge.ethyr.learning.losses import Losses
from forge.ethyr.learning.metrics import Lapse, LearnedMeter, metrics_line, rewards_since
from forge.ethyr.learning.minibatches import fitted
from forge.ethyr.learning.optimiser import Optimiser
from forge.ethyr.learning.settings import JUDGED, Learning
from forge.ethyr.saving import checkpoint, optimiser_state
from forge.experiments.configuration.schedule import by_table
from forge.experiments.heldout import periodic
from forge.experiments.runs import maps, trained_as
from forge.experiments.runs.loading import load as load  # documented here
from forge.experiments.runs.run import Run, steps_of
from forge.experiments.runs.settings import Training
from forge.experiments.runs.stopping import Stopped, Stopping
from forge.experiments.training.fitting import check_worlds
from forge.experiments.training.guests import Guests
from forge.experiments.training.initial import Initial, initial
from forge.experiments.training.scheduled import Scheduled, Totals
from forge.experiments.training.trainable import Trains
from forge.support.checks import ConfigError
from forge.support.durable import StorageError
from forge.support.waiting import doing

Listener = Callable[[dict[str, Any]], None]


class Trainer:
    """Everything that changes while a run trains; a checkpoint holds all of it."""

    def __init__(self, training: Training) -> None:
        self.training = training
        run = training.run
        weights = torch.Generator().manual_seed(run.seed)
        self.policy = make_policy(training.world, training.learning, weights, device_of(training))
        populations = training.world.populations
        self.optimiser = Optimiser(self.policy.parameters(), self._numbers, populations, lambda: self.steps)
        self.guests = Guests(training) if run.guests else None
        self.world = World(training.shared_world, run.worlds, run.seed, run.threads or None)
        self.world.reset()
        self.steps = self.updates = 0
        self.seconds = 0.0
        self.last_step: Step | None = None
        self.learning, self.scheduled = self._numbers, Scheduled(training)
        self.learner = self._learner(self.world, self.learning)

    @property
    def _numbers(self) -> Learning:
        """Those of the configuration, as they fit its worlds."""
        return fitted(self.training.learning, self.training.run.worlds)

    @property
    def lives(self) -> int:
        """Lives of those that learn that have ended so far, in all worlds."""
        return int(self.world.state.tally["deaths"][:, : self.training.world.populations].sum())

    @property
    def counts(self) -> dict[str, Any]:
        """What it has come to so far."""
        return {"steps": self.steps, "updates": self.updates, "lives": self.lives, "seconds": self.seconds}

    def compile(self) -> None:
        """Compiles whatever the run will call, on one tick of another world, so that training is not timed with it."""
        engine = resumed_by(self.training.run.engine, self.learner.state())
        run = dataclasses.replace(self.training.run, worlds=1, engine=engine)
        tiny = dataclasses.replace(self.training.learning, ticks=1)
        with contextlib.suppress(Diverged):  # of one tick of one world it means nothing
            Trainer(dataclasses.replace(self.training, run=run, learning=tiny)).update()

    def adopt(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Takes other first weights, by the names of the network's `state_dict`."""
        self.policy.load_state_dict(dict(weights))

    def _learner(
        self, world: World, learning: Learning, saved: Mapping[str, torch.Tensor] = MappingProxyType({})
    ) -> Learner:
        """What plays in these worlds, and may go on from such a state."""
        run, company = self.training.run, None
        if self.guests is not None:
            company = self.guests.company(world.config, world.count, run.seed)
        engine = resumed_by(run.engine, saved)
        return make_learner(world, self.policy, learning, run.seed, world.threads, engine, company)

    def _tell_optimiser(self) -> None:
        """Has it go on with the numbers of now; its parameter groups change only where a schedule changes them."""
        if "learning.weight_decay" in self.scheduled.schedule.fields:
            self.optimiser.adapt(self.learning)
        else:
            self.optimiser.learning = self.learning

    def _adapt(self) -> None:
        """Goes on with what is scheduled for now, if that differs: with a learner as a resumed run has it."""
        tally = self.world.state.tally
        if not self.scheduled.look(Totals(self.steps, tally["deaths"].sum(0), tally["lifetime"].sum(0))):
            return
        before, (learning, world) = self.learning, by_table(self.scheduled.values)
        self.learning = dataclasses.replace(self._numbers, **learning)
        self._tell_optimiser()
        if differing := {name: value for name, value in world.items() if value_of(self.world.config, name) != value}:
            change(self.world, differing)
        if differing or any(getattr(before, name) != getattr(self.learning, name) for name in JUDGED):
            carried = self.learner.state()
            self.learner = self._learner(self.world, self.learning, carried)
            self.learner.load_state(carried)

    def update(self) -> Losses:
        """One segment of experience, and the steps of the optimiser that are made from it.

        Returns:
            The losses of the last of them.

        Raises:
            Diverged: if a loss, a gradient or a parameter is not finite; nothing has been learned from it then.
        """
        started = time.perf_counter()
        if self.scheduled.schedule.changes:
            self._adapt()
        acted, steps = self.learner.collect(), []
        for epoch in range(self.learning.updates):
            losses = self.learner.gradients(acted, epoch)
            norms = check_update(self.policy, losses, self.training.world.populations, self.updates + 1)
            self.optimiser.step(norms)
            steps.append(Step(norms, self.optimiser.learning_rate))
        self.steps += int(acted.sum())
        self.updates += 1
        self.seconds += time.perf_counter() - started
        self.last_step = mean_step(steps)
        return losses

    def meter(self) -> Meter:
        """Counts from here on."""
        return Meter(self)

    def save(self, folder: Path) -> None:
        """Writes a checkpoint.

        Raises:
            StorageError: if it cannot be written; nothing of it is left then.
            Diverged: if a parameter is not finite; nothing is written then.
        """
        check_parameters(self.policy, self.training.world.populations, self.updates or None)
        files = {
            "policy.safetensors": checkpoint.pack_tensors(self.policy.state_dict()),
            **optimiser_state.pack(self.optimiser.adam),
            "learner.safetensors": checkpoint.pack_tensors(self.learner.state() | self.scheduled.state()),
            "world.npz": self.world.snapshot(),
            "progress.json": checkpoint.pack_values(self.counts),
            trained_as.NAME: trained_as.pack(self.training),
        }
        with checkpoint.writing(folder, sum(map(len, files.values()))) as draft:
            for name, data in files.items():
                (draft / name).write_bytes(data)

    def load(self, folder: Path) -> None:
        """Goes back to a checkpoint of a run with the same configuration; from there on, the same bits follow.

        Raises:
            ConfigError: if it is damaged, not finite, or of a run with another configuration; nothing is changed then.
        """
        checkpoint.verify(folder)
        trained_as.check(folder, self.training)
        counts = checkpoint.load_progress(folder, "updates")
        world = World.restore(folder / "world.npz", self.world.threads)
        check_worlds(folder, world, self.world, self.scheduled.schedule.fields)
        maps.check_same(self.training.world, folder)
        scheduled = Scheduled(self.training)
        saved = scheduled.load_state(checkpoint.load_tensors(folder / "learner.safetensors"))
        learner = self._learner(world, self._numbers, saved)
        learner.load_state(saved)
        weights = checkpoint.read_module(self.policy, folder / "policy.safetensors")
        check_loaded(self.policy, weights, self.training.world.populations, folder)
        moments = optimiser_state.read(self.optimiser.adam, folder)
        self.policy.load_state_dict(weights)
        self.optimiser.adam.load_state_dict(moments)
        self.world, self.learner, self.scheduled = world, learner, scheduled
        self.learning = self._numbers
        self._tell_optimiser()
        self.steps, self.updates, self.seconds = counts["steps"], counts["updates"], counts["seconds"]


def device_of(training: Training) -> torch.device:
    """The device a run computes on.

    Raises:
        ConfigError: if this machine does not have it.
    """
    if training.run.device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("run.device = 'cuda', but PyTorch finds no GPU here; --device cpu trains without one")
    return torch.device(training.run.device)


class Meter:
    """Metrics between two lines: rates, lifetimes of the lives that ended, losses and how learning went."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self._mark()

    def _mark(self) -> None:
        trainer = self.trainer
        self._seconds, state = trainer.seconds, trainer.world.state
        self._tally, self._deeds, self._census = state.tally.copy(), state.deed_totals.copy(), census(state)
        self._learned = LearnedMeter()

    def add(self, losses: Losses) -> None:
        """Counts the update that has just been made."""
        self._learned.add(self.trainer.learner.diagnostics)
        if self.trainer.last_step is not None:
            self._learned.add_step(self.trainer.last_step)

    def read(self) -> dict[str, Any]:
        """The line of metrics since the last one."""
        trainer, state = self.trainer, self.trainer.world.state
        since = {name: (state.tally[name] - self._tally[name]).sum(0) for name in ("ticks", "deaths", "lifetime")}
        members, learn = state.members.mean(0), slice(0, trainer.training.world.populations)
        lapse = Lapse(
            steps=since["ticks"][learn],
            seconds=trainer.seconds - self._seconds,
            deaths=since["deaths"][learn],
            lifetime=since["lifetime"][learn],
            members=members[learn],
            losses=self._learned.losses(),
            rewards=rewards_since(state, self._deeds)[learn],
            learned=self._learned.read(Afterwards(trainer.learner.approx_kl(), trainer.learner.dead_units())),
            census=census(state).since(self._census).only(learn),
        )
        line = metrics_line(trainer.counts, lapse, trainer.world.config.schema) | trainer.scheduled.metrics()
        if trainer.guests is not None:
            line |= trainer.guests.metrics(since["deaths"], since["lifetime"], members)
        self._mark()
        return line


def begin(path: str | os.PathLike[str], training: Training) -> Run:
    """A new run, once it is clear that it can train here: what is wrong leaves no folder behind.

    Raises:
        ConfigError: if something is there already, if the worlds do not fit into memory, or if the configuration's map,
            network, engine, device or threads, or the weights it is to begin with, cannot be had.
        StorageError: if it cannot be written.
    """
    check_memory([training.world], training.run.worlds, Recording())
    trainer = Trainer(dataclasses.replace(training, run=dataclasses.replace(training.run, worlds=1)))
    initial(trainer.policy, training)
    return Run.create(path, training)


def train(
    run: Run,
    listen: Listener = lambda line: None,
    resume: Path | None = None,
    attend: Callable[[Any], None] = lambda trainer: None,
    make: Callable[[Training], Any] = Trainer,
    began: Callable[[Initial], None] = lambda begun: None,
) -> Any:
    """Trains a run to its end, writing metrics and checkpoints; the first checkpoint is that of the start.

    Each line of metrics covers what came after the line before, without a gap, also where a run was stopped or killed
    in between.

    Args:
        run: whose configuration says what and how long.
        listen: is called with every line of metrics, once it is written: a dict that is the listener's own, in which
            `steps` is its place; `metrics_file.scalars_of` makes it plain numbers for a tracker. What it raises ends
            the run, after a checkpoint.
        resume: the checkpoint to go on from, one that `Run.choose` chose. Later ones are set aside.
        attend: is called before the first update, while nothing is compiled yet, and after every update.
        make: makes what trains, a `Trains`, from the configuration.
        began: is told what was taken of another run, where the run begins with the weights of one.

    Returns:
        What `make` made, trained.

    Raises:
        ConfigError: if another process trains this run, or if it cannot begin with this checkpoint.
        StorageError: if something cannot be written. The last checkpoint is good then.
        Stopped: when a signal asked to end, after a checkpoint; it is a KeyboardInterrupt.
    """
    with _advised(run), run.locked():
        trainer: Trains = make(run.training)
        if resume is None:
            if run.checkpoints():
                raise ConfigError(f"{run.path} has checkpoints; to go on: {run.to_resume()}")
            run.forget_after(-1)
            if (begun := initial(trainer.policy, run.training)) is not None:
                trainer.adopt(begun.weights)
                begun.write(run)
                began(begun)
            trainer.save(run.checkpoint_path(0))
        else:
            trainer.load(resume)
            run.set_aside_after(resume)
            run.forget_after(trainer.steps)
        attend(trainer)
        with doing("compiling and trying a first update"):
            trainer.compile()
        with contextlib.closing(run), Stopping() as stopping:
            _loop(run, trainer, listen, attend, stopping)
        if stopping.signal is not None and not _finished(run, trainer):
            raise Stopped(f"stopped after {trainer.steps:,} agent steps", stopping.signal)
    return trainer


def _loop(run: Run, trainer: Trains, listen: Listener, attend: Callable[[Any], None], stopping: Stopping) -> None:
    session, milestones = run.training.run, run.training.run.moments()
    meter, logged, saved = trainer.meter(), trainer.seconds, trainer.seconds
    ended = _finished(run, trainer)
    while not ended:
        before, since = trainer.steps, trainer.seconds
        with doing("making an update"):
            meter.add(trainer.update())
        attend(trainer)
        heldout = _evaluated(run, trainer, before)
        ended = stopping.signal is not None or _finished(run, trainer)
        passed = any(m.reached(trainer.steps, trainer.seconds) and not m.reached(before, since) for m in milestones)
        save = ended or passed or trainer.seconds - saved >= session.save_seconds
        if not (save or heldout) and trainer.seconds - logged < session.log_seconds:
            continue
        logged, line = trainer.seconds, meter.read() | heldout
        run.log(line, lasting=save)
        if save:
            saved = trainer.seconds
            _save(run, trainer)
        try:
            listen(line)
        except BaseException:  # a terminal that was closed, above all: no reason to lose anything
            if not save:
                _save(run, trainer)
            raise


def _evaluated(run: Run, trainer: Trains, before: int) -> dict[str, Any]:
    """What a held-out evaluation says, if one is due after an update that began at `before` agent steps; else nothing.

    It is no time of training, for it is in no update.
    """
    if not periodic.due(run.training.run.evaluate_every, before, trainer.steps):
        return {}
    with doing("evaluating on held-out maps"):
        return periodic.evaluated(trainer.policy, run.training)


def _finished(run: Run, trainer: Trains) -> bool:
    return run.training.finished(trainer.steps, trainer.seconds, trainer.lives)


def _save(run: Run, trainer: Trains) -> None:
    trainer.save(run.checkpoint_path(trainer.steps))
    run.prune()


@contextlib.contextmanager
def _advised(run: Run) -> Iterator[None]:
    """Has what ends a run early say how to go on."""
    try:
        yield
    except Diverged as error:
        what = f"{str(error)[:1].upper()}{str(error)[1:]}."
        with contextlib.suppress(StorageError):  # what it is about is said anyway
            run.note_divergence(what)
        raise FloatingPointError(f"{error}. {run.after_divergence()}") from error
    except StorageError as error:
        kept = run.checkpoints()
        last = f"The checkpoint at {steps_of(kept[-1]):,} agent steps stands. " if kept else ""
        when = "When there is room" if error.room else "Once it can be written"
        raise StorageError(f"{error}. {last}{when}: {run.to_resume()}", error.room) from error
    except KeyboardInterrupt as stop:
        if isinstance(stop, Stopped):
            raise Stopped(f"{stop}; to go on: {run.to_resume()}", stop.signal) from None
        raise at_once(run) from None


def at_once(run: Run) -> Stopped:
    """What there is to say where Ctrl-C ended a run before it came to the end of an update."""
    kept = run.checkpoints()
    stands = f"the checkpoint at {steps_of(kept[-1]):,} agent steps stands" if kept else "there is no checkpoint yet"
    return Stopped(f"stopped at once; {stands}; to go on: {run.to_resume()}", SIGINT)
