"""How a post to an ERP can fail, by what the outbox must do next (reference: the port's table)."""

from __future__ import annotations

from app.domain.errors import KnownError


class ErpError(KnownError):
    """Any failure of an ERP."""


class ErpUnavailableError(ErpError):
    """Certainly not executed: refused connection, 429, 503 before sending. Back off `retry_after_s` and try again."""

    def __init__(self, message: str, retry_after_s: float = 5.0) -> None:
        super().__init__(message, "It is tried again by itself.")
        self.retry_after_s = retry_after_s


class ErpOutcomeUnknownError(ErpError):
    """Sent, no answer: ask `find(key)`, then post again with the same key."""


class ErpConflictError(ErpError):
    """The order changed in the ERP meanwhile: read again, then post again."""


class ErpActionRequiredError(ErpError):
    """The ERP asks a question that a person must answer."""

    def __init__(self, message: str, token: str) -> None:
        super().__init__(message, "Answer the ERP's question, then send again.")
        self.token = token


class ErpRejectedError(ErpError):
    """A business refusal, in the ERP's words."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message, "Correct it in the ERP or here, then send again.")
        self.code = code


class ErpAuthError(ErpError):
    """Refused sign-in: every lane stops; no login is tried in a loop."""


class ErpProtocolError(ErpError):
    """An answer that makes no sense: bad JSON, unknown field, a traceback."""


class ErpUnsupportedError(ErpError):
    """The ERP can't do this at all: kept in Lineside only."""
