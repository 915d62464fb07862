"""An electronic signature: exactly what is signed, what it means, the password again. No Qt.

What stands in the form is what is hashed and stored. A failure asks again and keeps what was answered. Where the plant
wants a second person, that person signs after the first one, with a form of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.domain.events import Event, Signature
from app.domain.people import Person
from app.domain.permissions import EVENT_ROLES
from app.domain.signing import LARGEST_OFFSET_S, Sign
from app.domain.text import safe
from ui.acts.told import refusal_words
from ui.desk import Answer, Desk
from ui.forms import Choice, Field, FieldKind, Form
from ui.shell import Answers, Shell
from ui.text import Formats, t

Signed = Callable[[Signature, Signature | None], None]
"""Who gets the signature, and that of a second person where the plant wants one."""

SECONDED = ("I checked it too and agree", "I saw it decided and agree")
"""What a second person's signature may mean."""


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

    @property
    def kind(self) -> str:
        """The kind of step, as the plant's log calls it."""
        return self.event.__name__


def sign(desk: Desk, shell: Shell, paper: Paper, signed: Signed) -> None:
    """Show the paper and ask for a signature; `signed` gets it. Cancelling ends it, a failure asks again."""
    person = desk.person
    if person is None:
        shell.say(t("Sign in first (Ctrl+L): a signature is a person's."), bad=True)
        return
    two = paper.kind in desk.status.shared.plant.second_person
    others = second_people(desk, paper, person) if two else ()
    if two and not others:
        shell.say(t("A second person must sign this, and nobody else's role allows it. Tell plant IT."), bad=True)
        return
    when = Formats(desk.plant.zone).stamp(desk.now())
    author = t("Signed by {name}, {when}", name=safe(person.name, 80), when=when)
    form = Form(
        title=paper.title,
        text=" ".join(filter(None, (paper.text, t("A second person signs after you.") if two else ""))),
        document=tuple(safe(line) for line in (paper.title, *paper.lines, author)),
        fields=fields(desk, paper),
        confirm=t("Sign: a second person is next") if two else paper.confirm,
        danger=True,
        fault=clock_fault(desk),
    )

    def first(signature: Signature) -> None:
        if two:
            countersign(desk, shell, paper, form, others, lambda second: signed(signature, second))
        else:
            signed(signature, None)

    _ask(desk, shell, paper, form, person.id, first)


def countersign(
    desk: Desk, shell: Shell, paper: Paper, before: Form, others: Sequence[Person], signed: Callable[[Signature], None]
) -> None:
    """Ask one of `others` to sign what the first person signed, and that they did."""
    who = Field(
        id="person",
        label=t("Second person"),
        kind=FieldKind.PERSON,
        choices=tuple(Choice(value=other.id, label=safe(other.name, 80)) for other in others),
    )
    meaning = tuple(Choice(value=text, label=text) for text in map(t, SECONDED))
    form = replace(
        before,
        text=t("Read it yourself. Your name stands beside the first one."),
        document=(*before.document, t("A second person signs beside it")),
        fields=(who, *_asked(desk, meaning, t("Password of the second person"))),
        confirm=paper.confirm,
    )
    _ask(desk, shell, paper, form, "", signed)


def second_people(desk: Desk, paper: Paper, first: Person) -> tuple[Person, ...]:
    """Whose role allows the step, but for who signs first; by name."""
    allowed = EVENT_ROLES[paper.event]
    found = (person for person in desk.plant.people.values() if person.id != first.id and person.roles & allowed)
    return tuple(sorted(found, key=lambda person: person.name))


def fields(desk: Desk, paper: Paper) -> tuple[Field, ...]:
    """What it means, and the password where one is asked for."""
    return _asked(desk, tuple(Choice(value=meaning, label=meaning) for meaning in paper.meanings))


def _asked(desk: Desk, choices: tuple[Choice, ...], label: str = "") -> tuple[Field, ...]:
    meaning = Field(
        id="meaning",
        label=t("What your signature means"),
        kind=FieldKind.CHOICE,
        choices=choices,
        value=choices[0].value,
    )
    return (meaning, password(desk, label or t("Your password again"))) if asks_password(desk) else (meaning,)


def password(desk: Desk, label: str) -> Field:
    """The person's password; a demo that shares a store takes an empty one."""
    hint = t("this is a demo: may stay empty") if desk.plant.demo else ""
    return Field(id="password", label=label, kind=FieldKind.SECRET, required=not desk.plant.demo, hint=hint)


def asks_password(desk: Desk) -> bool:
    """Whether there is a password to give: a demo plant on its own has none."""
    return desk.status.shared.joined or not desk.plant.demo


def clock_fault(desk: Desk) -> str:
    """Said at once where this station's clock is so wrong that no signature would be taken."""
    shared = desk.status.shared
    if not shared.joined or abs(shared.offset_s) <= LARGEST_OFFSET_S:
        return ""
    return t("This station's clock is off by {s} s: nothing can be signed.", s=f"{shared.offset_s:+.0f}")


def _ask(desk: Desk, shell: Shell, paper: Paper, form: Form, person: str, signed: Callable[[Signature], None]) -> None:
    """`person` signs, or the one whom the form asks for where that is empty."""

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
            person=person or answers["person"],
            password=answers.get("password", ""),
            kind=paper.kind,
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
