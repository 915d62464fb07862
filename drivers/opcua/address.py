"""Addresses and settings of OPC UA controllers as a plant file writes them: parsed and checked. Pure.

Must not know asyncua: `lineside check` runs this without it. Grammar in `parse_node` and `parse_path`.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.plant import Address
from drivers.fields import Field, Fields, check_fields, with_prefix
from drivers.opcua.standards import PREFIXES, STANDARDS, UA_URI, Member, Path

NAMESPACE_PREFIX = "ns."
SOURCE_PREFIX = "source."
LONGEST_TEXT = 4096
UNSECURED = "none"
SECURITIES = ("basic256sha256", "aes128_sha256_rsaoaep", "aes256_sha256_rsapss", UNSECURED)
DEFAULT_SECURITY = "basic256sha256"
MODES = ("sign_and_encrypt", "sign")
DEFAULT_MODE = "sign_and_encrypt"

Identifier = str | int | bytes | uuid.UUID


class AddressError(ValueError):
    """The text is no address; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRef:
    """A NodeId that survives a restart of the server: its namespace is a URI, never an index."""

    uri: str
    kind: str
    identifier: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a browse path: the browse name and the URI of its namespace."""

    uri: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UaAddress:
    """Where a tag's value lies: a node, a browse path from it, an element of its array (None: a scalar).

    `part` of a standard's structure (drivers.opcua.structures); `levels`: a state that several variables tell.
    """

    node: NodeRef
    path: tuple[Step, ...] = ()
    index: int | None = None
    part: str = ""
    levels: tuple[tuple[Step, ...], ...] = ()

    def uris(self) -> tuple[str, ...]:
        """The namespaces that the address names, in its order."""
        return (self.node.uri, *(step.uri for steps in (self.path, *self.levels) for step in steps))


SETTINGS: Fields = {
    "url": Field(type=str, needed=True),
    "security": Field(type=str, choices=SECURITIES),
    "mode": Field(type=str, choices=MODES),
    "user": Field(type=str),
    "secret": Field(type=str),
    "publishing_ms": Field(type=float, low=20, high=1_000),
    "sampling_ms": Field(type=float, low=-1, high=3_600_000),
    "queue": Field(type=int, low=2, high=10_000),
    "alarms": Field(type=bool),
}
ADDRESS: Fields = {
    "node": Field(type=str, needed=True),
    "path": Field(type=str),
    "index": Field(type=int, low=0, high=1_000_000),
}

STANDARD_ADDRESS: Mapping[str, Fields] = {
    key: {key: Field(type=str, needed=True), "value": Field(type=str, needed=True, choices=tuple(members))}
    for key, members in STANDARDS.items()
}
"""A value that a companion standard fixes, by the key that names its object."""
NODE_ID = re.compile(r"(nsu=|ns=|[sigb]=)")
OBJECTS = "i=85"


def _string(text: str) -> str:
    if not text:
        raise AddressError('has an empty identifier: write the node\'s name after "s=".')
    if len(text) > LONGEST_TEXT:
        raise AddressError(f"has an identifier longer than {LONGEST_TEXT} characters: use the server's own.")
    return text


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) > 0xFFFF_FFFF:
        raise AddressError(f'has the number "{text}": after "i=" it must lie between 0 and 4294967295.')
    return int(text)


def _guid(text: str) -> uuid.UUID:
    if not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
        raise AddressError(f'has the GUID "{text}": write it like 72962b91-fa75-4ae6-8d28-b404dc7daf63.')
    return uuid.UUID(text)


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw:
        raise AddressError(f'has "{text}" after "b=": write the bytes in base64.')
    return raw


IDENTIFIERS: Mapping[str, Callable[[str], Identifier]] = {"s": _string, "i": _number, "g": _guid, "b": _bytes}


def parse_node(text: str) -> NodeRef:
    """Parse `[nsu=URI;|ns=0;](s|i|g|b)=IDENTIFIER` (OPC 10000-6 5.3.1.10).

    In the URI %3B stands for ";" and %25 for "%".
    Raises AddressError, whose text continues "The node … ".
    """
    head, _, rest = text.partition(";")
    uri = UA_URI
    if head.startswith("nsu="):
        uri = head[4:].replace("%3B", ";").replace("%3b", ";").replace("%25", "%")
        if not uri.strip():
            raise AddressError('has an empty namespace: write its URI after "nsu=".')
    elif head.startswith("ns="):
        if head != "ns=0":
            raise AddressError(
                f'names a namespace by index ("{head}"), which changes when the server restarts: '
                'write its URI, "nsu=URI;…".'
            )
    else:
        rest = text
    kind, equals, identifier = rest.partition("=")
    if not equals or kind not in IDENTIFIERS:
        raise AddressError('is no NodeId: write "nsu=URI;s=NAME", or i=, g=, b= in place of s=.')
    return NodeRef(uri=uri, kind=kind, identifier=IDENTIFIERS[kind](identifier))


_PART = re.compile(r"(?:^|/)((?:[^/&]|&.)*)")
_STEP = re.compile(r"(?:(?P<prefix>(?:[^:/&]|&.)*):)?(?P<name>(?:[^:/&]|&.)+)")


def parse_path(text: str, namespaces: Mapping[str, str]) -> tuple[Step, ...]:
    """Parse a browse path like `pml:Status/pml:CurMachSpeed`; "&" escapes "/", ":" and "&".

    `namespaces` maps prefixes to URIs (settings "ns.pml"); no prefix means OPC UA's own namespace.
    Raises AddressError, whose text continues "The path … ".
    """
    parts = _PART.findall(text)
    if "/".join(parts) != text:
        raise AddressError('ends in a single "&": write "&&" for that sign.')
    return tuple(_parse_step(part, namespaces) for part in parts)


def _parse_step(part: str, namespaces: Mapping[str, str]) -> Step:
    found = _STEP.fullmatch(part)
    if found is None:
        raise AddressError(f'has the step "{part}": write prefix:Name, and "&" before "/", ":" and "&" in names.')
    prefix = found["prefix"]
    if prefix not in (None, "", "0") and prefix not in namespaces:
        raise AddressError(
            f'uses the prefix "{prefix}", which the controller does not define: '
            f'add "{NAMESPACE_PREFIX}{prefix}" with the namespace\'s URI to its settings.'
        )
    uri = UA_URI if prefix in (None, "", "0") else namespaces[prefix]
    return Step(uri=uri, name=re.sub(r"&(.)", r"\1", found["name"]))


def parse_address(address: Address, settings: Address) -> UaAddress:
    """The address of a tag, checked before by `check_address`. Raises AddressError if it was not."""
    standard = _standard(address)
    if standard:
        return _member(str(address[standard]), STANDARDS[standard][str(address["value"])], settings)
    path = address.get("path")
    index = address.get("index")
    return UaAddress(
        node=parse_node(str(address.get("node", ""))),
        path=parse_path(str(path), with_prefix(settings, NAMESPACE_PREFIX)) if path is not None else (),
        index=int(index) if index is not None else None,
    )


def _standard(address: Address) -> str:
    """The companion standard by which the address is written; empty for none."""
    return next((key for key in STANDARDS if key in address), "")


def _start(text: str, settings: Address) -> tuple[NodeRef, tuple[Step, ...]]:
    """The object of a standard: a NodeId, or a browse path from the Objects folder. Raises AddressError."""
    if NODE_ID.match(text):
        return parse_node(text), ()
    return parse_node(OBJECTS), parse_path(text, {**PREFIXES, **with_prefix(settings, NAMESPACE_PREFIX)})


def _member(text: str, member: Member, settings: Address) -> UaAddress:
    node, start = _start(text, settings)
    levels = tuple(start + _steps(level) for level in member.levels)
    path = start + _steps(member.path) if not levels else ()
    return UaAddress(node=node, path=path, part=member.part, levels=levels)


def _steps(path: Path) -> tuple[Step, ...]:
    return tuple(Step(uri=uri, name=name) for uri, name in path)


def check_address(address: Address, settings: Address) -> list[str]:
    """A sentence per fault of a tag's address, each with what to do; empty if it may be used."""
    standard = _standard(address)
    if standard:
        text = address[standard]
        faults = check_fields(address, STANDARD_ADDRESS[standard])
        if isinstance(text, str) and text.strip():
            faults += _fault(f'The place "{text[:120]}"', lambda: _start(text, settings))
        return faults
    faults = check_fields(address, ADDRESS)
    node, path = address.get("node"), address.get("path")
    if isinstance(node, str) and node.strip():
        faults += _fault(f'The node "{node[:120]}"', lambda: parse_node(node))
    if isinstance(path, str) and path.strip():
        prefixes = with_prefix(settings, NAMESPACE_PREFIX)
        faults += _fault(f'The path "{path[:120]}"', lambda: parse_path(path, prefixes))
    return faults


def _fault(what: str, parse: Callable[[], object]) -> list[str]:
    try:
        parse()
    except AddressError as error:
        return [f"{what} {error}"]
    return []


def check_settings(settings: Address) -> list[str]:
    """A sentence per fault of a controller's settings, each with what to do; empty if they may be used."""
    faults = check_fields(settings, SETTINGS, (NAMESPACE_PREFIX, SOURCE_PREFIX))
    url = settings.get("url")
    if isinstance(url, str) and url.strip():
        faults += _check_url(url)
    faults += _check_security(settings)
    for key, value in settings.items():
        if key.startswith((NAMESPACE_PREFIX, SOURCE_PREFIX)) and not (isinstance(value, str) and value.strip()):
            faults.append(f'"{key}" is {value!r}: it must be a text.')
        elif re.fullmatch(r"ns\.\d*", key):
            faults.append(f'"{key}" is a number or empty: give the namespace a name, like "ns.pml".')
    return faults


def _check_security(settings: Address) -> list[str]:
    """What does not go together. Without security a password would be readable, so no user is named either."""
    faults = []
    if settings.get("security") == UNSECURED:
        if "user" in settings:
            faults.append('"user" needs a secured connection: take out security = "none", or the user.')
        if "mode" in settings:
            faults.append('"mode" has no meaning with security = "none": take out one of them.')
    if "secret" in settings and "user" not in settings:
        faults.append('"secret" names the password of a user: add "user", or take it out.')
    return faults


def _check_url(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return [f'"url" is "{url}": its port is no number between 1 and 65535.']
    if parts.scheme != "opc.tcp" or not parts.hostname or port == 0:
        return [f'"url" is "{url}": write it like opc.tcp://192.0.2.10:4840.']
    if parts.username is not None or parts.password is not None:
        return ['"url" holds a user or a password: take it out; the name goes into "user".']
    return []
