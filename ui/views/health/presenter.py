"""The health page's presenter: the checks of the running program, and saving what is known of it. No Qt."""

from __future__ import annotations

from typing import Protocol

from app.domain.checks.live import live_facts
from app.domain.checks.table import judged
from app.readmodel.model import open_postings
from ui.desk import Answer, Desk
from ui.forms import Choice, Field, FieldKind, Form
from ui.shell import Answers, Shell
from ui.stamp import stamp
from ui.text import t
from ui.views.health.rows import Page, page_of

EVERY_S = 1.0
"""The page says ages; it is made anew at most so often."""
WITH, WITHOUT = "with", "without"


class HealthPage(Protocol):
    """What the presenter needs of the view."""

    def show_page(self, page: Page) -> None: ...


class HealthPresenter:
    """Made over a desk; the page follows it."""

    def __init__(self, view: HealthPage, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._made_s = float("-inf")
        self._status: object = None

    @property
    def selected(self) -> str:
        """Nothing here can be acted on by a key."""
        return ""

    def refresh(self) -> None:
        """When something changed, else once a second."""
        desk = self._desk
        now = desk.now()
        if desk.status is self._status and abs(now.timestamp() - self._made_s) < EVERY_S:
            return
        self._status, self._made_s = desk.status, now.timestamp()
        seq = max(0, stamp(desk.view))
        facts = live_facts(desk.plant, desk.status, open_postings(desk.view), seq, now)
        self._view.show_page(page_of(judged(facts)))

    def show(self, ref: str) -> None:
        """There is one page."""

    def save(self) -> None:
        """Ask where diagnostics go, and save them there."""
        form = Form(
            title=t("Save diagnostics"),
            text=t("One file for who looks after Lineside. Passwords, keys and tokens are left out of it."),
            fields=(
                Field(id="file", label=t("File"), value=self._desk.diagnostics_file()),
                Field(
                    id="names",
                    label=t("People's names"),
                    kind=FieldKind.CHOICE,
                    choices=(Choice(value=WITHOUT, label=t("Leave out")), Choice(value=WITH, label=t("Keep"))),
                    value=WITHOUT,
                ),
            ),
            confirm=t("Save"),
        )
        self._shell.ask(form, self._saving)

    def _saving(self, answers: Answers | None) -> None:
        if answers is not None:
            self._shell.say(t("The diagnostics are being put together."))
            self._desk.save_diagnostics(answers["file"].strip(), answers["names"] == WITH, self._saved)

    def _saved(self, answer: Answer) -> None:
        self._shell.say(f"{answer.message} {answer.todo}".strip(), bad=not answer.ok)
