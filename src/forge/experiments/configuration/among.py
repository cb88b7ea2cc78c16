"""Who shares the worlds of a run with the populations that learn, as its configuration and its folder say.

Trained players are copied into the run's folder, each as a run of one checkpoint, so that the run needs no other.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from forge.agents import KINDS
from forge.blade.config.config import Config
from forge.blade.mechanics.events import NOBODY
from forge.support.checks import ConfigError, shown
from forge.support.paths import name_of, path_of

#: The folder of copies in a run's folder.
NAME = "among"

_CLASS = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


class Guest(NamedTuple):
    """A player that acts and learns nothing."""

    word: str  # a scripted agent, module:Class, or the path of a run or of a checkpoint
    populations: int  # of a world that it plays; 0 means as many as learn

    @property
    def module(self) -> bool:
        """Whether it is a class of one's own."""
        return _CLASS.fullmatch(self.word) is not None

    @property
    def trained(self) -> bool:
        """Whether it is a run or a checkpoint."""
        return self.word not in KINDS and not self.module

    @property
    def name(self) -> str:
        """What it is called: scripted agents and classes by their own names, runs by their folder's."""
        if not self.trained:
            return self.word.rpartition(":")[2]
        path = path_of(self.word)
        checkpoint = path.name.isdigit() and path.parent.name == "checkpoints"
        return f"{name_of(path.parent.parent)}-{int(path.name)}" if checkpoint else name_of(path)

    def __str__(self) -> str:
        return f"{self.word}={self.populations}" if self.populations else self.word


def guests_of(text: str) -> tuple[Guest, ...]:
    """The players that a text names, with commas between.

    Raises:
        ConfigError: if one is named twice, or plays no population.
    """
    guests = tuple(_guest(part.strip()) for part in text.split(",")) if text.strip() else ()
    twice = [name for name, count in Counter(guest.name for guest in guests).items() if count > 1]
    if twice:
        raise ConfigError(
            f"run.among = {shown(text)} names {twice[0]} {Counter(g.name for g in guests)[twice[0]]} times; name each "
            f"player once, with how many populations it plays, as in {twice[0]}=4"
        )
    return guests


def _guest(part: str) -> Guest:
    word, equals, count = part.rpartition("=")
    if not (equals and word and count.isdigit()):
        word, count = part, "0"
    if not word or (equals and word != part and int(count) == 0):
        raise ConfigError(
            f"run.among: {shown(part)} is no player; name scripted agents ({', '.join(KINDS)}), module:Class, runs and "
            "checkpoints, with commas between, each with how many populations it plays if not as many as learn: "
            "forager=4"
        )
    return Guest(word, int(count))


def shares(guests: Sequence[Guest], learners: int) -> list[int]:
    """How many populations of a world each guest plays."""
    return [guest.populations or learners for guest in guests]


def shared(world: Config, guests: Sequence[Guest]) -> Config:
    """The worlds that are played: of a configuration whose populations learn, with those of guests behind them.

    All populations have the same share of `spawn.cap`, which stays as it is.

    Raises:
        ConfigError: if it cannot be shared out so.
    """
    if not guests:
        return world
    others = shares(guests, world.populations)
    total, cap = world.populations + sum(others), world.spawn.cap
    if total >= NOBODY or cap % total:
        told = ", ".join(f"{guest.name} {count}" for guest, count in zip(guests, others, strict=True))
        raise ConfigError(
            f"run.among: {world.populations} populations that learn and {told} are {total} in a world, which must be "
            f"fewer than {NOBODY} and divide spawn.cap = {cap}. Say how many each plays, as in "
            f"{guests[0].name}={max(1, world.populations // len(guests))}, or take another spawn.cap"
        )
    return world.replace(**{"spawn.populations": total})


def text_of(guests: Sequence[Guest]) -> str:
    """The text that names guests."""
    return ",".join(map(str, guests))


def canonical(text: str) -> str:
    """The same guests wherever runs lie: by their names."""
    return text_of([guest._replace(word=guest.name) if guest.trained else guest for guest in guests_of(text)])


def inside(text: str, run: Path) -> str:
    """The text as a run's folder keeps it: copies by their place in it."""
    return text_of([guest._replace(word=_moved(guest, run.absolute(), None)) for guest in guests_of(text)])


def restored(text: str, run: Path) -> str:
    """The text that a run's folder keeps, with its copies where the folder is."""
    return text_of([guest._replace(word=_moved(guest, None, run.absolute())) for guest in guests_of(text)])


def beside(text: str, folder: Path) -> str:
    """The text of a file in a folder: runs that lie beside it are found from anywhere."""
    found = []
    for guest in guests_of(text):
        place = folder.absolute() / path_of(guest.word) if guest.trained else folder
        found.append(guest._replace(word=str(place)) if guest.trained and place.is_dir() else guest)
    return text_of(found)


def _moved(guest: Guest, of: Path | None, to: Path | None) -> str:
    """The word of a guest, where its copy is in a run's folder: taken out of one, or put into one."""
    if not guest.trained:
        return guest.word
    path = path_of(guest.word)
    if of is not None:
        return path.relative_to(of).as_posix() if path.is_relative_to(of / NAME) else guest.word
    copy = (to or Path()) / NAME / path.name
    return str(copy) if path.parent.name == NAME and (not path.is_absolute() or copy.is_dir()) else guest.word


def copy(checkpoint: Path, configuration: bytes, further: Sequence[Path], into: Path) -> None:
    """Makes a run of one checkpoint, that of a guest.

    Args:
        checkpoint: its folder.
        configuration: the config.toml of its run.
        further: files that its run's configuration names.
        into: the folder to make, whatever is there.
    """
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(checkpoint, into / "checkpoints" / checkpoint.name)
    for file in further:
        shutil.copy2(file, into / file.name)
    (into / "config.toml").write_bytes(configuration)
