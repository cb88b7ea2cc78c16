"""A run followed by MLflow, offline: what it trains, every line of its metrics, and its last checkpoint as an artifact.

    python examples/mlflow/train.py                           # then: mlflow ui --backend-store-uri sqlite:///mlflow.db
    python examples/mlflow/train.py --steps 3000 --worlds 2   # a try

The run is one of `forge train`: MLflow hears what is written into its folder, and nothing depends on MLflow.
"""

import argparse
import dataclasses
import os
from pathlib import Path

import forge
from forge.experiments.runs.metrics_file import scalars_of
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # else MLflow tells its makers that it was imported
import mlflow


def main() -> None:
    """Trains in Chaos, and measures the result on maps that training has not seen."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--steps", type=int, default=2_000_000, help="agent steps to train for")
    options.add_argument("--worlds", type=int, default=32)
    options.add_argument("--store", default="sqlite:///mlflow.db", help="a database, or the address of a server")
    options.add_argument("--runs", type=Path, default=Path("runs"), help="where the folder of the run is made")
    args = options.parse_args()

    training = Training(run=Session(worlds=args.worlds, minutes=0, steps=args.steps))
    run = Run.create(Run.new_path(args.runs, "mlflow"), training)
    mlflow.set_tracking_uri(args.store)
    mlflow.set_experiment("neural-mmo")
    with mlflow.start_run(run_name=run.path.name) as followed:
        for section, values in dataclasses.asdict(training).items():  # run, learning and world
            mlflow.log_params({f"{section}.{name}": value for name, value in values.items()})
        train(run, listen=lambda line: mlflow.log_metrics(scalars_of(line), step=line["steps"]))
        found = forge.evaluate(forge.load(run.path), training.world, worlds=8, ticks=200, warmup=200, horizon=500)
        mlflow.log_metric("lifetime on new maps", found.lifetime.value, step=int(run.latest().name))
        mlflow.log_artifacts(str(run.latest()), "checkpoint")
    heard = mlflow.MlflowClient().get_metric_history(followed.info.run_id, "lifetime")
    print(f"{run.path}: {found.lifetime.value:.1f} ticks on new maps; {len(heard)} lines of metrics in {args.store}")


if __name__ == "__main__":
    main()
