"""How B2MML messages go to an ERP and come from it: what the adapter needs of a folder or of an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.erp.b2mml.reading import Message, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one of our messages stands: whether it went out, with which content, and what the ERP said to it.

    `digest` is empty where the way does not remember it.
    """

    sent: bool = False
    digest: str = ""
    verdict: Verdict | None = None


class Exchange(Protocol):
    """A way of B2MML messages. Raises only the errors of app.domain.erp_errors."""

    async def reach(self) -> None:
        """Raise what keeps messages from going and coming; changes nothing."""

    async def standing(self, bodid: str) -> Standing:
        """How a message of ours stands; changes nothing."""

    async def send(self, bodid: str, name: str, body: bytes, digest: str) -> Verdict | None:
        """Send a message that has not been sent; the ERP's word, where it comes at once."""

    async def messages(self, noun: str) -> Sequence[Message]:
        """What the ERP has sent about a noun, in any order."""

    async def aclose(self) -> None: ...
