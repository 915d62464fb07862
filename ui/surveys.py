"""The survey for presenters over the thread that does it: its answers come back on the UI thread. No Qt.

`Late` makes the work at the first question only: what it needs takes a while to load.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from app.domain.errors import KnownError
from app.domain.survey import Connected, Pick, Proposal, Seen, Target
from app.logs import TOLD, number_of
from ui.survey import Refusal, SurveyWork, Told
from ui.text import t

log = logging.getLogger(__name__)

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
"""Let the UI thread do something soon."""


class PostedSurvey:
    """`ui.survey.Survey`. Made and used on the UI thread."""

    def __init__(self, work: SurveyWork, post: Post) -> None:
        self._work, self._post = work, post

    @property
    def file(self) -> str:
        """The plant file's name."""
        return self._work.file

    def connect(self, target: Target, told: Told[Connected]) -> None:
        """Connect to a server."""
        self._tell(self._work.connect(target), told)

    def below(self, node: str, told: Told[Seen]) -> None:
        """What is below a node."""
        self._tell(self._work.below(node), told)

    def find(self, node: str, words: str, told: Told[Seen]) -> None:
        """What is called so."""
        self._tell(self._work.find(node, words), told)

    def propose(self, machine: str, picks: Sequence[Pick], told: Told[Proposal]) -> None:
        """What would be written."""
        self._tell(self._work.propose(machine, picks), told)

    def write(self, proposal: Proposal, told: Told[None]) -> None:
        """Write it."""
        self._tell(self._work.write(proposal), told)

    def cancel(self) -> None:
        """End what is under way."""
        self._work.cancel()

    def close(self) -> None:
        """Let go of the server and the thread."""
        self._work.close()

    def _tell(self, future: Future[T], told: Told[T]) -> None:
        future.add_done_callback(lambda done: self._post(lambda: told(outcome(done))))


def outcome(future: Future[Any]) -> Any:
    """What came of it; a fault of ours goes to the log with its trace."""
    if future.cancelled():
        return Refusal(message=t("Cancelled."), cancelled=True)
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, KnownError):
        return Refusal(message=error.message, todo=error.todo)
    log.error("a look into a server failed", exc_info=error, extra=TOLD)
    return Refusal(message=t("Internal fault {number}, see the log.", number=number_of(error)))


class Late:
    """`ui.survey.SurveyWork` that is made by the first question, off the thread that asks it."""

    def __init__(self, make: Callable[[], SurveyWork], file: str) -> None:
        self._make, self.file = make, file
        self._made: SurveyWork | None = None
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="survey")

    def connect(self, target: Target) -> Future[Connected]:
        """See SurveyWork."""
        return self._soon(lambda work: work.connect(target))

    def below(self, node: str) -> Future[Seen]:
        """See SurveyWork."""
        return self._soon(lambda work: work.below(node))

    def find(self, node: str, words: str) -> Future[Seen]:
        """See SurveyWork."""
        return self._soon(lambda work: work.find(node, words))

    def propose(self, machine: str, picks: Sequence[Pick]) -> Future[Proposal]:
        """See SurveyWork."""
        return self._soon(lambda work: work.propose(machine, picks))

    def write(self, proposal: Proposal) -> Future[None]:
        """See SurveyWork."""
        return self._soon(lambda work: work.write(proposal))

    def cancel(self) -> None:
        """See SurveyWork."""
        if self._made is not None:
            self._made.cancel()

    def close(self) -> None:
        """See SurveyWork; what waits to be asked is not asked any more."""
        self._maker.shutdown(wait=False, cancel_futures=True)
        if self._made is not None:
            self._made.close()

    def _soon(self, ask: Callable[[SurveyWork], Future[T]]) -> Future[T]:
        """Asked once the work is made; the answer is the work's."""
        answer: Future[Any] = Future()

        def pass_on(inner: Future[T]) -> None:
            if inner.cancelled():
                answer.cancel()
                answer.set_running_or_notify_cancel()
            elif (error := inner.exception()) is not None:
                answer.set_exception(error)
            else:
                answer.set_result(inner.result())

        def run() -> None:
            try:
                if self._made is None:
                    self._made = self._make()
                ask(self._made).add_done_callback(pass_on)
            except Exception as error:  # noqa: BLE001 - the edge of the thread: whoever asked is told
                answer.set_exception(error)

        self._maker.submit(run)
        return answer
