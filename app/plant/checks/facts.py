"""What every check of a plant file is given, and what a check is. Must not know any single check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.plant import Address, ErpLink
from app.plant.address import Expansion
from app.plant.commands import ExpandedCommand
from app.plant.draft import Draft
from app.plant.faults import Misfit


class AddressChecks(Protocol):
    """The pure checks of a driver, a sentence per fault: of an address, a controller's settings, a command.

    `valued` says whether the command sends a value.
    """

    def check_address(self, address: Address, settings: Address) -> list[str]: ...
    def check_settings(self, settings: Address) -> list[str]: ...
    def check_command(self, address: Address, settings: Address, valued: bool) -> list[str]: ...
    def advice(self, settings: Address) -> list[str]:
        """What is sound, and yet had better be otherwise: a sentence each."""

    def span(self, address: Address, settings: Address) -> tuple[str, int, int] | None:
        """The registers that a sound address takes alone: where they lie, the first and the one after the last.

        None where values have no neighbours, or where several may share one.
        """


ErpCheck = Callable[[ErpLink], list[str]]
"""The pure check of an ERP section: a sentence per fault, empty if its adapter can use it."""


def no_erp_check(_: ErpLink) -> list[str]:
    """Where no adapter is at hand nothing is judged."""
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The sound rows, their tags and commands, and the checks of the drivers and ERP adapters that this program has."""

    draft: Draft
    expansion: Expansion
    commands: Sequence[ExpandedCommand]
    address_checks: Mapping[str, AddressChecks]
    erp_check: ErpCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A row of the table. It is left out while one of the tables it `needs` whole has faults of its own."""

    name: str
    run: Callable[[Facts], Iterator[Misfit]]
    needs: tuple[str, ...] = ()
