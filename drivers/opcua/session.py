"""One OPC UA session: connect, check who answers, resolve namespaces, take it up again after a cut, close.

Owns what asyncua's client does for us, step by step and each under a time-out; its own supervisor, watchdog and
publish loop never run (they keep a dead subscription "connected"). Must not know tags or values.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from asyncua import Client, ua
from asyncua.client.ua_session import UaSession
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

from app.domain.plant import Controller
from drivers.fields import text_of
from drivers.opcua.address import NodeRef
from drivers.opcua.security import Guard
from drivers.session import CutError, GoneError, IdentityError, LostError, network_words
from drivers.workstation import Workstation

SESSION_S = 60.0
"""So long a cut may last: the session and its subscription then still live. Small controllers allow few sessions."""
CLOSE_S = 0.25
RENEW_AT = 0.75
"""Share of a secure channel's lifetime after which it is renewed (OPC 10000-4 5.5.2.1)."""
LARGEST_MESSAGE = 16 * 1024 * 1024
APPLICATION_URI = "urn:lineside:client"


def standard(identifier: int) -> ua.NodeId:
    """A node of OPC UA's own namespace."""
    return ua.NodeId(ua.Int32(identifier), ua.Int16(0))


RUN = (ua.ObjectIds.Server_NamespaceArray, ua.ObjectIds.Server_ServerArray, ua.ObjectIds.Server_ServerStatus_StartTime)
NODE_TYPES = {
    "s": ua.NodeIdType.String,
    "i": ua.NodeIdType.Numeric,
    "g": ua.NodeIdType.Guid,
    "b": ua.NodeIdType.ByteString,
}

CUTS = frozenset({
    ua.StatusCodes.BadSecureChannelClosed, ua.StatusCodes.BadSecureChannelIdInvalid,
    ua.StatusCodes.BadConnectionClosed, ua.StatusCodes.BadCommunicationError, ua.StatusCodes.BadTimeout,
    ua.StatusCodes.BadTcpInternalError, ua.StatusCodes.BadTcpSecureChannelUnknown,
})  # fmt: skip
"""Status codes that end a connection and say nothing about the session."""

Response = TypeVar("Response")


def quiet_library() -> None:
    """Keep asyncua's client from logging the network's faults as errors: the driver says them in its own words."""
    for name in ("asyncua.client", "asyncua.common.connection", "asyncua.crypto"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextlib.contextmanager
def faults_as_loss(doing: str) -> Iterator[None]:
    """Turn what asyncua raises for the network and the server into LostError."""
    try:
        yield
    except OSError as error:
        raise CutError(network_words(error), f"It happened while {doing}.") from error
    except ua.UaStatusCodeError as error:
        kind = CutError if error.code in CUTS else GoneError
        raise kind(f"The server answers {_name(error.code)} while {doing}.") from error
    except (struct.error, ValueError, LookupError) as error:
        raise LostError(f"The server sends what cannot be read while {doing}.") from error
    except ua.UaError as error:
        raise LostError(f"The connection failed while {doing}: {error}.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What tells one run of a server from every other."""

    namespaces: tuple[str, ...]
    servers: tuple[str, ...]
    started_at: datetime | None


class Session:
    """A session with one server, from `open` to `close`; never used again after that. `resume` after a cut."""

    def __init__(self, controller: Controller, workstation: Workstation | None = None) -> None:
        self._controller = controller
        self._guard = Guard(controller, workstation)
        self._channel = False
        """Whether the secure channel was opened: through half a channel nothing can be sent."""
        self._timeout_s = controller.timeout_ms / 1000
        self._client = Client(text_of(controller.settings, "url"), timeout=self._timeout_s)
        self._client.application_uri = APPLICATION_URI
        self._client.name = self._client.description = "Lineside"
        self._client.session_timeout = int(SESSION_S * 1000)
        self._client.max_messagesize = LARGEST_MESSAGE
        self._namespaces: dict[str, int] = {}
        self._run: Run | None = None
        self.application_uri = ""

    @property
    def secured(self) -> bool:
        """Whether the channel is signed at least."""
        return self._guard.secured

    @property
    def services(self) -> UaSession:
        """The session's services, each bounded by the controller's time-out."""
        return self._client.uaclient.session

    async def open(self) -> None:
        """Connect and activate. Raises LostError, or IdentityError before any user is named to the server."""
        with faults_as_loss("connecting"), self._guard.refusals():
            async with asyncio.timeout(2 * self._timeout_s):
                await self._connect()
                created = await self._client.create_session()
                self._guard.check_session(created)
                self._check_identity(created.ServerEndpoints or [])
                await self._activate()
                self._run = await self._read_run()
                self._namespaces = {uri: index for index, uri in enumerate(self._run.namespaces)}

    async def resume(self) -> None:
        """Activate the same session over a new channel.

        Raises CutError (no connection yet), GoneError (the server restarted or does not know the session), or
        IdentityError before any user is named to the server.
        """
        self._drop()
        with faults_as_loss("reconnecting"), self._guard.refusals():
            async with asyncio.timeout(2 * self._timeout_s):
                await self._connect()
                self._check_identity(await self._client.get_endpoints() or [])
                self.services.rebind_authentication_token()
                await self._activate()
                if await self._read_run() != self._run:
                    raise GoneError("The server was restarted.")

    async def _connect(self) -> None:
        """Open the connection and the secure channel."""
        self._channel = False
        await self._guard.prepare(self._client)
        await self._client.connect_socket()
        await self._client.send_hello()
        await self._guard.open_channel(self._client)
        self._channel = True

    async def _activate(self) -> None:
        """Say who uses the session; the server's identity was checked before."""
        await self._guard.activate(self._client)

    @property
    def held_s(self) -> float:
        """How long the server keeps the session without a word from us."""
        return float(self._client.session_timeout) / 1000

    def _check_identity(self, endpoints: list[ua.EndpointDescription]) -> None:
        found = sorted({endpoint.Server.ApplicationUri or "" for endpoint in endpoints})
        self.application_uri = ", ".join(found)
        wanted = self._controller.identity
        if wanted and wanted not in found:
            raise IdentityError(
                f'The server says it is "{self.application_uri}", not "{wanted}".', "Check its address."
            )

    async def _read_run(self) -> Run:
        nodes = [standard(identifier) for identifier in RUN]
        found = await self.services.read_attributes(nodes, ua.AttributeIds.Value)
        uris, servers, started = (value.Value.Value if value.Value is not None else None for value in found)
        if not isinstance(uris, list):
            raise LostError("The server does not tell its namespaces.")
        return Run(
            namespaces=tuple(str(uri) for uri in uris),
            servers=tuple(str(uri) for uri in servers) if isinstance(servers, list) else (),
            started_at=started if isinstance(started, datetime) else None,
        )

    def namespace(self, uri: str) -> int | None:
        """The index that a namespace has on this server now; None if the server does not have it."""
        return self._namespaces.get(uri)

    def uri(self, index: int) -> str:
        """The URI behind an index; empty if there is none."""
        return next((uri for uri, known in self._namespaces.items() if known == index), "")

    def node_id(self, node: NodeRef) -> ua.NodeId | None:
        """The NodeId on this server; None if the server does not have its namespace."""
        index = self.namespace(node.uri)
        if index is None:
            return None
        identifier: Any = node.identifier
        return ua.NodeId(identifier, ua.Int16(index), NODE_TYPES[node.kind])

    async def send(self, request: Any, response: type[Response]) -> Response:
        """Send a service request that asyncua would tie to a loop of its own. Raises what the server answers."""
        answer: Any = struct_from_binary(response, Buffer(await self.exchange(request)))
        answer.ResponseHeader.ServiceResult.check()
        return answer  # type: ignore[no-any-return]

    async def exchange(self, request: Any, *, patient: bool = False) -> bytes:
        """Send a service request and return the answer's bytes, which asyncua has not decoded (DECISIONS.md 7).

        A `patient` request waits for ever. Raises OSError, or what a ServiceFault says.
        """
        protocol = self._client.uaclient.protocol
        if protocol is None:
            raise ConnectionError("the connection is closed")
        return bytes(await protocol.send_request(request, 0 if patient else None))

    async def renew_for_ever(self) -> None:
        """Renew the secure channel in time. Raises LostError."""
        while True:
            await asyncio.sleep(self._client.secure_channel_timeout / 1000 * RENEW_AT)
            await asyncio.to_thread(self._guard.check_again)
            with faults_as_loss("renewing the secure channel"):
                await self._client.open_secure_channel(renew=True)
                self._client.uaclient.revolve_security_token()

    async def close(self) -> None:
        """Give the session back if the server still listens, and drop the connection. At most CLOSE_S."""
        if self._channel:
            with contextlib.suppress(OSError, TimeoutError, ua.UaError):
                async with asyncio.timeout(CLOSE_S):
                    await self._client.uaclient.close_session(True)
                    await self._client.uaclient.close_secure_channel()
        self._drop()

    def _drop(self) -> None:
        """Let go of the connection at once: what a dead one still holds back is of no use, nor is what it tells."""
        protocol = self._client.uaclient.protocol
        if protocol is not None:
            protocol.on_connection_lost = None
            if protocol.transport is not None:
                protocol.transport.abort()
        self._client.disconnect_socket()


def _name(code: int) -> str:
    return ua.StatusCode(ua.UInt32(code)).name
