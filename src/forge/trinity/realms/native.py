"""Native: a training run of realms under one Pantheon, round by round."""

from __future__ import annotations

import dataclasses
import importlib.util
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade import Config, ConfigError, Recording
from forge.blade import snapshot as world_snapshot
from forge.blade.config.config import config_of
from forge.blade.schema.versions import CONFIGURATION, lacking
from forge.blade.state.state import check_memory
from forge.blade.terrain.generation import read_map
from forge.ethyr.experience.company import Invited
from forge.ethyr.learning.diagnostics import Step, mean_step
from forge.ethyr.learning.divergence import Diverged, check_parameters
from forge.ethyr.learning.minibatches import fitted
from forge.ethyr.learning.settings import ENGINES, Learning
from forge.ethyr.saving import checkpoint
from forge.support.checks import shown
from forge.support.paths import path_of
from forge.support.plugins import Untrusted
from forge.trinity.realms.local import LocalRealms, Realms
from forge.trinity.realms.meter import COUNTS, Clock, Meter
from forge.trinity.realms.realm import warm_up
from forge.trinity.realms.report import Snapshot
from forge.trinity.realms.setting import Setting
from forge.trinity.realms.trinity import Trinity
from forge.trinity.vecenv.arguments import check_choice, read_args

#: Where realms run: in this process, in a Ray started on this machine, in a Ray cluster that is there already.
PLACES = ("local", "default", "remote")

_ARGS = {
    "nRealm": 1,
    "worlds": 32,
    "seed": 0,
    "threads": None,
    "ray": "local",
    "address": None,
    "render": False,
}
_LASTING = ("nRealm", "worlds", "seed")  # what a run keeps for good


class Native:
    """A run: realms that play and judge, and a Pantheon that learns. Also a context manager, which closes it.

    The same configuration and seed give the same parameters to the last bit, in this process and in Ray, and with a
    realm lost on the way. (PyTorch's sums depend on its threads, so with `engine="torch"` give `threads` too.)

    Args:
        config: of the worlds.
        args: None, a mapping, or an object with attributes (the command line's): `nRealm` realms (1) of `worlds` worlds
            each (32), `seed` (0), `threads` of a realm (None: all cores in this process, one in Ray), `ray` (one of
            PLACES; "local"), `address` of a cluster to join (None: the one that runs here), `render` (False; the
            command line opens the viewer, here it is only looked for).
        trinity: the classes that learn, rule and play; None means the defaults.
        learning: the numbers of the learner; None means the defaults.
        engine: what computes, as for `forge.ethyr.engines.engine.make_learner`.
        snapshot_rounds: in Ray, a realm that is lost goes back at most so many rounds, and plays them again.
        warn: is called with a line of text when a realm is lost and brought back.
        tiles: the map that `terrain.file` of the configuration names, uint8 [side, side]; None has it read.
        among: who shares the worlds with the populations of `config`, and does not learn: of a run's `among`,
            `forge.experiments.training.guests.Guests` of its configuration. God and Sword are then given the
            configuration with the populations of all, the Pantheon that of those that learn.

    Attributes:
        pantheon: with the network and the optimiser.
        realms: that play.
        meter: with counts since the beginning: `steps`, `rounds`, `updates`, `lives`, `seconds`.

    Raises:
        ConfigError: if an argument is not what it must be; the message names it.
        MissingExtra: an ImportError, if Ray is asked for and not installed.
    """

    def __init__(
        self,
        config: Config,
        args: Any = None,
        trinity: Trinity | None = None,
        *,
        learning: Learning | None = None,
        engine: str = "auto",
        snapshot_rounds: int = 20,
        warn: Callable[[str], Any] = lambda line: None,
        tiles: np.ndarray | None = None,
        among: Invited | None = None,
    ) -> None:
        self.among = among
        self.config, self.trinity = config_of(config), trinity or Trinity()
        self.args, self.engine = native_args(args, engine), engine
        self.learning = fitted(learning or Learning(), self.args["worlds"])
        self._tiles = tiles
        if self.args["ray"] == "local":
            check_memory([config], self.args["nRealm"] * self.args["worlds"], Recording())
        if config.terrain.file and tiles is None:
            self._tiles = read_map(config.terrain, config.schema)
        settings = [self._setting(realm) for realm in range(self.args["nRealm"])]
        self.pantheon = self.trinity.pantheon(dataclasses.replace(settings[0], config=config, among=None))
        self.meter = Meter(config, among)
        self.realms: Realms
        if self.args["ray"] == "local":
            self.realms = LocalRealms(settings, self.trinity, self.pantheon)
        else:
            from forge.trinity.realms.cluster import Cluster

            given = self.args["ray"], self.args["address"], snapshot_rounds, warn
            self.realms = Cluster(settings, self.trinity, self.pantheon, *given)

    def _setting(self, realm: int) -> Setting:
        args = self.args
        threads = args["threads"] or (None if args["ray"] == "local" else 1)
        numbers = args["nRealm"], realm, args["worlds"], args["seed"], threads
        config = self.config if self.among is None else self.among.world
        return Setting(config, self.learning, *numbers, self.engine, self.among, self._tiles)

    def compile(self) -> None:
        """Compiles what a local run will call, on one tick of another world, so that it is not timed with the run.

        In Ray, realms do so before they begin.
        """
        if isinstance(self.realms, LocalRealms):
            warm_up(self._setting(0), self.pantheon.network, self.pantheon.packing)

    def run(self, rounds: int = 1, seconds: float = 0.0) -> dict[str, Any]:
        """Plays and learns: at least `rounds` rounds, and for at least so many seconds.

        In a round every realm plays `learning.ticks` ticks and judges them; the Pantheon averages and steps, once
        with `pg`, and with `ppo` as often as `learning.epochs` and `learning.minibatches` say.

        Returns:
            A line of metrics over these rounds, as `forge.ethyr.learning.metrics.METRICS` says; None for what is not
            known, such as the `lifetime` where nobody died. `tags` names the populations.
        """
        played, start = 0, self.meter.seconds
        while played < rounds or self.meter.seconds - start < seconds:
            self.play()
            played += 1
        return self.read()

    def read(self) -> dict[str, Any]:
        """The line of metrics since the last one; see `run`."""
        return {
            **self.meter.read(self.realms.afterwards()),
            "restarts": self.realms.restarts,
            "tags": [*self.realms.tags],
        }

    def play(self) -> None:
        """One round.

        Raises:
            Diverged: if a loss, a gradient or a parameter is not finite; the error names it and the update.
        """
        started, updates, steps = time.perf_counter(), 0, list[Step]()
        played = learning = 0.0
        together = max if self.realms.at_once else sum
        self.pantheon.agent_steps = self.meter.steps
        reports = self.realms.play()
        try:
            for epoch in range(self.learning.updates):
                if epoch > 0:
                    reports = self.realms.learn(epoch)
                played += together(report.seconds for report in reports)
                asked = time.perf_counter()
                learned = self.pantheon.learn(reports)
                learning += time.perf_counter() - asked
                updates += learned
                if learned and self.pantheon.last_step is not None:
                    steps.append(self.pantheon.last_step)
        except Diverged as error:
            error.update = self.meter.updates + updates + 1
            raise
        step = mean_step(steps) if steps else None
        self.meter.add(reports, updates, Clock(time.perf_counter() - started, played, learning), step)

    def save(self, folder: str | Path, more: Mapping[str, bytes] | None = None) -> None:
        """Writes a checkpoint: everything that `restore` needs to go on to the same bits.

        Args:
            folder: of the checkpoint.
            more: files to keep in it besides, by their names: the configuration of a run that a Native is part of.

        Raises:
            OSError: if it cannot be written; a checkpoint that stood there is then still there.
            Diverged: if a parameter is not finite; nothing is written then.
        """
        check_parameters(self.pantheon.network, self.config.populations)
        snapshots = self.realms.snapshots()
        with checkpoint.writing(path_of(folder)) as draft:
            self.pantheon.save(draft)
            for realm, snapshot in enumerate(snapshots):
                _write(snapshot, draft, realm)
            checkpoint.save_values(draft / "native.json", self._values())
            checkpoint.save_values(draft / "progress.json", self.meter.counts())
            for name, data in (more or {}).items():
                (draft / name).write_bytes(data)

    def _values(self) -> dict[str, Any]:
        return {
            "args": {name: int(self.args[name]) for name in _LASTING},
            "engine": self.engine,
            "version": CONFIGURATION.newest,
            "config": self.config.to_dict(),
            "learning": dataclasses.asdict(self.learning),
        }

    @classmethod
    def restore(cls, folder: str | Path, args: Any = None, trinity: Trinity | None = None, **options: Any) -> Self:
        """The run of a checkpoint; it goes on to the same bits as if it had never stopped.

        Args:
            folder: that `save` wrote.
            args: as for `Native`. What a run keeps (`nRealm`, `worlds`, `seed`) is the checkpoint's, and can be left
                out; where it runs is free to change.
            trinity: the same classes as before.
            options: `snapshot_rounds`, `warn` and `among`, as for `Native`.

        Raises:
            ConfigError: if the folder holds no such checkpoint, it is damaged, or `args` contradict it.
        """
        path = path_of(folder)
        saved = saved_run(path)
        chosen = read_args(args, {**_ARGS, **saved.args})
        for name, value in saved.args.items():
            if chosen[name] != value:
                raise ConfigError(f"{name} = {chosen[name]!r}, but the run in {path} has {name} = {value}")
        counts = checkpoint.load_progress(path, *COUNTS)
        snapshots = [_read(path, realm) for realm in range(saved.args["nRealm"])]
        tiles = _drawn(saved.config, snapshots)
        given: Any = {**options, "learning": saved.learning, "engine": saved.engine, "tiles": tiles}
        run = cls(saved.config, chosen, trinity, **given)
        try:
            run.pantheon.load(path)
            run.realms.restore(snapshots)
            run.meter.go_on(counts)
        except BaseException:
            run.close()
            raise
        return run

    def close(self) -> None:
        """Ends the realms, and the Ray that was started for them."""
        self.realms.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def viewer_is_there() -> bool:
    """Whether the viewer is part of this installation."""
    return importlib.util.find_spec("forge.embyr") is not None


def native_args(given: Any, engine: str = "auto") -> dict[str, Any]:
    """The arguments of a Native, checked, with the defaults of what is not given.

    Raises:
        ConfigError: naming what is wrong.
    """
    args = read_args(given, _ARGS)
    check_choice("ray", args["ray"], PLACES)
    check_choice("engine", engine, ENGINES)
    if args["address"] is not None and args["ray"] != "remote":
        raise ConfigError(f"address = {args['address']!r} is of a cluster; ray must be 'remote', not {args['ray']!r}")
    if args["render"] and not viewer_is_there():
        raise ConfigError(
            "render: the viewer, `forge watch`, is not part of this installation (there is no forge.embyr); "
            "run without --render"
        )
    return args


class SavedRun(NamedTuple):
    """What a checkpoint says of its run."""

    args: dict[str, Any]  # nRealm, worlds, seed
    engine: str
    config: Config
    learning: Learning


def saved_run(folder: Path) -> SavedRun:
    """What a checkpoint says of its run; every byte of it is checked.

    Raises:
        Untrusted: if it names a system or a network that nobody trusts.
        ConfigError: if it is no checkpoint of realms, or damaged.
    """
    files, path = checkpoint.verify(folder), folder / "native.json"
    if path.name not in files:
        raise ConfigError(f"checkpoint {folder} has no realms: it is one of forge train")
    try:
        saved = _saved_run(checkpoint.load_values(path), files)
        for realm in range(saved.args["nRealm"]):
            _check_shape(saved, folder / f"realm-{realm}.npz")
    except KeyError as error:
        raise ConfigError(f"checkpoint {path} is damaged: it does not say {error}") from error
    except Untrusted as error:
        raise Untrusted(f"checkpoint {path}: {error}") from error
    except (TypeError, ConfigError) as error:
        raise ConfigError(f"checkpoint {path} is damaged: {error}") from error
    return saved


def _saved_run(values: Mapping[str, Any], files: Collection[str]) -> SavedRun:
    args, engine = values["args"], values["engine"]
    if not isinstance(args, dict) or {*args} != {*_LASTING}:
        raise ConfigError(f"args must be {', '.join(_LASTING)}, not {shown(args)}")
    native_args(args, engine)
    version = CONFIGURATION.version(values.get("version"), "it")
    learning = Learning.read(values["learning"], version)
    if missing := lacking(Learning.since(), values["learning"], version):
        raise ConfigError(f"learning lacks {', '.join(missing)}")
    if 2 * args["nRealm"] != sum(name.startswith("realm-") for name in files):
        raise ConfigError(f"nRealm = {args['nRealm']} are not the realms that {checkpoint.MANIFEST} names")
    names = {f"realm-{realm}.{kind}" for realm in range(args["nRealm"]) for kind in ("npz", "safetensors")}
    if missing := sorted(names.difference(files)):
        raise ConfigError(f"{checkpoint.MANIFEST} does not name {', '.join(missing)}")
    return SavedRun(args, engine, Config.from_dict(values["config"], version, whole=True), learning)


def _check_shape(saved: SavedRun, path: Path) -> None:
    """Refuses worlds that are not those of a run, before memory is taken for the run's."""
    found = world_snapshot.read(path)
    if len(found.configs) != saved.args["worlds"]:
        raise ConfigError(f"worlds = {saved.args['worlds']}, but {path.name} has {len(found.configs)}")
    for config in found.configs:
        own, theirs = saved.config, config
        for name in ("terrain.side", "spawn.cap", "sight.radius", "sight.agents"):
            section, _, field = name.partition(".")
            wanted, given = getattr(getattr(own, section), field), getattr(getattr(theirs, section), field)
            if wanted != given:
                raise ConfigError(f"{name} = {wanted}, but {given} in {path.name}")


def _write(snapshot: Snapshot, folder: Path, realm: int) -> None:
    """One realm's part of a checkpoint."""
    (folder / f"realm-{realm}.npz").write_bytes(snapshot.world)
    parts = {"god": snapshot.god, "sword": snapshot.sword}
    tensors = {f"{part}.{name}": tensor for part, state in parts.items() for name, tensor in state.items()}
    checkpoint.save_tensors(folder / f"realm-{realm}.safetensors", tensors)


def _drawn(config: Config, snapshots: Sequence[Snapshot]) -> np.ndarray | None:
    """The map that a configuration names, as the worlds that were saved have it: the file may be gone."""
    for saved in (world_snapshot.read(one.world) for one in snapshots if config.terrain.file):
        for tiles, own in zip(saved.tiles, saved.configs, strict=True):
            if own.terrain.file == config.terrain.file:
                return np.asarray(tiles)
    return None


def _read(folder: Path, realm: int) -> Snapshot:
    tensors = checkpoint.load_tensors(folder / f"realm-{realm}.safetensors")
    states = ({k[len(part) :]: t for k, t in tensors.items() if k.startswith(part)} for part in ("god.", "sword."))
    try:
        return Snapshot((folder / f"realm-{realm}.npz").read_bytes(), *states)
    except OSError as error:
        raise ConfigError(f"checkpoint {folder} is missing or damaged: {error}") from error
