"""What can be done about a step that the plant's log did not take: look, do it anew, let it be with a note. No Qt."""

from __future__ import annotations

from collections.abc import Callable

from app.domain import commands as c
from app.domain.text import safe
from ui.acts.pick import named
from ui.acts.row import Row
from ui.acts.told import send
from ui.decisions import AGAIN, Undecided, place_ref, step_words, target, undecided
from ui.desk import Desk
from ui.forms import Field, Form
from ui.shell import Answers, Shell
from ui.text import Formats, t

REFUSALS = frozenset({"refusal"})


def exists(desk: Desk, ref: str) -> bool:
    """Whether it still waits for somebody's decision."""
    return undecided(desk, ref) is not None


def doing(work: Callable[[Desk, Shell, Undecided], None]) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` of a function over the act; one that was decided on meanwhile does nothing."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        act = undecided(desk, ref)
        if act is not None:
            work(desk, shell, act)

    return run


def look(desk: Desk, shell: Shell, act: Undecided) -> None:
    """Open what it was about, as that stands now."""
    if desk.view.get(act.step.stream) is None:
        shell.say(t("There is nothing to show: {step} was not taken.", step=step_words(act.step)), bad=True)
    else:
        shell.go(act.step.stream)


def again(desk: Desk, shell: Shell, act: Undecided) -> None:
    """Open what it was about with the form to do it anew; where there is none, only what it was about."""
    place, action = place_ref(act.step), AGAIN.get(act.step.kind)
    if place:
        shell.go(place)
    elif action is None:
        look(desk, shell, act)
    else:
        if desk.view.get(act.step.stream) is not None:
            shell.go(act.step.stream)
        shell.act(action, target(act.step))


def settle(desk: Desk, shell: Shell, act: Undecided) -> None:
    """Let it be, or say that it was done otherwise."""
    step = act.step
    who = named(desk, step.person)
    form = Form(
        title=t("Let it be: {step}", step=step_words(step)),
        text=t("{who}, {at} at {station}", who=who, at=Formats(desk.plant.zone).clock(step.at), station=step.station),
        facts=(safe(step.reason),),
        fields=(Field(id="note", label=t("What becomes of it"), hint=t("one sentence")),),
        confirm=t("Let it be"),
    )

    def done(answers: Answers | None) -> None:
        for row in act.all if answers is not None else ():
            send(desk, shell, c.SettleRefusal(opid=row.id, note=(answers or {})["note"]), t("Decided."))

    shell.ask(form, done)


ROWS = (
    Row(id="refusal.open", text="open", key="Return", kinds=REFUSALS, commands=(), may=exists, run=doing(look)),
    Row(id="refusal.again", text="do it anew", key="Y", kinds=REFUSALS, commands=(), may=exists, run=doing(again)),
    Row(
        id="refusal.settle",
        text="let it be",
        key="L",
        kinds=REFUSALS,
        commands=(c.SettleRefusal,),
        may=exists,
        run=doing(settle),
    ),
)
