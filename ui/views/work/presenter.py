"""The work view's presenter: lanes, lists, the side panel, and moving something to another line. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol

from app.domain.commands import ProposeAssignment
from app.domain.consequence import Consequence, Severity
from app.domain.events import Subject
from app.domain.feasibility import MOVES, Situation, line_of
from app.domain.plan import LineRate
from app.domain.plant import Signal
from app.domain.posting import Posting
from app.domain.reading import NOTHING
from app.domain.shifts import shift_at
from app.domain.taken import taken
from app.domain.text import safe
from app.readmodel import model
from ui.actions import BY_ID, applicable, refusal
from ui.desk import Answer, Desk
from ui.marks import Marks, marks_of
from ui.models.rates import present_rate
from ui.sharing import holds_doubt
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, t
from ui.views.work import lists, sheets
from ui.views.work.lanes import lanes
from ui.views.work.rows import Block, Key, LagRow, LaneRow, ListRow, MoveSheet, Say, Sheet
from ui.views.work.truth import postings_by_order

REST = timedelta(seconds=2)
"""So long a picture stands at least while a backlog drains."""
SUBJECTS: Mapping[str, Subject] = {"order": Subject.ORDER, "person": Subject.PERSON}
ACTION_OF: Mapping[Subject, str] = {Subject.ORDER: "order.reassign", Subject.PERSON: "person.reassign"}


class WorkView(Protocol):
    """What the presenter sets."""

    def show_lanes(self, rows: Sequence[LaneRow]) -> None: ...
    def show_assignments(self, rows: Sequence[ListRow]) -> None: ...
    def show_postings(self, rows: Sequence[ListRow], lags: Sequence[LagRow]) -> None: ...
    def show_sheet(self, sheet: Sheet | None) -> None: ...
    def show_move(self, move: MoveSheet | None) -> None: ...
    def select(self, ref: str) -> None: ...
    def mark(self, ref: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What is being moved, and to where; `line` empty until one is chosen."""

    subject: Subject
    subject_id: str
    from_line: str
    line: str = ""


class WorkPresenter:
    """Selection is a ref: an order, a person, an assignment or a posting."""

    def __init__(self, view: WorkView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._selected = ""
        self._move: Move | None = None
        self._seen: object = None
        self._shown_at = datetime.min.replace(tzinfo=UTC)
        self._left: Iterator[None] = iter(())

    @property
    def selected(self) -> str:
        """The ref that keys act on."""
        return self._selected

    # --- showing ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what stands; costs nothing within a second in which nothing changed.

        While a backlog drains something changes all the time: it is then shown every two seconds, one panel after the
        other (`follow`).
        """
        draining = self._draining()
        if draining and self._desk.now() - self._shown_at < REST:
            return
        seen = self._signature()
        if seen != self._seen:
            self._seen = seen
            self._shown_at = self._desk.now()
            self._left = self._panels()
            if not draining:
                deque(self._left, maxlen=0)

    def follow(self) -> None:
        """Between two refreshes: the next panel that is left to be shown."""
        next(self._left, None)

    def _draining(self) -> bool:
        return sum(1 for _ in islice(self._desk.view.live("posting"), lists.MOST_OUT + 1)) > lists.MOST_OUT

    def _signature(self) -> object:
        """What a picture depends on: the second, and whether anything moved that somebody must act on."""
        view = self._desk.view
        versions = tuple(map(view.moves, _KINDS))
        person = self._desk.person.id if self._desk.person else ""
        told = (marks_of(self._desk), holds_doubt(self._desk, self._formats))
        return int(self._desk.now().timestamp()), versions, person, self._desk.reference.as_of, told

    def _panels(self) -> Iterator[None]:
        """Show everything as it stands now; may rest after each panel."""
        now = self.situation()
        postings = model.all_postings(self._desk.view)
        by_order = postings_by_order(postings)
        at, plant = now.at, self._desk.plant
        marks, doubt = marks_of(self._desk), holds_doubt(self._desk, self._formats)
        yield
        rows = marked_lanes(lanes(now, self._rates(), by_order, self._formats), marks, doubt)
        self._view.show_lanes(rows)
        self._begin_with(rows)
        yield
        self._view.show_assignments(marked(lists.assignment_rows(plant, now.assignments, at, self._formats), marks))
        posted = marked(lists.posting_rows(plant, postings, at, self._formats), marks)
        yield
        self._view.show_postings(posted, lists.lag_rows(postings, self._lags_since(at), at))
        yield
        self._show_side(now, by_order)

    def _lags_since(self, at: datetime) -> datetime:
        """The posting lag is that of the running shift; without one, of the last eight hours."""
        span = shift_at(self._desk.plant.shifts, self._desk.plant.zone, at)
        return span.start_at if span else at - timedelta(hours=8)

    def _begin_with(self, rows: Sequence[LaneRow]) -> None:
        """While nothing was selected yet: the first order in trouble, else the first of all."""
        if not self._selected:
            orders = [order for lane in rows for order in lane.orders]
            first = next((o for o in orders if o.priority), next(iter(orders), None))
            if first is not None:
                self._selected = first.ref
                self._view.mark(first.ref)

    def situation(self) -> Situation:
        """What stands now: all that a reassignment is judged by."""
        desk = self._desk
        return Situation(
            plant=desk.plant,
            reference=desk.reference,
            at=desk.now(),
            progress={row.id: row for row in model.all_progress(desk.view)},
            cases=model.open_cases(desk.view),
            holds=model.open_holds(desk.view),
            assignments=model.open_assignments(desk.view),
            running={line: self._order_at(line) for line in desk.plant.lines},
        )

    def _order_at(self, line: str) -> str:
        """The order that the line's feed machine says it runs; "" while it is not heard."""
        tag = self._desk.plant.tag(self._desk.plant.lines[line].feed, Signal.ORDER)
        reading = self._desk.values.reading(tag.index) if tag else NOTHING
        heard = not reading.stale(self._desk.now().timestamp()) and isinstance(reading.value, str)
        return str(reading.value) if heard else ""

    def _rates(self) -> dict[str, LineRate]:
        plant = self._desk.plant
        return {line.id: present_rate(self._desk, plant.machines[line.output]) for line in plant.lines.values()}

    def _show_side(self, now: Situation, by_order: Mapping[str, Sequence[Posting]]) -> None:
        self._view.show_move(self._move_sheet(now) if self._move else None)
        self._view.show_sheet(self._sheet(now, by_order))

    def _sheet(self, now: Situation, by_order: Mapping[str, Sequence[Posting]]) -> Sheet | None:
        found = self._described(now, by_order)
        if found is None:
            return None
        rows = applicable(self._desk, self._selected)
        keys = tuple(Key(action=row.id, key=row.key, text=t(row.text)) for row in rows if row.id != "open")
        blocks = (*self._marks_said(found.held), *found.blocks)
        return Sheet(title=found.title, subtitle=found.subtitle, held=found.held, blocks=blocks, keys=keys)

    def _marks_said(self, held: bool) -> tuple[Say, ...]:
        """What stands beside the selected thing, and that it is not known whether its lots are free."""
        said = tuple(Say(text=tag.words) for tag in marks_of(self._desk).of(self._selected))
        doubt = "" if held or kind_of(self._selected) != "order" else holds_doubt(self._desk, self._formats)
        return (*said, *((Say(text=t("Its lots: {doubt}", doubt=doubt), priority=3),) if doubt else ()))

    def _described(self, now: Situation, by_order: Mapping[str, Sequence[Posting]]) -> Sheet | None:
        kind, key = kind_of(self._selected), id_of(self._selected)
        view, plant = self._desk.view, self._desk.plant
        if kind == "order" and key in now.reference.orders:
            return sheets.order_sheet(now, now.reference.orders[key], by_order.get(key, ()), self._formats)
        if kind == "person" and key in plant.people:
            return sheets.person_sheet(now, plant.people[key], self._formats)
        if kind == "assignment" and (assignment := model.assignment(view, key)) is not None:
            return sheets.assignment_sheet(now, assignment, self._formats)
        if kind == "posting" and (posting := model.posting(view, key)) is not None:
            return sheets.posting_sheet(now, posting, self._formats)
        return None

    # --- selecting --------------------------------------------------------------------------------------------------

    def show(self, ref: str) -> None:
        """Select a thing; "move/order/<number>" and "move/person/<id>" begin to move it; unknown refs do nothing."""
        if kind_of(ref) == "move":
            self.show(id_of(ref))
            self.begin_move(id_of(ref))
            return
        if kind_of(ref) == "line":
            queue = self.situation().queue(id_of(ref)) if id_of(ref) in self._desk.plant.lines else ()
            ref = f"order/{queue[0].number}" if queue else ""
        if self._knows(ref):
            self.select(ref)
            self._view.select(ref)

    def _knows(self, ref: str) -> bool:
        kind, key = kind_of(ref), id_of(ref)
        known = {"order": self._desk.reference.orders, "person": self._desk.plant.people}
        if kind in known:
            return key in known[kind]
        return kind in ("assignment", "posting") and self._desk.view.get(ref) is not None

    def select(self, ref: str) -> None:
        """The person selected something; a move that was begun is given up."""
        if ref != self._selected:
            self._selected, self._move = ref, None
            self._refresh_side()

    def _refresh_side(self) -> None:
        self._show_side(self.situation(), postings_by_order(model.all_postings(self._desk.view)))

    def act(self, action_id: str) -> None:
        """A key of the side panel was pressed with the mouse; moving has a panel of its own."""
        if action_id in ACTION_OF.values():
            self.begin_move(self._selected)
        else:
            self._shell.act(action_id, self._selected)

    def open(self, ref: str) -> None:
        """Enter on something: begin to move an order or a person; answer an assignment; look at a posting."""
        if kind_of(ref) in SUBJECTS:
            self.begin_move(ref)

    # --- moving -----------------------------------------------------------------------------------------------------

    def begin_move(self, ref: str) -> None:
        """R: choose a line for an order or a person. Says why where the person may not."""
        subject = SUBJECTS.get(kind_of(ref))
        if subject is None or not self._knows(ref):
            return
        why = refusal(BY_ID[ACTION_OF[subject]], self._desk, ref)
        if why:
            self._shell.say(why, bad=True)
            return
        self._move = Move(subject=subject, subject_id=id_of(ref), from_line=self._line_of(subject, id_of(ref)))
        self._refresh_side()

    def _line_of(self, subject: Subject, subject_id: str) -> str:
        now = self.situation()
        if subject is Subject.PERSON:
            return line_of(now, now.plant.people[subject_id])
        return taken(now.assignments, Subject.ORDER).get(subject_id, now.reference.orders[subject_id].line)

    def choose_line(self, line: str) -> None:
        """Show what moving there breaks."""
        if self._move is not None and line in self._desk.plant.lines:
            move = self._move
            self._move = Move(subject=move.subject, subject_id=move.subject_id, from_line=move.from_line, line=line)
            self._refresh_side()

    def cancel_move(self) -> None:
        """Nothing moves."""
        self._move = None
        self._refresh_side()

    def confirm_move(self, reason: str) -> None:
        """Propose the move, with what it breaks as it stands now; needs a line and a reason."""
        move = self._move
        if move is None or not move.line:
            self._shell.say(t("Choose a line first."), bad=True)
            return
        if not reason.strip():
            self._shell.say(t("Say why in a sentence."), bad=True)
            return
        command = ProposeAssignment(
            subject=move.subject,
            subject_id=move.subject_id,
            to_line=move.line,
            reason=reason.strip(),
            breaks=tuple(c.text for c in self._consequences(self.situation(), move)),
            case_id=self._case_of(move),
        )
        self._desk.send(command, self._moved)

    def _moved(self, answer: Answer) -> None:
        if answer.ok:
            self._move = None
            self._shell.say(answer.message or t("Offered; it holds once it is accepted."))
            self._refresh_side()
        else:
            self._shell.say(f"{answer.message} {answer.todo}".strip() or t("Refused."), bad=True)

    def _case_of(self, move: Move) -> str:
        """The breakdown that the move gets away from, if there is one."""
        rows = (c for c in model.open_cases(self._desk.view) if c.kind == "breakdown" and c.line == move.from_line)
        return next((c.id for c in rows), "")

    def _consequences(self, now: Situation, move: Move) -> tuple[Consequence, ...]:
        return MOVES[move.subject](now, move.subject_id, move.line) if move.line else ()

    def _move_sheet(self, now: Situation) -> MoveSheet | None:
        move = self._move
        if move is None:
            return None
        plant = self._desk.plant
        is_person = move.subject is Subject.PERSON
        name = lists.person_name(plant, move.subject_id) if is_person else safe(move.subject_id, 40)
        others = tuple((i, safe(line.name, 60)) for i, line in plant.lines.items() if i != move.from_line)
        found = self._consequences(now, move)
        grave = any(c.severity is Severity.GRAVE for c in found)
        to = lists.line_name(plant, move.line)
        confirm = t("Offer it all the same") if grave else t("Offer it to {line}", line=to)
        return MoveSheet(
            title=t("Move {what}", what=name),
            subtitle=t("now on {line}", line=lists.line_name(plant, move.from_line)),
            lines=others,
            line=move.line,
            blocks=_break_blocks(found, chosen=bool(move.line)),
            confirm=confirm if move.line else t("Choose a line"),
            grave=grave,
        )


def marked(rows: Sequence[ListRow], marks: Marks) -> tuple[ListRow, ...]:
    """The rows with what stands beside them."""
    return tuple(replace(row, tags=marks.of(row.key)) for row in rows)


def marked_lanes(rows: Sequence[LaneRow], marks: Marks, doubt: str) -> tuple[LaneRow, ...]:
    """The lanes with what stands beside their orders; `doubt` where an order's lots would pass for free."""
    return tuple(
        replace(
            lane,
            orders=tuple(
                replace(order, tags=marks.of(order.ref), doubt="" if order.held else doubt) for order in lane.orders
            ),
        )
        for lane in rows
    )


_KINDS = ("case", "hold", "order", "assignment", "posting")


def _break_blocks(found: Sequence[Consequence], chosen: bool) -> tuple[Block, ...]:
    if not chosen:
        return (Say(text=t("Choose where to: what it breaks is shown before anything happens."), soft=True),)
    if not found:
        return (Say(text=t("It breaks nothing that Lineside knows of.")),)
    return tuple(
        Say(text=sheets.sentence(c), priority=0 if c.severity is Severity.NOTE else int(c.severity)) for c in found
    )
