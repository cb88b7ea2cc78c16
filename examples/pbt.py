"""Population-based training (Jaderberg et al. 2017, arXiv 1711.09846): runs that pass weights on, and vary the learner.

    python examples/pbt.py                                                      # 6 members, 6 generations
    python examples/pbt.py --members 2 --generations 2 --steps 1000 --worlds 2  # a try

After each generation the better half goes on. Each of the others is given up for a new run that begins with the weights
and the optimiser of one of the better, in worlds of its own, with numbers of the learner a little larger or smaller.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np

import forge
from forge.ethyr.learning import Learning
from forge.ethyr.saving import checkpoint, optimiser_state
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import Trainer, train


def drawn(rng: np.random.Generator) -> Learning:
    """The learner that a member begins with."""
    return Learning(
        learning_rate=float(10 ** rng.uniform(-3.5, -2)),
        entropy_weight=float(10 ** rng.uniform(-2.5, -1)),
        warmup=50,
    )


def explored(learning: Learning, rng: np.random.Generator) -> Learning:
    """A learner near another one."""
    return dataclasses.replace(
        learning,
        learning_rate=learning.learning_rate * float(rng.choice([0.8, 1.25])),
        entropy_weight=learning.entropy_weight * float(rng.choice([0.8, 1.25])),
    )


def heir(training: Training, parent: Path) -> Trainer:
    """What trains a new run, with the weights and the optimiser of a checkpoint of another."""
    checkpoint.verify(parent)
    trainer = Trainer(training)
    checkpoint.load_module(trainer.policy, parent / "policy.safetensors")
    trainer.optimiser.adam.load_state_dict(optimiser_state.read(trainer.optimiser.adam, parent))
    return trainer


def lifetime(run: Run, steps: int) -> float:
    """How long those lived who died in the second half of its last generation [ticks]."""
    lines = run.metrics()
    late = [line for line in lines if line["deaths"] and line["steps"] > lines[-1]["steps"] - steps / 2]
    return sum(line["lifetime"] * line["deaths"] for line in late) / max(1, sum(line["deaths"] for line in late))


def main() -> None:
    """Trains the members one after another, generation by generation, and measures the best of the last."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--members", type=int, default=6)
    options.add_argument("--generations", type=int, default=6)
    options.add_argument("--steps", type=int, default=500_000, help="agent steps of a member in a generation")
    options.add_argument("--worlds", type=int, default=16)
    options.add_argument("--runs", type=Path, default=Path("pbt"), help="folder of the runs")
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    rng = np.random.default_rng(args.seed)

    def begun(name: str, learning: Learning, parent: Path | None = None) -> Run:
        """A new run, trained for a generation."""
        session = Session(
            worlds=args.worlds, seed=int(rng.integers(2**31)), minutes=0, steps=args.steps, log_seconds=0.1
        )
        run = Run.create(args.runs / name, Training(run=session, learning=learning))
        train(run, make=lambda training: heir(training, parent) if parent else Trainer(training))
        return run

    def longer(run: Run) -> Run:
        """The same run, trained for a generation more."""
        limit = int(run.latest().name) + args.steps  # a checkpoint is named by its agent steps
        run = run.rewritten(dataclasses.replace(run.training, run=dataclasses.replace(run.training.run, steps=limit)))
        train(run, resume=run.choose())
        return run

    members = [begun(f"0-{n}", drawn(rng)) for n in range(args.members)]
    for generation in range(args.generations):
        if generation:
            better = members[: (args.members + 1) // 2]
            parents = [better[rng.integers(len(better))] for _ in members[len(better) :]]
            heirs = [
                begun(f"{generation}-{n}", explored(parent.training.learning, rng), parent.latest())
                for n, parent in enumerate(parents)
            ]
            members = [*map(longer, better), *heirs]  # after their heirs have begun where they stood
        members.sort(key=lambda run: lifetime(run, args.steps), reverse=True)
        print(f"generation {generation}:")
        for run in members:
            learning, ticks = run.training.learning, lifetime(run, args.steps)
            numbers = f"rate {learning.learning_rate:.1e}, entropy {learning.entropy_weight:.1e}"
            print(f"  {run.path.name}  {ticks:5.1f} ticks  {numbers}", flush=True)

    best = members[0]
    found = forge.evaluate(forge.load(best.path), best.training.world, worlds=8, ticks=200, warmup=200, horizon=500)
    value, low, high = found.lifetime
    print(f"{best.path} on new maps: {value:.1f} ticks ({low:.1f}–{high:.1f})")


if __name__ == "__main__":
    main()
