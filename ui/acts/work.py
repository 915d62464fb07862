"""What can be done to work: confirm an order, move an order or a person, answer an assignment. No Qt.

A move is asked for in two steps: where to and why, then what it breaks, which must be confirmed on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain import commands as c
from app.domain.erp import ProductionOrder
from app.domain.events import Subject
from app.domain.feasibility import MOVES, Situation, line_of
from app.domain.lifecycles import ASSIGNMENT, AssignmentTrigger
from app.domain.people import Person
from app.domain.work import Assignment, OrderProgress
from app.readmodel import model
from ui.acts import pick
from ui.acts.row import Row
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Choice, Field, FieldKind, Form, decimal
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import amount, t

ORDERS, PEOPLE, ASSIGNMENTS = frozenset({"order"}), frozenset({"person"}), frozenset({"assignment"})


def situation(desk: Desk) -> Situation:
    """What stands now: all that a move is judged by."""
    return Situation(
        plant=desk.plant,
        reference=desk.reference,
        at=desk.now(),
        progress={row.id: row for row in model.all_progress(desk.view)},
        cases=model.open_cases(desk.view),
        holds=model.open_holds(desk.view),
        assignments=model.open_assignments(desk.view),
    )


# --- confirming -----------------------------------------------------------------------------------------------------


def progress_of(desk: Desk, ref: str) -> OrderProgress | None:
    """What was counted of the order that a ref names."""
    return model.progress(desk.view, id_of(ref)) if kind_of(ref) == "order" else None


def may_confirm(desk: Desk, ref: str) -> bool:
    """Whether units were counted and the order is not finally confirmed."""
    row = progress_of(desk, ref)
    return row is not None and not row.final and row.counted_at is not None


def confirm(desk: Desk, ref: str, shell: Shell) -> None:
    """Ask which of the counted units somebody stands for."""
    row = progress_of(desk, ref)
    if row is None:
        return
    more = (Choice(value="no", label=t("More to come")), Choice(value="yes", label=t("Order finished")))
    form = Form(
        title=t("Confirm {order}", order=row.id),
        text=t("{good} good and {scrap} scrap counted since the last confirmation.", **unconfirmed(row)),
        fields=(
            Field(id="good", label=t("Good"), kind=FieldKind.DECIMAL, value=str(row.unconfirmed_good)),
            Field(id="scrap", label=t("Scrap"), kind=FieldKind.DECIMAL, value=str(row.unconfirmed_scrap)),
            Field(id="lot", label=t("Lot"), value=row.lots[-1].lot if row.lots else ""),
            Field(id="final", label=t("Then"), kind=FieldKind.CHOICE, choices=more, value="no"),
        ),
        confirm=t("Confirm to the ERP"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, confirming(row.id, answers), t("Confirmed; it goes to the ERP."))

    shell.ask(form, done)


def unconfirmed(row: OrderProgress) -> Mapping[str, str]:
    """The counted and unconfirmed quantities as texts."""
    return {"good": amount(row.unconfirmed_good), "scrap": amount(row.unconfirmed_scrap)}


def confirming(order: str, answers: Answers) -> c.Command:
    """The command of a filled form."""
    return c.ConfirmOrder(
        order=order,
        good=decimal(answers["good"]),
        scrap=decimal(answers["scrap"]),
        lot=answers["lot"],
        final=answers["final"] == "yes",
    )


# --- moving ---------------------------------------------------------------------------------------------------------


def order_of(desk: Desk, ref: str) -> ProductionOrder | None:
    """The order that a ref names, as the ERP has it."""
    return desk.reference.orders.get(id_of(ref)) if kind_of(ref) == "order" else None


def person_of(desk: Desk, ref: str) -> Person | None:
    """The person that a ref names."""
    return desk.plant.people.get(id_of(ref)) if kind_of(ref) == "person" else None


def may_move_order(desk: Desk, ref: str) -> bool:
    """Whether the ERP knows the order and there is another line."""
    return order_of(desk, ref) is not None and len(desk.plant.lines) > 1


def may_move_person(desk: Desk, ref: str) -> bool:
    """Whether the plant knows the person."""
    return person_of(desk, ref) is not None


def move_order(desk: Desk, ref: str, shell: Shell) -> None:
    """Ask where an order should run."""
    order = order_of(desk, ref)
    if order is not None:
        title = t("Move {order} · {product}", order=order.number, product=order.product_name)
        ask_move(desk, shell, Subject.ORDER, order.number, title, order.line)


def move_person(desk: Desk, ref: str, shell: Shell) -> None:
    """Ask where a person should work."""
    person = person_of(desk, ref)
    if person is not None:
        title = t("Move {name} to another line", name=person.name)
        ask_move(desk, shell, Subject.PERSON, person.id, title, line_of(situation(desk), person))


def ask_move(desk: Desk, shell: Shell, subject: Subject, subject_id: str, title: str, from_line: str) -> None:
    """First step: where to, and why."""
    form = Form(
        title=title,
        fields=(
            Field(id="line", label=t("To"), kind=FieldKind.LINE, choices=pick.lines(desk, without=from_line)),
            pick.reason(),
        ),
        confirm=t("See what it breaks"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            confirm_move(desk, shell, subject, subject_id, title, answers)

    shell.ask(form, done)


def confirm_move(desk: Desk, shell: Shell, subject: Subject, subject_id: str, title: str, given: Answers) -> None:
    """Second step: what it breaks, and the confirmation that it is wanted all the same."""
    line = given["line"]
    breaks = tuple(found.text for found in MOVES[subject](situation(desk), subject_id, line))
    form = Form(
        title=title,
        text=t("It breaks nothing that Lineside knows of.") if not breaks else t("This is what it breaks:"),
        facts=breaks,
        confirm=t("Offer the move to {line}", line=desk.plant.lines[line].name),
        careful=True,
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.ProposeAssignment(
                subject=subject, subject_id=subject_id, to_line=line, reason=given["reason"], breaks=breaks
            )
            send(desk, shell, command, t("Offered; it holds once it is accepted."))

    shell.ask(form, done)


# --- assignments ----------------------------------------------------------------------------------------------------


def assignment_of(desk: Desk, ref: str) -> Assignment | None:
    """The assignment that a ref names."""
    return model.assignment(desk.view, id_of(ref)) if kind_of(ref) == "assignment" else None


def may(trigger: AssignmentTrigger) -> Callable[[Desk, str], bool]:
    """Whether the assignment's lifecycle has this step now."""

    def asked(desk: Desk, ref: str) -> bool:
        row = assignment_of(desk, ref)
        return row is not None and ASSIGNMENT.may(row.state, trigger)

    return asked


def may_answer(trigger: AssignmentTrigger) -> Callable[[Desk, str], bool]:
    """Whether it can be answered now, and by this person."""
    possible = may(trigger)

    def asked(desk: Desk, ref: str) -> bool:
        row, person = assignment_of(desk, ref), desk.person
        return row is not None and person is not None and person.id in row.people and possible(desk, ref)

    return asked


def simply(command: Callable[[str], c.Command], stored: str) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` that sends a command about the assignment without asking anything."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        send(desk, shell, command(id_of(ref)), t(stored))

    return run


def with_reason(
    command: Callable[[str, str], c.Command], title: str, required: bool, stored: str
) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` that asks for a sentence first."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        form = Form(title=t(title), fields=(pick.reason(required=required),), confirm=t(title))

        def done(answers: Answers | None) -> None:
            if answers is not None:
                send(desk, shell, command(id_of(ref), answers["reason"]), t(stored))

        shell.ask(form, done)

    return run


def row(
    name: str,
    text: str,
    key: str,
    command: type[c.Command],
    may: Callable[[Desk, str], bool],
    run: Callable[[Desk, str, Shell], None],
) -> Row:
    """A row over assignments."""
    return Row(
        id=f"assignment.{name}",
        text=text,
        key=key,
        kinds=ASSIGNMENTS,
        commands=(command,),
        may=may,
        run=run,
    )


AT = AssignmentTrigger
ROWS = (
    Row(
        id="order.confirm",
        text="confirm to the ERP",
        key="C",
        kinds=ORDERS,
        commands=(c.ConfirmOrder,),
        may=may_confirm,
        run=confirm,
    ),
    Row(
        id="order.reassign",
        text="move to another line",
        key="R",
        kinds=ORDERS,
        commands=(c.ProposeAssignment,),
        may=may_move_order,
        run=move_order,
    ),
    Row(
        id="person.reassign",
        text="move to another line",
        key="R",
        kinds=PEOPLE,
        commands=(c.ProposeAssignment,),
        may=may_move_person,
        run=move_person,
    ),
    row("accept", "accept", "O", c.AcceptAssignment, may_answer(AT.ACCEPT),
        simply(lambda i: c.AcceptAssignment(assignment_id=i), "Accepted.")),
    row("decline", "decline", "D", c.DeclineAssignment, may_answer(AT.DECLINE),
        with_reason(lambda i, r: c.DeclineAssignment(assignment_id=i, reason=r), "Decline the move", True,
                    "Declined.")),
    row("withdraw", "withdraw", "X", c.WithdrawAssignment, may(AT.WITHDRAW),
        with_reason(lambda i, r: c.WithdrawAssignment(assignment_id=i, reason=r), "Withdraw the move", False,
                    "Withdrawn.")),
    row("activate", "begin", "B", c.ActivateAssignment, may(AT.ACTIVATE),
        simply(lambda i: c.ActivateAssignment(assignment_id=i), "In effect on the floor.")),
    row("finish", "finish", "F", c.FinishAssignment, may(AT.FINISH),
        simply(lambda i: c.FinishAssignment(assignment_id=i), "Finished.")),
)  # fmt: skip
