"""Realms in this process, one after another: for one machine, for tests, and to debug what you wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from forge.blade import World
from forge.ethyr.learning.diagnostics import Afterwards
from forge.trinity.realms.pantheon import Pantheon
from forge.trinity.realms.realm import Realm
from forge.trinity.realms.report import Report, Snapshot
from forge.trinity.realms.setting import Setting
from forge.trinity.realms.trinity import Trinity


class Realms(Protocol):
    """All realms of a run. Every method answers for all of them, in their order."""

    restarts: int  # realms that were lost and brought back
    at_once: bool  # all compute at the same time, and not one after another
    tags: tuple[str, ...]  # what the God of realm 0 calls the populations

    def play(self) -> list[Report]:
        """One round with the parameters of now."""
        ...

    def learn(self, epoch: int) -> list[Report]:
        """The gradients of the same segments again, with the parameters of now."""
        ...

    def afterwards(self) -> list[Afterwards]:
        """What the updates of the last round have come to."""
        ...

    def snapshots(self) -> list[Snapshot]:
        """Where they are, between two rounds."""
        ...

    def restore(self, snapshots: Sequence[Snapshot]) -> None:
        """Goes back there."""
        ...

    def world(self) -> World:
        """The worlds of realm 0, or a copy of them, to look at."""
        ...

    def close(self) -> None:
        """Lets go of what they hold."""
        ...


class LocalRealms:
    """Realms that play with the Pantheon's own network: nothing is broadcast."""

    restarts = 0
    at_once = False

    def __init__(self, settings: Sequence[Setting], trinity: Trinity, pantheon: Pantheon) -> None:
        self.realms = [Realm(setting, trinity, pantheon.network, pantheon.packing) for setting in settings]
        self.tags = self.realms[0].god.tags

    def play(self) -> list[Report]:
        """See `Realms`."""
        return [realm.play(None) for realm in self.realms]

    def learn(self, epoch: int) -> list[Report]:
        """See `Realms`."""
        return [realm.learn(None, epoch) for realm in self.realms]

    def afterwards(self) -> list[Afterwards]:
        """See `Realms`."""
        return [realm.afterwards(None) for realm in self.realms]

    def snapshots(self) -> list[Snapshot]:
        """See `Realms`."""
        return [realm.snapshot() for realm in self.realms]

    def restore(self, snapshots: Sequence[Snapshot]) -> None:
        """See `Realms`."""
        for realm, snapshot in zip(self.realms, snapshots, strict=True):
            realm.restore(snapshot)

    def world(self) -> World:
        """See `Realms`."""
        return self.realms[0].god.world

    def close(self) -> None:
        """See `Realms`."""
