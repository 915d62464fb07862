"""Frappe's documents over HTTP (API v2): lists, documents, methods, and its errors for what must follow.

Knows no doctype. A document that is made under a name of our own is made once: Frappe refuses the name a second time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import msgspec

from app.domain.erp_errors import (
    ErpAuthError,
    ErpConflictError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
)
from app.domain.text import safe
from app.erp.loose import Fields, parsed, records
from app.erp.web import Answered, Web

PAGE = 500
MOST_ROWS = 500_000
CONFLICTS = ("TimestampMismatchError", "QueryDeadlockError", "QueryTimeoutError")
LOCKED = ("DocumentLockedError",)
PROTOCOL = ("AttributeError", "KeyError", "TypeError", "ImportError", "NameError", "ProgrammingError")
"""Errors of the program that answers; every other one is words to a person."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")
"""Quantities go out as numbers, digit by digit."""


class DuplicateError(ErpRejectedError):
    """The name is taken: the document was made before."""


class Frappe:
    """One site."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def all(self, doctype: str, filters: Sequence[object], fields: Sequence[str]) -> list[Fields]:
        """Every document of a list, by name."""
        found: list[Fields] = []
        while len(found) < MOST_ROWS:
            query = {
                "fields": msgspec.json.encode(list(fields)).decode(),
                "filters": msgspec.json.encode(list(filters)).decode(),
                "order_by": "name asc",
                "start": str(len(found)),
                "limit": str(PAGE),
            }
            asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
            page = list(records(await self._look(f"{path(doctype)}?{asked}"), doctype))
            found.extend(page)
            if len(page) < PAGE:
                return found
        raise ErpProtocolError(f"ERPNext has more than {MOST_ROWS:,} of {doctype}.")

    async def find(self, doctype: str, name: str) -> Fields | None:
        """One document, None where there is none of the name."""
        answered = await self._web.read(path(doctype, name))
        if answered.status == 404 and answered.json and type_of(answered) == "DoesNotExistError":
            return None
        found = Fields(data_of(answered), doctype)
        if found.text("name") != name:
            raise ErpProtocolError(f"ERPNext answered with another {doctype} than was asked for.")
        return found

    async def needed(self, doctype: str, name: str) -> Fields:
        """One document; raises ErpRejectedError where there is none."""
        found = await self.find(doctype, name) if name.strip() else None
        if found is None:
            raise ErpRejectedError(f"{doctype} {safe(name, 60) or '(none)'} is unknown in ERPNext.", "unknown")
        return found

    async def make(self, doctype: str, values: Mapping[str, object]) -> None:
        """Make a document under the name that it brings; raises DuplicateError where it is there already."""
        await self._change("POST", path(doctype), values)

    async def change(self, doctype: str, name: str, values: Mapping[str, object]) -> None:
        """Change a document that is still as `modified` says."""
        await self._change("PUT", path(doctype, name), values)

    async def press(self, doctype: str, name: str, method: str) -> None:
        """Call a method of a document."""
        await self._change("POST", f"{path(doctype, name)}/method/{method}", {})

    async def call(self, method: str, **values: object) -> Any:
        """Call a method of the site that changes something."""
        return await self._change("POST", f"/api/v2/method/{method}", values)

    async def ask(self, method: str, **values: object) -> Any:
        """Call a method of the site that changes nothing."""
        body = _ENCODER.encode(values)
        return data_of(await self._web.look("POST", f"/api/v2/method/{method}", body))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._web.aclose()

    async def _look(self, asked: str) -> Any:
        return data_of(await self._web.read(asked))

    async def _change(self, verb: str, at: str, values: Mapping[str, object]) -> Any:
        return data_of(await self._web.ask(verb, at, _ENCODER.encode(values)))


def path(doctype: str, name: str = "") -> str:
    """Where documents of a type lie, or one of them."""
    at = f"/api/v2/document/{quote(doctype, safe='')}"
    return f"{at}/{quote(name, safe='')}" if name else at


def own_name(key: str) -> str:
    """The name of the document that a posting makes."""
    return f"LS-{key}" if re.fullmatch(r"[A-Za-z0-9\-]{1,64}", key) else f"LS-{sha256(key.encode()).hexdigest()}"


def data_of(answered: Answered) -> Any:
    """What lies in the envelope; raises the error that an answer stands for."""
    if answered.status >= 300:
        raise failure(answered)
    found = Fields(parsed(answered), "answer")
    if "data" not in found.values:
        raise ErpProtocolError("ERPNext's answer has no data.")
    return found.values["data"]


def first_error(answered: Answered) -> Fields:
    """The first error of an answer, empty where it has none that can be read."""
    try:
        return next(Fields(parsed(answered), "answer").rows("errors"), Fields({}, "error"))
    except ErpProtocolError:
        return Fields({}, "error")


def type_of(answered: Answered) -> str:
    """The name of Frappe's error."""
    return first_error(answered).text("type")


def failure(answered: Answered) -> ErpError:
    """The error that an answer stands for, in ERPNext's words."""
    said = first_error(answered)
    kind, words = said.text("type"), re.sub(r"<[^>]{0,200}>", "", safe(said.text("message")))
    error: ErpError = ErpProtocolError(f"ERPNext failed ({answered.status}): {kind} {words}".strip())
    if answered.status == 401 or kind == "AuthenticationError":
        error = ErpAuthError("ERPNext refuses our sign-in.", "Check `lineside secret set`: it is key:secret.")
    elif kind in CONFLICTS:
        error = ErpConflictError(words or "It changed in ERPNext meanwhile.")
    elif answered.status in (429, 503) or kind in LOCKED:
        error = ErpUnavailableError(words or "ERPNext is busy.", answered.retry_after_s)
    elif kind in ("DuplicateEntryError", "UniqueValidationError"):
        error = DuplicateError(words, kind)
    elif kind and kind not in PROTOCOL and answered.status < 500:
        error = ErpRejectedError(words or kind, kind)
    elif answered.status >= 500:
        error = ErpOutcomeUnknownError(words or f"ERPNext failed ({answered.status}).")
    return error
