"""Versions of what outlives a release: one number for each format, and for each field since when it exists.

A file holds the version of the format it was written in; one without is of version 1, which release 2.0.0 wrote. A
field that came later says since which version it exists and what stood for it before. A file of an older version means
that, whatever the field's default is now: what was saved stays readable, and goes on to the same bits. A file of a
newer version is refused by name.

Whoever adds a field to a format raises its version by one, unless no release has been made since it was raised last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from forge.support.checks import ConfigError, shown


class Format(NamedTuple):
    """One kind of file, or of part of a file.

    Attributes:
        name: of such files, in the plural: errors say "format 3 of snapshots".
        newest: the version that this release writes.
        error: what is raised of a version that it does not read.
        oldest: the first version that it reads.
    """

    name: str
    newest: int
    error: type[Exception] = ConfigError
    oldest: int = 1

    def version(self, given: Any, what: str) -> int:
        """The version of a file.

        Args:
            given: what the file says; None if it says nothing.
            what: names the file, for errors.

        Raises:
            ConfigError: (or `error`) if it is newer than this release, or not a version.
        """
        given = 1 if given is None else given
        if type(given) is not int or given < 1:
            raise self.error(
                f"{what} says version {shown(given)}; a version of {self.name} is a whole number from 1 on"
            )
        if given > self.newest:
            raise self.error(
                f"{what} was written in format {given} of {self.name}; this release reads up to {self.newest}: "
                "a newer release of Neural MMO reads it"
            )
        if given < self.oldest:
            raise self.error(
                f"{what} was written in format {given} of {self.name}; this release reads them from {self.oldest} on"
            )
        return given


#: Counts the fields of every table of a configuration: those of a world, [run] and [learning].
CONFIGURATION = Format("configurations", 2)

#: The release that wrote each version of configurations first; patch releases change no format.
CONFIGURATION_RELEASES = {1: "2.0", 2: "2.1"}

#: Counts the arrays of a snapshot, the fields of their records, and what its header says.
SNAPSHOTS = Format("snapshots", 2)

#: The same of snapshots.
SNAPSHOT_RELEASES = {1: "2.0", 2: "2.1"}


#: Counts the kinds of interventions that scenarios know, and their fields.
SCENARIOS = Format("scenarios", 1)


class Since(NamedTuple):
    """Since which version of its format a field exists, and what stood for it in files older than that."""

    version: int = 1
    before: Any = None


def stood_for(fields: Mapping[str, Since], given: Iterable[str], version: int) -> dict[str, Any]:
    """What stood for the fields that a file could not have yet, and has not.

    Args:
        fields: of the format as it is now, by name.
        given: names of the fields that the file has.
        version: of the file.
    """
    there = set(given)
    return {name: f.before for name, f in fields.items() if f.version > version and name not in there}


def lacking(fields: Mapping[str, Since], given: Iterable[str], version: int) -> list[str]:
    """The fields that a file of this version must have, and has not."""
    there = set(given)
    return [name for name, f in fields.items() if f.version <= version and name not in there]
