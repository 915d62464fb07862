"""A secured OPC UA server (asyncua) inside the test, which keeps every password that reaches it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from asyncua import Server, ua
from asyncua.server.binary_server_asyncio import BinaryServer
from asyncua.server.user_managers import User, UserManager, UserRole

from app.domain.plant import Address, Controller, Signal, Tag
from drivers.trust import TrustStore
from drivers.workstation import Workstation
from tests.contract.rigs.certificates import SERVER_URI, Made
from tests.contract.rigs.rig import free_port

USER, PASSWORD = "lineside", "Kw7!never-in-a-log"
NAMESPACE = "urn:rig:one"
T = TypeVar("T")
ALL = (
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    ua.SecurityPolicyType.Aes128Sha256RsaOaep_Sign,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
    ua.SecurityPolicyType.Aes256Sha256RsaPss_Sign,
)


class Doorman(UserManager):
    """Lets the right user in and keeps every password that it was told."""

    def __init__(self) -> None:
        self.told: list[str | None] = []
        self.sessions = 0

    def get_user(
        self, iserver: object, username: str | None = None, password: str | None = None, certificate: object = None
    ) -> User | None:
        """The user, or None."""
        assert iserver is not None
        assert certificate is None or certificate
        self.sessions += 1
        if username is not None:
            self.told.append(password)
        right = username is None or (username, password) == (USER, PASSWORD)
        return User(role=UserRole.User, name=username) if right else None


@dataclass(kw_only=True)
class Secured:
    """Where the server is, and what it has seen."""

    port: int = field(default_factory=free_port)
    doorman: Doorman = field(default_factory=Doorman)

    def controller(self, identity: str = SERVER_URI, **settings: str) -> Controller:
        """The controller as the plant file describes it, with a user."""
        return Controller(
            id="C-S",
            name="Filler PLC",
            protocol="opcua",
            identity=identity,
            settings={"url": f"opc.tcp://127.0.0.1:{self.port}/rig", "user": USER} | settings,
            timeout_ms=4000,
        )


def counter_tag() -> Tag:
    """The server's one tag."""
    address: Address = {"node": f"nsu={NAMESPACE};s=Counter"}
    return Tag(index=0, id="t", name="t", machine="m", controller="C-S", signal=Signal.PROCESS, address=address)


class Host:
    """An asyncua server on a thread of its own; `serving` gives it a certificate and lets it listen.

    One for many tests: its address space takes long to build, its endpoints do not.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: Server = self._do(self._build())

    def _do(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(60)

    async def _build(self) -> Server:
        server = Server(user_manager=Doorman())
        await server.init()
        index = await server.register_namespace(NAMESPACE)
        await server.nodes.objects.add_variable(
            ua.NodeId(ua.String("Counter"), ua.Int16(index)),
            ua.QualifiedName("Counter", index),
            ua.Variant(5.0, ua.VariantType.Double),
        )
        await server.iserver.start()
        return server

    @asynccontextmanager
    async def serving(
        self,
        made: Made,
        place: Secured,
        *,
        uri: str = SERVER_URI,
        policies: tuple[ua.SecurityPolicyType, ...] = ALL,
        told_url: str = "",
    ) -> AsyncIterator[None]:
        """Listen with a certificate. `told_url` is where the endpoints claim to be, if not where they are."""
        await asyncio.to_thread(self._do, self._listen(made, place, uri, policies, told_url))
        try:
            yield
        finally:
            await asyncio.to_thread(self._do, self._deafen())

    async def _listen(
        self, made: Made, place: Secured, uri: str, policies: tuple[ua.SecurityPolicyType, ...], told_url: str
    ) -> None:
        server = self._server
        server.iserver.endpoints.clear()
        server._policies.clear()
        server.iserver.user_manager = place.doorman
        server.set_endpoint(told_url or f"opc.tcp://127.0.0.1:{place.port}/rig")
        server.set_security_policy(list(policies))
        await server.set_application_uri(uri)
        await server.load_certificate(made.der, "der")
        await server.load_private_key(made.key_pem, None, "pem")
        await server._setup_server_nodes()
        server.bserver = BinaryServer(server.iserver, "127.0.0.1", place.port, server.limits)
        server.bserver.set_policies(list(server._policies))
        await server.bserver.start()

    async def _deafen(self) -> None:
        if self._server.bserver is not None:
            await self._server.bserver.stop()
            self._server.bserver = None

    def stop(self) -> None:
        """End the thread."""
        self._do(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def workstation(folder: Path, *trusted: Made, password: str | None = PASSWORD) -> Workstation:
    """A workstation that trusts these certificates."""
    folder.mkdir(exist_ok=True)
    station = Workstation(name="press-room", folder=folder, secret=lambda _name: password)
    for made in trusted:
        trust(station, made)
    return station


def trust(station: Workstation, made: Made) -> None:
    """Let the workstation trust a certificate from now on."""
    file = station.folder / "to-trust.der"
    file.write_bytes(made.der)
    TrustStore(station.pki).add(str(file))
