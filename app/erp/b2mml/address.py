"""B2MML by HTTP: each message is posted to one address, and asked after there by its identifier.

`POST address` takes a message; a ConfirmBOD or Acknowledge in the answer is the ERP's word, 202 or 204 is none yet.
`GET address?bodid=…` answers with that word, 202 while there is none, 404 where the message never came.
`GET address?noun=OperationsSchedule` answers with a Show message. B2MML itself says nothing of transport.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from app.domain.erp_errors import (
    ErpAuthError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpUnavailableError,
)
from app.erp.b2mml.exchange import Standing
from app.erp.b2mml.reading import Message, Verdict, opened
from app.erp.b2mml.standing import verdict_on
from app.erp.web import Answered, Web

XML = {"Accept": "application/xml", "Content-Type": "application/xml; charset=utf-8"}


class Address:
    """One address of an ERP or of the middleware before it."""

    def __init__(self, web: Web, path: str) -> None:
        self._web, self._path = web, path

    async def reach(self) -> None:
        """Ask after a message that never was."""
        await self.standing("probe")

    async def standing(self, bodid: str) -> Standing:
        """What the ERP knows of one of our messages."""
        answered = await self._read(f"?bodid={quote(bodid, safe='')}")
        if answered.status == 404:
            return Standing()
        if answered.status in (202, 204):
            return Standing(sent=True)
        return Standing(sent=True, verdict=said(checked(answered), bodid))

    async def send(self, bodid: str, name: str, body: bytes, digest: str) -> Verdict | None:
        """Post a message."""
        answered = await self._web.ask("POST", self._path, body, XML)
        if answered.status >= 500 and answered.status != 503:
            raise ErpOutcomeUnknownError(f"The ERP failed ({answered.status}).")
        if answered.status in (202, 204):
            return None
        return said(checked(answered), bodid)

    async def messages(self, noun: str) -> Sequence[Message]:
        """What the ERP shows of a noun; none where it says that it has none to show."""
        answered = await self._read(f"?noun={noun}")
        return [] if answered.status in (204, 404) else [opened(checked(answered).body)]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._web.aclose()

    async def _read(self, query: str) -> Answered:
        return await self._web.read(self._path + query, XML)


def checked(answered: Answered) -> Answered:
    """An answer that may hold a message; raises the error that its status stands for."""
    if answered.status in (401, 403):
        raise ErpAuthError("The ERP refuses our sign-in.", "Check the user and `lineside secret set`.")
    if answered.status in (429, 503):
        raise ErpUnavailableError("The ERP is busy.", answered.retry_after_s)
    if answered.status not in (200, 201, 400, 409, 422):
        raise ErpProtocolError(f"The ERP answered with something else than a message ({answered.status}).")
    return answered


def said(answered: Answered, bodid: str) -> Verdict:
    """The ERP's word on our message; an answer about another one, or about none, is not believed."""
    verdict = verdict_on([opened(answered.body)], bodid)
    if verdict is None or (verdict.accepted and answered.status >= 400):
        raise ErpProtocolError(f"The ERP's answer is not about our message ({answered.status}).")
    return verdict
