"""What presenters and actions may ask of the window. No Qt.

A ref names a thing: "case/<id>", "task/<case id>/<task id>", "hold/<id>", "order/<number>", "person/<id>",
"assignment/<id>", "handover/<id>", "item/<handover id>/<item id>", "posting/<key>", "machine/<id>", "line/<id>",
"lot/<number>", "controller/<id>", "alarm/<controller>/<key>", "control/<id>", "refusal/<opid>",
"proposal/<id>"; "" is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from app.domain.people import Person
from ui.desk import Answer
from ui.forms import Form

Answers = Mapping[str, str]
"""A form's answers by field id."""


class Shell(Protocol):
    """The window as seen from inside. Every verb returns at once."""

    def go(self, ref: str) -> None:
        """Show a thing in the view that is made for it.

        "holds:case/<id>" names the view first: its presenter's `show` gets what follows ("holds:case/<id>" is a new
        hold from that case, "trends:machine/<id>" its trend). "cases" alone opens a view as it stands.
        """

    def act(self, action_id: str, ref: str = "") -> None:
        """Run an action of ui/actions.py; without a ref on what is selected. Says why when it does not apply."""

    def say(self, text: str, bad: bool = False) -> None:
        """Put one line into the message strip; a bad one stays until it is replaced or dismissed."""

    def ask(self, form: Form, done: Callable[[Answers | None], None]) -> None:
        """Show a form inside the window; `done` gets the answers, or None when it was cancelled."""

    def sign_in(self) -> None:
        """Lock the station and show who can sit down here."""

    def sign_out(self) -> None:
        """Leave the station: nobody acts here until somebody signs in."""


class Presenter(Protocol):
    """What the window needs of every view's presenter."""

    @property
    def selected(self) -> str:
        """The ref that keys act on now; "" when nothing is selected."""

    def refresh(self) -> None:
        """State or time moved on: called on every change and four times a second while the view is visible."""

    def show(self, ref: str) -> None:
        """Select or open a thing; unknown refs change nothing."""


class Seat(Protocol):
    """Who works here; seen through the desk's `person`."""

    def sit(self, person: Person, done: Callable[[Answer], None] | None = None) -> None:
        """This person works here once it is stored; `done` is told what came of it."""

    def leave(self) -> None:
        """Nobody works here."""


def kind_of(ref: str) -> str:
    """ "case" of "case/<id>"; "" of ""."""
    return ref.partition("/")[0]


def id_of(ref: str) -> str:
    """What follows the kind: "<id>" of "case/<id>", "<case id>/<task id>" of a task."""
    return ref.partition("/")[2]
