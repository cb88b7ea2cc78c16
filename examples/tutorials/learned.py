"""What a system of one's own taught: a run trained with it beside one trained without, both in worlds that have it.

    python learned.py bushes.toml berries runs/bushes runs/plain
    python learned.py shaping.toml lifetime runs/shaping-0,runs/shaping-1 runs/early-0,runs/early-1

Runs joined by commas differ in their seeds alone, and count as one. Prints what is counted in lives, for 100 ticks
lived (a lifetime: for each life), with 95 % intervals over worlds on maps that nobody was trained on, and over seeds
where there are several; draws it into learned-NAME.png.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import forge
from forge.blade import Config, Recording, World
from forge.experiments.evaluation.evaluate import fresh_maps
from forge.experiments.statistics.estimate import estimate_runs


def counted(run: str, config: Config, column: str, worlds: int, ticks: int) -> np.ndarray:
    """Float64 [worlds, 2]: what is counted in the lives that end in `ticks` ticks, and for how much of life.

    Half as many ticks are played before, in which the worlds fill up.
    """
    world = World(config, worlds, seed=1, record=Recording(lives=True))
    policy, observation, found = forge.load(run), world.reset(), np.zeros((worlds, 2))
    for tick in range(ticks + ticks // 2):
        observation, *_ = world.step(policy.act(observation))
        lives = world.lives()[: len(world.lives()) if tick >= ticks // 2 else 0]
        np.add.at(found[:, 0], lives["world"], lives[column])
        np.add.at(found[:, 1], lives["world"], 1 if column == "lifetime" else lives["lifetime"] / 100)
    return found


def main() -> None:
    """Measures every run, and draws a bar for each."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("world", type=Path, help="a configuration, which both play in")
    options.add_argument("column", help="of the record of a life: what is counted")
    options.add_argument("runs", nargs="+", help="folders; those joined by commas count as one")
    options.add_argument("--worlds", type=int, default=32)
    options.add_argument("--ticks", type=int, default=1000)
    args = options.parse_args()
    config = fresh_maps(Config.from_toml(args.world))
    names = [Path(runs.partition(",")[0]).name.partition("-")[0] for runs in args.runs]
    for place, (name, runs) in enumerate(zip(names, args.runs, strict=True)):
        parts = np.stack([counted(run, config, args.column, args.worlds, args.ticks) for run in runs.split(",")])
        of = estimate_runs(lambda sums: sums[..., 0] / sums[..., 1], parts)
        print(f"{name:12} {args.column} {of.value:.2f} ({of.low:.2f}–{of.high:.2f})")
        error = [[of.value - of.low], [of.high - of.value]]
        plt.bar(place, of.value, color=("teal", "silver")[min(place, 1)], yerr=error, capsize=6)
    plt.xticks(range(len(args.runs)), names)
    plt.ylabel(args.column if args.column == "lifetime" else f"{args.column} in 100 ticks")
    plt.savefig(f"learned-{args.column}.png", dpi=120)


if __name__ == "__main__":
    main()
