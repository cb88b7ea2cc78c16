"""The curve of a training run, read from metrics that grow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forge.experiments.runs import metrics_file
from forge.support.checks import ConfigError

POINTS = 256  # of a curve at most


class Curve:
    """The lifetime over the agent steps of a run, whose metrics are read as they come: every line once.

    Each point is the mean over as many lines, 1, 2, 4, ... the longer the run is.

    Args:
        path: of metrics.jsonl, which need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()

    def _begin(self) -> None:
        self._read = 0  # bytes of the file
        self._stride = 1  # lines a point
        self._points: list[tuple[int, float]] = []
        self._pending: list[tuple[int, float]] = []
        #: The last good line; empty before the first.
        self.last: dict[str, Any] = {}

    @property
    def points(self) -> list[tuple[int, float]]:
        """Agent steps and mean lifetime [ticks], the last lines as they are."""
        return [*self._points, *([_mean(self._pending)] if self._pending else [])]

    def look(self) -> bool:
        """Reads what is new; says whether anything was.

        A file that has become shorter, as that of a run that goes on from an earlier checkpoint, is read anew.

        Raises:
            ConfigError: if the file cannot be read.
        """
        try:
            if not self.path.is_file():
                return False
            size = self.path.stat().st_size
            if size < self._read:
                self._begin()
            if size == self._read:
                return False
            with self.path.open("rb") as file:
                file.seek(self._read)
                whole, newline, _ = file.read(size - self._read).rpartition(b"\n")
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be read: {(error.strerror or str(error)).lower()}") from error
        self._read += len(whole) + len(newline)
        for data in whole.splitlines():
            if (values := metrics_file.values_of(data)) is not None:
                self._take(values)
        return bool(newline)

    def _take(self, line: dict[str, Any]) -> None:
        self.last = line
        if line.get("lifetime") is None:
            return
        self._pending.append((line["steps"], line["lifetime"]))
        if len(self._pending) == self._stride:
            self._points.append(_mean(self._pending))
            self._pending = []
        if len(self._points) == POINTS:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [_mean([*pair]) for pair in pairs]
            self._stride *= 2


def _mean(points: list[tuple[int, float]]) -> tuple[int, float]:
    """The mean of the values, at the last of the places."""
    return points[-1][0], sum(value for _, value in points) / len(points)
