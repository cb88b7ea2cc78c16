"""All readers of files, by name. What viewers send are messages: tests/embyr/test_protocol.py."""

from pathlib import Path

from tests.fuzz import runs, worlds
from tests.fuzz.limited import Failure, Limits, attack
from tests.fuzz.readers import Reader

_ALL = (
    *(worlds.SNAPSHOT, worlds.REPLAY, worlds.FRAME, worlds.CONFIG, worlds.MAP),
    *(runs.RUN, runs.METRICS, runs.CHECKPOINT, runs.REALMS, runs.MEASUREMENT),
)

READERS: dict[str, Reader] = {reader.name: reader for reader in _ALL}


def attack_named(name: str, numbers: range, seed: int, limits: Limits, keep: Path | None = None) -> list[Failure]:
    """`attack` on a reader by its name, which can be told to another process."""
    return attack(READERS[name], numbers, seed, limits, keep)
