"""Where a command of an OPC UA controller goes: a node whose value is written, or a method that is called. Pure.

Must not know asyncua: `lineside check` runs this without it. Nodes are written as in drivers.opcua.address.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.plant import Address
from drivers.fields import Field, Fields, check_fields, text_of
from drivers.opcua.address import (
    ADDRESS,
    AddressError,
    NodeRef,
    UaAddress,
    check_address,
    check_settings,
    parse_address,
    parse_node,
)

__all__ = ["Call", "Target", "advice", "check_address", "check_command", "check_settings", "parse_target", "span"]

ARGUMENTS = ("bool", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "f32", "f64")
"""Types that the one argument of a method may have."""

CALL: Fields = {
    "object": Field(type=str, needed=True),
    "method": Field(type=str, needed=True),
    "argument": Field(type=str, choices=ARGUMENTS),
}


def advice(settings: Address) -> list[str]:
    """What is sound, and yet had better be otherwise: a sentence each."""
    if settings.get("security") != "none":
        return []
    return ["What it says is neither signed nor encrypted: anybody on the network can change it."]


def span(_address: Address, _settings: Address) -> None:
    """Nodes have no neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A method of an object; `argument` is the type of its one argument, empty without one."""

    object: NodeRef
    method: NodeRef
    argument: str = ""


Target = Call | UaAddress


def parse_target(address: Address, settings: Address) -> Target:
    """The target of a command that `check_command` found good. Raises AddressError for others."""
    if "method" not in address:
        return parse_address(address, settings)
    return Call(
        object=parse_node(text_of(address, "object")),
        method=parse_node(text_of(address, "method")),
        argument=text_of(address, "argument"),
    )


def check_command(address: Address, settings: Address, valued: bool) -> list[str]:
    """A sentence per fault of a command's address; `valued`: the command sends a value."""
    if "method" not in address and "object" not in address:
        return _check_write(address, settings, valued)
    faults = check_fields(address, CALL)
    for key in ("object", "method"):
        node = address.get(key)
        if isinstance(node, str) and node.strip():
            faults += _node_faults(node)
    if valued and "argument" not in address:
        faults.append('The command sends a value, but its method takes none: add "argument" with the value\'s type.')
    if not valued and "argument" in address:
        faults.append('The method takes an argument, but the command sends no value: add value, or remove "argument".')
    return faults


def _node_faults(node: str) -> list[str]:
    try:
        parse_node(node)
    except AddressError as error:
        return [f'The node "{node[:120]}" {error}']
    return []


def _check_write(address: Address, settings: Address, valued: bool) -> list[str]:
    faults = check_address(address, settings)
    if "index" in address:
        known = ", ".join(key for key in ADDRESS if key != "index")
        faults.append(f'"index" is not possible here, an array is not written in part: use {known}.')
    if not valued:
        faults.append("The command writes a node, but sends no value: add value, or low and high.")
    return faults
