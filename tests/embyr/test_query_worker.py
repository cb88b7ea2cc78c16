"""The worker answers what is asked, once for all who ask it, and nothing that nobody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from forge.embyr.inspection.query_worker import QueryWorker, Reply
from tests.embyr.desks import HandDesk
from tests.patience import PATIENCE


class Ask(NamedTuple):
    what: str
    topic: str = "t"


class Clerk:
    """A worker whose answers are counted: {"type": "a", "n": the how-maniest answer to that question}."""

    def __init__(self, seconds: float = 0.0, answer: Callable[[Ask, int], Reply] | None = None) -> None:
        self.counts: dict[Ask, int] = {}
        self.answer = answer or (lambda question, n: Reply({"type": question.what, "n": n}))
        self.desk = HandDesk()
        self.worker = QueryWorker(self._answer, self.desk.tell, {"t": seconds, "u": seconds})

    def _answer(self, question: Ask) -> Reply:
        self.counts[question] = self.counts.get(question, 0) + 1
        return self.answer(question, self.counts[question])

    def __enter__(self) -> Clerk:
        return self

    def __exit__(self, *error: Any) -> None:
        self.worker.close()


def test_a_question_is_answered_at_once_and_again_after_news() -> None:
    with Clerk() as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        clerk.desk.wait(1)
        clerk.worker.news()
        assert clerk.desk.wait(2) == [(1, {"type": "x", "n": 1}), (1, {"type": "x", "n": 2})]


def test_equal_questions_are_answered_once_also_for_those_who_come_later() -> None:
    with Clerk() as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        clerk.desk.wait(1)
        for viewer in range(2, 20):
            clerk.worker.ask(viewer, "t", Ask("x"))
        told = clerk.desk.wait(19)
        assert sorted(viewer for viewer, _ in told) == list(range(1, 20))
        assert clerk.counts == {Ask("x"): 1}


def test_another_question_takes_the_place_of_the_last_one_of_its_topic_only() -> None:
    with Clerk() as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        clerk.worker.ask(1, "u", Ask("z", "u"))
        clerk.desk.wait(2)
        clerk.worker.ask(1, "t", Ask("y"))
        clerk.desk.wait(3)
        clerk.worker.news()
        told = [message["type"] for _, message in clerk.desk.wait(5)]
        assert sorted(told[:2]) == ["x", "z"]
        assert told[2] == "y"
        assert sorted(told[3:]) == ["y", "z"]


def test_nobody_who_left_is_answered() -> None:
    with Clerk() as clerk:
        for viewer in (1, 2):
            clerk.worker.ask(viewer, "t", Ask("x"))
        clerk.desk.wait(2)
        clerk.worker.gone(1)
        clerk.worker.news()
        assert clerk.desk.wait(3)[2] == (2, {"type": "x", "n": 2})
        clerk.worker.ask(2, "t", None)
        for _ in range(100):
            clerk.worker.news()
        clerk.worker.ask(3, "u", Ask("end", "u"))
        assert clerk.desk.wait(4)[3] == (3, {"type": "end", "n": 1})
        assert clerk.counts[Ask("x")] == 2


def test_a_topic_has_its_pace_however_much_news_there_is() -> None:
    with Clerk(seconds=1000.0) as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        clerk.desk.wait(1)
        for _ in range(100):
            clerk.worker.news()
        clerk.worker.ask(1, "u", Ask("end", "u"))
        clerk.desk.wait(2)
        assert clerk.counts[Ask("x")] == 1


def test_everyone_is_answered_anew_at_once_after_a_jump() -> None:
    with Clerk(seconds=1000.0) as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        clerk.desk.wait(1)
        clerk.worker.news(afresh=True)
        assert clerk.desk.wait(2)[1] == (1, {"type": "x", "n": 2})


def test_an_incomplete_answer_is_taken_up_again_without_news_or_pace() -> None:
    with Clerk(1000.0, lambda question, n: Reply({"type": "part", "n": n}, n == 3)) as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        assert [message["n"] for _, message in clerk.desk.wait(3)] == [1, 2, 3]
        clerk.worker.ask(1, "u", Ask("end", "u"))
        clerk.desk.wait(4)
        assert clerk.counts[Ask("x")] == 3


def test_an_answer_that_fails_is_told_and_stops_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    def answer(question: Ask, n: int) -> Reply:
        if question.what == "bad":
            raise ZeroDivisionError("a policy of somebody's own")
        return Reply({"type": question.what, "n": n})

    with Clerk(0.0, answer) as clerk:
        clerk.worker.ask(1, "t", Ask("bad"))
        assert clerk.desk.wait(1) == [(1, {"type": "error", "message": "t: a policy of somebody's own"})]
        clerk.worker.ask(2, "t", Ask("good"))
        clerk.desk.wait(2)
        clerk.worker.news()
        assert clerk.desk.wait(3)[2] == (2, {"type": "good", "n": 2})
        assert clerk.counts[Ask("bad")] == 1
    assert "no answer to" in caplog.text


def test_closing_ends_the_thread() -> None:
    with Clerk() as clerk:
        clerk.worker.ask(1, "t", Ask("x"))
        clerk.desk.wait(1)
        thread = next(thread for thread in threading.enumerate() if thread.name == "embyr-worker")
    thread.join(PATIENCE)
    assert not thread.is_alive()
    clerk.worker.ask(1, "t", Ask("y"))
    assert Ask("y") not in clerk.counts


def test_no_thread_is_started_before_anybody_asks() -> None:
    with Clerk() as clerk:
        clerk.worker.news()
        clerk.worker.ask(1, "t", None)
        assert not any(thread.name == "embyr-worker" for thread in threading.enumerate())
