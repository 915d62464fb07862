"""The errors of the world outside: one line on screen and what to do next. Anything else is our bug."""

from __future__ import annotations


class KnownError(Exception):
    """A fault of the plant, the network, the disk or the operator, said in words a person can act on."""

    def __init__(self, message: str, todo: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.message} {self.todo}".strip()


class IllegalStepError(KnownError):
    """A lifecycle has no such step from its present state; nothing was changed."""


class RefusedError(KnownError):
    """The person may not do this, or the command contradicts what now stands; nothing was changed."""


class OutrunError(RefusedError):
    """The plant's log did not take the step: somebody was first, and what now stands must be looked at."""


class StoreError(KnownError):
    """The disk or the journal refuses. Nothing was written, nothing acknowledged."""


class NotFoundError(KnownError):
    """The thing that a command names does not exist here."""


class SharedDownError(KnownError):
    """The shared store can't be reached, or gave no answer in time: whether it took something is not known."""


class SharedRefusedError(KnownError):
    """The shared store answered, and said no: password, rights, schema, or a journal that is not this station's."""
