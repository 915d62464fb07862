"""What a reassignment breaks: an order to another line, or a person to a line. Pure; decides nothing.

It only says what will be worse, in sentences that stay with the assignment. A person confirms all the same or doesn't.
Minutes come from nominal rates: they are estimates and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.domain.case import ExceptionCase
from app.domain.consequence import Consequence
from app.domain.erp import CustomerOrderLine, ProductionOrder, Reference
from app.domain.events import Subject
from app.domain.hold import Hold
from app.domain.lifecycles import TaskState
from app.domain.people import Person
from app.domain.plan import Slot, line_rate, made, queue_of, running_order, schedule
from app.domain.plant import Plant
from app.domain.shifts import crew, on_shift
from app.domain.taken import TAKEN, taken
from app.domain.work import Assignment, OrderProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What stands at one instant: all that a reassignment is judged by. `running`: line → order on its controllers."""

    plant: Plant
    reference: Reference
    at: datetime
    progress: Mapping[str, OrderProgress] = field(default_factory=dict)
    cases: Sequence[ExceptionCase] = ()
    holds: Sequence[Hold] = ()
    assignments: Sequence[Assignment] = ()
    running: Mapping[str, str] = field(default_factory=dict)

    def running_on(self, line: str) -> str:
        """The order a line is working on: what its controllers say, else the one last counted there; "" for none."""
        return self.running.get(line) or running_order(self.progress, line)

    def name(self, line: str) -> str:
        """A line as people say it."""
        found = self.plant.lines.get(line)
        return found.name if found else line

    def clock(self, at: datetime) -> str:
        """ "02:40" in the site's zone."""
        return at.astimezone(ZoneInfo(self.plant.zone)).strftime("%H:%M")

    def queue(self, line: str) -> tuple[ProductionOrder, ...]:
        """The unfinished orders of a line, the running one first."""
        return queue_of(self.reference, self.progress, self.assignments, line, first=self.running_on(line))


def move_order(now: Situation, number: str, to_line: str) -> tuple[Consequence, ...]:
    """What moving an order to `to_line` breaks, the worst first; empty for an order that the ERP does not know."""
    order = now.reference.orders.get(number)
    if order is None or to_line not in now.plant.lines:
        return ()
    from_line = taken(now.assignments, Subject.ORDER).get(number, order.line)
    return _worst_first(
        (
            *_forbidden(now, order.number, Subject.ORDER, from_line, to_line),
            *_finished(now, order),
            *_line_down(now, to_line),
            *_held_lots(now, order),
            *_uncovered(now, to_line),
            *_times(now, order, from_line, to_line),
            *_left_behind(now, order, from_line),
        )
    )


def move_person(now: Situation, person_id: str, to_line: str) -> tuple[Consequence, ...]:
    """What moving a person to `to_line` breaks, the worst first; empty for a person the plant does not know."""
    person = now.plant.people.get(person_id)
    if person is None or to_line not in now.plant.lines:
        return ()
    from_line = line_of(now, person)
    return _worst_first(
        (
            *_forbidden(now, person.id, Subject.PERSON, from_line, to_line),
            *_off_shift(now, person),
            *_missing_skills(now, person, to_line),
            *_deserted(now, person, from_line, to_line),
            *_open_tasks(now, person, to_line),
        )
    )


MOVES: Mapping[Subject, Callable[[Situation, str, str], tuple[Consequence, ...]]] = MappingProxyType(
    {Subject.ORDER: move_order, Subject.PERSON: move_person}
)
"""How the consequences of moving a subject are found."""


def line_of(now: Situation, person: Person) -> str:
    """The line a person stands at: assigned there, else the only line of the plant file; empty when there is none."""
    only = next(iter(person.lines)) if len(person.lines) == 1 else ""
    return taken(now.assignments, Subject.PERSON).get(person.id, only)


def needed_skills(plant: Plant, line: str) -> frozenset[str]:
    """What the people at a line must be able to do, between them."""
    machines = (plant.machines[m].skill for m in plant.lines[line].machines)
    return plant.lines[line].skills | frozenset(skill for skill in machines if skill)


def skill_text(skill: str) -> str:
    """ "hot fill" of the plant file's hot_fill."""
    return skill.replace("_", " ")


def _worst_first(found: Sequence[Consequence]) -> tuple[Consequence, ...]:
    return tuple(sorted(found, key=lambda c: c.severity))


def _subject(now: Situation, kind: Subject, subject_id: str) -> str:
    return now.plant.people[subject_id].name if kind is Subject.PERSON else subject_id


def _forbidden(now: Situation, subject_id: str, kind: Subject, from_line: str, to_line: str) -> Iterator[Consequence]:
    """What makes the move pointless: it is there already, or on its way."""
    subject = _subject(now, kind, subject_id)
    if from_line == to_line:
        yield Consequence(kind="same_line", values={"subject": subject, "line": now.name(to_line)})
    for a in now.assignments:
        if a.subject is kind and a.subject_id == subject_id and not a.closed and a.state not in TAKEN:
            values = {"subject": subject, "line": now.name(a.to_line), "state": a.state.value}
            yield Consequence(kind="on_its_way", values=values, ref=f"assignment/{a.id}")


def _finished(now: Situation, order: ProductionOrder) -> Iterator[Consequence]:
    row = now.progress.get(order.number)
    if order.state == "done" or (row is not None and row.final):
        yield Consequence(kind="finished", values={"subject": order.number}, ref=f"order/{order.number}")


def _line_down(now: Situation, line: str) -> Iterator[Consequence]:
    for case in now.cases:
        if case.line == line and case.kind == "breakdown" and not case.resolved and case.cleared_at is None:
            values = {"line": now.name(line), "since": now.clock(case.happened_at), "case": case.title}
            yield Consequence(kind="line_down", values=values, ref=f"case/{case.id}")


def _held_lots(now: Situation, order: ProductionOrder) -> Iterator[Consequence]:
    row = now.progress.get(order.number)
    lots = {lot.lot for lot in row.lots} if row else set()
    for hold in now.holds:
        bound = [units for units in hold.units if units.lot in lots and not hold.closed]
        if bound:
            values = {
                "lots": ", ".join(dict.fromkeys(units.lot for units in bound)),
                "quantity": amount(sum((units.quantity for units in bound), Decimal(0))),
                "reason": hold.reason,
            }
            yield Consequence(kind="lots_held", values=values, ref=f"hold/{hold.id}")


def _uncovered(now: Situation, line: str) -> Iterator[Consequence]:
    """Skills of the line that nobody on shift who works there has."""
    present = _present(now, line)
    for skill in sorted(needed_skills(now.plant, line) - _skills(present)):
        yield Consequence(
            kind="line_lacks_skill", values={"line": now.name(line), "skill": skill_text(skill)}, ref=f"line/{line}"
        )


def _present(now: Situation, line: str, without: str = "") -> tuple[Person, ...]:
    """Who on shift can stand in at a line: its crew, and people of every line who are not assigned elsewhere."""
    away = taken(now.assignments, Subject.PERSON)
    everywhere = (p for p in on_shift(now.plant, now.at) if not p.lines and p.id not in away)
    people = (*crew(now.plant, now.assignments, line, now.at), *everywhere)
    return tuple(p for p in people if p.id != without)


def _skills(people: Sequence[Person]) -> frozenset[str]:
    return frozenset(skill for p in people for skill in p.skills)


def _times(now: Situation, order: ProductionOrder, from_line: str, to_line: str) -> Iterator[Consequence]:
    """When the order ends on the target line, whom it pushes back there, and which customers wait longer."""
    rate = line_rate(now.plant, to_line)
    if from_line == to_line or rate <= 0:
        return
    queue = now.queue(to_line)
    joined = _with(queue, order, first=now.running_on(to_line))
    before = {s.order.number: s for s in schedule(queue, now.progress, rate, now.at)}
    after = schedule(joined, now.progress, rate, now.at)
    for slot in after:
        if slot.order.number == order.number:
            yield _moved_ends(now, slot, to_line)
            yield from _changeover(now, joined, order, to_line)
            yield from _slower(now, order, from_line, to_line)
        else:
            yield from _delayed(now, slot, before[slot.order.number])
    for slot in after:
        yield from _customers(now, slot, before.get(slot.order.number))


def _with(queue: tuple[ProductionOrder, ...], order: ProductionOrder, first: str) -> tuple[ProductionOrder, ...]:
    """The queue with the order in its place by planned start, behind what is running."""
    return tuple(sorted((*queue, order), key=lambda o: (o.number != first, o.start_at, o.number)))


def _moved_ends(now: Situation, slot: Slot, line: str) -> Consequence:
    late = slot.late_s > 0
    minutes = abs((slot.finish_at - slot.order.due_at).total_seconds()) / 60
    values = {"subject": slot.order.number, "line": now.name(line), **_end(now, slot, minutes)}
    return Consequence(
        kind="moved_late" if late else "moved_on_time",
        values=values,
        ref=f"order/{slot.order.number}",
        minutes=minutes if late else None,
    )


def _delayed(now: Situation, slot: Slot, before: Slot) -> Iterator[Consequence]:
    delay = (slot.finish_at - before.finish_at).total_seconds() / 60
    if delay < 1:
        return
    late = slot.late_s > 0
    minutes = abs((slot.finish_at - slot.order.due_at).total_seconds()) / 60
    yield Consequence(
        kind="later_late" if late else "later_on_time",
        values={"order": slot.order.number, "delay": f"{delay:.0f}", **_end(now, slot, minutes)},
        ref=f"order/{slot.order.number}",
        minutes=minutes if late else None,
    )


def _end(now: Situation, slot: Slot, minutes: float) -> dict[str, str]:
    return {"finish": now.clock(slot.finish_at), "minutes": f"{minutes:.0f}", "due": now.clock(slot.order.due_at)}


def _customers(now: Situation, slot: Slot, before: Slot | None) -> Iterator[Consequence]:
    """Customer lines that this order serves and that now wait at least a minute longer than they would have."""
    for line in now.reference.demand:
        if not _serves(slot.order, line):
            continue
        late = (slot.finish_at - line.due_at).total_seconds() / 60
        was = max(0.0, (before.finish_at - line.due_at).total_seconds() / 60) if before else 0.0
        if late >= 1 and late - was >= 1:
            values = {
                "customer": line.customer,
                "quantity": amount(line.quantity),
                "product": line.product,
                "due": now.clock(line.due_at),
                "minutes": f"{late:.0f}",
            }
            yield Consequence(kind="customer_late", values=values, ref=f"order/{slot.order.number}", minutes=late)


def _serves(order: ProductionOrder, line: CustomerOrderLine) -> bool:
    return line.order == order.number if line.order else line.product == order.product


def _changeover(
    now: Situation, joined: Sequence[ProductionOrder], order: ProductionOrder, line: str
) -> Iterator[Consequence]:
    place = [o.number for o in joined].index(order.number)
    before = joined[place - 1] if place else None
    if before is not None and before.product != order.product:
        values = {"line": now.name(line), "before": before.product_name, "after": order.product_name}
        yield Consequence(kind="changeover", values=values, ref=f"line/{line}")


def _slower(now: Situation, order: ProductionOrder, from_line: str, to_line: str) -> Iterator[Consequence]:
    here = line_rate(now.plant, from_line) if from_line in now.plant.lines else 0.0
    there = line_rate(now.plant, to_line)
    if here > there > 0:
        left = float(_left(now, order))
        minutes = left / there - left / here
        if minutes >= 1:
            values = {"line": now.name(to_line), "minutes": f"{minutes:.0f}"}
            yield Consequence(kind="slower", values=values, ref=f"line/{to_line}", minutes=minutes)


def _left(now: Situation, order: ProductionOrder) -> Decimal:
    return max(Decimal(0), order.quantity - made(order, now.progress.get(order.number)))


def _left_behind(now: Situation, order: ProductionOrder, from_line: str) -> Iterator[Consequence]:
    """What the move does to the line the order leaves."""
    if from_line not in now.plant.lines:
        return
    if now.running_on(from_line) == order.number:
        values = {
            "subject": order.number,
            "line": now.name(from_line),
            "made": amount(made(order, now.progress.get(order.number))),
            "left": amount(_left(now, order)),
        }
        yield Consequence(kind="running", values=values, ref=f"order/{order.number}")
    if all(o.number == order.number for o in now.queue(from_line)):
        yield Consequence(kind="left_idle", values={"line": now.name(from_line)}, ref=f"line/{from_line}")


def _off_shift(now: Situation, person: Person) -> Iterator[Consequence]:
    if person not in on_shift(now.plant, now.at):
        yield Consequence(kind="off_shift", values={"subject": person.name}, ref=f"person/{person.id}")


def _missing_skills(now: Situation, person: Person, line: str) -> Iterator[Consequence]:
    values = {"subject": person.name, "line": now.name(line)}
    if not person.works_on(line):
        yield Consequence(kind="not_his_line", values=values, ref=f"person/{person.id}")
    needed = needed_skills(now.plant, line)
    if needed and not needed & person.skills:
        values["skills"] = ", ".join(sorted(skill_text(skill) for skill in needed))
        yield Consequence(kind="no_skill", values=values, ref=f"person/{person.id}")
        return
    for skill in sorted(needed - person.skills - _skills(_present(now, line))):
        yield Consequence(kind="lacks_skill", values={**values, "skill": skill_text(skill)}, ref=f"person/{person.id}")


def _deserted(now: Situation, person: Person, from_line: str, to_line: str) -> Iterator[Consequence]:
    """What the line that the person leaves then lacks."""
    if from_line in ("", to_line) or from_line not in now.plant.lines or person not in on_shift(now.plant, now.at):
        return
    rest = tuple(p for p in crew(now.plant, now.assignments, from_line, now.at) if p.id != person.id)
    ref, name = f"line/{from_line}", now.name(from_line)
    if not rest:
        yield Consequence(kind="line_alone", values={"line": name}, ref=ref)
    lost = person.skills & needed_skills(now.plant, from_line) - _skills(_present(now, from_line, person.id))
    for skill in sorted(lost):
        yield Consequence(kind="skill_lost", values={"line": name, "skill": skill_text(skill)}, ref=ref)


def _open_tasks(now: Situation, person: Person, to_line: str) -> Iterator[Consequence]:
    """Accepted and unfinished tasks on other lines."""
    for case in now.cases:
        mine = any(t.owner == person.id and t.state is TaskState.ACCEPTED for t in case.tasks)
        if mine and not case.resolved and case.line != to_line:
            values = {"subject": person.name, "case": case.title}
            yield Consequence(kind="open_task", values=values, ref=f"case/{case.id}")


def amount(quantity: Decimal) -> str:
    """ "31,240"."""
    return f"{quantity:,f}"
