"""What can be done about suspect product: hold, review, dispose, release, record a check. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from app.domain import commands as c
from app.domain.events import Disposition, HeldUnits, HoldDispositioned, HoldReleased, Signature
from app.domain.hold import Hold
from app.domain.lifecycles import HOLD, HoldTrigger
from app.domain.plant import Signal
from app.readmodel import model
from ui.acts import interlocks
from ui.acts.cases import case_of
from ui.acts.row import Row
from ui.acts.signing import Paper, sign
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Choice, Field, FieldKind, Form, decimal
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import amount, t

HOLDS = frozenset({"hold"})
SUSPECT = frozenset({"case", "task", "machine", "lot", "order"})
FINAL = frozenset({Disposition.SCRAP})
"""Dispositions that destroy: that is said where it is signed."""

DECIDED = ("I decide this and answer for it", "Decided with quality management, recorded by me")
RELEASED = ("I checked it and release it", "Released with quality management, recorded by me")
"""What a signature may mean."""


def hold_of(desk: Desk, ref: str) -> Hold | None:
    """The hold that a ref names."""
    return model.hold(desk.view, id_of(ref)) if kind_of(ref) == "hold" else None


def may(trigger: HoldTrigger) -> Callable[[Desk, str], bool]:
    """Whether the hold's lifecycle has this step now."""

    def asked(desk: Desk, ref: str) -> bool:
        hold = hold_of(desk, ref)
        return hold is not None and HOLD.may(hold.state, trigger)

    return asked


def doing(work: Callable[[Desk, Shell, Hold], None]) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` of a function over the hold."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        hold = hold_of(desk, ref)
        if hold is not None:
            work(desk, shell, hold)

    return run


def what(hold: Hold) -> str:
    """ "1,152 units of 4471-B, 4471-C"."""
    return t("{quantity} units of {lots}", quantity=amount(hold.quantity), lots=", ".join(hold.lots))


def place(desk: Desk, ref: str, shell: Shell) -> None:
    """The holds view draws the suspect window before anything is held."""
    case = case_of(desk, ref) if kind_of(ref) == "task" else None
    shell.go(f"holds:case/{case.id}" if case else f"holds:{ref}")


def review(desk: Desk, shell: Shell, hold: Hold) -> None:
    form = Form(
        title=t("Review {what}", what=what(hold)),
        fields=(Field(id="note", label=t("Note"), required=False),),
        confirm=t("Start the review"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, c.ReviewHold(hold_id=hold.id, note=answers["note"]), t("Under review."))

    shell.ask(form, done)


DISPOSITIONS = tuple(Choice(value=d.value, label=d.value.replace("_", " ").capitalize()) for d in Disposition)


def dispose(desk: Desk, shell: Shell, hold: Hold) -> None:
    form = Form(
        title=t("Disposition of {what}", what=what(hold)),
        fields=(
            Field(id="disposition", label=t("What becomes of it"), kind=FieldKind.CHOICE, choices=DISPOSITIONS),
            Field(id="note", label=t("Why"), hint=t("one sentence")),
        ),
        confirm=t("See what you sign"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            sign_disposition(desk, shell, hold, Disposition(answers["disposition"]), answers["note"])

    shell.ask(form, done)


def sign_disposition(desk: Desk, shell: Shell, hold: Hold, chosen: Disposition, note: str) -> None:
    """Ask for the signature, then send it."""
    said = chosen.value.replace("_", " ")
    paper = Paper(
        event=HoldDispositioned,
        stream=f"hold/{hold.id}",
        title=t("{disposition}: {what}", disposition=said.capitalize(), what=what(hold)),
        lines=(*held_lines(hold), t("Decided: {disposition}", disposition=said), t("Why: {note}", note=note)),
        meanings=tuple(t(meaning) for meaning in DECIDED),
        confirm=t("Sign: {disposition}", disposition=said),
        text=t("Scrapped units are written off in the ERP.") if chosen in FINAL else "",
    )

    def signed(signature: Signature, second: Signature | None) -> None:
        command = c.DisposeHold(hold_id=hold.id, disposition=chosen, note=note, signature=signature, second=second)
        send(desk, shell, command, t("Disposition stored."))

    sign(desk, shell, paper, signed)


def release(desk: Desk, shell: Shell, hold: Hold) -> None:
    undone = interlocks.release_offers(desk, hold)
    form = Form(
        title=t("Release {what}?", what=what(hold)),
        text=t("Only this hold ends; any other on the same lot stays."),
        facts=(*release_facts(desk, hold), *interlocks.facts_of(undone)),
        fields=(
            Field(id="note", label=t("Why it may go"), hint=t("one sentence, signed by you")),
            *interlocks.fields_of(undone),
        ),
        confirm=t("See what you sign"),
        careful=True,
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            sign_release(desk, shell, hold, answers["note"], interlocks.confirmed(undone, answers))

    shell.ask(form, done)


def sign_release(desk: Desk, shell: Shell, hold: Hold, note: str, written: tuple[c.Interlock, ...]) -> None:
    """Ask for the signature, then send it."""
    names = (desk.plant.commands[row.command_id].name for row in written)
    paper = Paper(
        event=HoldReleased,
        stream=f"hold/{hold.id}",
        title=t("Release of {what}", what=what(hold)),
        lines=(
            *held_lines(hold),
            *release_facts(desk, hold)[1:],
            *(t("Goes to the controller: {command}", command=name) for name in names),
            t("Why it may go: {note}", note=note),
        ),
        meanings=tuple(t(meaning) for meaning in RELEASED),
        confirm=t("Release {quantity} units", quantity=amount(hold.quantity)),
    )

    def signed(signature: Signature, second: Signature | None) -> None:
        command = c.ReleaseHold(
            hold_id=hold.id,
            seen_version=hold.version,
            note=note,
            interlocks=written,
            signature=signature,
            second=second,
        )
        send(desk, shell, command, t("Released."))

    sign(desk, shell, paper, signed)


def held_lines(hold: Hold) -> tuple[str, ...]:
    """Which hold it is, in which version, which units, and what for: as it is signed."""
    return (
        t("Hold {id}, version {version}", id=hold.id, version=hold.version),
        *(t("Lot {lot}: {units}", lot=units.lot, units=units_line(units)) for units in hold.units),
        t("Held for: {reason}", reason=hold.reason),
    )


def units_line(units: HeldUnits) -> str:
    """ "812 units, 21,206 – 22,017"."""
    count = t("{count} units", count=amount(units.quantity)) if units.quantity else t("the whole lot")
    span = units.first is not None and units.last is not None
    return f"{count}, {amount(units.first or 0)} – {amount(units.last or 0)}" if span else count


def release_facts(desk: Desk, hold: Hold) -> tuple[str, ...]:
    """The disposition, the reason it was held for, and the other holds that stay on its lots."""
    facts = [t("Held for: {reason}", reason=hold.reason)]
    if hold.disposition is not None:
        facts.append(t("Disposition: {text}", text=hold.disposition.value.replace("_", " ")))
    others = [h for h in model.open_holds(desk.view) if h.id != hold.id and set(h.lots) & set(hold.lots)]
    facts += [t("Stays held: {what} ({reason})", what=what(other), reason=other.reason) for other in others]
    return tuple(facts)


def check(desk: Desk, ref: str, shell: Shell) -> None:
    """Record a sample check at a machine."""
    machine = machine_of(desk, ref)
    passed = (Choice(value="yes", label=t("Good")), Choice(value="no", label=t("Not good")))
    form = Form(
        title=t("Quality check at {machine}", machine=desk.plant.label(machine)),
        fields=(
            Field(id="characteristic", label=t("What was checked"), value=t("fill volume")),
            Field(id="value", label=t("Value"), kind=FieldKind.DECIMAL),
            Field(id="unit", label=t("Unit"), value="ml"),
            Field(id="passed", label=t("Result"), kind=FieldKind.CHOICE, choices=passed),
            Field(id="lot", label=t("Lot"), value=lot_at(desk, machine)),
        ),
        confirm=t("Record"),
    )

    def done(answers: Answers | None) -> None:
        if answers is None:
            return
        command = c.RecordQualityCheck(
            machine=machine,
            lot=answers["lot"],
            characteristic=answers["characteristic"],
            value=decimal(answers["value"]) if answers["value"] else Decimal(0),
            unit=answers["unit"],
            passed=answers["passed"] == "yes",
        )
        send(desk, shell, command, t("Check recorded."))

    shell.ask(form, done)


def machine_of(desk: Desk, ref: str) -> str:
    """The machine of a ref: itself, or its case's; "" where there is none."""
    if kind_of(ref) == "machine":
        return id_of(ref)
    case = case_of(desk, ref)
    return (case.machine or "") if case is not None else ""


def lot_at(desk: Desk, machine: str) -> str:
    """The lot that runs through a machine now; "" while that is not known."""
    tag = desk.plant.tag(machine, Signal.LOT)
    value = desk.values.reading(tag.index).value if tag is not None else ""
    return value if isinstance(value, str) else ""


def has_machine(desk: Desk, ref: str) -> bool:
    """Whether the ref leads to a machine of the plant."""
    return machine_of(desk, ref) in desk.plant.machines


def always(desk: Desk, ref: str) -> bool:
    """No lifecycle bounds it."""
    return True


def row(
    name: str,
    text: str,
    key: str,
    command: type[c.Command],
    trigger: HoldTrigger,
    work: Callable[[Desk, Shell, Hold], None],
    danger: bool = False,
) -> Row:
    """A row over holds."""
    return Row(
        id=f"hold.{name}",
        text=text,
        key=key,
        kinds=HOLDS,
        commands=(command,),
        may=may(trigger),
        run=doing(work),
        danger=danger,
    )


ROWS = (
    Row(id="case.hold", text="hold", key="H", kinds=SUSPECT, commands=(c.PlaceHold,), may=always, run=place),
    row("review", "review", "V", c.ReviewHold, HoldTrigger.REVIEW, review),
    row("dispose", "dispose", "D", c.DisposeHold, HoldTrigger.DISPOSE, dispose),
    row("release", "release", "Shift+R", c.ReleaseHold, HoldTrigger.RELEASE, release, danger=True),
    Row(
        id="check.record",
        text="quality check",
        key="Q",
        kinds=frozenset({"case", "task", "machine"}),
        commands=(c.RecordQualityCheck,),
        may=has_machine,
        run=check,
    ),
)
