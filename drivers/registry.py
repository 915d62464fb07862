"""DRIVERS: one row per protocol, its library loaded only when a controller of the plant needs it.

Owns the way from a protocol's name to its checks and its driver. Must not know how any of them works.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, cast

from app.domain.errors import KnownError
from app.domain.plant import Address, Controller, Tag
from app.ports import Driver, DriverSink
from drivers.modbus import target as modbus_target
from drivers.opcua import target as opcua_target
from drivers.workstation import Workstation


class AddressChecks(Protocol):
    """The pure checks of a protocol, for the plant file: a sentence per fault, empty if there is none."""

    def check_address(self, address: Address, settings: Address) -> list[str]: ...
    def check_settings(self, settings: Address) -> list[str]: ...
    def check_command(self, address: Address, settings: Address, valued: bool) -> list[str]: ...
    def advice(self, settings: Address) -> list[str]: ...
    def span(self, address: Address, settings: Address) -> tuple[str, int, int] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A protocol. `module`.`factory` makes its driver. `extra`: the library that only this protocol needs, if any.

    `keyed`: the factory takes the workstation too, for its certificates and passwords.
    """

    protocol: str
    module: str
    factory: str
    extra: str = ""
    address: AddressChecks
    keyed: bool = False


DRIVERS: tuple[Row, ...] = (
    Row(
        protocol="opcua",
        module="drivers.opcua.driver",
        factory="OpcUaDriver",
        extra="asyncua",
        keyed=True,
        address=opcua_target,
    ),
    Row(
        protocol="modbus",
        module="drivers.modbus.driver",
        factory="ModbusDriver",
        keyed=True,
        address=modbus_target,
    ),
)

ADDRESS_CHECKS: Mapping[str, AddressChecks] = MappingProxyType({row.protocol: row.address for row in DRIVERS})
"""Protocol → its pure checks; usable without any driver's library."""


def load_factory(protocol: str) -> Callable[..., Driver]:
    """The factory of a protocol. Raises KnownError for an unknown protocol or a missing library."""
    row = _row(protocol)
    try:
        module = importlib.import_module(row.module)
    except ModuleNotFoundError as error:
        if not row.extra or error.name is None or not error.name.startswith(row.extra):
            raise
        raise KnownError(f"The {protocol} driver needs {row.extra}.", f"Run: pip install {row.extra}") from error
    return cast(Callable[..., Driver], getattr(module, row.factory))


def _row(protocol: str) -> Row:
    row = next((row for row in DRIVERS if row.protocol == protocol), None)
    if row is None:
        known = ", ".join(sorted(ADDRESS_CHECKS))
        raise KnownError(f'There is no driver for the protocol "{protocol}".', f"Use one of {known}.")
    return row


def open_driver(
    controller: Controller, tags: Sequence[Tag], sink: DriverSink, workstation: Workstation | None = None
) -> Driver:
    """The driver of one controller, not yet running. `tags` are those of this controller.

    Without a `workstation` no secured connection can be made: its driver says so.
    Raises KnownError when the protocol or its library is missing, or an address or setting is at fault.
    """
    factory = load_factory(controller.protocol)
    faults = _faults(controller, tags)
    if faults:
        raise KnownError(f"{controller.name}: {faults[0]}", "Run `lineside check` on the plant file.")
    if _row(controller.protocol).keyed:
        return factory(controller, tags, sink, workstation)
    return factory(controller, tags, sink)


def _faults(controller: Controller, tags: Sequence[Tag]) -> list[str]:
    checks = ADDRESS_CHECKS[controller.protocol]
    return checks.check_settings(controller.settings) + [
        f"{tag.id}: {fault}" for tag in tags for fault in checks.check_address(tag.address, controller.settings)
    ]
