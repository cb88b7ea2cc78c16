"""`forge experiment`: answers a question by training runs, measurements, statistics and figures."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from pathlib import Path
from signal import SIGINT
from typing import Annotated, Any, NamedTuple

from rich.console import Console
from rich.markdown import Markdown
from tyro.conf import Positional, arg

from forge.blade.threads.cores import cores
from forge.command_line import read
from forge.experiments.reports.publish import publish
from forge.experiments.runs.stopping import Stopped
from forge.experiments.studies.catalogue import STUDIES, find
from forge.experiments.studies.framework.conduct import conduct, study_folder, train_all
from forge.experiments.studies.framework.cost import Cost, Threads, estimate_cost
from forge.experiments.studies.framework.needs import Need
from forge.experiments.studies.framework.progress import Watch, duration
from forge.experiments.studies.framework.store import Store
from forge.experiments.studies.framework.study import Plan, Scale, Study
from forge.experiments.studies.side_by_side.measuring import Recipe, measure_side_by_side
from forge.experiments.studies.side_by_side.processes import places
from forge.experiments.studies.side_by_side.training import train_side_by_side
from forge.support.checks import ConfigError, did_you_mean
from forge.support.waiting import doing

_LONG = 120.0  # seconds of work from which other processes help: each takes some to start


class Hands(NamedTuple):
    """How many processes work at a time; where one does, it is this one."""

    training: int
    measuring: int


@dataclasses.dataclass(frozen=True)
class Options:
    """Answers a question by training runs, measurements, statistics and figures; without a name, lists what there is.

    It can be stopped at any point. The same command goes on where it was, and finds the same numbers.
    """

    name: Annotated[Positional[str], arg(help="the experiment")] = ""
    scale: Annotated[str, arg(help="how big; without a name given, each experiment lists its own")] = "small"
    seeds: Annotated[int, arg(help="training runs of each kind; 0 means as many as the scale says")] = 0
    resume: Annotated[bool, arg(help="only go on with what was begun: an error if nothing was")] = False
    yes: Annotated[bool, arg(help="start scales that take hours")] = False
    processes: Annotated[
        int, arg(help="that train and measure side by side; 0 means one for each core and 3 GB, if it takes minutes")
    ] = 0
    folder: Annotated[Path, arg(help="where runs, measurements and reports are kept")] = Path("experiments")
    publish: Annotated[Path | None, arg(help="write the report below this folder, too: docs/experiments")] = None


def main(arguments: list[str]) -> None:
    """Runs the command."""
    options = read(Options, arguments, "forge experiment")
    console = Console()
    if not options.name:
        for name in STUDIES:
            describe(find(name), console)
        return
    study = find(options.name)
    scale, seeds = chosen(study, options)
    plan, store = study.plan(scale, seeds), Store(options.folder)
    begun = any(store.run_path(need).is_dir() for need in plan.needs)
    if options.resume and not begun and all(store.measured(one) is None for one in plan.measurements):
        raise ConfigError(f"nothing of {study.name} {options.scale} is in {options.folder}; start it without --resume")
    cost, hands = announce(study, plan, store, scale, options.processes, console)
    if cost.total and scale.confirm and not options.yes:
        raise ConfigError(f"{options.scale} takes about {duration(cost.total)} here; start it with --yes")
    try:
        with Watch({need.name: need.limits for need in plan.needs}, cost, console) as watch:
            if hands.training > 1:
                with doing(f"training, {hands.training} at a time"):
                    train_side_by_side(plan, store, hands.training, watch)
            else:
                train_all(plan, store, watch)
            if hands.measuring > 1:
                recipe = Recipe(study.name, options.scale, seeds, options.folder.resolve())
                with doing(f"measuring, {hands.measuring} at a time"):
                    measure_side_by_side(recipe, plan, store, hands.measuring, watch)
            results = conduct(plan, store, watch)
    except KeyboardInterrupt as stop:
        number = stop.signal if isinstance(stop, Stopped) else SIGINT
        raise Stopped(f"stopped; to go on: {command(options)} --resume", number) from None
    with doing("making the report"):
        found = study.findings(scale, seeds, results)
    origin = {"command": command(options), "seeds": list(range(seeds)), "runs": runs(plan, store)}
    places = [options.folder, *([options.publish] if options.publish else [])]
    folders = [study_folder(place, study.name, options.scale) for place in places]
    title = f"{study.name}, {options.scale}"
    with doing("drawing figures"):
        written = [path for folder in folders for path in publish(folder, title, study.question, found, origin)]
    console.print(Markdown(found.verdict))
    console.print("\nwritten:")
    for path in written:
        console.print(f"  {path}", soft_wrap=True, highlight=False)


def describe(study: Study[Any], console: Console) -> None:
    """The study and its scales."""
    console.print(f"{study.name}: {study.question}", highlight=False)
    for name, scale in study.scales.items():
        console.print(f"  --scale {name}: {scale.about}, {scale.seeds} seeds", highlight=False)


def chosen(study: Study[Any], options: Options) -> tuple[Any, int]:
    """Scale and number of seeds."""
    if options.scale not in study.scales:
        raise ConfigError(did_you_mean("scale", options.scale, list(study.scales)))
    for name in ("seeds", "processes"):
        if (given := getattr(options, name)) < 0:
            raise ConfigError(f"--{name} {given} must not be negative")
    scale = study.scales[options.scale]
    return scale, options.seeds or scale.seeds


def announce(
    study: Study[Any], plan: Plan, store: Store, scale: Scale, processes: int, console: Console
) -> tuple[Cost, Hands]:
    """Says what there is to do and how long it will take; returns the same, and how many processes do it."""
    needs = [need for need in plan.needs if store.steps_left(need)]
    measurements = [m for m in plan.measurements if store.measured(m) is None]
    console.print(
        f"{len(plan.needs)} runs, {len(plan.needs) - len(needs)} of them done; "
        f"{len(plan.measurements)} measurements, {len(plan.measurements) - len(measurements)} of them done",
        highlight=False,
    )
    if not needs and not measurements:
        return Cost({}, {}), Hands(1, 1)
    with console.status("measuring how fast this machine is"), doing("measuring how fast this machine is"):
        cost, hands = expected(plan, store, scale.probe_seconds, processes, side_by_side=not study.timed)
    parts = []
    for what, seconds, count in zip(hands._fields, cost, hands, strict=True):
        by = f" by {count} processes" if count > 1 else ""
        parts.append(f"{duration(sum(seconds.values()))} of {what}{by}")
    console.print(
        f"about {duration(cost.total)}: {', '.join(parts)} (Ctrl-C stops; the same command goes on)",
        soft_wrap=True,
        highlight=False,
    )
    return cost, hands


def expected(plan: Plan, store: Store, seconds: float, processes: int, side_by_side: bool) -> tuple[Cost, Hands]:
    """What it costs to do what is left by so many processes (0: as many as make it shorter), and how many those are.

    Args:
        plan: of a study.
        store: where it is kept.
        seconds: of training that each kind of run is measured by.
        processes: as the user wishes.
        side_by_side: whether runs may train beside one another.
    """
    left = sum(store.steps_left(need) > 0 for need in plan.needs)
    at_most = Hands(min(places(processes), max(1, left)) if side_by_side else 1, places(processes))
    each = Threads(*(max(1, cores() // count) for count in at_most))
    cost = estimate_cost(plan, store, seconds, each)
    long = [processes > 0 or sum(part.values()) > _LONG for part in cost]
    hands = Hands(*(count if worth else 1 for count, worth in zip(at_most, long, strict=True)))
    parts = ({name: time / count for name, time in part.items()} for part, count in zip(cost, at_most, strict=True))
    return Cost(*parts), hands


def command(options: Options) -> str:
    """The command that was given, without what says nothing about its results."""
    seeds = ["--seeds", str(options.seeds)] if options.seeds else []
    folder = ["--folder", str(options.folder)] if options.folder != Options.folder else []
    return shlex.join(["forge", "experiment", options.name, "--scale", options.scale, *seeds, *folder])


def runs(plan: Plan, store: Store) -> list[Mapping[str, Any]]:
    """Where each run is, and what it was made by."""
    return [_run(need, store) for need in plan.needs]


def _run(need: Need, store: Store) -> dict[str, Any]:
    steps, seconds = list(store.seconds(need).items())[-1]
    return {
        "name": need.name,
        "folder": str(store.run_path(need).relative_to(store.root)),
        "seed": need.training.run.seed,
        "steps": steps,
        "seconds": round(seconds, 1),
        "made": store.made(need),
    }
