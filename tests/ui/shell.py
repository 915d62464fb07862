"""A shell that keeps what was asked of it."""

from __future__ import annotations

from collections.abc import Callable

from ui.forms import Form
from ui.shell import Answers


class FakeShell:
    """`ui.shell.Shell`; a form is answered with `answers`, or kept open while that is None."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.gone: list[str] = []
        self.acted: list[tuple[str, str]] = []
        self.said: list[tuple[str, bool]] = []
        self.asked: list[Form] = []
        self.answers = answers

    def go(self, ref: str) -> None:
        self.gone.append(ref)

    def act(self, action_id: str, ref: str = "") -> None:
        self.acted.append((action_id, ref))

    def say(self, text: str, bad: bool = False) -> None:
        self.said.append((text, bad))

    def ask(self, form: Form, done: Callable[[Answers | None], None]) -> None:
        self.asked.append(form)
        if self.answers is not None:
            done(self.answers)

    def sign_in(self) -> None:
        self.acted.append(("sign_in", ""))

    def sign_out(self) -> None:
        self.acted.append(("sign_out", ""))
