"""What every check of a plant file is given, and what a check is. Must not know any single check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.plant import Address
from app.plant.address import Expansion
from app.plant.draft import Draft
from app.plant.faults import Misfit


class SettingsChecks(Protocol):
    """The pure checks of an ERP adapter: a sentence per fault, empty if there is none."""

    def check_settings(self, settings: Address) -> list[str]: ...


class AddressChecks(SettingsChecks, Protocol):
    """The pure checks of a driver: those of a controller's settings and of a tag's address."""

    def check_address(self, address: Address, settings: Address) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The sound rows, their tags, and the checks of the drivers and ERP adapters that this program has."""

    draft: Draft
    expansion: Expansion
    address_checks: Mapping[str, AddressChecks]
    erp_checks: Mapping[str, SettingsChecks]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A row of the table. It is left out while one of the tables it `needs` whole has faults of its own."""

    name: str
    run: Callable[[Facts], Iterator[Misfit]]
    needs: tuple[str, ...] = ()
