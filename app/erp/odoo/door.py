"""Odoo's two ways in behind one call: JSON-RPC up to 18, JSON-2 from 19. Names each failure for what must follow.

Knows no model. "No error" means only that Odoo has answered: what came of it is read by whoever asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

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
from app.erp.loose import Fields, parsed
from app.erp.sign_in import SignInGuard
from app.erp.web import Answered, Web

CHECK_SIGN_IN = "Check the user and `lineside secret set`."
BUSINESS = ("UserError", "ValidationError", "AccessError", "MissingError", "RedirectWarning", "Warning", "except_orm")
"""Odoo's exceptions that are words to a person; nothing was booked."""
AGAIN = ("SerializationFailure", "LockNotAvailable", "DeadlockDetected", "LockError", "ConcurrencyError")
"""What Postgres or Odoo says of a transaction that was undone because of another one."""


class Door(Protocol):
    """One call on one model; `looks`: it changes nothing."""

    async def call(
        self, model: str, method: str, ids: Sequence[int] = (), *, looks: bool = False, **named: object
    ) -> Any: ...
    async def version(self) -> str: ...
    async def aclose(self) -> None: ...


class JsonRpc:
    """`/jsonrpc` with database, user and password in each call; the sign-in is asked once, never in a loop."""

    def __init__(self, web: Web, database: str, user: str, secret: Callable[[], str]) -> None:
        self._web, self._database, self._user, self._secret = web, database, user, secret
        self._uid = 0
        self._word = ""
        self._guard = SignInGuard()

    async def call(
        self, model: str, method: str, ids: Sequence[int] = (), *, looks: bool = False, **named: object
    ) -> Any:
        """The method's result; a method of records has their ids first."""
        await self._sign_in()
        args = [list(ids)] if ids else []
        given = [self._database, self._uid, self._word, model, method, args, named]
        try:
            return await self._rpc("object", "execute_kw", given, looks)
        except ErpAuthError as error:  # the password was changed in Odoo: the next sign-in takes the one stored by then
            self._uid = 0
            self._guard.refused(error)
            raise

    async def version(self) -> str:
        """Odoo's own word for its version."""
        return Fields(await self._rpc("common", "version", [], looks=True), "version").name("server_version")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._web.aclose()

    async def _sign_in(self) -> None:
        if self._guard.good:
            return
        async with self._guard.turn():
            if self._uid:
                return
            word = await asyncio.to_thread(self._secret)
            found = await self._rpc("common", "authenticate", [self._database, self._user, word, {}], looks=True)
            if isinstance(found, bool) or not isinstance(found, int) or not found:
                error = ErpAuthError("Odoo refuses our sign-in.", CHECK_SIGN_IN)
                self._guard.refused(error)
                raise error
            self._uid, self._word = found, word
            self._guard.taken()

    async def _rpc(self, service: str, method: str, args: list[Any], looks: bool) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = msgspec.json.encode({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1})
        answered = await (self._web.look if looks else self._web.ask)("POST", "/jsonrpc", body)
        judge_status(answered)
        answer = Fields(parsed(answered), "answer")
        if "error" in answer.values:
            raise failure(Fields(Fields(answer.values["error"], "error").values.get("data") or {}, "error"), looks)
        if "result" not in answer.values:
            raise ErpProtocolError("Odoo's answer has neither a result nor an error.")
        return answer.values["result"]


class Json2:
    """`/json/2/<model>/<method>` with an API key; real HTTP codes, one transaction for each call."""

    def __init__(self, web: Web) -> None:
        self._web = web

    async def call(
        self, model: str, method: str, ids: Sequence[int] = (), *, looks: bool = False, **named: object
    ) -> Any:
        """The method's result; a method of records has their ids by name."""
        body = msgspec.json.encode({"ids": list(ids), **named} if ids else named)
        ask = self._web.look if looks else self._web.ask
        return await self._taken(await ask("POST", f"/json/2/{model}/{method}", body), looks)

    async def version(self) -> str:
        """Odoo's own word for its version."""
        answered = await self._web.read("/web/version")
        return Fields(await self._taken(answered, looks=True), "version").name("version")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._web.aclose()

    async def _taken(self, answered: Answered, looks: bool) -> Any:
        if answered.status < 300:
            return parsed(answered)
        if answered.status == 401:
            raise ErpAuthError("Odoo refuses our API key.", CHECK_SIGN_IN)
        if answered.status in (429, 503):
            judge_status(answered)
        if not answered.json:
            judge_status(answered)
            raise ErpProtocolError(f"Odoo answered with a page ({answered.status}).")
        raise failure(Fields(parsed(answered), "error"), looks)


def judge_status(answered: Answered) -> None:
    """Raise the error that a status stands for; a status of success says nothing yet."""
    if answered.status in (401, 403):
        raise ErpAuthError("Odoo refuses our sign-in.", CHECK_SIGN_IN)
    if answered.status in (429, 503):
        raise ErpUnavailableError("Odoo is busy.", answered.retry_after_s)
    if answered.status >= 500:
        raise ErpOutcomeUnknownError(f"Odoo failed ({answered.status}).")
    if answered.status >= 300:
        raise ErpProtocolError(f"Odoo has no such address ({answered.status}).")


def failure(data: Fields, looks: bool) -> ErpError:
    """The error for Odoo's word on what went wrong. A failed call is undone as a whole."""
    name, words = data.text("name").rpartition(".")[2], safe(data.text("message")) or "Odoo gave no words."
    if name in ("AccessDenied", "SessionExpiredException"):
        return ErpAuthError("Odoo refuses our sign-in.", CHECK_SIGN_IN)
    if name in AGAIN:
        return ErpUnavailableError(words) if looks else ErpConflictError(words)
    if name in BUSINESS:
        return ErpRejectedError(words, name)
    return ErpProtocolError(f"Odoo failed: {name or 'no name'}: {words}")
