"""Who meets whom: how many agents creatures of each kind kill, and how many of them are killed.

    python met.py ogre.toml hunter

Scripted agents play; prints a line for each kind of creatures. An agent counts for the creature whose blow took most of
it in the tick in which it died.
"""

import argparse
from collections import Counter
from pathlib import Path

from forge.agents import scripted
from forge.blade import Cause, Config, EventKind, Recording, World


def main() -> None:
    """Plays, and counts."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("world", type=Path, help="a configuration")
    options.add_argument("player", help="who plays: a scripted agent")
    options.add_argument("--worlds", type=int, default=8)
    options.add_argument("--ticks", type=int, default=1000)
    args = options.parse_args()
    config = Config.from_toml(args.world)
    world = World(config, args.worlds, seed=1, record=Recording(events=True))
    players, observation, killed = scripted(args.player, config, seed=1), world.reset(), Counter()
    for _ in range(args.ticks):
        everyone = world.state.agents.copy()  # who dies is not there after the tick
        observation, *_ = world.step(players.act(observation))
        events = world.events()
        blows = events[events["kind"] == EventKind.ATTACK]
        for death in events[(events["kind"] == EventKind.DEATH) & (events["detail"] == Cause.ATTACK)]:
            on_it = blows[(blows["world"] == death["world"]) & (blows["other"] == death["agent"])]
            there = everyone[death["world"]]
            killed[int(there["creature"][there["id"] == on_it["agent"][on_it["value"].argmax()]][0])] += 1
    slain = world.state.tally["slain"].sum((0, 1))
    for kind, nature in enumerate(config.schema.natures, 1):
        print(f"{nature.name:12} killed {killed[kind]:4} agents; {slain[kind - 1]:4} of them were killed")


if __name__ == "__main__":
    main()
