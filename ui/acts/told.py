"""How an action sends a command and what the person is told of its answer. No Qt."""

from __future__ import annotations

from app.domain.commands import Command
from ui.desk import Answer, Desk
from ui.shell import Shell
from ui.text import t

ABOUT = (
    ("case_id", "case"),
    ("hold_id", "hold"),
    ("assignment_id", "assignment"),
    ("proposal_id", "proposal"),
    ("handover_id", "handover"),
    ("order", "order"),
    ("control_id", "control"),
)
"""The field of a command that names what it is about, and the kind of that thing."""


def send(desk: Desk, shell: Shell, command: Command, stored: str = "") -> None:
    """Send the command; its answer goes into the message strip, `stored` where the answer has no words of its own.

    Who was not first is shown what now stands.
    """

    def tell(answer: Answer) -> None:
        if answer.ok:
            shell.say(answer.message or stored or t("Stored."))
            return
        ref = about(command)
        if answer.outrun and ref:
            shell.go(ref)
        shell.say(refusal_words(answer), bad=True)

    desk.send(command, tell)


def refusal_words(answer: Answer) -> str:
    """Why it was refused and what to do."""
    return f"{answer.message} {answer.todo}".strip() or t("Refused.")


def about(command: Command) -> str:
    """The ref of what a command is about; "" where it names nothing that a view shows."""
    named = ((kind, getattr(command, field, "")) for field, kind in ABOUT)
    return next((f"{kind}/{key}" for kind, key in named if key), "")
