"""The readers of files, each with small valid files, how they are damaged, and what may come of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from random import Random

from tests.fuzz.damage import Mutator

#: A folder's files by their relative names.
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Reader:
    """One reader.

    Args:
        name: of it.
        makes: each writes valid files into an empty folder.
        damages: how files are damaged, by a pattern of their names; those that match none stay as they are.
        read: reads a folder's files by the public interface and uses what it got; raises AssertionError if that is none
            of what can be.
        errors: that tell what is wrong with a file.
        seal: brings what has to fit the files (a manifest) up to date.
    """

    name: str
    makes: Sequence[Callable[[Path], None]]
    damages: Mapping[str, Mutator]
    read: Callable[[Path], None]
    errors: tuple[type[Exception], ...]
    seal: Callable[[Random, dict[str, bytes]], None] = lambda draws, files: None

    def samples(self, scratch: Path) -> list[Files]:
        """The valid files."""
        found = []
        for make in self.makes:
            folder = Path(tempfile.mkdtemp(dir=scratch))
            make(folder)
            paths = sorted(path for path in folder.rglob("*") if path.is_file())
            found.append({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})
            shutil.rmtree(folder)
        return found


def mutated(reader: Reader, samples: Sequence[Files], seed: int, number: int) -> Files:
    """The damaged files of a number."""
    draws = Random(f"{reader.name} {seed} {number}")
    files = dict(draws.choice(samples))
    ways = {name: way for name in sorted(files) for glob, way in reader.damages.items() if fnmatch(name, glob)}
    name = draws.choice([*ways])
    files[name] = ways[name](draws, files[name])
    reader.seal(draws, files)
    return files


def write(files: Files, folder: Path) -> None:
    """Writes files into a folder, which is made."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
