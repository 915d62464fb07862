"""What the side panel says of the selected order, person, assignment or posting. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from app.domain.consequence import CONSEQUENCES, Consequence, Severity
from app.domain.erp import ProductionOrder
from app.domain.events import Subject
from app.domain.feasibility import MOVES, Situation, line_of, skill_text
from app.domain.hold import held_lots
from app.domain.lifecycles import TaskState
from app.domain.people import Person
from app.domain.plan import expected_by, line_rate, made
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.domain.shifts import running
from app.domain.text import safe
from app.domain.work import Assignment
from ui.text import DASH, Formats, amount, duration, t
from ui.views.work.lists import KIND_WORDS, assignment_state, line_name, person_name, subject_name
from ui.views.work.rows import Block, Fact, Grid, Heading, Say, Sheet
from ui.views.work.truth import STATE_WORDS, LotTruth, Truth, erp_has_less, erp_word, lot_truths, order_truth


def order_sheet(now: Situation, order: ProductionOrder, postings: Sequence[Posting], formats: Formats) -> Sheet:
    """An order: plan, the three truths per lot, and what moving it would do."""
    progress = now.progress.get(order.number)
    line = next((i for i in now.plant.lines if any(o.number == order.number for o in now.queue(i))), order.line)
    held = held_lots(now.holds)
    lots = {lot.lot for lot in progress.lots} if progress else set()
    word, truth = erp_word(postings, now.at), order_truth(order, progress, postings)
    by_lot = lot_truths(progress, postings)
    return Sheet(
        title=safe(order.number, 40),
        subtitle=f"{safe(order.product_name or order.product, 80)} · {line_name(now.plant, line)}",
        held=bool(held & lots),
        blocks=(
            *_plan_facts(now, order, line, formats),
            Heading(text=t("Floor, Lineside, ERP: good units")),
            truth_grid(truth, by_lot, held),
            Fact(label=t("ERP"), value=_joined(word.text, word.detail), priority=word.priority),
            *_unposted(truth, by_lot, now),
            *_less_there(erp_has_less(order, postings, now.reference.as_of)),
            *_as_of(now, formats),
            Heading(text=t("If it ran elsewhere")),
            *_elsewhere(now, Subject.ORDER, order.number, without=line),
        ),
    )


def _plan_facts(now: Situation, order: ProductionOrder, line: str, formats: Formats) -> tuple[Fact, ...]:
    nominal = line_rate(now.plant, line) if line in now.plant.lines else math.nan
    done = made(order, now.progress.get(order.number))
    return (
        Fact(label=t("Made"), value=t("{made} of {all}", made=amount(done), all=amount(order.quantity))),
        Fact(label=t("Plan by now"), value=amount(expected_by(order, now.at))),
        Fact(label=t("Planned"), value=f"{formats.minute(order.start_at)} – {formats.minute(order.due_at)}"),
        Fact(label=t("Nominal"), value=t("{rate} /min", rate=amount(nominal))),
    )


def _unposted(order: Truth, lots: Sequence[LotTruth], now: Situation) -> tuple[Fact, ...]:
    """For how long the order's oldest unit waits for the ERP; and each lot's document, and how old its oldest is."""
    facts = [Fact(label=t("Oldest unposted"), value=_age(order.oldest_at, now))] if order.oldest_at else []
    for row in lots:
        waits = t("oldest unposted {age}", age=_age(row.truth.oldest_at, now)) if row.truth.oldest_at else ""
        if said := _joined(row.document, waits):
            facts.append(Fact(label=safe(row.lot, 40), value=said))
    return tuple(facts)


def _age(at: datetime | None, now: Situation) -> str:
    return duration((now.at - at).total_seconds()) if at else DASH


def _less_there(less: Decimal) -> tuple[Fact, ...]:
    """What somebody took back in the ERP, or it booked otherwise than it said."""
    if not less:
        return ()
    return (Fact(label=t("ERP's own count"), value=t("{n} fewer than it confirmed", n=amount(less)), priority=3),)


def truth_grid(order: Truth, lots: Sequence[LotTruth], held: frozenset[str]) -> Grid:
    """The truths as a table: the order first, then its lots."""
    rows = [(t("Order"), *_truth_cells(order))]
    marked = set()
    for place, lot in enumerate(lots, start=1):
        rows.append((safe(lot.lot, 40), *_truth_cells(lot.truth)))
        if lot.lot in held:
            marked.add(place)
    titles = ("", t("floor"), t("Lineside"), t("ERP"), t("missing"))
    return Grid(titles=titles, rows=tuple(rows), held=frozenset(marked))


def _truth_cells(truth: Truth) -> tuple[str, str, str, str]:
    missing = amount(truth.missing) if truth.missing else DASH
    return amount(truth.floor), amount(truth.confirmed), amount(truth.posted), missing


def _as_of(now: Situation, formats: Formats) -> tuple[Fact, ...]:
    as_of = now.reference.as_of
    return (Fact(label=t("ERP read at"), value=formats.clock(as_of) if as_of else t("not read yet")),)


def _elsewhere(now: Situation, subject: Subject, subject_id: str, without: str) -> tuple[Block, ...]:
    """One line for every other line: what moving there breaks at worst."""
    blocks: list[Block] = []
    for line in now.plant.lines:
        if line != without:
            found = MOVES[subject](now, subject_id, line)
            blocks.append(Fact(label=line_name(now.plant, line), value=_verdict(found), priority=worst(found)))
            blocks.extend(Say(text=sentence(c), soft=True) for c in found[:1])
    return tuple(blocks)


def worst(found: Sequence[Consequence]) -> int:
    """The priority of the gravest consequence; 0 where nothing breaks."""
    grave = min((c.severity for c in found), default=Severity.NOTE)
    return 0 if grave is Severity.NOTE else int(grave)


def _verdict(found: Sequence[Consequence]) -> str:
    broken = sum(1 for c in found if c.severity < Severity.NOTE)
    if not broken:
        return t("breaks nothing")
    return t("breaks one thing") if broken == 1 else t("breaks {n} things", n=broken)


def sentence(consequence: Consequence) -> str:
    """A consequence in the language in use."""
    values = {name: safe(value, 200) for name, value in consequence.values.items()}
    return t(CONSEQUENCES[consequence.kind].template, **values)


def person_sheet(now: Situation, person: Person, formats: Formats) -> Sheet:
    """A person: skills, shift, open tasks, and what moving them would do."""
    line = line_of(now, person)
    tasks = tuple(
        Say(text=safe(case.title, 120), priority=case.priority)
        for case in now.cases
        if any(task.owner == person.id and task.state is TaskState.ACCEPTED for task in case.tasks)
    )
    return Sheet(
        title=safe(person.name, 80),
        subtitle=line_name(now.plant, line) if line else t("every line"),
        blocks=(
            Fact(label=t("Skills"), value=", ".join(sorted(skill_text(skill) for skill in person.skills)) or DASH),
            Fact(label=t("Functions"), value=", ".join(sorted(t(f.text) for f in person.functions)) or DASH),
            Fact(label=t("Shift"), value=shift_text(now, person, formats)),
            Heading(text=t("Has accepted")),
            *(tasks or (Say(text=t("No open task."), soft=True),)),
            Heading(text=t("If moved")),
            *_elsewhere(now, Subject.PERSON, person.id, without=line),
        ),
    )


def shift_text(now: Situation, person: Person, formats: Formats) -> str:
    """ "Night 22:00 – 06:00", or that the person is not on shift."""
    spans = running(now.plant.shifts, now.plant.zone, now.at)
    mine = next((s for s in spans if person.id in s.shift.people), None)
    if mine is None:
        return t("not on shift")
    return f"{safe(mine.shift.name, 40)} {formats.minute(mine.start_at)} – {formats.minute(mine.end_at)}"


def assignment_sheet(now: Situation, row: Assignment, formats: Formats) -> Sheet:
    """An assignment: who asked whom for what, and what they knew that it breaks."""
    state, detail, priority = assignment_state(now.plant, row, now.at, formats)
    breaks = tuple(Say(text=safe(text, 300)) for text in row.breaks)
    refusals = tuple(Say(text=_refusal(now.plant, text), priority=3) for text in row.refusals)
    return Sheet(
        title=subject_name(now.plant, row),
        subtitle=f"{line_name(now.plant, row.from_line)} → {line_name(now.plant, row.to_line)}",
        blocks=(
            Fact(label=t("State"), value=_joined(state, detail), priority=priority),
            Fact(
                label=t("Proposed"),
                value=f"{person_name(now.plant, row.proposed_by)} {formats.clock(row.proposed_at)}",
            ),
            Fact(label=t("Reason"), value=safe(row.reason, 300) or DASH),
            Heading(text=t("Confirmed knowing that")),
            *(breaks or (Say(text=t("It breaks nothing that Lineside knows of."), soft=True),)),
            *_under(t("Declined by"), refusals),
        ),
    )


def _under(heading: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks under their heading; nothing where there are none."""
    return (Heading(text=heading), *blocks) if blocks else ()


def _refusal(plant: Plant, text: str) -> str:
    person, _, words = text.partition(": ")
    return f"{person_name(plant, person)}: {safe(words, 300)}"


def posting_sheet(now: Situation, row: Posting, formats: Formats) -> Sheet:
    """A posting: how far it got, and what the ERP said, in its own words."""
    word, priority = STATE_WORDS[row.state]
    words: tuple[Block, ...] = (Heading(text=t("The ERP said")), Say(text=safe(row.words))) if row.words else ()
    refs = tuple(Fact(label=safe(name, 40), value=safe(value, 120)) for name, value in row.refs.items())
    lag = row.lag_s
    return Sheet(
        title=safe(row.subject, 80),
        subtitle=t(KIND_WORDS.get(row.command_kind, row.command_kind)),
        blocks=(
            Fact(label=t("State"), value=t(word), priority=priority),
            Fact(label=t("Happened"), value=formats.clock(row.occurred_at)),
            Fact(label=t("Queued"), value=formats.clock(row.queued_at)),
            Fact(label=t("Posted"), value=formats.clock(row.confirmed_at)),
            Fact(label=t("Lag"), value=formats.duration(lag) if lag is not None else DASH),
            Fact(label=t("Tries"), value=str(row.attempts)),
            *words,
            Heading(text=t("What is posted")),
            *_command_facts(row.command),
            *_under(t("ERP documents"), refs),
        ),
    )


_QUIET = frozenset({"key", "occurred_at", "run"})


def _command_facts(command: Mapping[str, object]) -> tuple[Fact, ...]:
    shown = {name: value for name, value in command.items() if name not in _QUIET and value not in ("", None, False)}
    return tuple(
        Fact(label=name.replace("_", " "), value=safe(str(value), 120))
        for name, value in shown.items()
        if isinstance(value, (str, int, float))
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
