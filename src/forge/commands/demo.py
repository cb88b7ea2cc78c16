"""`forge demo`: from nothing to trained populations, set against scripted ones, with pictures of what they do."""

from __future__ import annotations

import dataclasses
import math
import shlex
from pathlib import Path
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table

from forge.blade import Config, Recording, World
from forge.blade.society.goods import goods
from forge.command_line import read
from forge.commands.training import start
from forge.experiments.evaluation.contest import Contest, opponents
from forge.experiments.evaluation.evaluate import fresh_maps
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.figures import contests
from forge.experiments.figures import training as figures
from forge.experiments.heldout import report
from forge.experiments.heldout.players import players_of
from forge.experiments.heldout.protocol import USUAL, Protocol
from forge.experiments.heldout.score import Score, score
from forge.experiments.pictures.animation import record_last
from forge.experiments.pictures.top_view import save_picture
from forge.experiments.runs.loading import load
from forge.experiments.runs.run import Run
from forge.experiments.runs.settings import Training
from forge.experiments.training.train import begin
from forge.support.waiting import doing

#: Agent steps of training unless a number of steps or minutes is asked for: minutes teach less on a slower machine.
STEPS = 100_000_000
#: Checkpoints that show how the populations came to what they are.
_MILESTONES = "0 1e6 1e7"
_NEXT = (
    "\nnext, on maps held out from training: the trained populations share worlds half and half with scripted players, "
    "{}; then each player lives alone"
)


@dataclasses.dataclass(frozen=True)
class Options:
    """Trains eight populations, has them contest maps they have never seen, and draws what they do."""

    world: str = "chaos"
    """what they live in: a preset, or a TOML file; in guild and realm it is told, too, what they made and traded"""
    steps: int = 0
    """agent steps of training; 0 means 100 million, or no limit of steps with --minutes"""
    minutes: float = 0.0
    """minutes of training; 0 means no limit of time"""
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

    @property
    def protocol(self) -> Protocol:
        """How players are evaluated."""
        worlds, ticks = self.evaluation_worlds, self.evaluation_ticks
        return Protocol(Settings(worlds, ticks, USUAL.warmup), self.seed, company=())


class Product(NamedTuple):
    """A file the demo wrote."""

    path: Path
    what: str


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge demo")
    console, protocol = Console(), options.protocol
    training = Training.named(options.world)
    steps = options.steps or (0 if options.minutes else STEPS)
    session = dataclasses.replace(training.run, steps=steps, minutes=options.minutes, seed=options.seed)
    session = dataclasses.replace(session, milestones=_MILESTONES)
    run = begin(options.folder or Run.new_path(Path("runs"), "demo"), dataclasses.replace(training, run=session))
    start(run)
    against = " and then ".join(f"{kind}s" for kind in opponents(training.world))
    console.print(_NEXT.format(against), soft_wrap=True, highlight=False)
    scores, evaluations = evaluate(run, protocol)
    for drawn in report.tables(scores):
        console.print(drawn)
    console.print(report.about(scores, protocol), highlight=False)
    console.print(f"\n{headline(scores)}", soft_wrap=True, highlight=False)
    with doing("drawing pictures"):
        pictures, played = illustrate(run, scores, options)
        products = [*pictures, *evaluations, Product(run.latest(), "the last checkpoint")]
    if played.config.named("items"):
        console.print(traded(played, options.visit_ticks))
    console.print("\nwritten:")
    for product in products:
        console.print(f"  {product.path}  {product.what}", soft_wrap=True, highlight=False)
    folder = shlex.quote(str(run.path))
    console.print(f"\nto watch them live: forge watch {folder}", soft_wrap=True, highlight=False)
    console.print(f"to train them on: forge train --resume {folder} --steps 3e8", soft_wrap=True, highlight=False)


def evaluate(run: Run, protocol: Protocol) -> tuple[list[Score], list[Product]]:
    """The scripted players and the trained one, last, as `forge evaluate` plays them; and the files that hold it."""
    with doing("evaluating") as waiting:

        def listen(what: str) -> None:
            waiting.what = f"playing {what}"

        scores = score(players_of([str(run.path)]), protocol, listen)
    again = ["forge", "evaluate", str(run.path), "--pairs", "--worlds", str(protocol.settings.worlds)]
    again += ["--ticks", str(protocol.settings.ticks), "--seed", str(protocol.seed)]
    paths = report.write(scores, protocol, run.path, shlex.join(again))
    return scores, [Product(path, f"the tables above as {path.suffix[1:]}") for path in paths]


def headline(scores: list[Score]) -> str:
    """How the trained player fares beside the scripted ones, in a few sentences."""
    trained, random = scores[-1], next(one for one in scores if one.name == "random")
    outcomes = " ".join(_outcome(contest) for contest in trained.contests)
    return (
        f"{outcomes} Alone they live {trained.figures['lifetime'].value:.1f} ticks, "
        f"{trained.relative(random).value:.1f} times as long as random agents."
    )


def _outcome(contest: Contest) -> str:
    kind, won = contest.opponent, contest.odds.value
    odds = f"outlive one at odds of {won:.2f} to 1" if won < math.inf else "outlive every one of them"
    return (
        f"In worlds shared with {kind}s, trained agents live {contest.lifetime.value:.1f} ticks to their "
        f"{contest.theirs.value:.1f}, and {odds}."
    )


def illustrate(run: Run, scores: list[Score], options: Options) -> tuple[list[Product], World]:
    """Contests, learning curve, visit map, a picture of a world and an animation of its last ticks; and that world."""
    contests.draw(scores[-1].contests, "trained", run.path / "contests.png")
    products = {
        "contests.png": "who lives how long in worlds shared half and half",
        "learning_curve.png": "lifetime while learning, against the scripted players",
        "visits.png": "where each population spends its time",
        "world.png": "a fresh world and its agents",
        "world.webp": f"its last {options.animation_ticks} ticks",
        "metrics.jsonl": "the metrics of training",
    }
    anchors = {score.name: score.figures["lifetime"].value for score in scores[:-1]}
    figures.learning_curve(run.metrics(), run.path / "learning_curve.png", anchors)
    world, policy = fresh_world(run.training.world, options), load(run.path, options.seed)
    start_materials, schema = world.materials()[0].copy(), world.config.schema
    observation = world.observe()
    for _ in range(max(0, options.visit_ticks - options.animation_ticks)):
        observation, *_ = world.step(policy.act(observation))
    record_last(world, policy, options.animation_ticks, run.path / "world.webp")
    figures.visit_map(world.visits()[0], start_materials, run.path / "visits.png", schema=schema)
    agents, events = world.observe().agents[0], world.events()
    save_picture(run.path / "world.png", world.materials()[0], agents, events, schema=schema)
    return [Product(run.path / name, what) for name, what in products.items()], world


def traded(world: World, ticks: int) -> Table:
    """What agents made, used and traded in a world, by kind, where there was anything, for rich's console."""
    title = f"what the trained agents made and traded in one fresh world, {ticks:,} ticks"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for head in ("kind", "made", "found", "used", "sold and bought", "last price"):
        table.add_column(head, justify="left" if head == "kind" else "right")
    for good in goods(world, 0):
        if any(good[1:-1]):
            counts = (f"{count:,}" for count in good[1:-1])
            table.add_row(good.kind.replace("_", " "), *counts, "" if math.isnan(good.price) else f"{good.price:g}")
    return table


def fresh_world(config: Config, options: Options) -> World:
    """One world on a map of the evaluation's series, at its full cap, that records what the pictures need."""
    full = fresh_maps(config).replace(**{"spawn.random_cap": False})
    world = World(full, 1, options.seed, record=Recording(events=True, visits=True))
    world.reset()
    return world
