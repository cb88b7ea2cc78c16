"""A cluster: every realm an actor of Ray, on whatever machine has room. A realm that is lost is brought back.

What is lost with a realm is made again, not made up: it goes back to its last snapshot, plays the rounds since then
with the parameters of each of them, and then the round it was lost in. It is thereby where it would have been, to the
last bit. Of the rounds played again nothing is reported, so nothing is counted twice.

A realm that finds itself on the Pantheon's machine reads parameters and leaves gradients in memory that both share, and
only messages without them pass through Ray. To and from other machines its object store carries them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from forge.blade import ConfigError, World
from forge.ethyr.learning.diagnostics import Afterwards
from forge.ethyr.networks.network import Network
from forge.support.extras import needs
from forge.support.waiting import doing
from forge.trinity.realms.packing import Packing, Vectors
from forge.trinity.realms.pantheon import Pantheon
from forge.trinity.realms.realm import Realm, warm_up
from forge.trinity.realms.report import Report, Snapshot
from forge.trinity.realms.setting import Setting
from forge.trinity.realms.shared import Block, Key
from forge.trinity.realms.trinity import Trinity

with needs("ray", "ray"):
    import ray
    from ray.exceptions import NodeDiedError, ObjectLostError, OutOfMemoryError, RayActorError, RayTaskError

#: How often in a row a realm may be lost before the run gives up: something in it may well kill every process.
ATTEMPTS = 5
#: Seconds that a realm waits for a machine with room before the run gives up.
PATIENCE = 300.0
#: Stands for the parameters of now among the arguments of a realm.
_WEIGHTS = object()
#: What Ray raises when a process or a machine is gone. An object is lost when it was on that machine.
_LOST = (RayActorError, ObjectLostError, NodeDiedError, OutOfMemoryError)


class RealmLost(ConnectionError):
    """A realm that could not be brought back; also an OSError, as connections that break are."""


class Host:
    """The process of one realm."""

    realm: Realm
    weights: Vectors | None  # the Pantheon's, where both share memory
    gradients: Vectors | None  # likewise

    def there(self) -> None:
        """Answers once there is a machine for it."""

    def begin(
        self, setting: Setting, made: tuple[Trinity, Network, Packing], keys: tuple[Key, Key] | None
    ) -> tuple[tuple[str, ...], bool]:
        """Compiles, and makes the realm.

        Args:
            setting: of it.
            made: who rules and plays; network and packing of the Pantheon.
            keys: of the memory for parameters and for gradients; None if there is none to share.

        Returns:
            What its God calls the populations, and whether it shares memory with the Pantheon. Methods that take
            `weights` then take None instead, and reports have gradients of length 0.
        """
        trinity, network, packing = made
        warm_up(setting, network, packing)
        weights, gradients = (keys[0].open(), keys[1].open(write=True)) if keys else (None, None)
        near = weights is not None and gradients is not None
        self.weights, self.gradients = (weights, gradients) if near else (None, None)
        self.realm = Realm(setting, trinity, network, packing, self.gradients)
        return self.realm.god.tags, near

    def play(self, weights: Vectors | None) -> Report:
        """See `Realm`."""
        return self._told(self.realm.play(self.weights if weights is None else weights))

    def advance(self, weights: Vectors) -> None:
        """See `Realm`."""
        self.realm.advance(weights)

    def learn(self, weights: Vectors | None, epoch: int) -> Report:
        """See `Realm`."""
        return self._told(self.realm.learn(self.weights if weights is None else weights, epoch))

    def afterwards(self, weights: Vectors | None) -> Afterwards:
        """See `Realm`."""
        return self.realm.afterwards(self.weights if weights is None else weights)

    def _told(self, report: Report) -> Report:
        """What is sent of a report: gradients in shared memory are there already."""
        if self.gradients is None or not report.learned:
            return report
        return report._replace(gradients=Vectors.zeros(len(report.samples), 0, 0))

    def snapshot(self) -> Snapshot:
        """See `Realm`."""
        return self.realm.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """See `Realm`."""
        self.realm.restore(snapshot)


class Cluster:
    """All realms of a run, as actors of Ray; see `forge.trinity.realms.local.Realms`.

    Args:
        settings: of the realms.
        trinity: the classes that rule and play.
        pantheon: whose parameters are broadcast.
        place: "default" starts Ray on this machine, "remote" joins a cluster; either takes a Ray this process has
            joined already.
        address: of the cluster; None means the one that runs on this machine or is named by RAY_ADDRESS.
        snapshot_rounds: rounds between two snapshots of every realm.
        warn: is called with a line of text when a realm is lost.

    Raises:
        ConfigError: if there is no such cluster.
        RealmLost: if no machine of it has room for a realm.
    """

    at_once = True

    def __init__(
        self,
        settings: Sequence[Setting],
        trinity: Trinity,
        pantheon: Pantheon,
        place: str,
        address: str | None,
        snapshot_rounds: int,
        warn: Callable[[str], Any],
    ) -> None:
        self.settings, self.trinity, self.pantheon = list(settings), trinity, pantheon
        self.snapshot_rounds, self.warn = snapshot_rounds, warn
        self.restarts = 0
        self._started = join(place, address, sum(map(cores, settings)))
        self._made = ray.put((trinity, pantheon.network, pantheon.packing))
        self._snapshots: list[Snapshot | None] = [None] * len(settings)
        self._past: list[Vectors] = []  # parameters of each round since the snapshots, the round being played included
        self._judged: list[Vectors] = []  # parameters of each update so far from the segments of the last round
        self._block = Block.like(pantheon.vectors)
        self._stored: Any = None  # the parameters of now in the object store, once a realm far away needs them
        self._gradients: list[Block | None] = [None] * len(settings)  # of realms that share memory
        self._actors: list[Any] = [_actor(setting) for setting in settings]
        try:
            self.tags = self._begin(range(len(settings)))[0]
        except BaseException:
            self.close()
            raise

    def play(self) -> list[Report]:
        """One round with the parameters of now."""
        if len(self._past) >= self.snapshot_rounds:
            self.snapshots()
        self._past.append(self._copy())
        self._judged = self._past[-1:]
        return self._reports("play", begun=len(self._past) - 1)

    def learn(self, epoch: int) -> list[Report]:
        """The gradients of the same segments again, with the parameters of now."""
        self._judged.append(self._copy())
        return self._reports("learn", epoch, begun=len(self._past), judged=epoch)

    def afterwards(self) -> list[Afterwards]:
        """What the updates of the last round have come to; see `Realms`."""
        self._hand_out()
        return self._ask("afterwards", _WEIGHTS, begun=len(self._past))

    def snapshots(self) -> list[Snapshot]:
        """Where the realms are; they go back there if they are lost from now on."""
        found: list[Snapshot] = self._ask("snapshot", begun=len(self._past))
        self._snapshots = [*found]
        self._past.clear()
        return found

    def restore(self, snapshots: Sequence[Snapshot]) -> None:
        """Goes back there."""
        self._snapshots = [*snapshots]
        self._past.clear()
        for realm, actor in enumerate(self._actors):
            _answer(actor.restore.remote(self._snapshots[realm]))

    def world(self) -> World:
        """A copy of the worlds of realm 0, to look at."""
        snapshot = self._wait(0, self._send(0, "snapshot", ()), "snapshot", (), begun=len(self._past))
        return World.restore(snapshot.world, threads=1)

    def close(self) -> None:
        """Ends the actors, and the Ray that was started or joined for them."""
        for actor in self._actors if ray.is_initialized() else ():
            ray.kill(actor)
        self._actors.clear()
        for block in (self._block, *self._gradients):
            if block is not None:
                block.close()
        if self._started:
            ray.shutdown()
            self._started = False

    def _hand_out(self) -> None:
        """Puts the parameters of now where realms read them; all have answered that read what was there before."""
        self._stored = None
        if self._block is not None:
            for room, part in zip(self._block.vectors, self.pantheon.vectors, strict=True):
                np.copyto(room, part)

    def _copy(self) -> Vectors:
        return Vectors(*(part.copy() for part in self.pantheon.vectors))

    def _reports(self, method: str, *given: Any, begun: int, judged: int = 0) -> list[Report]:
        """The reports of all realms, with their gradients."""
        self._hand_out()
        reports: list[Report] = self._ask(method, _WEIGHTS, *given, begun=begun, judged=judged)
        return [
            report if block is None or not report.learned else report._replace(gradients=block.vectors)
            for report, block in zip(reports, self._gradients, strict=True)
        ]

    def _ask(self, method: str, *given: Any, begun: int, judged: int = 0) -> list[Any]:
        """Asks all realms at once, and waits for all answers, in the order of realms.

        Args:
            method: of `Host`.
            given: its arguments; _WEIGHTS stands for the parameters of now.
            begun: rounds that a realm has to have played since the snapshot before it can answer.
            judged: updates for which it has to have judged the segment of the last of them before.
        """
        pending = [self._send(realm, method, given) for realm in range(len(self._actors))]
        return [self._wait(realm, pending[realm], method, given, begun, judged) for realm in range(len(pending))]

    def _send(self, realm: int, method: str, given: Sequence[Any]) -> Any:
        if self._gradients[realm] is None and self._stored is None and _WEIGHTS in given:
            self._stored = ray.put(self.pantheon.vectors)
        weights = self._stored if self._gradients[realm] is None else None
        return getattr(self._actors[realm], method).remote(*(weights if one is _WEIGHTS else one for one in given))

    def _wait(self, realm: int, pending: Any, method: str, given: Sequence[Any], begun: int, judged: int = 0) -> Any:
        """One realm's answer; if the realm is lost, that of the one brought back in its place."""
        for _ in range(ATTEMPTS):
            try:
                return _answer(pending)
            except _LOST as error:
                self.restarts += 1
                self.warn(f"realm {realm} was lost ({_first_line(error)}); it is brought back")
            with contextlib.suppress(*_LOST):  # lost again: the next answer says so
                self._revive(realm, begun, judged)
            pending = self._send(realm, method, given)
        raise RealmLost(f"realm {realm} was lost {ATTEMPTS} times in a row, each time in {method}")

    def _revive(self, realm: int, begun: int, judged: int) -> None:
        """Puts a new realm in the place of a lost one, and brings it to where that was."""
        ray.kill(self._actors[realm])  # a machine that only seemed lost must not go on as well
        self._actors[realm] = actor = _actor(self.settings[realm])
        self._begin([realm])
        snapshot = self._snapshots[realm]
        if snapshot is not None:
            _answer(actor.restore.remote(snapshot))
        for weights in self._past[:begun]:
            _answer(actor.advance.remote(weights))
        for epoch, weights in enumerate(self._judged[:judged]):  # what it tells of a segment is of all updates so far
            _answer(actor.learn.remote(weights, epoch))

    def _begin(self, realms: Sequence[int]) -> list[tuple[str, ...]]:
        """Has new actors make their realms, once there are machines for them; returns the names of populations."""
        for realm in realms:
            with doing(f"waiting for a machine with room for realm {realm}"):
                ready, _ = ray.wait([self._actors[realm].there.remote()], timeout=PATIENCE)
            if not ready:
                total, free = (found.get("CPU", 0) for found in (ray.cluster_resources(), ray.available_resources()))
                raise RealmLost(
                    f"no machine had room for realm {realm} within {PATIENCE:g} s: it needs "
                    f"{cores(self.settings[realm])} free CPUs on one; the cluster has {total:g}, {free:g} are free"
                )
        for realm in realms:  # a new one has memory of its own: nobody knows what became of who had the old
            if (old := self._gradients[realm]) is not None:
                old.close()
            self._gradients[realm] = Block.like(self.pantheon.vectors) if self._block is not None else None
        pending = [
            self._actors[realm].begin.remote(self.settings[realm], self._made, self._keys(realm)) for realm in realms
        ]
        with doing("waiting for realms to compile and to make their worlds"):
            answers = [_answer(begun) for begun in pending]
        for realm, (_, near) in zip(realms, answers, strict=True):
            if not near and (unused := self._gradients[realm]) is not None:
                unused.close()
                self._gradients[realm] = None
        return [tags for tags, _ in answers]

    def _keys(self, realm: int) -> tuple[Key, Key] | None:
        """Of what a realm on this machine shares with the Pantheon."""
        gradients = self._gradients[realm]
        return (self._block.key, gradients.key) if self._block is not None and gradients is not None else None


def cores(setting: Setting) -> int:
    """CPUs that a realm takes."""
    return setting.threads or 1


def _actor(setting: Setting) -> Any:
    options = {"num_cpus": cores(setting), "max_restarts": 0, "scheduling_strategy": "SPREAD"}
    return cast(Any, ray.remote(Host)).options(**options).remote()


def join(place: str, address: str | None, needed: int) -> bool:
    """Starts or joins Ray; says whether it did, for a Ray this process is part of already is taken as it is.

    Raises:
        ConfigError: if there is no cluster to join.
    """
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what Ray will do by itself, without its warning
    os.environ.setdefault("RAY_worker_niceness", "0")  # realms compute at this process's priority, as they would in it
    quiet: Any = {"logging_level": logging.ERROR, "include_dashboard": False}
    if place == "default":
        with doing("starting Ray"):
            ray.init(address="local", num_cpus=max(needed, os.cpu_count() or 1), **quiet)
        return True
    try:
        if address is not None:
            knock(address)
        with doing("joining the Ray cluster"):
            ray.init(address=address or "auto", logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        where = f"at {address}" if address else "running on this machine, and RAY_ADDRESS names none"
        raise ConfigError(
            f"ray = 'remote': there is no Ray cluster {where} ({_first_line(error)}); "
            "start one with `ray start --head`, or let ray = 'default' start one"
        ) from error
    return True


def knock(address: str) -> None:
    """Finds out whether anybody listens at `host:port`, where Ray itself would try for minutes.

    Raises:
        OSError: if nobody does.
        ValueError: if it is no such address.
    """
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdigit():
        raise ValueError("an address is host:port")
    socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


def _answer(pending: Any) -> Any:
    """The answer of an actor, or the error that its own code raised."""
    try:
        return ray.get(pending)
    except RayTaskError as error:
        raise error.cause from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
