"""How a connection is secured: the server's certificate judged before a session or a password is sent.

Owns the order of that: ask for the endpoints, choose the one that the plant file demands, judge its certificate, set
asyncua's policy, compare what the session says through the channel. Never weaker than the plant file says, and never
to another address than it says. Must not know tags, nor how a session is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from asyncua import Client, ua
from asyncua.crypto import security_policies
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from app.domain.errors import KnownError
from app.domain.plant import Controller
from app.domain.text import safe
from drivers.certificate import CertificateError, Wanted, fingerprint, flaw, split
from drivers.fields import text_of
from drivers.opcua.address import DEFAULT_MODE, DEFAULT_SECURITY, UNSECURED
from drivers.opcua.own import Own, own
from drivers.session import GoneError, IdentityError, LostError
from drivers.trust import TrustStore
from drivers.workstation import Workstation

POLICIES: Mapping[str, type[security_policies.SecurityPolicy]] = {
    "basic256sha256": security_policies.SecurityPolicyBasic256Sha256,
    "aes128_sha256_rsaoaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "aes256_sha256_rsapss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}
MODES: Mapping[str, ua.MessageSecurityMode] = {
    "sign": ua.MessageSecurityMode.Sign,
    "sign_and_encrypt": ua.MessageSecurityMode.SignAndEncrypt,
}
PROTECTING = frozenset(policy.URI for policy in POLICIES.values())
SCHEME = "opc.tcp://"
NONE_URI = security_policies.SecurityPolicyNone.URI
SHORTEST_NONCE = 32
"""Bytes that a server's proof must rest on (OPC 10000-4 5.6.2)."""
LARGEST_ANSWER = 1024 * 1024
"""Bytes of the list of endpoints, which a stranger may send."""
WAIT_S = 30.0
"""Before a refused user is tried again: servers lock accounts after a few wrong passwords."""

CHANNEL_CODES = frozenset(
    {
        ua.StatusCodes.BadSecurityChecksFailed,
        ua.StatusCodes.BadCertificateUntrusted,
        ua.StatusCodes.BadCertificateInvalid,
        ua.StatusCodes.BadCertificateTimeInvalid,
        ua.StatusCodes.BadCertificateUriInvalid,
        ua.StatusCodes.BadCertificateUseNotAllowed,
        ua.StatusCodes.BadCertificateRevoked,
        ua.StatusCodes.BadCertificateIssuerTimeInvalid,
        ua.StatusCodes.BadCertificateChainIncomplete,
        ua.StatusCodes.BadApplicationSignatureInvalid,
        ua.StatusCodes.BadSecurityPolicyRejected,
        ua.StatusCodes.BadSecurityModeRejected,
    }
)
"""With these a server says that it does not accept this workstation."""
USER_CODES = frozenset(
    {
        ua.StatusCodes.BadUserAccessDenied,
        ua.StatusCodes.BadIdentityTokenRejected,
        ua.StatusCodes.BadIdentityTokenInvalid,
        ua.StatusCodes.BadUserSignatureInvalid,
    }
)
"""With these it says that it does not accept the user."""


class Guard:
    """The security of one connection, from before its socket to its end; made anew for each session."""

    def __init__(self, controller: Controller, workstation: Workstation | None) -> None:
        self._controller = controller
        self._workstation = workstation
        settings = controller.settings
        self._url = text_of(settings, "url")
        self._name = text_of(settings, "security", DEFAULT_SECURITY)
        self._mode = MODES[text_of(settings, "mode", DEFAULT_MODE)]
        self._user = text_of(settings, "user")
        self._chain: tuple[x509.Certificate, ...] = ()
        self._uri = ""
        self._own: Own | None = None
        self._password: str | None = None

    @property
    def secured(self) -> bool:
        """Whether the channel is signed at least, as the plant file says."""
        return self._name != UNSECURED

    async def prepare(self, client: Client) -> None:
        """Judge who answers and set the client's policy. Before every socket; does nothing where security is none.

        Raises IdentityError with what to do, GoneError when the certificate is another than before on this session,
        OSError or UaError when the server can't be asked.
        """
        if not self.secured:
            return
        station = self._station()
        self._own = await asyncio.to_thread(own, station.pki, station.name)
        if self._user:
            self._password = await asyncio.to_thread(self._stored_password, station)
        endpoint = self._choose(await endpoints_of(self._url, self._controller.timeout_ms / 1000))
        chain = self._read(endpoint.ServerCertificate)
        if self._chain and chain[0] != self._chain[0]:
            raise GoneError(f"{self._controller.name} has another certificate now.")
        self._uri, self._chain = endpoint.Server.ApplicationUri or "", chain
        await asyncio.to_thread(self.check_again)
        policy: Any = POLICIES[self._name](self._chain[0], self._own.certificate, self._own.key, self._mode)
        client.application_uri = self._own.application_uri
        client.security_policy = policy
        client.uaclient.set_security(policy)

    async def open_channel(self, client: Client) -> None:
        """Open the secure channel. asyncua 2.1 asserts where the server answers with a fault, and loses its words."""
        try:
            await client.open_secure_channel()
        except AssertionError as error:
            if self.secured:
                raise self._workstation_refused("it refuses the channel") from error
            raise ConnectionResetError("the server refuses the channel") from error

    def check_again(self) -> None:
        """Judge the server's certificate as of now: it may have expired, or be trusted no longer. Blocking.

        Raises IdentityError; what was refused is kept for `lineside trust`.
        """
        if not self.secured:
            return
        leaf, at = self._chain[0], datetime.now(UTC)
        store = TrustStore(self._station().pki)
        why = flaw(leaf, Wanted(application_uri=self._uri, at=at))
        if not why:
            verdict = store.judge(self._chain, at)
            why = "was revoked by its issuer: renew it on the server." if verdict.revoked else ""
            if not why and not verdict.trusted:
                mark = fingerprint(leaf)
                why = (
                    f"is not trusted: check that its fingerprint is {mark[:16]}… on the server, then run "
                    f"lineside trust add {mark}"
                )
            elif not why and verdict.by_authority and not self._controller.identity:
                why = f'is trusted by its issuer alone: add identity = "{safe(self._uri)}" to the controller.'
        if why:
            store.reject(leaf)
            raise self._refusal(f"The certificate of {self._controller.name} {why}")

    def check_session(self, created: ua.CreateSessionResult) -> None:
        """Compare what the server says through the channel with what it said before it; settle the user's token.

        Its certificate was compared by asyncua; endpoints need not repeat it here (OPC 10000-4 5.6.2).
        Raises IdentityError: someone between must neither change the server nor weaken how the password is sent.
        """
        if not self.secured:
            return
        offered = [each for each in created.ServerEndpoints or () if self._fits(each)]
        if not any(each.Server.ApplicationUri == self._uri for each in offered):
            raise self._refusal(
                f"{self._controller.name} describes itself otherwise within the session than before it.",
                "Someone may sit between: check the network.",
            )
        if len(created.ServerNonce or b"") < SHORTEST_NONCE:
            raise self._refusal(f"{self._controller.name} gives too short a nonce.", "Update the server.")
        for endpoint in offered:
            endpoint.UserIdentityTokens = self._usable(endpoint)

    async def activate(self, client: Client) -> None:
        """Say who uses the session: the one place from which a password leaves. Only after `check_session`."""
        await client.activate_session(username=self._user or None, password=self._password)

    @contextlib.contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a server's word that it does not accept us, or a proof that fails, into IdentityError."""
        try:
            yield
        except (IdentityError, LostError):
            raise
        except KnownError as error:
            raise self._refusal(error.message, error.todo) from error
        except InvalidSignature as error:
            raise self._refusal(
                f"{self._controller.name} can't prove that its certificate is its own.", "Check its address."
            ) from error
        except ua.UaStatusCodeError as error:
            if error.code in USER_CODES:
                raise self._user_refused(status(error.code)) from error
            if self.secured and error.code in CHANNEL_CODES:
                raise self._workstation_refused(status(error.code)) from error
            raise
        except ua.UaError as error:
            if self.secured and str(error).startswith(("Server certificate mismatch", "No matching endpoints")):
                raise self._refusal(
                    f"{self._controller.name} answers otherwise than it said before.",
                    "Someone may sit between: check the network.",
                ) from error
            raise

    def _station(self) -> Workstation:
        if self._workstation is None:
            raise self._refusal(f"{self._controller.name} needs a certificate of this workstation.", "Name a --data.")
        return self._workstation

    def _stored_password(self, station: Workstation) -> str:
        name = text_of(self._controller.settings, "secret", self._controller.id)
        found = station.secret(name)
        if found is None:
            raise self._refusal(
                f"There is no password for {self._user} of {self._controller.name} on this workstation.",
                f"Run: lineside secret set {name}",
            )
        return found

    def _choose(self, offered: Sequence[ua.EndpointDescription]) -> ua.EndpointDescription:
        """The endpoint that the plant file demands. Where it says to connect to does not matter: we are there."""
        identity = self._controller.identity
        uris = sorted({each.Server.ApplicationUri or "" for each in offered})
        if identity and identity not in uris:
            raise self._refusal(
                f'The server says it is "{safe(", ".join(uris))}", not "{identity}".', "Check its address."
            )
        fitting = [each for each in offered if self._fits(each)]
        if identity:
            fitting = [each for each in fitting if each.Server.ApplicationUri == identity]
        if not fitting:
            raise self._refusal(
                f"{self._controller.name} does not offer {self._name} with {words(self._mode)}, "
                f"but {', '.join(sorted({offer(each) for each in offered})) or 'nothing'}.",
                'Change the server, or "security" and "mode" in the plant file.',
            )
        return fitting[0]

    def _fits(self, endpoint: ua.EndpointDescription) -> bool:
        return (endpoint.SecurityPolicyUri, endpoint.SecurityMode) == (POLICIES[self._name].URI, self._mode)

    def _read(self, blob: bytes | None) -> tuple[x509.Certificate, ...]:
        try:
            return split(blob or b"")
        except CertificateError as error:
            raise self._refusal(
                f"The certificate of {self._controller.name} can't be used: {error}.", "Make another on the server."
            ) from error

    def _usable(self, endpoint: ua.EndpointDescription) -> list[ua.UserTokenPolicy]:
        """The user tokens of an endpoint by which no password leaves readable; protected ones first.

        No policy of its own means that of the endpoint (OPC 10000-4 7.42).
        """
        tokens = list(endpoint.UserIdentityTokens or ())
        for token in tokens:
            token.SecurityPolicyUri = token.SecurityPolicyUri or endpoint.SecurityPolicyUri
        encrypted = self._mode == ua.MessageSecurityMode.SignAndEncrypt
        fit = [
            token
            for token in tokens
            if token.TokenType != ua.UserTokenType.UserName
            or token.SecurityPolicyUri in PROTECTING
            or (encrypted and token.SecurityPolicyUri == NONE_URI)
        ]
        kind = ua.UserTokenType.UserName if self._user else ua.UserTokenType.Anonymous
        if not any(token.TokenType == kind for token in fit):
            what = "a user name that is protected" if self._user else "a session without a user"
            raise self._refusal(
                f"{self._controller.name} does not take {what}.", 'Change the server, or "user" in the plant file.'
            )
        return sorted(fit, key=lambda token: token.SecurityPolicyUri == NONE_URI)

    def _user_refused(self, why: str) -> IdentityError:
        who = f'the user "{safe(self._user)}"' if self._user else "a session without a user"
        todo = "Check the name and `lineside secret set`." if self._user else 'Give the controller a "user".'
        return self._refusal(f"{self._controller.name} refuses {who} ({why}).", todo, WAIT_S)

    def _workstation_refused(self, why: str) -> IdentityError:
        path = self._own.path if self._own else "its certificate"
        return self._refusal(
            f"{self._controller.name} does not accept this workstation ({why}).",
            f"Trust {path} on the server.",
        )

    def _refusal(self, message: str, todo: str = "", retry_s: float = 0.0) -> IdentityError:
        return IdentityError(message, todo, retry_s=retry_s)


async def endpoints_of(url: str, timeout_s: float) -> list[ua.EndpointDescription]:
    """What the server at `url` offers, asked without security: nothing of it may be believed unchecked.

    Raises OSError or UaError.
    """
    client = Client(url, timeout=timeout_s)
    client.max_messagesize = LARGEST_ANSWER
    try:
        await client.connect_socket()
        await client.send_hello()
        await client.open_secure_channel()
        found = await client.get_endpoints()
        with contextlib.suppress(OSError, ua.UaError):
            await client.close_secure_channel()
    finally:
        client.disconnect_socket()
    return [each for each in found or () if (each.EndpointUrl or "").startswith(SCHEME)]


def offer(endpoint: ua.EndpointDescription) -> str:
    """What an endpoint offers, in the plant file's words where it has some."""
    uri = endpoint.SecurityPolicyUri or ""
    name = next((name for name, policy in POLICIES.items() if uri == policy.URI), "")
    if uri == NONE_URI:
        return UNSECURED
    return f"{name or safe(uri.rpartition('#')[2], 40)} with {words(endpoint.SecurityMode)}"


def words(mode: ua.MessageSecurityMode) -> str:
    """A mode in the plant file's words."""
    return next((word for word, known in MODES.items() if known == mode), mode.name)


def status(code: int) -> str:
    """The name of a status code."""
    return ua.StatusCode(ua.UInt32(code)).name
