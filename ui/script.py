"""A scripted shift for smoke runs: people who do, by the screens' own commands, what a shift does. No Qt, no clock.

Every step is a row: it looks at what stands and sends what is due; a step that has done its work is quiet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain import commands as c
from app.domain.case import ExceptionCase
from app.domain.erp import Reference
from app.domain.events import Disposition, HeldUnits, Subject
from app.domain.feasibility import Situation, move_order
from app.domain.lifecycles import AssignmentState, CaseState, HandoverState, HoldState, TaskState
from app.domain.people import Person, Role
from app.domain.plant import Plant
from app.domain.routing import accountable
from app.domain.shifts import on_shift
from app.readmodel import model as m
from app.readmodel.model import View

Act = Callable[[c.Command, str], None]
"""Send a command as a person, by their id."""

Due = Iterator[tuple[c.Command, str]]

AFTER_TOUR = 0.68
"""Things are settled after this share of a run: the screens are looked at before, while there is something to see."""


@dataclass(slots=True)
class Scene:
    """What the script sees at one moment. `share` is how much of the run has passed, 0…1."""

    plant: Plant
    view: View
    reference: Reference
    now: datetime
    share: float
    done: set[str] = field(default_factory=set)

    def once(self, key: str) -> bool:
        """True the first time it is asked for `key`."""
        fresh = key not in self.done
        self.done.add(key)
        return fresh

    @property
    def present(self) -> tuple[Person, ...]:
        """Who is on shift."""
        return on_shift(self.plant, self.now)

    def somebody(self, role: Role) -> str:
        """Somebody of a role, on shift if there is anybody."""
        everybody = (*self.present, *self.plant.people.values())
        return next((p.id for p in everybody if role in p.roles), "")

    @property
    def lead(self) -> str:
        """The shift lead on shift."""
        return accountable(self.plant, None, self.now)


def acknowledge(scene: Scene) -> Due:
    """An operator sees every new case."""
    for case in m.open_cases(scene.view):
        if case.state is CaseState.OPEN and scene.once(f"ack {case.id}"):
            yield c.AcknowledgeCase(case_id=case.id), scene.somebody(Role.OPERATOR)


def answer(scene: Scene) -> Due:
    """Those who are asked accept, with a promise; who is only concerned takes a little longer."""
    for case in m.open_cases(scene.view):
        for task in case.tasks:
            key = f"answer {task.id} {task.level} {task.people[0]}"
            late = not task.primary and scene.share < AFTER_TOUR
            if task.state is not TaskState.OFFERED or late or not scene.once(key):
                continue
            promised = scene.now + timedelta(minutes=8 + task.level)
            yield c.AcceptTask(case_id=case.id, task_id=task.id, promised_at=promised), task.people[0]


def reassign(scene: Scene) -> Due:
    """The lead gives one accepted part to somebody else of the function."""
    for case in m.open_cases(scene.view):
        for task in case.tasks:
            others = [p.id for p in scene.plant.people.values() if task.function in p.functions and p.id != task.owner]
            if task.state is TaskState.ACCEPTED and others and scene.share > 0.4 and scene.once("reassign"):
                reason = "is needed at another line"
                yield c.ReassignTask(case_id=case.id, task_id=task.id, to_person=others[0], reason=reason), scene.lead


def note(scene: Scene) -> Due:
    """An operator says what they see."""
    for case in m.open_cases(scene.view):
        if case.kind == "breakdown" and scene.once("note"):
            yield (
                c.AddNote(case_id=case.id, text="Smells of hot rubber at the valve block"),
                scene.somebody(Role.OPERATOR),
            )


def report(scene: Scene) -> Due:
    """An operator reports what no machine saw."""
    if scene.share > 0.3 and scene.once("report"):
        line = next(iter(scene.plant.lines.values()))
        said = "Two crushed trays came out of the store"
        yield c.ReportException(what="3", text=said, machine=line.machines[0]), scene.somebody(Role.OPERATOR)


def check(scene: Scene) -> Due:
    """Quality takes a sample."""
    lot = _a_lot(scene)
    line = next(iter(scene.plant.lines.values()))
    if lot and scene.once("check"):
        sample = c.RecordQualityCheck(
            machine=line.feed, lot=lot, characteristic="fill volume", value=Decimal("501.2"), unit="ml", passed=True
        )
        yield sample, scene.somebody(Role.QUALITY_LEAD)


def _a_lot(scene: Scene) -> str:
    lots = (count.lot for row in m.all_progress(scene.view) for count in row.lots if count.lot)
    return next(lots, next(iter(scene.reference.lots), ""))


def hold(scene: Scene) -> Due:
    """Quality holds the lot of the first case that has one, later another lot on its own."""
    suspect = next((case for case in _by_quality(m.open_cases(scene.view)) if case.lot), None)
    if suspect is not None and scene.once("hold"):
        units = (HeldUnits(lot=suspect.lot, quantity=Decimal(1152)),)
        reason = "Two checks under the limit before the stop"
        placed = c.PlaceHold(
            units=units,
            reason_code="underfill",
            reason=reason,
            case_id=suspect.id,
            machine=suspect.machine,
            line=suspect.line,
        )
        yield placed, scene.somebody(Role.QUALITY_LEAD)
    lots = [number for number in scene.reference.lots if number not in m.held(scene.view)]
    if scene.share > 0.35 and lots and scene.once("second hold"):
        units = (HeldUnits(lot=lots[-1], quantity=Decimal(240)),)
        placed = c.PlaceHold(units=units, reason_code="label", reason="Label of the wrong language on a tray")
        yield placed, scene.somebody(Role.QUALITY_LEAD)


def _by_quality(cases: Iterable[ExceptionCase]) -> list[ExceptionCase]:
    return sorted(cases, key=lambda case: case.kind != "reject_drift")


def dispose(scene: Scene) -> Due:
    """Quality runs the hold that was placed on its own to its end; the other stays, for the handover."""
    quality = scene.somebody(Role.QUALITY_LEAD)
    for row in m.open_holds(scene.view):
        if row.state is HoldState.PLACED and scene.once(f"review {row.id}"):
            yield c.ReviewHold(hold_id=row.id), quality
        elif row.case_id or scene.share < 0.5:
            continue
        elif row.state is HoldState.UNDER_REVIEW and scene.once(f"dispose {row.id}"):
            yield c.DisposeHold(hold_id=row.id, disposition=Disposition.USE_AS_IS, note="checked 20 trays"), quality
        elif row.state is HoldState.DISPOSITIONED and scene.once(f"release {row.id}"):
            yield c.ReleaseHold(hold_id=row.id, seen_version=row.version), quality


def move(scene: Scene) -> Due:
    """The lead moves a waiting order, knowing what that breaks, and a person; who is asked accepts."""
    waiting = _waiting_order(scene)
    if waiting and scene.share > 0.25 and scene.once("move order"):
        order, to_line = waiting
        now = Situation(plant=scene.plant, reference=scene.reference, at=scene.now, cases=m.open_cases(scene.view))
        breaks = tuple(consequence.text for consequence in move_order(now, order, to_line))
        proposed = c.ProposeAssignment(
            subject=Subject.ORDER, subject_id=order, to_line=to_line, reason="the line is down", breaks=breaks
        )
        yield proposed, scene.lead
    operator = scene.somebody(Role.OPERATOR)
    lines = list(scene.plant.lines)
    if len(lines) > 1 and scene.share > 0.3 and operator and scene.once("move person"):
        there = c.ProposeAssignment(
            subject=Subject.PERSON, subject_id=operator, to_line=lines[1], reason="two hands short there"
        )
        yield there, scene.lead
    for row in m.open_assignments(scene.view):
        if row.state is AssignmentState.OFFERED and scene.once(f"assign {row.id}"):
            yield c.AcceptAssignment(assignment_id=row.id), row.people[0]


def _waiting_order(scene: Scene) -> tuple[str, str] | None:
    """An order that waits behind another one, on the line that has most trouble, and a line that is not its own."""
    troubled = [case.line for case in m.open_cases(scene.view) if case.line] or list(scene.plant.lines)
    queue = scene.reference.queue(troubled[0])[1:]
    others = [line for line in scene.plant.lines if line != troubled[0]]
    return (queue[0].number, others[0]) if queue and others else None


def confirm(scene: Scene) -> Due:
    """The lead stands for what was counted, twice in the run for every order."""
    for row in m.all_progress(scene.view):
        for share in (0.45, 0.65):
            counted = row.unconfirmed_good + row.unconfirmed_scrap > 0
            if scene.share > share and counted and row.lots and scene.once(f"confirm {row.id} {share}"):
                lot = row.lots[-1].lot
                confirmed = c.ConfirmOrder(
                    order=row.id, good=row.unconfirmed_good, scrap=row.unconfirmed_scrap, lot=lot
                )
                yield confirmed, scene.lead


def resolve(scene: Scene) -> Due:
    """Who owns a stop that is over says what it was."""
    for case in m.open_cases(scene.view):
        settled = case.cleared_at is not None or scene.share > 0.8
        task = case.primary
        if scene.share < AFTER_TOUR or not settled or not case.accepted or task is None or case.kind == "reject_drift":
            continue
        if scene.once(f"resolve {case.id}"):
            fix = "Seal kit 7-113 replaced" if case.kind == "breakdown" else "Cleared and restarted"
            yield c.ResolveCase(case_id=case.id, cause=case.first_out or case.title, fix=fix), task.owner


def shelve(scene: Scene) -> Due:
    """The lead puts one small thing aside."""
    for case in reversed(m.open_cases(scene.view)):
        small = case.kind in ("controller_lost", "material_low", "rate_loss")
        if small and case.may("shelve") and scene.share > 0.48 and scene.once("shelve"):
            until = scene.now + timedelta(minutes=30)
            yield c.ShelveCase(case_id=case.id, until=until, reason="a part is on its way"), scene.lead


def hand_over(scene: Scene) -> Due:
    """The lead drafts and signs, another lead accepts item by item."""
    if scene.share < 0.55:
        return
    for draft in ("first draft", "last draft"):
        if (draft == "first draft" or scene.share > 0.82) and scene.once(draft):
            yield c.DraftHandover(), scene.lead
    for row in m.all_handovers(scene.view):
        if row.state is HandoverState.DRAFTED and scene.share > 0.85 and scene.once(f"sign {row.id}"):
            yield c.SignHandover(handover_id=row.id, note="L2 filler: watch the torque"), scene.lead
        if row.state is HandoverState.SIGNED and scene.share > 0.88:
            leads = [p.id for p in scene.plant.people.values() if Role.SHIFT_LEAD in p.roles and p.id != row.signed_by]
            for item in row.open_items:
                if leads and scene.once(f"accept {row.id} {item.item_id}"):
                    yield c.AcceptHandoverItem(handover_id=row.id, item_id=item.item_id), leads[0]


STEPS: tuple[Callable[[Scene], Due], ...] = (
    acknowledge,
    answer,
    check,
    note,
    report,
    hold,
    dispose,
    move,
    reassign,
    shelve,
    confirm,
    resolve,
    hand_over,
)
"""What a shift does, in the order in which it is looked at."""


class Shift:
    """The script. `tick` a few times a second with what stands."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._done: set[str] = set()

    def tick(self, plant: Plant, view: View, reference: Reference, now: datetime, share: float) -> None:
        """Send what is due now."""
        scene = Scene(plant=plant, view=view, reference=reference, now=now, share=share, done=self._done)
        for step in STEPS:
            for command, person in step(scene):
                self._act(command, person)
