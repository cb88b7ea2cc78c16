"""Lives as a pandas DataFrame, a row for each: a table and a figure of how long they are and how they end.

    python examples/lives.py                                    # scripted players share the world
    python examples/lives.py --players runs/demo forager        # the policies of a run, and a scripted player
    python examples/lives.py --ticks 40 --warmup 10 --worlds 2  # a try

Writes lives.csv, a row for each life, and lives.png into the folder it is run in.
"""

import argparse

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import forge
from forge.agents import ANYWHERE, KINDS
from forge.blade import Cause, Material, World

CAUSES = [cause.name.lower() for cause in Cause]


def play(world: World, players: dict[int, object], warmup: int, ticks: int, horizon: int = 2000) -> np.ndarray:
    """The lives that begin in `ticks` ticks after the warm-up: LIFE records, as `World.lives` has them.

    It is played on until the last of them has ended: if it stopped before, long lives would be missing.

    Args:
        world: that records lives.
        players: who plays each population; anything with `act`.
        warmup: ticks before, in which the worlds fill up.
        ticks: in which the lives begin.
        horizon: ticks after which what still lives is left out.
    """
    quota, found, observation = world.config.quota, [], world.reset()
    actions = np.zeros_like(next(iter(players.values())).act(observation))
    for tick in range(warmup + ticks + horizon):
        alive, ages = observation.alive, observation.agents["age"]
        if tick > warmup + ticks and not (ages[alive] >= tick - warmup - ticks).any():
            break
        for population, player in players.items():
            slots = slice(population * quota, (population + 1) * quota)
            actions[:, slots] = player.act(observation)[:, slots]
        observation, *_ = world.step(actions)
        found.append(world.lives())  # those that ended in this tick
    lives = np.concatenate(found)
    return lives[(lives["birth"] >= warmup) & (lives["birth"] < warmup + ticks)]


def table_of(lives: np.ndarray, names: list[str]) -> pd.DataFrame:
    """A row for each life: what is recorded of it, who played it, and on what it spent its ticks."""
    frame = pd.DataFrame({name: lives[name] for name in ("world", "population", "id", "birth", "lifetime", "reward")})
    frame["player"] = pd.Categorical.from_codes(lives["population"] % len(names), names)
    frame["cause"] = pd.Categorical.from_codes(lives["cause"], CAUSES)
    frame["tiles"] = lives["tiles"].sum(1)  # distinct tiles that it visited
    for material in (Material.GRASS, Material.SCRUB, Material.FOREST):
        frame[f"ticks_on_{material.name.lower()}"] = lives["ticks"][:, material]
    return frame


def main() -> None:
    """Plays, and shows."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--players", nargs="+", default=list(ANYWHERE), help="for each population in turn: names or runs"
    )
    options.add_argument("--world", default="chaos", help="a preset, a TOML file or the folder of a run")
    options.add_argument("--worlds", type=int, default=8)
    options.add_argument("--warmup", type=int, default=200)
    options.add_argument("--ticks", type=int, default=500)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()

    world = forge.make(args.world, args.worlds, args.seed, record=forge.Recording(lives=True))
    made = [forge.scripted(name, world.config) if name in KINDS else forge.load(name) for name in args.players]
    names = [name.rstrip("/") for name in args.players]
    players = {population: made[population % len(made)] for population in range(world.config.populations)}
    frame = table_of(play(world, players, args.warmup, args.ticks), names)
    frame.to_csv("lives.csv", index=False)

    lives = frame.groupby("population")
    table = lives["lifetime"].describe(percentiles=[0.5])[["count", "mean", "50%", "max"]]
    table["tiles"] = lives["tiles"].mean()
    causes = pd.crosstab(frame["population"], frame["cause"], normalize="index", dropna=False)  # share of the deaths
    table.index = causes.index = [f"{names[p % len(names)]} {p}" for p in table.index]
    print(table.join(causes).round(2).to_string())

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for name, ages in frame.groupby("player", observed=True)["lifetime"]:
        left.ecdf(ages, complementary=True, label=name)
    left.set(xlabel="ticks", ylabel="share that lives longer", xscale="log", xlim=(1, None))
    left.legend(frameon=False)
    causes.plot.barh(stacked=True, ax=right, xlabel="share of deaths")
    right.legend(frameon=False, ncols=len(CAUSES), loc="lower center", bbox_to_anchor=(0.5, 1))
    figure.savefig("lives.png", dpi=150)
    print(f"{len(frame):,} lives are in lives.csv, and drawn in lives.png")


if __name__ == "__main__":
    main()
