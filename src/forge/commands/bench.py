"""`forge bench`: how fast the world and training are on this machine, and what watching costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from tyro.conf import Positional, arg

from forge.bench import fresh
from forge.bench.busy import busy
from forge.bench.commits import against
from forge.bench.report import Report, Section
from forge.bench.train import MODULES, Plan, training
from forge.bench.world import Effort, batch, grown, options, scaling, speed
from forge.command_line import read
from forge.support.checks import ConfigError
from forge.support.host import machine
from forge.support.waiting import doing

Name = Literal["speed", "batch", "busy", "scaling", "grown", "options", "compile", "memory", "terrain"]
SECTIONS: dict[Name, Callable[[Effort], Section]] = {
    "speed": speed,
    "batch": batch,
    "busy": busy,
    "scaling": scaling,
    "grown": grown,
    "options": options,
    "compile": fresh.compiling,
    "memory": fresh.memory,
    "terrain": fresh.terrain,
}
#: Measured only where it is named: its worlds take minutes to compile.
NAMED_ONLY: tuple[Name, ...] = ("grown",)
Sight = Literal["page", "server", "crowd"]
_QUICK_ROUNDS = 2
_AGAINST = "a checkout of another commit, to be timed against this one in fresh processes that take turns"


@dataclass(frozen=True)
class Output:
    """Where the figures go, besides the terminal."""

    json: Annotated[Path | None, arg(help="write everything that was measured to this file")] = None
    markdown: Annotated[Path | None, arg(help="write the tables to this page")] = None
    quick: Annotated[
        bool, arg(help="a few seconds, with small worlds: tries the benchmark, says nothing of the machine")
    ] = False
    seed: Annotated[int, arg(help="of the worlds, of who plays in them, and of training")] = 0


@dataclass(frozen=True)
class World(Output):
    """Measures the world: steps a second, on a busy machine too, scaling, options, compiling, memory, terrain."""

    sections: Annotated[Positional[tuple[Name, ...]], arg(help="what to measure; all but grown, if none is named")] = ()
    rounds: Annotated[int | None, arg(help="repeats of everything that is timed; 15, with --against 20")] = None
    against: Annotated[Path | None, arg(help=_AGAINST)] = None

    def run(self) -> None:
        """Measures and reports."""
        if self.against is not None:
            if self.sections:
                raise ConfigError(f"--against times whole steps; it takes no {', '.join(self.sections)} beside it")
            _against(self, "world", ("world", "first_step"), self.against, self.rounds)
            return
        effort = Effort(_rounds(self.rounds, 15, self.quick), self.seed, self.quick)
        wanted = self.sections or [name for name in SECTIONS if name not in NAMED_ONLY]
        chosen = [name for name in SECTIONS if name in wanted]
        report = _report("world", self, rounds=effort.rounds)
        for name in chosen:
            with report.console.status(f"measuring {name}"), doing(f"measuring {name}"):
                section = SECTIONS[name](effort)
            report.add(name, section)


@dataclass(frozen=True)
class Train(Output):
    """Measures training: agent steps a second with world, policy and learning, on all threads and on one."""

    seconds: Annotated[float, arg(help="time to measure training on one thread for; on all threads it takes less")] = (
        20.0
    )
    engine: Annotated[
        Literal["compiled", "torch", "modules", "both", "all"],
        arg(
            help="as in forge train; modules: PyTorch with the default network as an ordinary module; both: without it"
        ),
    ] = "compiled"
    worlds: Annotated[int, arg(help="worlds trained in at once")] = 16
    hidden: Annotated[int, arg(help="width of the network")] = 32
    network: Annotated[
        Literal["default", "recurrent", "layered", "both", "all"],
        arg(
            help="as in forge train, layered with all that new configurations have, the others as in release 2.0; "
            "both: default and recurrent take turns; all: all three do"
        ),
    ] = "default"
    algorithm: Annotated[
        Literal["pg", "ppo"] | None, arg(help="as in forge train; by default pg, and with layered ppo")
    ] = None
    targeting: Annotated[Literal["lowest_health", "learned"], arg(help="as in forge train")] = "lowest_health"
    rounds: Annotated[int | None, arg(help="with --against: how often the two take turns; 20")] = None
    against: Annotated[Path | None, arg(help=_AGAINST)] = None

    def run(self) -> None:
        """Measures and reports."""
        if self.against is not None:
            _against(self, "train", ("train",), self.against, self.rounds)
            return
        if self.rounds is not None:
            raise ConfigError(f"--rounds {self.rounds} says how often two commits take turns; it needs --against PATH")
        if not 0 < self.seconds < 1e6:
            raise ConfigError(f"--seconds {self.seconds} must be above 0 and below a million")
        several = {"both": ("compiled", "torch"), "all": ("compiled", "torch", MODULES)}
        together = {"both": ("default", "recurrent"), "all": ("default", "recurrent", "layered")}
        networks: tuple[str, ...] = together.get(self.network, (self.network,))
        engines: tuple[str, ...] = several.get(self.engine, (self.engine,))
        seconds = min(self.seconds, 0.5) if self.quick else self.seconds
        worlds = min(self.worlds, 2) if self.quick else self.worlds
        what = {name: getattr(self, name) for name in ("hidden", "algorithm", "targeting")}
        what["networks"] = networks
        plan = Plan(engines, seconds, worlds, **what, seed=self.seed, quick=self.quick)
        report = _report("train", self, engines=engines, seconds=seconds, worlds=worlds, **what)
        with report.console.status("training"), doing("training"):
            report.add("train", training(plan))


@dataclass(frozen=True)
class Viewer(Output):
    """Measures the viewer: the page's own time, the server's CPU for each viewer, the world's pace among many."""

    sections: Annotated[Positional[tuple[Sight, ...]], arg(help="what to measure; all, if none is named")] = ()
    rounds: Annotated[int, arg(help="repeats of everything that is timed")] = 5

    def run(self) -> None:
        """Measures and reports."""
        from forge.bench import viewer  # the server, which the other benchmarks do without

        rounds, ticks = _rounds(self.rounds, 5, self.quick), 5 if self.quick else 100
        plan = viewer.Plan(rounds, ticks, self.seed, self.quick)
        report = _report("viewer", self, rounds=rounds, ticks=ticks)
        sections = {"page": viewer.page, "server": viewer.server, "crowd": viewer.crowd}
        for name in (name for name in sections if name in self.sections or not self.sections):
            with report.console.status(f"measuring {name}"), doing(f"measuring {name}"):
                section = sections[name](plan)
            report.add(name, section)


def _rounds(given: int | None, usual: int, quick: bool) -> int:
    """How often everything is timed.

    Raises:
        ConfigError: if that is never.
    """
    if given is not None and given < 1:
        raise ConfigError(f"--rounds {given} must be at least 1")
    return _QUICK_ROUNDS if quick else given or usual


def _against(output: Output, name: str, parts: Sequence[str], checkout: Path, given: int | None) -> None:
    """Times this commit against another, and reports."""
    rounds = _rounds(given, against.ROUNDS, output.quick)
    against.source_of(checkout)  # so that what is wrong is said first
    report = _report(name, output, rounds=rounds, against=str(checkout))
    for part in parts:
        with report.console.status(f"timing {part} of both"), doing(f"timing {part} of both"):
            section = against.against(part, checkout, rounds, output.seed, output.quick)
        report.add(f"against {part}", section)


def main(arguments: list[str]) -> None:
    """Runs the command."""
    kinds = (
        Annotated[World, arg(name="world")]
        | Annotated[Train, arg(name="train")]
        | Annotated[Viewer, arg(name="viewer")]
    )
    chosen: Any = read(cast(Any, kinds), arguments, "forge bench")
    chosen.run()


def _report(name: str, output: Output, **settings: Any) -> Report:
    if output.seed < 0:
        raise ConfigError(f"--seed {output.seed} must not be negative")
    settings = {"quick": output.quick, "seed": output.seed, **settings}
    return Report(name, machine.describe(), settings, output.json, output.markdown)
