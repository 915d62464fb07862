"""Requests to an ERP over HTTP: within a time, within a size, over verified TLS, and named for what must follow.

Owns what a broken or absent answer means. Knows no ERP: status, shape and words are the adapters' business.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import httpx2

from app.domain.erp_errors import ErpAuthError, ErpOutcomeUnknownError, ErpProtocolError, ErpUnavailableError
from app.domain.errors import KnownError
from app.domain.text import safe
from app.erp.sign_in import SignInGuard

MOST_BYTES = 4_000_000
LONGEST_RETRY_S = 900.0
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""Failures after which the ERP has certainly not seen the request."""
NONE: Mapping[str, str] = MappingProxyType({})
REFUSED, CHECK = "The ERP refuses our sign-in.", "Check the user and `lineside secret set`, then wait 15 seconds."
PACKED = b"\x1f\x8b"
"""How a gzip stream begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as it came, read to its end and within its limits; the names of `headers` are in small letters."""

    status: int
    json: bool
    body: bytes
    retry_after_s: float = 5.0
    headers: Mapping[str, str] = field(default_factory=dict)


class Web:
    """One ERP's address. `timeout_s` bounds a whole request with its answer, `most_bytes` an answer's size.

    `certificates`: a PEM file of the authorities that may vouch for the ERP, in place of the system's. Cookies are
    kept between requests, redirections are not followed, proxies of the environment are not used. `packed`: answers
    may come as gzip; the limit is that of what they hold. `sign_in`: the headers that show who we are, a call that may
    block; it is asked again, and seldom, after the ERP has refused them (401).
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float,
        headers: Mapping[str, str] = NONE,
        most_bytes: int = MOST_BYTES,
        certificates: str = "",
        packed: bool = False,
        sign_in: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self._sign_in = sign_in
        self._signed: Mapping[str, str] = NONE
        self._guard = SignInGuard()
        self._codings = ("identity", "gzip") if packed else ("identity",)
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._client = httpx2.AsyncClient(
            base_url=url,
            headers={"Accept": "application/json", "Accept-Encoding": self._codings[-1], **headers},
            timeout=httpx2.Timeout(timeout_s, connect=timeout_s / 2, pool=timeout_s / 2),
            limits=httpx2.Limits(max_connections=16, max_keepalive_connections=16),
            verify=trusting(certificates) if certificates else True,
            trust_env=False,
        )

    async def read(self, path: str, headers: Mapping[str, str] = NONE) -> Answered:
        """Ask without changing anything."""
        return await self.look("GET", path, b"", headers)

    async def look(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = NONE) -> Answered:
        """A request that changes nothing: whatever is lost may be asked again, so nothing is ever unknown."""
        try:
            answered = await self.ask(method, path, body, headers)
        except ErpOutcomeUnknownError as error:
            raise ErpUnavailableError(error.message) from error
        if answered.status >= 500:
            raise ErpUnavailableError(f"The ERP failed ({answered.status}).", answered.retry_after_s)
        return answered

    async def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = NONE) -> Answered:
        """One request, once.

        Raises ErpUnavailableError when it was certainly not sent, ErpOutcomeUnknownError when it was and no whole
        answer came, ErpProtocolError for an answer beyond the limits, ErpAuthError while no sign-in is tried.
        """
        if self._sign_in is None or self._guard.good:
            return self._heard(await self._ask(method, path, body, {**headers, **self._signed}))
        async with self._guard.turn():
            if not self._guard.good:
                self._signed = sendable(await asyncio.to_thread(self._sign_in))
            return self._heard(await self._ask(method, path, body, {**headers, **self._signed}))

    def _heard(self, answered: Answered) -> Answered:
        """What the ERP makes of our sign-in; any answer but one is a yes."""
        if answered.status == 401:
            self._guard.refused(ErpAuthError(REFUSED, CHECK))
        elif answered.status < 500 and answered.status not in (403, 429):
            self._guard.taken()
        return answered

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        sent = {"Content-Type": "application/json", **headers} if body else dict(headers)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream(method, path, content=body or None, headers=sent) as response,
            ):
                return await self._take(response)
        except NOT_SENT as error:
            raise ErpUnavailableError(unreached(error)) from error
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise ErpOutcomeUnknownError(f"The ERP did not answer within {self._timeout_s:g} s.") from error
        except httpx2.TransportError as error:
            raise ErpOutcomeUnknownError("The connection broke before the ERP's answer.") from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _take(self, response: httpx2.Response) -> Answered:
        """Read the answer to its end; never more than the limit, unpacked only where that was asked for."""
        coding = response.headers.get("content-encoding", "identity")
        if coding not in self._codings:
            raise ErpProtocolError("The ERP packed its answer, which was not asked for.")
        parts = bytearray()
        async for part in response.aiter_raw():
            parts += part
            self._bound(len(parts))
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answered(
            status=response.status_code,
            json=kind == "application/json" or kind.endswith("+json"),
            body=self._unpacked(bytes(parts)) if coding == "gzip" else bytes(parts),
            retry_after_s=retry_after(response.headers.get("retry-after", "")),
            headers={name.lower(): value for name, value in response.headers.items()},
        )

    def _unpacked(self, body: bytes) -> bytes:
        """What a gzip answer holds; some servers call plain text gzip. A bomb goes off within the limit."""
        if not body.startswith(PACKED):
            return body
        unpacking = zlib.decompressobj(wbits=31)
        try:
            plain = unpacking.decompress(body, self._most_bytes + 1)
        except zlib.error as error:
            raise ErpProtocolError("The ERP's answer can't be unpacked.") from error
        self._bound(len(plain))
        if not unpacking.eof:
            raise ErpProtocolError("The ERP's answer can't be unpacked: it ends too early.")
        return plain

    def _bound(self, size: int) -> None:
        if size > self._most_bytes:
            raise ErpProtocolError(f"The ERP's answer is larger than {self._most_bytes:,} bytes.")


def unreached(error: BaseException) -> str:
    """Why a request never went out: a certificate that is not trusted is said so."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The ERP's certificate is not trusted: {safe(cause.verify_message, 200)}."
        cause = cause.__cause__ or cause.__context__
    return "The ERP can't be reached."


def retry_after(text: str) -> float:
    """Seconds of a Retry-After header, 5 where there is none that can be read."""
    return min(float(text), LONGEST_RETRY_S) if text.isdecimal() else 5.0


def trusting(certificates: str) -> ssl.SSLContext:
    """TLS that takes only certificates vouched for by this file; raises KnownError when it can't be read."""
    try:
        return ssl.create_default_context(cafile=str(Path(certificates).expanduser()))
    except (OSError, ssl.SSLError) as error:
        raise KnownError(
            f"The ERP's certificates {certificates} can't be read ({type(error).__name__}).",
            'Name a PEM file in "certificates", or take the setting out.',
        ) from error


def sendable(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a sign-in; raises ErpAuthError for what no header can hold, such as a blank at a secret's end."""
    if all(value.isascii() and value.isprintable() and value == value.strip() for value in headers.values()):
        return headers
    raise ErpAuthError(
        "The ERP's secret holds a letter that can't be sent, or a blank at its end.", "Run `lineside secret set` again."
    )


def authorization(user: str, secret: str) -> str:
    """Basic with a user's name, a bearer token without one."""
    if not user:
        return f"Bearer {secret}"
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
