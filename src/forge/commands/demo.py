"""`forge demo`: from nothing to trained populations, measured against scripted ones, with pictures of what they do."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from forge.agents import scripted
from forge.blade import Config, Recording, World
from forge.command_line import read
from forge.commands.train import start
from forge.experiments import figures
from forge.experiments.animation import record_last
from forge.experiments.evaluate import Row, compare, fresh_maps
from forge.experiments.picture import save_picture
from forge.experiments.report import table, to_json
from forge.experiments.run import Run
from forge.experiments.settings import Training
from forge.experiments.train import begin, load
from forge.waiting import doing

SCRIPTED = ("random", "forager", "fighter")


@dataclasses.dataclass(frozen=True)
class Options:
    """Trains eight populations in Chaos, evaluates them on maps they have never seen, and draws what they do."""

    minutes: float = 2.0
    """minutes of training"""
    seed: int = 0
    """of everything that is drawn"""
    evaluation_worlds: int = 16
    """worlds that each player is evaluated in"""
    evaluation_ticks: int = 500
    """ticks in which the lives begin that are measured"""
    visit_ticks: int = 1000
    """ticks of play behind the visit map"""
    animation_ticks: int = 200
    """ticks of the animation"""
    folder: str = ""
    """folder of the run; by default runs/demo- and the time"""


class Product(NamedTuple):
    """A file the demo wrote."""

    path: Path
    what: str


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge demo")
    console = Console()
    training = Training.named("chaos")
    session = dataclasses.replace(training.run, minutes=options.minutes, seed=options.seed)
    path = options.folder or Run.new_path(Path("runs"), "demo")
    run = begin(path, dataclasses.replace(training, run=session))
    start(run)
    console.print("\nevaluating on fresh maps: random, forager, fighter, trained")
    with doing("evaluating"):
        rows = evaluate(run, options)
    console.print(table(rows))
    with doing("drawing pictures"):
        products = [*illustrate(run, rows, options), Product(run.latest(), "the last checkpoint")]
    console.print("\nwritten:")
    for product in products:
        console.print(f"  {product.path}  {product.what}", soft_wrap=True, highlight=False)


def evaluate(run: Run, options: Options) -> list[Row]:
    """Random, scripted and trained players, each alone in the same fresh worlds; also kept as evaluation.json."""
    config = run.training.world
    players = {name: scripted(name, config, options.seed) for name in SCRIPTED}
    rows = compare(
        {**players, "trained": load(run.path, options.seed)},
        config,
        worlds=options.evaluation_worlds,
        ticks=options.evaluation_ticks,
        seed=options.seed,
    )
    (run.path / "evaluation.json").write_text(to_json(rows), encoding="utf-8")
    return rows


def illustrate(run: Run, rows: list[Row], options: Options) -> list[Product]:
    """Learning curve, visit map, a picture of the world and an animation of its last ticks."""
    products = {
        "learning_curve.png": "lifetime while learning, against the scripted players",
        "visits.png": "where each population spends its time",
        "world.png": "a fresh world and its agents",
        "world.webp": f"its last {options.animation_ticks} ticks",
        "evaluation.json": "the table above with everything behind it",
        "metrics.jsonl": "the metrics of training",
    }
    anchors = {row.name: row.evaluation.lifetime.value for row in rows if row.name != "trained"}
    figures.learning_curve(run.metrics(), run.path / "learning_curve.png", anchors)
    world, policy = fresh_world(run.training.world, options), load(run.path, options.seed)
    start_materials = world.materials()[0].copy()
    observation = world.observe()
    for _ in range(max(0, options.visit_ticks - options.animation_ticks)):
        observation, *_ = world.step(policy.act(observation))
    record_last(world, policy, options.animation_ticks, run.path / "world.webp")
    figures.visit_map(world.visits()[0], start_materials, run.path / "visits.png")
    save_picture(run.path / "world.png", world.materials()[0], world.observe().agents[0], world.events())
    return [Product(run.path / name, what) for name, what in products.items()]


def fresh_world(config: Config, options: Options) -> World:
    """One world on a map of the evaluation's series, at its full cap, that records what the pictures need."""
    full = fresh_maps(config).replace(**{"spawn.random_cap": False})
    world = World(full, 1, options.seed, record=Recording(events=True, visits=True))
    world.reset()
    return world
