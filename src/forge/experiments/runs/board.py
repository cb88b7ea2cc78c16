"""Metrics for TensorBoard: a record for each line of metrics, written at once, so that errors are seen here."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from forge.experiments.runs.metrics_file import scalars_of


class Board:
    """A new file of events in a folder.

    Args:
        folder: of all files of a run.
        after: TensorBoard forgets what earlier files say of later steps than this.
    """

    def __init__(self, folder: Path, after: int) -> None:
        folder.mkdir(exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names
        name = f"events.out.tfevents.{time.time_ns():020d}.{platform.node()}.{os.getpid()}"
        self._file = (folder / name).open("xb")
        self._records = RecordWriter(self._file)
        self._write(file_version="brain.Event:2", step=after + 1)
        self._write(session_log=SessionLog(status=SessionLog.START), step=after + 1)

    def add(self, metrics: Mapping[str, Any]) -> None:
        """Adds the numbers of a line of metrics, and of its lists by population, by agent steps."""
        numbers = {name: value for name, value in scalars_of(metrics).items() if name != "steps"}
        values = [Summary.Value(tag=name, simple_value=value) for name, value in numbers.items()]
        self._write(summary=Summary(value=values), step=metrics["steps"])
        self._file.flush()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _write(self, **fields: Any) -> None:
        self._records.write(Event(wall_time=time.time(), **fields).SerializeToString())
