"""Connections that have not greeted: few from each address, each for a short time, and the oldest makes room."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from typing import Protocol

from forge.embyr.wire.limits import Limits

_SETTLE_SECONDS = 0.3  # that a newcomer has to say something before it is counted


class Transport(Protocol):
    """What is needed of a connection's transport."""

    def abort(self) -> None:
        """Ends it at once."""
        ...

    def is_closing(self) -> bool:
        """Whether it has ended, or will."""
        ...


class Stranger:
    """A connection that is not a viewer's, or not yet.

    Args:
        strangers: all of them.
        transport: of the connection.
        address: where it comes from: see `address_of`.
    """

    def __init__(self, strangers: Strangers, transport: Transport, address: str) -> None:
        self.transport, self.address = transport, address
        self.settled = False  # whether it has had the time to say something
        self._strangers = strangers
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def expect(self, seconds: float | None) -> None:
        """Ends the connection unless it does what it should within so many seconds; None lets it take its time."""
        self._after("end", seconds, self.end)

    def greets(self) -> None:
        """It has a WebSocket now: it counts as a newcomer again, until it has had the time to greet."""
        self.expect(None)
        self._strangers.move_to_end(self)

    def leave(self) -> None:
        """It is a viewer's now, or has gone."""
        for timer in self._timers.values():
            timer.cancel()
        self._strangers.remove(self)

    def end(self) -> None:
        """Ends the connection."""
        self.leave()
        self.transport.abort()

    def settle(self) -> None:
        """Counts it as soon as it has had the time to say something."""
        self.settled = False
        self._after("settle", _SETTLE_SECONDS, lambda: self._strangers.count(self))

    def _after(self, what: str, seconds: float | None, work: Callable[[], None]) -> None:
        if (timer := self._timers.pop(what, None)) is not None:
            timer.cancel()
        if seconds is not None:
            self._timers[what] = asyncio.get_running_loop().call_later(seconds, work)


class Strangers:
    """All connections that have not greeted, in the event loop's thread.

    A newcomer never waits for room: where there are too many, the oldest of its address ends, and where there are too
    many in all, the oldest of the address that has most. So those who hold connections without a word cannot keep
    anyone out, however often they come again.

    Args:
        limits: how many, in all and of an address.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._by_address: dict[str, list[Stranger]] = {}  # the oldest first
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def enter(self, transport: Transport, host: str) -> Stranger:
        """A connection has come from a host."""
        stranger = Stranger(self, transport, address_of(host))
        self._by_address.setdefault(stranger.address, []).append(stranger)
        self._count += 1
        if self._count > self._limits.strangers:
            self._make_room(max(self._by_address.values(), key=len))
        stranger.settle()
        return stranger

    def move_to_end(self, stranger: Stranger) -> None:
        """Makes a stranger the newest of its address."""
        here = self._by_address.get(stranger.address, [])
        if stranger in here:
            here.remove(stranger)
            here.append(stranger)
            stranger.settle()

    def count(self, stranger: Stranger) -> None:
        """Counts a stranger among those of its address."""
        stranger.settled = True
        settled = [other for other in self._by_address.get(stranger.address, ()) if other.settled]
        if len(settled) > self._limits.strangers_an_address:
            self._make_room(settled)

    def remove(self, stranger: Stranger) -> None:
        """Takes a stranger out, if it is still among them."""
        here = self._by_address.get(stranger.address, [])
        if stranger in here:
            here.remove(stranger)
            self._count -= 1
            if not here:
                del self._by_address[stranger.address]

    def _make_room(self, among: list[Stranger]) -> None:
        """Ends the oldest, unless some have ended already."""
        gone = [stranger for stranger in among if stranger.transport.is_closing()]
        for stranger in gone or among[:1]:
            stranger.end()


def address_of(host: str) -> str:
    """What counts as one address: an IPv4 address, or the first 64 bits of an IPv6 address, which one machine has."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))
