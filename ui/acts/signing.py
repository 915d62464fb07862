"""An electronic signature: exactly what is signed, what it means, the password again. No Qt.

What stands in the form is what is hashed and stored. A failure asks again and keeps what was answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.domain.events import Event, Signature
from app.domain.signing import LARGEST_OFFSET_S, Sign
from app.domain.text import safe
from ui.acts.told import refusal_words
from ui.desk import Answer, Desk
from ui.forms import Choice, Field, FieldKind, Form
from ui.shell import Answers, Shell
from ui.text import Formats, t

Signed = Callable[[Signature], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What somebody signs: the event on an aggregate's `stream`, in words; `meanings` are what it may mean."""

    event: type[Event]
    stream: str
    title: str
    lines: tuple[str, ...]
    meanings: tuple[str, ...]
    confirm: str
    text: str = ""


def sign(desk: Desk, shell: Shell, paper: Paper, signed: Signed) -> None:
    """Show the paper and ask for a signature; `signed` gets it. Cancelling ends it, a failure asks again."""
    person = desk.person
    if person is None:
        shell.say(t("Sign in first (Ctrl+L): a signature is a person's."), bad=True)
        return
    when = Formats(desk.plant.zone).stamp(desk.now())
    author = t("Signed by {name}, {when}", name=safe(person.name, 80), when=when)
    document = tuple(safe(line) for line in (paper.title, *paper.lines, author))
    form = Form(
        title=paper.title,
        text=paper.text,
        document=document,
        fields=fields(desk, paper),
        confirm=paper.confirm,
        danger=True,
        fault=clock_fault(desk),
    )
    _ask(desk, shell, paper, form, person.id, signed)


def fields(desk: Desk, paper: Paper) -> tuple[Field, ...]:
    """What it means, and the password where one is asked for."""
    choices = tuple(Choice(value=meaning, label=meaning) for meaning in paper.meanings)
    meaning = Field(
        id="meaning",
        label=t("What your signature means"),
        kind=FieldKind.CHOICE,
        choices=choices,
        value=choices[0].value,
    )
    return (meaning, password(desk)) if asks_password(desk) else (meaning,)


def password(desk: Desk) -> Field:
    """The person's password; a demo that shares a store takes an empty one."""
    hint = t("this is a demo: may stay empty") if desk.plant.demo else ""
    return Field(
        id="password", label=t("Your password again"), kind=FieldKind.SECRET, required=not desk.plant.demo, hint=hint
    )


def asks_password(desk: Desk) -> bool:
    """Whether there is a password to give: a demo plant on its own has none."""
    return desk.status.shared.joined or not desk.plant.demo


def clock_fault(desk: Desk) -> str:
    """Said at once where this station's clock is so wrong that no signature would be taken."""
    shared = desk.status.shared
    if not shared.joined or abs(shared.offset_s) <= LARGEST_OFFSET_S:
        return ""
    return t("This station's clock is off by {s} s: nothing can be signed.", s=f"{shared.offset_s:+.0f}")


def _ask(desk: Desk, shell: Shell, paper: Paper, form: Form, person: str, signed: Signed) -> None:
    def done(answers: Answers | None) -> None:
        if answers is None:
            return

        def told(answer: Answer) -> None:
            if answer.ok and answer.signature is not None:
                signed(answer.signature)
            else:
                _ask(desk, shell, paper, again(form, answers, refusal_words(answer)), person, signed)

        shell.say(t("Signing…"))
        asked = Sign(
            person=person,
            password=answers.get("password", ""),
            kind=paper.event.__name__,
            stream=paper.stream,
            meaning=answers["meaning"],
            shown="\n".join(form.document),
        )
        desk.ask(asked, told)

    shell.ask(form, done)


def again(form: Form, answers: Answers, fault: str) -> Form:
    """The form with what was answered, but for secrets, and what was wrong; it begins at the secret."""
    kept = tuple(
        field if field.kind is FieldKind.SECRET else replace(field, value=answers.get(field.id, field.value))
        for field in form.fields
    )
    begin = next((field.id for field in kept if field.kind is FieldKind.SECRET), "")
    return replace(form, fields=kept, fault=fault, begin=begin)
