"""How an action sends a command and what the person is told of its answer. No Qt."""

from __future__ import annotations

from app.domain.commands import Command
from ui.desk import Answer, Desk
from ui.shell import Shell
from ui.text import t


def send(desk: Desk, shell: Shell, command: Command, stored: str = "") -> None:
    """Send the command; its answer goes into the message strip, `stored` where the answer has no words of its own."""

    def tell(answer: Answer) -> None:
        if answer.ok:
            shell.say(answer.message or stored or t("Stored."))
        else:
            shell.say(f"{answer.message} {answer.todo}".strip() or t("Refused."), bad=True)

    desk.send(command, tell)
