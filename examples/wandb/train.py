"""A run followed by Weights & Biases, offline: what it trains, every line of its metrics, and what came of it.

    python examples/wandb/train.py                           # then: wandb sync wandb/offline-run-*
    python examples/wandb/train.py --steps 3000 --worlds 2   # a try

The run is one of `forge train`: W&B hears what is written into its folder, and nothing depends on W&B.
"""

import argparse
import dataclasses
from pathlib import Path

import wandb

import forge
from forge.experiments.runs.metrics_file import scalars_of
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train


def main() -> None:
    """Trains in Chaos, and measures the result on maps that training has not seen."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--steps", type=int, default=2_000_000, help="agent steps to train for")
    options.add_argument("--worlds", type=int, default=32)
    options.add_argument("--mode", default="offline", choices=["offline", "online"], help="online needs an account")
    options.add_argument("--runs", type=Path, default=Path("runs"), help="where the folder of the run is made")
    args = options.parse_args()

    training = Training(run=Session(worlds=args.worlds, minutes=0, steps=args.steps))
    run = Run.create(Run.new_path(args.runs, "wandb"), training)
    config = dataclasses.asdict(training)  # tables run, learning and world, by which W&B groups and filters
    with wandb.init(project="neural-mmo", name=run.path.name, mode=args.mode, config=config) as board:
        board.define_metric("*", step_metric="steps")  # curves are drawn over agent steps
        train(run, listen=lambda line: board.log(scalars_of(line)))
        found = forge.evaluate(forge.load(run.path), training.world, worlds=8, ticks=200, warmup=200, horizon=500)
        board.summary["lifetime on new maps"] = found.lifetime.value
    print(f"{run.path}: {found.lifetime.value:.1f} ticks on new maps; followed in {board.dir}")


if __name__ == "__main__":
    main()
