"""A shell for tests of presenters and actions: keeps what was asked of it, and answers forms as told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ui.forms import Form, faults
from ui.shell import Answers


class FakeShell:
    """`gone`, `said`, `forms` in order. `answers` are given to the next forms in turn; None, and none left, cancel."""

    def __init__(self, *answers: Mapping[str, str] | None) -> None:
        self.answers = list(answers)
        self.gone: list[str] = []
        self.acted: list[tuple[str, str]] = []
        self.said: list[tuple[str, bool]] = []
        self.forms: list[Form] = []
        self.signs: list[str] = []

    def go(self, ref: str) -> None:
        self.gone.append(ref)

    def act(self, action_id: str, ref: str = "") -> None:
        self.acted.append((action_id, ref))

    def say(self, text: str, bad: bool = False) -> None:
        self.said.append((text, bad))

    def ask(self, form: Form, done: Callable[[Answers | None], None]) -> None:
        self.forms.append(form)
        given = self.answers.pop(0) if self.answers else None
        if given is not None:
            started = {field.id: field.value for field in form.fields}
            given = {**started, **given}
            assert not faults(form, given), faults(form, given)
        done(given)

    def sign_in(self) -> None:
        self.signs.append("in")

    def sign_out(self) -> None:
        self.signs.append("out")
