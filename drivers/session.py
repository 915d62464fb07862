"""What the drivers' sessions share: backoff, silence watchdog, link bookkeeping, the loop that keeps at it.

Owns when a controller counts as lost and what is said about it. Must not know any protocol.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from app.domain.errors import KnownError
from app.domain.text import safe
from app.ports import DriverSink, Link, LinkState

SILENCE_S = 2.0
"""A controller that says nothing for so long is lost: below the 3 s after which the screen must show it (I4)."""
NETWORK_WORDS: tuple[tuple[type[OSError], str], ...] = (
    (socket.gaierror, "The host name is unknown."),
    (ConnectionRefusedError, "Nobody listens at the address."),
    (ConnectionError, "The connection was closed by the other side."),
    (TimeoutError, "No answer came in time."),
)
"""The first kind that fits. TimeoutError is an OSError in Python."""


class LostError(KnownError):
    """The connection is over, or the controller no longer says anything; try again."""


class CutError(LostError):
    """The connection is over, but the controller may still hold what was agreed on: try to take it up again."""


class GoneError(LostError):
    """The controller no longer knows what was agreed on, or it is not sure that it does: begin anew."""


class IdentityError(KnownError):
    """Someone else answers at the controller's address, or either side does not accept the other.

    Nothing that it says may be used. `retry_s`: to wait at least so long before the next attempt.
    """

    def __init__(self, message: str, todo: str = "", *, retry_s: float = 0.0) -> None:
        super().__init__(message, todo)
        self.retry_s = retry_s


class Backoff:
    """Waiting times that double from `first_s` to `most_s`, each cut by up to half at random."""

    def __init__(self, first_s: float = 0.25, most_s: float = 5.0) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._tries = 0

    def next_s(self) -> float:
        """The time to wait before the next attempt, in seconds."""
        full_s = min(self._most_s, self._first_s * 2.0 ** min(self._tries, 30))
        self._tries += 1
        return full_s * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start again from the first waiting time: an attempt succeeded."""
        self._tries = 0


class Silence:
    """The watchdog over a connection: `watch` ends it when `heard` was not called for `limit_s`."""

    def __init__(self, limit_s: float = SILENCE_S) -> None:
        self.limit_s = limit_s
        self._heard_s = time.monotonic()

    def heard(self) -> None:
        """The controller said something."""
        self._heard_s = time.monotonic()

    async def watch(self) -> None:
        """Wait until the controller is silent for too long; raises LostError then."""
        while True:
            left_s = self._heard_s + self.limit_s - time.monotonic()
            if left_s <= 0:
                raise LostError(f"Nothing was heard for {self.limit_s:.1f} s.")
            await asyncio.sleep(left_s)


CLOCK_MOVED_S = 1.0


class LinkBook:
    """The state of one controller's connection; tells the sink each change once.

    A gap lasts from `last_data_s` of the state that ended UP to `since_s` of the next UP.
    """

    def __init__(self, controller: str, sink: DriverSink) -> None:
        self._sink = sink
        self._last_data_s = 0.0
        self.ups = 0
        self.secured = False
        """Whether the connection of the next word is signed at least; set by the driver."""
        self._clock_s: float | None = None
        self.state = LinkState(controller=controller, link=Link.CONNECTING, since_s=time.time(), last_data_s=0.0)
        sink.link(self.state)

    def heard(self, at_s: float, note: str = "", *, kept: bool = False) -> None:
        """The controller itself said something at `at_s` (this station's clock); the link is up. `note` explains it.

        `kept`: nothing was missed since the link was last up.
        """
        if self.state.link is not Link.UP:
            self.ups += 1
            self._last_data_s = at_s
            self._change(Link.UP, note, at_s, kept=kept)
        self._last_data_s = at_s
        self._sink.alive(self.state.controller, at_s)

    def remark(self, note: str) -> None:
        """What explains a link that is up has changed; nothing while it is not up."""
        if self.state.link is Link.UP and safe(note) != self.state.reason:
            self._change(Link.UP, safe(note), self.state.since_s, kept=True)

    def clock(self, off_s: float | None) -> None:
        """How far the controller's clock is from ours; told when it moved by more than a second."""
        old = self._clock_s
        if off_s is None or (old is not None and abs(off_s - old) <= CLOCK_MOVED_S):
            return
        self._clock_s = round(off_s, 1)
        if self.state.link is Link.UP:
            self._change(Link.UP, self.state.reason, self.state.since_s, kept=True)

    @property
    def last_data_s(self) -> float:
        """The last word received; 0 before the first."""
        return self._last_data_s

    def down(self, link: Link, reason: str) -> None:
        """The link is lost or refused. A repetition with the same reason is not told again."""
        reason = safe(reason)
        if (link, reason) != (self.state.link, self.state.reason):
            self._change(link, reason, self.state.since_s if link is self.state.link else time.time())

    def _change(self, link: Link, reason: str, since_s: float, *, kept: bool = False) -> None:
        self.state = LinkState(
            controller=self.state.controller,
            link=link,
            since_s=since_s,
            last_data_s=self._last_data_s,
            reason=reason,
            reconnects=max(0, self.ups - 1),
            kept=kept,
            secured=self.secured and link is Link.UP,
            clock_s=self._clock_s if link is Link.UP else None,
        )
        self._sink.link(self.state)


class RareLog:
    """A controller's log in which the same matter is said at most once in `every_s`, with how often it was meant."""

    def __init__(self, controller: str, every_s: float = 60.0) -> None:
        self._log = logging.getLogger(f"lineside.driver.{controller}")
        self._every_s = every_s
        self._said: dict[str, tuple[float, int]] = {}

    def say(self, matter: str, text: str) -> None:
        """Say `text`, unless this `matter` was said within the last while; then only count it."""
        kept_back = self._due(matter)
        if kept_back is not None:
            self._log.warning("%s%s", safe(text), f" ({kept_back} more since last said)" if kept_back else "")

    def _due(self, matter: str) -> int | None:
        """How often the matter was kept back since it was last said; None if it has to be kept back now."""
        now_s = time.monotonic()
        last_s, kept_back = self._said.get(matter, (-self._every_s, 0))
        if now_s - last_s < self._every_s:
            self._said[matter] = (last_s, kept_back + 1)
            return None
        self._said[matter] = (now_s, 0)
        return kept_back

    def note(self, text: str) -> None:
        """Say something that happens once a connection."""
        self._log.info("%s", safe(text))

    def bug(self, error: Exception) -> None:
        """Log an exception that is ours, with its traceback; the same kind at most once in a while."""
        if self._due(f"bug {type(error).__name__}") is not None:
            self._log.error("bug in the driver; the connection is made again", exc_info=error)


async def keep_at_it(book: LinkBook, log: RareLog, attempt: Callable[[], Awaitable[None]]) -> None:
    """Run `attempt` (one whole connection) again and again until cancelled, with backoff in between.

    `attempt` raises LostError or IdentityError when its connection is over; anything else is our bug, which is
    logged with its traceback and then treated like a loss, so that one bad packet never blinds the plant.
    """
    backoff = Backoff()
    while True:
        ups, wait_s = book.ups, 0.0
        try:
            await attempt()
            raise LostError("The connection ended.")
        except asyncio.CancelledError:
            if being_cancelled():
                raise
            _give_up(book, log, Link.LOST, LostError("A request was abandoned."))
        except IdentityError as error:
            _give_up(book, log, Link.REFUSED, error)
            wait_s = error.retry_s
        except LostError as error:
            _give_up(book, log, Link.LOST, error)
        except Exception as error:  # noqa: BLE001 - the edge of the loop
            log.bug(error)
            book.down(Link.LOST, f"Internal error: {type(error).__name__}.")
        if book.ups != ups:
            backoff.reset()
        await asyncio.sleep(max(wait_s, backoff.next_s()))


def being_cancelled() -> bool:
    """Whether this task itself is to end; a library may also cancel what we only wait for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def network_words(error: OSError | TimeoutError) -> str:
    """What happened to a connection, as a sentence for the screen."""
    for kind, words in NETWORK_WORDS:
        if isinstance(error, kind):
            return words
    return f"The connection failed: {error.strerror or error}."


async def first_of(*parts: Coroutine[Any, Any, None]) -> None:
    """Run the parts of a session side by side until the first ends; end the others and raise what it raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _give_up(book: LinkBook, log: RareLog, link: Link, error: KnownError) -> None:
    book.down(link, str(error))
    log.say(link.name, str(error))
