"""Answers to what viewers keep asking, found in a thread of its own: equal questions once, none that nobody asks."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

log = logging.getLogger("forge.embyr")

Message: TypeAlias = Mapping[str, Any] | bytes


class Question(Protocol):
    """Anything that can be compared and hashed, and belongs to a topic: a viewer has one question a topic."""

    @property
    def topic(self) -> str:
        """Its topic."""
        ...


class Reply(NamedTuple):
    """An answer, and whether it is all there is to say by now: if not, the question is taken up again at once."""

    message: Message
    complete: bool = True


class _Answer(NamedTuple):
    message: Message
    number: int  # counts the answers of a worker
    news: int  # what was known
    due: float  # when it may be found anew


class QueryWorker:
    """Keeps viewers answered. Every method may be called from any thread and returns at once.

    A question is answered when it is first asked and, for as long as anybody asks it, again after news: `seconds` of
    its topic after the last time at the earliest, and so that no question takes more than a share of the time.

    Args:
        answer: finds the answer to a question; called in the worker's thread only. What it raises is told to those who
            ask, who must then ask something else.
        send: sends a message to a viewer.
        seconds: between two answers to a question, by topic.
        share: of the time that may be spent on one question.
    """

    def __init__(
        self,
        answer: Callable[[Any], Reply],
        send: Callable[[int, Message], None],
        seconds: Mapping[str, float],
        share: float = 0.25,
    ) -> None:
        self._answer, self._send, self._seconds = answer, send, dict(seconds)
        self._rest = 1 / share - 1  # times what the last answer took
        self._changed = threading.Condition()
        self._asked: dict[tuple[int, str], Question] = {}
        self._told: dict[tuple[int, str], int] = {}
        self._answers: dict[Question, _Answer] = {}
        self._news = self._number = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, viewer: int, topic: str, question: Question | None) -> None:
        """From now on a viewer asks this, and nothing else on this topic; None ends it."""
        with self._changed:
            self._told.pop((viewer, topic), None)
            if question is None:
                self._asked.pop((viewer, topic), None)
            else:
                self._asked[viewer, topic] = question
                self._start()
            # what nobody asks any more is forgotten at once, so that whoever asks it later is not told what was
            asked = set(self._asked.values())
            self._answers = {q: a for q, a in self._answers.items() if q in asked}
            self._changed.notify()

    def gone(self, viewer: int) -> None:
        """A viewer asks nothing any more."""
        for topic in self._seconds:
            self.ask(viewer, topic, None)

    def news(self, afresh: bool = False) -> None:
        """What was true may have changed; `afresh`, so much that everyone is to be answered anew at once."""
        with self._changed:
            self._news += 1
            if afresh:
                self._answers.clear()
            if self._asked:
                self._changed.notify()

    def close(self) -> None:
        """Ends the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="embyr-worker", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        for question, news in self._due():
            began = time.monotonic()
            try:
                reply = self._answer(question)
                rest = max(self._seconds[question.topic], self._rest * (time.monotonic() - began))
            except Exception as error:  # of a policy that somebody wrote: the others' questions go on
                log.exception("no answer to %s", question)
                reply, rest = Reply({"type": "error", "message": f"{question.topic}: {error}"}), math.inf
            with self._changed:
                self._number += 1
                known = news if reply.complete else -1
                due = time.monotonic() + (rest if reply.complete else 0)
                if question in self._asked.values():
                    self._answers[question] = _Answer(reply.message, self._number, known, due)

    def _due(self) -> Iterator[tuple[Question, int]]:
        """Questions to answer, as they fall due, and what is known by then; sends what is answered."""
        while True:
            with self._changed:
                while True:
                    if self._closed:
                        return
                    self._deliver()
                    waiting = [(self._time(q), i, q) for i, q in enumerate(self._stale())]
                    now = time.monotonic()
                    if waiting and (first := min(waiting))[0] <= now:
                        break
                    self._changed.wait(min(waiting)[0] - now if waiting and min(waiting)[0] < math.inf else None)
                question, news = first[2], self._news
            yield question, news

    def _deliver(self) -> None:
        for (viewer, topic), question in self._asked.items():
            answer = self._answers.get(question)
            if answer is not None and self._told.get((viewer, topic)) != answer.number:
                self._told[viewer, topic] = answer.number
                self._send(viewer, answer.message)

    def _stale(self) -> list[Question]:
        """Questions without an answer, or with one from before the news."""
        answers = self._answers
        return [q for q in dict.fromkeys(self._asked.values()) if q not in answers or answers[q].news != self._news]

    def _time(self, question: Question) -> float:
        return self._answers[question].due if question in self._answers else -math.inf
