"""Agents that read and write text, among scripted players; `complete` is where a language model would be called.

    python examples/text_agent.py                         # half a minute
    python examples/text_agent.py --ticks 60 --worlds 1   # a try

What an agent sees is put into words, and an answer such as "north, melee" is its action. Where an answer is no action,
or would lead into lava, the agent stays. A few rules that read the same text stand where the model would.
"""

import argparse
import random
import re
from collections import deque

import numpy as np

import forge
from forge.blade import FEATURES, Config, Material, Move, Observation
from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW
from forge.blade.world.action_tree import ActionTree

WAYS = {move.name.lower(): (MOVE_ROW[move], MOVE_COL[move]) for move in Move if move is not Move.PASS}
WALKABLE = (Material.GRASS, Material.SCRUB, Material.FOREST)


def complete(prompt: str) -> str:
    """Answers a prompt. This is the place of a language model: send it the prompt, and return the text that it writes.

    Here rules answer, from nothing but the prompt: drink beside water, else go for what there is less of, else explore.
    """
    food, water = (int(re.search(rf"{name} (\d+) of", prompt)[1]) for name in ("food", "water"))
    places = dict(re.findall(r"nearest (food|water): \d+ steps, first (\w+)", prompt))
    around = dict(re.findall(r"(north|south|east|west) is (\w+)", prompt))
    open_ways = [way for way, tile in around.items() if tile in ("grass", "scrub", "forest")]
    last = re.search(r"last move: (\w+)", prompt)[1]
    wanted = sorted(places, key={"food": food, "water": water}.get)
    if places.get("water") == "pass" and water < 28 and food > 4:
        move = "pass"
    elif wanted and min(food, water) < 28:
        move = places[wanted[0]]
    else:
        move = last if last in open_ways else random.choice(open_ways or ["pass"])
    if move not in re.search(r"a move \(([a-z, ]+)\)", prompt)[1].split(", "):  # frozen by a mage
        move = "pass"
    near = re.search(r"nearest agent: (\d+) tiles away, (one of yours|a stranger)", prompt)
    distance, who = (int(near[1]), near[2]) if near else (99, "")
    if who == "a stranger":
        return f"{move}, {'melee' if distance <= 1 else 'range' if distance == 2 else 'mage'}"
    return f"{move}, {'mage' if distance <= 1 else 'melee'}"  # whoever is in reach is hit: friends as gently as can be


def describe(config: Config, observation: Observation, where: tuple[int, int], last: str) -> str:
    """The prompt for the agent in (world, slot): what it is and sees, in words. `last` is its last move."""
    me, tiles, r = observation.agents[where], observation.window[where] % 8, config.sight.radius
    others = dict(zip([f.name for f in FEATURES], observation.features(*where)[1:].T))  # of everyone else in view
    vitals = [f"{name} {me[name]} of {getattr(config.vitals, name)}" for name in ("health", "food", "water")]
    around = [f"{way} is {Material(tiles[r + row, r + col]).name.lower()}" for way, (row, col) in WAYS.items()]
    allowed = [move.name.lower() for move in Move if observation.move_mask[where][move]]
    lines = [
        f"You have lived {me['age']} ticks, and have {', '.join(vitals)}. Your last move: {last}.",
        "You eat by standing on forest and drink by standing beside water. Lava kills. Stone and water are no way.",
        f"Around you, {', '.join(around)}.",
        f"The nearest food: {way_to(tiles == Material.FOREST, tiles)}",
        f"The nearest water: {way_to(beside(tiles == Material.WATER), tiles)}",
    ]
    if len(others["age"]):
        distance = np.maximum(abs(others["row_offset"]), abs(others["col_offset"]))
        nearest = distance.argmin()
        kin = "one of yours" if others["same_population"][nearest] else "a stranger"
        lines.append(f"The nearest agent: {distance[nearest]} tiles away, {kin}.")
    lines.append(f"Answer with a move ({', '.join(allowed)}), a comma, and an attack that hits whoever is in reach:")
    lines.append("melee (10 damage, reach 1), range (2 damage, reach 2) or mage (1 damage, reach 3).")
    return "\n".join(lines)


def beside(tiles: np.ndarray) -> np.ndarray:
    """The tiles to the north, south, east and west of those of a boolean window."""
    wide = np.pad(tiles, 1)
    return wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]


def way_to(goals: np.ndarray, tiles: np.ndarray) -> str:
    """The shortest way from the middle of a window to a goal: how many steps, and the first of them."""
    middle = (len(tiles) // 2, len(tiles) // 2)
    queue, seen = deque([(middle, 0, "pass")]), {middle}
    while queue:
        (row, col), steps, first = queue.popleft()
        if goals[row, col]:
            return f"{steps} steps, first {first}."
        for way, (down, right) in WAYS.items():
            place = (row + down, col + right)
            if place not in seen and max(place) < len(tiles) and min(place) >= 0 and tiles[place] in WALKABLE:
                seen.add(place)
                queue.append((place, steps + 1, first if steps else way))
    return "none in view."


def understood(
    answer: str, tree: ActionTree, observation: Observation, where: tuple[int, int]
) -> tuple[int, ...] | None:
    """The action that the end of an answer names; None if it names none, an impossible move, or one into lava."""
    words = re.findall(r"(\w+) *, *(\w+)", answer)
    try:
        row = tree.decide(*words[-1])
    except (IndexError, ValueError):
        return None
    middle = observation.window.shape[-1] // 2
    ahead = observation.window[where][middle + MOVE_ROW[row[0]], middle + MOVE_COL[row[0]]] % 8
    valid = tree.valid(observation, where)[tree.index(row)]
    return row if valid and ahead != Material.LAVA else None


class TextPlayer:
    """Plays whoever is alive in `slots` as `complete` answers, and has them stay where an answer makes no sense."""

    def __init__(self, config: Config, slots: range) -> None:
        self.config, self.slots, self.tree = config, slots, ActionTree(config)
        self.asked = self.misunderstood = 0
        self.last: dict[tuple[int, int], str] = {}  # last move of each agent, by (world, id)

    def act(self, observation: Observation) -> np.ndarray:
        """Actions [W, N, columns]; those of other slots are 0."""
        actions, moves = np.zeros((*observation.alive.shape, len(self.tree.columns)), np.int64), {}
        for world, slot in np.argwhere(observation.alive):
            if slot in self.slots:
                who, where = (int(world), int(observation.agents["id"][world, slot])), (world, slot)
                answer = complete(describe(self.config, observation, where, self.last.get(who, "none")))
                row = understood(answer, self.tree, observation, where)
                self.asked, self.misunderstood = self.asked + 1, self.misunderstood + (row is None)
                actions[where] = self.tree.idle if row is None else row
                moves[who] = Move(actions[where][0]).name.lower()
        self.last = moves
        return actions


def main() -> None:
    """Plays one population by text, one each of foragers and random players, and prints how long each lives."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ticks", type=int, default=400)
    options.add_argument("--worlds", type=int, default=2)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    random.seed(args.seed)

    names = ("text", "forager", "random")
    world = forge.make("chaos", args.worlds, args.seed, **{"spawn.cap": 48, "spawn.populations": 3, "terrain.side": 56})
    quota = world.config.quota
    text = TextPlayer(world.config, range(quota))
    scripted = [forge.scripted(name, world.config, args.seed) for name in names[1:]]
    observation, lived, died = world.reset(), np.zeros(3, int), np.zeros(3, int)
    for tick in range(args.ticks):
        if tick == 0:
            print(describe(world.config, observation, tuple(np.argwhere(observation.alive)[0]), "none"), end="\n\n")
        actions = text.act(observation)
        for population, player in enumerate(scripted, start=1):
            slots = slice(population * quota, (population + 1) * quota)
            actions[:, slots] = player.act(observation)[:, slots]
        lived += observation.alive.reshape(args.worlds, 3, quota).sum((0, 2))
        observation, _, terminated, _ = world.step(actions)
        died += terminated.reshape(args.worlds, 3, quota).sum((0, 2))
    for name, ticks, deaths in zip(names, lived, died):
        print(f"{name:8} {ticks / max(deaths, 1):6.1f} ticks lived for each of {deaths} deaths")
    print(f"{text.asked:,} prompts; {text.misunderstood} answers were no action")


if __name__ == "__main__":
    main()
