"""Children that may use so much memory and time, and a parent that sees what became of them.

A child is forked from a process that has imported and compiled everything, and reads one damaged file after another. If
it dies, the next child goes on with the next file.
"""

from __future__ import annotations

import dataclasses
import json
import math
import mmap
import os
import resource
import shutil
import signal
import struct
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import NamedTuple

import torch

from tests.fuzz.readers import Files, Reader, mutated, write

MEMORY = 2**30  # bytes that a child may use beyond what it was forked with
A_CHILD = 250  # files that one child reads at most
MESSAGE = 5000  # characters of an error that somebody reads

_NUMBER = struct.Struct("<q")


class Limits(NamedTuple):
    """What reading one damaged file may cost."""

    seconds: int = 5  # of computing
    patience: int = 120  # seconds until a child that waits for something is given up


@dataclasses.dataclass(frozen=True)
class Failure:
    """What became of reading a damaged file, where that is neither what is right nor one clear error."""

    reader: str
    seed: int
    number: int
    what: str  # in one line
    trace: str = ""

    def __str__(self) -> str:
        again = f"python -m tests.fuzz {self.reader} --seed {self.seed} --only {self.number}"
        return f"{self.reader} {self.number}: {self.what}\n    {again}"


def attack(reader: Reader, numbers: range, seed: int, limits: Limits, keep: Path | None = None) -> list[Failure]:
    """Has children read damaged files, one for each number.

    Args:
        reader: that reads them.
        numbers: of the mutations.
        seed: of all of them.
        limits: of each of them.
        keep: folder for what was not read as it should be; None to keep nothing.
    """
    failures: list[Failure] = []
    with mmap.mmap(-1, 8) as now, tempfile.TemporaryDirectory() as scratch:
        samples = _warmed(reader, Path(scratch))
        begin = numbers.start
        while begin < numbers.stop:
            batch = range(begin, min(numbers.stop, begin + A_CHILD))
            told, status = _have_read(reader, samples, batch, seed, limits, now, Path(scratch))
            failures += told
            begin = batch.stop
            if status:
                (number,) = _NUMBER.unpack(now)
                failures.append(Failure(reader.name, seed, number, _fate(status, limits)))
                begin = number + 1
    for failure in failures if keep else ():
        folder = keep / f"{reader.name}-{seed}-{failure.number}"
        shutil.rmtree(folder, ignore_errors=True)
        write(mutated(reader, samples, seed, failure.number), folder)
    return failures


def _warmed(reader: Reader, scratch: Path) -> list[Files]:
    """The reader's samples, read: what that imports and compiles is there for all children.

    It computes in one thread: threads do not outlive a fork.
    """
    torch.set_num_threads(1)
    samples = reader.samples(scratch)
    for sample in samples:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        write(sample, folder)
        reader.read(folder)
        shutil.rmtree(folder)
    return samples


def _have_read(
    reader: Reader, samples: list[Files], batch: range, seed: int, limits: Limits, now: mmap.mmap, scratch: Path
) -> tuple[list[Failure], int]:
    """Forks a child for a batch; returns what it told, and how it ended as `os.waitpid` says it."""
    out, into = os.pipe()
    if not (child := os.fork()):
        try:
            os.close(out)
            _confine()
            with os.fdopen(into, "w") as told:
                for number in batch:
                    now[:] = _NUMBER.pack(number)
                    failure = _read_one(reader, samples, seed, number, limits, scratch)
                    if failure is not None:
                        print(json.dumps(dataclasses.asdict(failure)), file=told, flush=True)
        finally:
            os._exit(0)
    os.close(into)
    with os.fdopen(out) as told:
        failures = [Failure(**json.loads(line)) for line in told]
    return failures, os.waitpid(child, 0)[1]


def _confine() -> None:
    """Limits this process, and makes it quiet."""
    with Path("/proc/self/statm").open() as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    warnings.simplefilter("ignore")


def _read_one(
    reader: Reader, samples: list[Files], seed: int, number: int, limits: Limits, scratch: Path
) -> Failure | None:
    files, folder = mutated(reader, samples, seed, number), scratch / "files"
    write(files, folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = math.ceil(used.ru_utime + used.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + limits.seconds, resource.RLIM_INFINITY))
    signal.alarm(limits.patience)
    try:
        reader.read(folder)
    except reader.errors as error:
        said = str(error)
        if not said or len(said) > MESSAGE:
            return Failure(reader.name, seed, number, f"{type(error).__name__} of {len(said)} characters")
    except BaseException as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return Failure(reader.name, seed, number, f"{said} ({_place(error)})", traceback.format_exc())
    finally:
        signal.alarm(0)
        shutil.rmtree(folder, ignore_errors=True)
    return None


def _place(error: BaseException) -> str:
    """Where in this project it was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/forge/" in frame.filename]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "outside"


def _fate(status: int, limits: Limits) -> str:
    if not os.WIFSIGNALED(status):
        return f"the process ended with {os.waitstatus_to_exitcode(status)}"
    number = signal.Signals(os.WTERMSIG(status))
    reasons = {
        signal.SIGXCPU: f"it computed for more than {limits.seconds} s",
        signal.SIGALRM: f"nothing for {limits.patience} s",
    }
    return reasons.get(number, f"the process was killed by {number.name}")
