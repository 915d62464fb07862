"""Answers of the survey's thread come back on the UI thread, once, also those of faults; the work is made late."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from app.domain.errors import KnownError
from app.domain.survey import Connected, Pick, Proposal, Seen, Target
from ui.survey import Refusal
from ui.surveys import Late, PostedSurvey

SOON_S = 10.0


class Work:
    """Keeps its futures; the test ends them."""

    file = "plant.toml"

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []
        self.asked = threading.Semaphore(0)
        self.cancelled = self.closed = 0
        self.thread = threading.current_thread()

    def _new(self) -> Future[Any]:
        self.futures.append(Future())
        self.asked.release()
        return self.futures[-1]

    def connect(self, target: Target) -> Future[Connected]:
        return self._new()

    def below(self, node: str) -> Future[Seen]:
        return self._new()

    def find(self, node: str, words: str) -> Future[Seen]:
        return self._new()

    def propose(self, machine: str, picks: Sequence[Pick]) -> Future[Proposal]:
        return self._new()

    def write(self, proposal: Proposal) -> Future[None]:
        return self._new()

    def cancel(self) -> None:
        self.cancelled += 1

    def close(self) -> None:
        self.closed += 1


ASKS: dict[str, Callable[[Any, Any], None]] = {
    "connect": lambda survey, told: survey.connect(Target(url="x"), told),
    "below": lambda survey, told: survey.below("i=85", told),
    "find": lambda survey, told: survey.find("i=85", "x", told),
    "propose": lambda survey, told: survey.propose("m", (), told),
    "write": lambda survey, told: survey.write(Proposal(machine="m", tags=0, lines=()), told),
}


@pytest.mark.parametrize("verb", ASKS)
def test_an_answer_is_told_only_where_it_was_posted_to(verb: str) -> None:
    work, posted, told = Work(), list[Callable[[], None]](), list[Any]()
    ASKS[verb](PostedSurvey(work, posted.append), told.append)
    work.futures[0].set_result("answer")
    assert told == []
    posted.pop()()
    assert told == ["answer"]


def test_a_known_error_is_a_refusal_with_what_to_do() -> None:
    work, told = Work(), list[Any]()
    PostedSurvey(work, lambda call: call()).below("i=85", told.append)
    work.futures[0].set_exception(KnownError("Nobody listens.", "Check it."))
    assert told == [Refusal(message="Nobody listens.", todo="Check it.")]


@pytest.mark.expects_error_log
def test_a_fault_of_ours_is_logged_and_said_as_one(caplog: pytest.LogCaptureFixture) -> None:
    work, told = Work(), list[Any]()
    PostedSurvey(work, lambda call: call()).below("i=85", told.append)
    work.futures[0].set_exception(ZeroDivisionError("ours"))
    assert "Internal fault" in told[0].message
    assert "ours" in caplog.text


def test_what_was_cancelled_is_told_as_cancelled() -> None:
    work, told = Work(), list[Any]()
    survey = PostedSurvey(work, lambda call: call())
    survey.below("i=85", told.append)
    survey.cancel()
    work.futures[0].cancel()
    work.futures[0].set_running_or_notify_cancel()
    assert work.cancelled == 1
    assert told[0].cancelled


def test_the_work_is_made_by_the_first_question_on_another_thread() -> None:
    made: list[Work] = []

    def make() -> Work:
        made.append(Work())
        return made[-1]

    late = Late(make, "plant.toml")
    late.cancel()
    assert made == []
    first, second = late.below("i=85"), late.connect(Target(url="x"))
    work = until_made(made, 2)
    assert work.thread is not threading.current_thread()
    work.futures[0].set_result(Seen())
    work.futures[1].set_exception(KnownError("no"))
    assert first.result(SOON_S) == Seen()
    assert isinstance(second.exception(SOON_S), KnownError)
    third = late.below("i=85")
    until_made(made, 1)
    work.futures[2].cancel()
    work.futures[2].set_running_or_notify_cancel()
    assert third.cancelled()
    late.close()
    assert (len(made), work.closed) == (1, 1)


def test_work_that_can_not_be_made_says_so_to_whoever_asked() -> None:
    def make() -> Work:
        raise KnownError("A library is missing.")

    late = Late(make, "")
    assert isinstance(late.below("i=85").exception(SOON_S), KnownError)
    late.close()


def until_made(made: list[Work], asked: int) -> Work:
    """The work, once it was asked so often."""
    end = threading.Event()
    for _ in range(1000):
        if made:
            break
        end.wait(SOON_S / 1000)
    for _ in range(asked):
        assert made[0].asked.acquire(timeout=SOON_S)
    return made[0]
