"""The only door between the core thread and the screens. Implements `ui.desk.Desk` on the UI thread.

Inwards (any thread): `deliver*` put into a queue and wake the UI thread as often as `ui.pace` lets them. Outwards:
`send` hands a command to `submit`, and its answer comes back on the UI thread. Knows no store, driver or service.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from app.domain.alarm import Alarm
from app.domain.commands import Command, SignIn, SignOut
from app.domain.erp import Reference
from app.domain.errors import KnownError, OutrunError
from app.domain.people import Person
from app.domain.plant import Plant
from app.domain.presence import Presence
from app.domain.signing import Prove, Sign
from app.domain.status import StationStatus
from app.logs import TOLD, number_of
from app.readmodel.model import Changes
from ui.desk import Answer, Values
from ui.mirror import Mirror
from ui.pace import Pace, Slice
from ui.survey import Survey, SurveyWork
from ui.surveys import PostedSurvey
from ui.text import t


class Door(Protocol):
    """The core as the bridge needs it. A future ends once the effect is on disk, or with the refusal."""

    def submit(self, command: Command, person: str) -> Future[Answer]: ...
    def ask(self, asked: Prove | Sign) -> Future[Answer]: ...
    def attend(self, person: str, ref: str, editing: bool) -> None: ...


WAITING_MOST = 100
"""Commands kept while the core starts; further ones are refused."""

PART = 100
"""Rows that are taken into the mirror in one go."""
SILENT_MS = 250
"""The screens are told of a part of what came when they have heard nothing for so long."""

QUEUED = Qt.ConnectionType.QueuedConnection
log = logging.getLogger(__name__)

Waiting = tuple[Callable[[Door], Future[Answer]], Callable[[Answer], None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """How diagnostics are saved: `save(file, with people's names)` says what it wrote. It may take seconds."""

    file: str
    save: Callable[[str, bool], str]


class Bridge(QObject):
    """The station as presenters see it. Made and read on the UI thread; `deliver*` may be called from any."""

    changed = Signal()
    """State, status, reference or alarms moved on; as often as `ui.pace` has it."""
    person_changed = Signal()
    """Somebody sat down or left."""
    _woken = Signal()

    def __init__(
        self,
        *,
        plant: Plant,
        values: Values,
        survey: SurveyWork | None = None,
        diagnostics: Diagnostics | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._diagnostics = diagnostics
        self._survey = PostedSurvey(survey, self._put) if survey is not None else None
        self._plant = plant
        self._values = values
        self._model = Mirror()
        self._unshared: set[str] = set()
        self._only_here: frozenset[str] | None = None
        self._presences: tuple[Presence, ...] = ()
        self._status = StationStatus()
        self._reference = Reference()
        self._alarms: tuple[Alarm, ...] = ()
        self._attended: tuple[str, bool] = ("", False)
        self._person: Person | None = None
        self._door: Door | None = None
        self._closed = False
        self._waiting: deque[Waiting] = deque()
        self.faults = 0
        self._lock = threading.Lock()
        self._inbox: deque[Callable[[], None]] = deque()
        self._awake = False
        self._hurried = False
        self._told_ms = 0
        self._pace = Pace()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._wake, QUEUED)

    # --- the desk ---------------------------------------------------------------------------------------------------

    @property
    def plant(self) -> Plant:
        """The plant of the plant file."""
        return self._plant

    @property
    def view(self) -> Mirror:
        """The mirror of the core's state."""
        return self._model

    @property
    def reference(self) -> Reference:
        """What was last read from the ERP."""
        return self._reference

    @property
    def status(self) -> StationStatus:
        """How controllers, acquisition, store and ERP stand."""
        return self._status

    @property
    def values(self) -> Values:
        """Live values."""
        return self._values

    @property
    def survey(self) -> Survey | None:
        """The way to look into servers; None where there is none."""
        return self._survey

    def diagnostics_file(self) -> str:
        """Where diagnostics go unless somebody says otherwise."""
        return self._diagnostics.file if self._diagnostics is not None else ""

    def save_diagnostics(self, file: str, names: bool, done: Callable[[Answer], None]) -> None:
        """Put them together on a thread of their own."""
        diagnostics = self._diagnostics
        if diagnostics is None:
            done(Answer(ok=False, message=t("There is nothing to save here.")))
            return

        def work() -> None:
            try:
                answer = Answer(ok=True, message=diagnostics.save(file, names))
            except Exception as error:  # noqa: BLE001 - the edge of the thread
                answer = self._answer_of(error)
            self._put(lambda: done(answer))

        threading.Thread(target=work, name="diagnostics", daemon=True).start()

    @property
    def alarms(self) -> Sequence[Alarm]:
        """The controllers' alarms as they stand."""
        return self._alarms

    @property
    def person(self) -> Person | None:
        """Who works here."""
        return self._person

    @property
    def only_here(self) -> AbstractSet[str]:
        """The aggregates with steps that are only stored at this station yet."""
        if self._only_here is None:
            self._only_here = frozenset(self._unshared)
        return self._only_here

    def unshared(self, stream: str) -> bool:
        """Whether steps of it are only stored here: other stations do not know them yet."""
        return stream in self._unshared

    @property
    def seq(self) -> int:
        """The sequence number of the last operation that the mirror has."""
        return self._model.seq

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)

    def send(self, command: Command, done: Callable[[Answer], None] | None = None) -> None:
        """Ask the core; before it is ready commands wait their turn. `done` always comes, on the UI thread, once."""
        person = self._person.id if self._person else ""
        self._post((lambda door: door.submit(command, person), done or _ignore))

    def presences(self) -> Sequence[Presence]:
        """Who looks at what at the other stations."""
        return self._presences

    def attend(self, ref: str, editing: bool = False) -> None:
        """Tell the other stations what is looked at here; what is told before the core is ready is told then."""
        self._attended = (ref, editing)
        if self._door is not None and not self._closed:
            self._door.attend(self._person.id if self._person else "", ref, editing)

    def ask(self, asked: Prove | Sign, done: Callable[[Answer], None]) -> None:
        """Ask the core who somebody is; like `send`."""
        self._post((lambda door: door.ask(asked), done))

    def _post(self, waiting: Waiting) -> None:
        if self._closed:
            waiting[1](Answer(ok=False, message=t("Lineside is closing; nothing was changed.")))
        elif self._door is not None:
            self._hand_over(self._door, waiting)
        elif len(self._waiting) < WAITING_MOST:
            self._waiting.append(waiting)
        else:
            waiting[1](Answer(ok=False, message=t("Lineside is still starting."), todo=t("Try again in a moment.")))

    def _hand_over(self, door: Door, waiting: Waiting) -> None:
        call, done = waiting
        try:
            future = call(door)
        except Exception as error:  # noqa: BLE001 - the edge of the UI loop: a fault of the core must not end it
            done(self._answer_of(error))
            return
        future.add_done_callback(lambda f: self._put(lambda: done(self._outcome(f)), hurried=True))

    def _outcome(self, future: Future[Answer]) -> Answer:
        try:
            return future.result(timeout=0)
        except CancelledError:
            return Answer(ok=False, message=t("Lineside is closing; it is not known whether this was stored."))
        except Exception as error:  # noqa: BLE001 - the edge of the UI loop
            return self._answer_of(error)

    def _answer_of(self, error: Exception) -> Answer:
        if isinstance(error, KnownError):
            outrun = isinstance(error, OutrunError)
            return Answer(ok=False, message=error.message, todo=error.todo, outrun=outrun)
        self.faults += 1
        log.error("a command ended by a fault of ours", exc_info=error, extra=TOLD)
        return Answer(ok=False, message=t("Internal fault {number}, see the log.", number=number_of(error)))

    # --- who sits here ----------------------------------------------------------------------------------------------

    def sit(self, person: Person, done: Callable[[Answer], None] | None = None) -> None:
        """Sign a person in: they work here once the core has stored it."""

        def told(answer: Answer) -> None:
            if answer.ok:
                self._seat(person)
            (done or _ignore)(answer)

        self._post((lambda door: door.submit(SignIn(person_id=person.id), person.id), told))

    def leave(self) -> None:
        """Nobody works here from this moment; storing it follows."""
        if self._person is not None:
            gone = self._person.id
            self._post((lambda door: door.submit(SignOut(person_id=gone), gone), _ignore))
            self._seat(None)

    def _seat(self, person: Person | None) -> None:
        self._person = person
        self.person_changed.emit()
        self.changed.emit()

    # --- from the core ----------------------------------------------------------------------------------------------

    def connect_core(self, door: Door) -> None:
        """The core is ready: waiting commands go out in order, later ones directly. From any thread."""
        self._put(lambda: self._ready(door))

    def _ready(self, door: Door) -> None:
        self._door = door
        if self._attended[0]:
            self.attend(*self._attended)
        while self._waiting and not self._closed:
            self._hand_over(door, self._waiting.popleft())

    def close(self) -> None:
        """Refuse what waits and everything from now on; what was handed over is still answered."""
        self._closed = True
        if self._survey is not None:
            self._survey.close()
        while self._waiting:
            self._waiting.popleft()[1](Answer(ok=False, message=t("Lineside is closing; nothing was changed.")))

    def deliver(self, changes: Changes) -> None:
        """Take in what one command changed, or what a station missed: thousands of rows, some at a time."""
        for part in parts_of(changes):
            self._put(partial(self._take, part))

    def deliver_status(self, status: StationStatus) -> None:
        """Take in how the station's parts stand."""
        self._put(lambda: self._take_status(status))

    def deliver_reference(self, reference: Reference) -> None:
        """Take in what was read from the ERP."""
        self._put(lambda: self._take_reference(reference))

    def deliver_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Take in the controllers' alarms, all of them."""
        given = tuple(alarms)
        self._put(lambda: self._take_alarms(given))

    def deliver_presences(self, presences: Sequence[Presence]) -> None:
        """Take in who looks at what elsewhere."""
        given = tuple(presences)
        self._put(lambda: self._take_presences(given))

    def _take_presences(self, presences: tuple[Presence, ...]) -> None:
        self._presences = presences

    def _take(self, changes: Changes) -> None:
        for stream, row in changes.rows.items():
            self._model.put(stream, row)
        for stream in changes.gone:
            self._model.remove(stream)
        self._unshared -= changes.rows.keys() | changes.gone
        self._unshared |= changes.unshared
        self._only_here = None
        self._model.seq = max(self._model.seq, changes.seq)

    def _take_status(self, status: StationStatus) -> None:
        self._status = status

    def _take_reference(self, reference: Reference) -> None:
        self._reference = reference

    def _take_alarms(self, alarms: tuple[Alarm, ...]) -> None:
        self._alarms = alarms

    # --- crossing the threads ---------------------------------------------------------------------------------------

    def _put(self, work: Callable[[], None], *, hurried: bool = False) -> None:
        """Queue work for the UI thread, and wake it if nobody has. `hurried`: a person waits for it."""
        with self._lock:
            self._inbox.append(work)
            wake = not self._awake or (hurried and not self._hurried)
            self._awake, self._hurried = True, self._hurried or hurried
        if wake:
            self._woken.emit()

    def _wake(self) -> None:
        """Drain at once after a pause, else when it is over."""
        self._timer.start(self._pace.wait_ms(self._clock.elapsed(), hurried=self._hurried))

    def _drain(self) -> None:
        """Do what is queued, in order, and tell the screens once it is done, or after a while.

        The window lives between two pieces of it.
        """
        with self._lock:
            work, self._inbox = self._inbox, deque()
            self._awake = self._hurried = False
        began_ms, piece = self._clock.elapsed(), Slice(least=1)
        try:
            while work and not piece.over():
                work.popleft()()
        finally:
            self._put_back(work)
            if not work or began_ms - self._told_ms >= SILENT_MS:
                self._told_ms = began_ms
                self.changed.emit()
                self._pace.told(began_ms, self._clock.elapsed())

    def _put_back(self, rest: deque[Callable[[], None]]) -> None:
        """What is left for the next piece, also after a fault in somebody's `done`."""
        if rest:
            with self._lock:
                self._inbox.extendleft(reversed(rest))
                self._awake = True
            self._timer.start(0)


def parts_of(changes: Changes) -> Iterator[Changes]:
    """The same in parts; only the last one says how far the log has come."""
    rows = iter(changes.rows.items())
    left = len(changes.rows)
    while left > PART:
        part = dict(islice(rows, PART))
        left -= PART
        yield Changes(rows=part, seq=0, unshared=changes.unshared & part.keys())
    part = dict(rows)
    yield Changes(rows=part, seq=changes.seq, gone=changes.gone, unshared=changes.unshared & part.keys())


def _ignore(_answer: Answer) -> None:
    """For commands whose sender does not wait."""
