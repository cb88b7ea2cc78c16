"""A cluster: every realm an actor of Ray, on whatever machine has room. A realm that is lost is brought back.

What is lost with a realm is made again, not made up: it goes back to its last snapshot, plays the rounds since then
with the parameters of each of them, and then the round it was lost in. It is thereby where it would have been, to the
last bit. Of the rounds played again nothing is reported, so nothing is counted twice.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable, Sequence
from typing import Any, cast

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
from forge.trinity.realms.trinity import Trinity

with needs("ray", "ray"):
    import ray
    from ray.exceptions import NodeDiedError, ObjectLostError, OutOfMemoryError, RayActorError, RayTaskError

#: How often in a row a realm may be lost before the run gives up: something in it may well kill every process.
ATTEMPTS = 5
#: Seconds that a realm waits for a machine with room before the run gives up.
PATIENCE = 300.0
#: What Ray raises when a process or a machine is gone. An object is lost when it was on that machine.
_LOST = (RayActorError, ObjectLostError, NodeDiedError, OutOfMemoryError)


class RealmLost(ConnectionError):
    """A realm that could not be brought back; also an OSError, as connections that break are."""


class Host:
    """The process of one realm."""

    realm: Realm

    def there(self) -> None:
        """Answers once there is a machine for it."""

    def begin(self, setting: Setting, made: tuple[Trinity, Network, Packing]) -> tuple[str, ...]:
        """Compiles, and makes the realm; returns what its God calls the populations."""
        trinity, network, packing = made
        warm_up(setting, network, packing)
        self.realm = Realm(setting, trinity, network, packing)
        return self.realm.god.tags

    def play(self, weights: Vectors) -> Report:
        """See `Realm`."""
        return self.realm.play(weights)

    def advance(self, weights: Vectors) -> None:
        """See `Realm`."""
        self.realm.advance(weights)

    def learn(self, weights: Vectors, epoch: int) -> Report:
        """See `Realm`."""
        return self.realm.learn(weights, epoch)

    def afterwards(self, weights: Vectors) -> Afterwards:
        """See `Realm`."""
        return self.realm.afterwards(weights)

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
        self._past: list[Any] = []  # parameters of each round since the snapshots, the round being played included
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
        weights = ray.put(self.pantheon.vectors)
        self._past.append(weights)
        return self._ask("play", weights, begun=len(self._past) - 1)

    def learn(self, epoch: int) -> list[Report]:
        """The gradients of the same segments again, with the parameters of now."""
        return self._ask("learn", ray.put(self.pantheon.vectors), epoch, begun=len(self._past))

    def afterwards(self) -> list[Afterwards]:
        """What the updates of the last round have come to; see `Realms`."""
        return self._ask("afterwards", ray.put(self.pantheon.vectors), begun=len(self._past))

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
        if self._started:
            ray.shutdown()
            self._started = False

    def _ask(self, method: str, *given: Any, begun: int) -> list[Any]:
        """Asks all realms at once, and waits for all answers, in the order of realms.

        Args:
            method: of `Host`.
            given: its arguments.
            begun: rounds that a realm has to have played since the snapshot before it can answer.
        """
        pending = [self._send(realm, method, given) for realm in range(len(self._actors))]
        return [self._wait(realm, pending[realm], method, given, begun) for realm in range(len(pending))]

    def _send(self, realm: int, method: str, given: Sequence[Any]) -> Any:
        return getattr(self._actors[realm], method).remote(*given)

    def _wait(self, realm: int, pending: Any, method: str, given: Sequence[Any], begun: int) -> Any:
        """One realm's answer; if the realm is lost, that of the one brought back in its place."""
        for _ in range(ATTEMPTS):
            try:
                return _answer(pending)
            except _LOST as error:
                self.restarts += 1
                self.warn(f"realm {realm} was lost ({_first_line(error)}); it is brought back")
            with contextlib.suppress(*_LOST):  # lost again: the next answer says so
                self._revive(realm, begun)
            pending = self._send(realm, method, given)
        raise RealmLost(f"realm {realm} was lost {ATTEMPTS} times in a row, each time in {method}")

    def _revive(self, realm: int, begun: int) -> None:
        """Puts a new realm in the place of a lost one, and brings it to where that was."""
        ray.kill(self._actors[realm])  # a machine that only seemed lost must not go on as well
        self._actors[realm] = actor = _actor(self.settings[realm])
        self._begin([realm])
        snapshot = self._snapshots[realm]
        if snapshot is not None:
            _answer(actor.restore.remote(snapshot))
        for weights in self._past[:begun]:
            _answer(actor.advance.remote(weights))

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
        pending = [self._actors[realm].begin.remote(self.settings[realm], self._made) for realm in realms]
        with doing("waiting for realms to compile and to make their worlds"):
            return [_answer(tags) for tags in pending]


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
