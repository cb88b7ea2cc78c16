"""A sweep with Optuna: which numbers of the learner make populations live longest on maps they have not trained on?

    python examples/optuna/sweep.py                                      # 10 trials of 300,000 agent steps
    python examples/optuna/sweep.py --study sqlite:///sweep.db           # is kept, goes on, and may run in parallel
    python examples/optuna/sweep.py --trials 2 --steps 2000 --worlds 2   # a try

A trial is a run of `forge train` in a folder of its own. What is searched stands in `suggest`.
"""

import argparse
import dataclasses
from pathlib import Path

import optuna

import forge
from forge.ethyr.learning import Learning
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Session, Training
from forge.experiments.training.train import train

DEFAULTS = dataclasses.asdict(Learning())
CHECKS = 4  # parts of a trial; from its middle on, it is given up after a part in which half of the others were better


def suggest(trial: optuna.Trial) -> Learning:
    """The learner of a trial: everything that is named here is searched, the rest keeps its default."""
    return Learning(
        algorithm=trial.suggest_categorical("algorithm", ["pg", "ppo"]),
        learning_rate=trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
        entropy_weight=trial.suggest_float("entropy_weight", 3e-3, 0.1, log=True),
        discount=1 - trial.suggest_float("one_minus_discount", 0.01, 0.1, log=True),
        hidden=trial.suggest_categorical("hidden", [16, 32, 64]),
        warmup=trial.suggest_int("warmup", 0, 300, step=50),
    )


def main() -> None:
    """Sweeps, and prints the best trial as the command that trains it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--trials", type=int, default=10)
    options.add_argument("--steps", type=int, default=300_000, help="agent steps of a trial")
    options.add_argument("--worlds", type=int, default=16)
    options.add_argument("--study", help="where the study is kept, such as sqlite:///sweep.db; else in memory")
    options.add_argument("--runs", type=Path, default=Path("sweep"), help="folder of the runs, one for each trial")
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    session = Session(worlds=args.worlds, minutes=0, steps=args.steps, seed=args.seed, log_seconds=0.01)

    def objective(trial: optuna.Trial) -> float:
        training = Training(run=session, learning=suggest(trial))
        run = Run.create(args.runs / f"trial-{trial.number:03d}", training)
        checks, lived, deaths = 0, 0.0, 0

        def listen(line: dict) -> None:
            """Tells Optuna how long those lived who died since the last check; what is raised here ends the run."""
            nonlocal checks, lived, deaths
            lived, deaths = lived + (line["lifetime"] or 0) * line["deaths"], deaths + line["deaths"]
            if checks + 1 < CHECKS and line["steps"] >= (checks + 1) * args.steps / CHECKS:
                checks += 1
                trial.report(lived / max(deaths, 1), checks)
                lived, deaths = 0.0, 0
                if trial.should_prune():
                    raise optuna.TrialPruned

        train(run, listen)
        found = forge.evaluate(forge.load(run.path), training.world, worlds=8, ticks=200, warmup=200, horizon=500)
        trial.set_user_attr("interval", (found.lifetime.low, found.lifetime.high))
        return found.lifetime.value

    study = optuna.create_study(
        direction="maximize",
        study_name="sweep",
        storage=args.study,
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=args.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=CHECKS // 2),
    )
    study.optimize(objective, args.trials)
    best = study.best_trial
    low, high = best.user_attrs["interval"]
    print(f"trial {best.number} lives longest on new maps: {best.value:.1f} ticks ({low:.1f}–{high:.1f})")
    chosen = dataclasses.asdict(suggest(optuna.trial.FixedTrial(best.params)))
    words = [f"--learning.{name.replace('_', '-')} {chosen[name]}" for name in chosen if chosen[name] != DEFAULTS[name]]
    print("to train it for longer: forge train", " ".join(words))


if __name__ == "__main__":
    main()
