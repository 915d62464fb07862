"""Interlocks in a hold's forms: a choice that shows what would be written where, and asking once more. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain import commands as c
from app.domain.hold import Hold
from app.readmodel import model
from ui.acts.controls import confirm_command, state_of
from ui.acts.row import Row
from ui.desk import Desk
from ui.forms import Choice, Field, FieldKind, Form
from ui.interlocks import Offer, of_hold, offers, on_release
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import t

WRITE, LEAVE = "write", "leave"


def release_offers(desk: Desk, hold: Hold) -> tuple[Offer, ...]:
    """What a release of the hold may send back, each as it stands now."""
    return offers(desk, on_release(desk, hold))


def facts_of(found: Sequence[Offer]) -> tuple[str, ...]:
    """What a person must know of them before confirming."""
    return tuple(
        line for offer in found for line in (offer.title, *(offer.facts if not offer.why_not else (offer.why_not,)))
    )


def fields_of(found: Sequence[Offer]) -> tuple[Field, ...]:
    """One question for each that may be written now."""
    choices = (Choice(value=WRITE, label=t("Write it")), Choice(value=LEAVE, label=t("Leave it")))
    return tuple(
        Field(id=offer.command.id, label=offer.title, kind=FieldKind.CHOICE, choices=choices, value=WRITE)
        for offer in found
        if not offer.why_not
    )


def confirmed(found: Sequence[Offer], answers: Answers) -> tuple[c.Interlock, ...]:
    """Those that the person chose to write."""
    return tuple(offer.asked for offer in found if not offer.why_not and answers.get(offer.command.id) == WRITE)


def ask(desk: Desk, ref: str, shell: Shell) -> None:
    """Ask for the interlock of a hold that has none yet; once it is released, for what undoes it."""
    hold = model.hold(desk.view, id_of(ref))
    found = of_hold(desk, hold) if hold is not None else ()
    if len(found) == 1:
        confirm_command(desk, shell, found[0], state_of(desk, found[0].machine), id_of(ref))
    elif found:
        _choose(desk, ref, shell)


def _choose(desk: Desk, ref: str, shell: Shell) -> None:
    hold = model.hold(desk.view, id_of(ref))
    found = {offer.command.id: offer for offer in offers(desk, of_hold(desk, hold) if hold is not None else ())}
    choices = tuple(Choice(value=key, label=offer.title, detail=offer.why_not) for key, offer in found.items())
    field = Field(id="command", label=t("Interlock"), kind=FieldKind.CHOICE, choices=choices, value=choices[0].value)

    def chosen(answers: Answers | None) -> None:
        if answers is not None:
            command = found[answers["command"]].command
            confirm_command(desk, shell, command, state_of(desk, command.machine), id_of(ref))

    shell.ask(Form(title=t("Which interlock?"), fields=(field,), confirm=t("Go on")), chosen)


def may_ask(desk: Desk, ref: str) -> bool:
    """Whether there is an interlock to ask for."""
    hold = model.hold(desk.view, id_of(ref)) if kind_of(ref) == "hold" else None
    return hold is not None and bool(of_hold(desk, hold))


ROWS = (
    Row(
        id="hold.interlock",
        text="interlock",
        key="X",
        kinds=frozenset({"hold"}),
        commands=(c.RequestControl,),
        may=may_ask,
        run=ask,
        danger=True,
    ),
)
