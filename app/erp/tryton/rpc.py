"""Calls to one Tryton database over JSON-RPC, behind one sign-in.

Owns the session and what Tryton's errors mean for the outbox. Knows no orders, lots or postings, and nothing of
trytond's code: only what goes over the wire.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
)
from app.domain.text import safe
from app.erp.sign_in import SignInGuard
from app.erp.tryton.values import decode, encode
from app.erp.web import Answered, Web

ROLLED_BACK = ("DatabaseOperationalError", "database is locked", "could not serialize", "deadlock detected")
"""Words of a database that undid what it was told, because others were at it."""

Ask = Callable[[str, str, bytes, Mapping[str, str]], Awaitable[Answered]]
"""Web.ask or Web.look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that Tryton took: the header that shows it, and the user's context (company, employee, language)."""

    user: int
    header: str
    context: Mapping[str, Any]


class Rpc:
    """`database` on the server behind `web`. `secret` may block; it raises ErpAuthError where there is none."""

    def __init__(self, web: Web, database: str, user: str, secret: Callable[[], str]) -> None:
        self._web = web
        self._path = f"/{quote(database, safe='')}/rpc/"
        self._database = database
        self._user = user
        self._secret = secret
        self._session: Session | None = None
        self._guard = SignInGuard()

    async def hello(self) -> tuple[str, datetime | None]:
        """The series of the server, such as 8.2, and its clock (to the second); needs no sign-in."""
        answered = await self._web.look("POST", "/rpc/", request("common.server.version", []))
        try:
            clock = parsedate_to_datetime(answered.headers.get("date", ""))
        except ValueError:
            clock = None
        return str(result(answered, self._database)), clock if clock and clock.tzinfo else None

    async def read(self, method: str, *params: object, context: Mapping[str, object] | None = None) -> Any:
        """A call that changes nothing, such as "production.search_read"; whatever is lost may be asked again."""
        return await self._call(self._web.look, method, params, context or {})

    async def write(self, method: str, *params: object, context: Mapping[str, object] | None = None) -> Any:
        """A call that changes something: one transaction. Never repeated here once Tryton may have seen it."""
        return await self._call(self._web.ask, method, params, context or {})

    async def context(self) -> Mapping[str, Any]:
        """The signed-in user's own context."""
        return (await self._signed_in()).context

    async def user(self) -> int:
        """The id of the signed-in user: what it has made is ours."""
        return (await self._signed_in()).user

    async def aclose(self) -> None:
        """Close the connections; the session ends by itself."""
        await self._web.aclose()

    async def _call(self, ask: Ask, method: str, params: tuple[object, ...], context: Mapping[str, object]) -> Any:
        """One call; a session that ran out is renewed once, because Tryton did nothing for it."""
        session = await self._signed_in()
        answered = await self._ask(ask, session, method, params, context)
        if answered.status == 401:
            self._session = None if self._session is session else self._session
            answered = await self._ask(ask, await self._signed_in(), method, params, context)
        return result(answered, self._database)

    async def _ask(
        self, ask: Ask, session: Session, method: str, params: tuple[object, ...], context: Mapping[str, object]
    ) -> Answered:
        body = request(f"model.{method}", [*params, {**session.context, **context}])
        return await ask("POST", self._path, body, {"Authorization": session.header})

    async def _signed_in(self) -> Session:
        if self._session is not None:
            return self._session
        async with self._guard.turn():
            if self._session is None:
                self._session = await self._sign_in()
            return self._session

    async def _sign_in(self) -> Session:
        """One attempt. Raises ErpAuthError when it is refused."""
        try:
            session = await self._try_sign_in()
        except ErpAuthError as error:
            self._guard.refused(error)
            raise
        self._guard.taken()
        return session

    async def _try_sign_in(self) -> Session:
        secret = await asyncio.to_thread(self._secret)
        login = request("common.db.login", [self._user, {"password": secret}, "en"])
        answered = await self._web.look("POST", self._path, login)
        if answered.status == 429:
            raise ErpAuthError("Tryton takes no sign-ins for a while: too many failed.", "Wait, then try again.")
        if answered.status in (401, 403):
            raise ErpAuthError(
                f"Tryton refuses the sign-in of {safe(self._user, 60)}.",
                "Check the user in the plant file and the password: lineside secret set.",
            )
        match result(answered, self._database):
            case [int(number), str(token), *_]:
                header = "Session " + base64.b64encode(f"{self._user}:{number}:{token}".encode()).decode()
            case _:
                raise ErpAuthError("Tryton asks for more than a password.", "Give Lineside a user with a password.")
        asked = request("model.res.user.get_preferences", [True, {}])
        context = result(await self._web.look("POST", self._path, asked, {"Authorization": header}), self._database)
        if not isinstance(context, dict):
            raise ErpProtocolError("Tryton's preferences of the user make no sense.")
        return Session(user=number, header=header, context=context)


def request(method: str, params: list[object]) -> bytes:
    """The body of a call."""
    return encode({"id": 1, "method": method, "params": params})


def result(answered: Answered, database: str) -> Any:
    """What a call answered; raises the error that its status or its words stand for."""
    if answered.status == 401:
        raise ErpAuthError("Tryton refuses our session.", "Check the user's rights in Tryton.")
    if answered.status in (429, 503):
        raise ErpUnavailableError("Tryton is busy.", answered.retry_after_s)
    if answered.status >= 500:
        raise ErpOutcomeUnknownError(f"Tryton failed ({answered.status}).")
    if answered.status == 403:
        raise ErpAuthError("Tryton does not let our user do this.", "Check the user's groups in Tryton.")
    if answered.status == 404:
        raise ErpProtocolError(f"Tryton has no database {safe(database, 60)!r}.", 'Check "database" in the plant file.')
    if not answered.json or answered.status != 200:
        raise ErpProtocolError(f"Tryton answered with something else than JSON-RPC ({answered.status}).")
    said = decode(answered.body)
    if not isinstance(said, dict) or ("error" not in said and "result" not in said):
        raise ErpProtocolError("Tryton's answer is no answer to a call.")
    if said.get("error"):
        raise failure(said["error"])
    return said.get("result")


def failure(error: object) -> ErpError:
    """The error that Tryton's own stands for, in its words."""
    match error:
        case ["UserError", [message, description, *_]]:
            return ErpRejectedError(sentence(message, description), "user_error")
        case ["UserWarning", [name, message, description, *_]]:
            return ErpActionRequiredError(sentence(message, description), str(name))
        case ["ConcurrencyException", message, *_]:
            return ErpConflictError(sentence(message))
        case [text, *_] if any(word in str(error) for word in ROLLED_BACK):
            return ErpUnavailableError(f"Tryton's database was busy: {safe(str(text), 200)}", 1.0)
        case [text, *_]:
            return ErpProtocolError(f"Tryton failed: {safe(str(text), 300)}")
    return ErpProtocolError(f"Tryton failed: {safe(str(error), 300)}")


def sentence(*parts: object) -> str:
    """Words of the ERP as safe text of one line."""
    return safe(" ".join(" ".join(str(part).split()) for part in parts if part), 500)
