"""A process that is asked line by line and answers with JSON: what is measured in one disturbs nobody in another."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self


class Process:
    """A module of the package that runs on its own, until its input ends. Use as a context manager.

    Args:
        module: its dotted name.
        arguments: of its work, which it finds as JSON on its command line.
        variables: of its environment, besides those of this process.
        patience: seconds that it has to end by itself once its input has ended; then it is killed.
    """

    def __init__(
        self,
        module: str,
        arguments: Mapping[str, Any],
        variables: Mapping[str, str] | None = None,
        patience: float = 10.0,
    ) -> None:
        self._patience = patience
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(dict(arguments))],
            env={**os.environ, **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.communicate(timeout=self._patience)
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()  # waits, and closes the pipes, which one that had to be killed leaves open

    def ask(self, question: object) -> dict[str, Any]:
        """Its answer to a line.

        Raises:
            RuntimeError: if it failed; it has told why on stderr.
        """
        self.tell(question)
        return self.hear()

    def tell(self, question: object) -> None:
        """Gives it a line to work on meanwhile; `hear` then has the answer."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{question}\n")
            self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next thing it says.

        Raises:
            RuntimeError: if it failed; it has told why on stderr.
        """
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a process of the benchmark ended with status {self._process.wait()}; see above")
        return dict(json.loads(answer))
