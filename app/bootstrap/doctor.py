"""Looks at a station once, whether Lineside runs or not: all side by side, each with a time-out, nothing changed.

Owns what is asked of the plant's log and the ERP, and puts the facts together; how controllers are asked is handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from app.bootstrap.local import local_facts, place_of
from app.config import Config
from app.domain.checks.facts import ControllerFacts, ErpFacts, Facts, SharedFacts
from app.domain.errors import KnownError
from app.domain.plant import Controller, ErpLink, Plant, Tag
from app.domain.plant_file import PlantFileStatus
from app.erp.registry import open_erp
from app.secrets import stored_secret
from app.store.postgres.address import SECRET, Address, read_url
from app.store.postgres.examine import Examined, examine
from app.store.postgres.logins import station_address
from app.store.postgres.revision import REVISION
from app.store.queue import queue_of

LOOK_S = 5.0
"""For any one thing; they are looked at side by side."""
NO_ROLE = "{} has no login or no role in the plant's log."
NO_RIGHT = "This login may not send to the plant's log: {}."

NO_ERP = ErpLink(adapter="none", settings={})

Probe = Callable[[Controller, Sequence[Tag], float], Coroutine[Any, Any, ControllerFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Who is looked at. `stores` are further addresses of a plant's log, `controllers` further controllers.

    `plant_status`: which plant file it starts with.
    """

    config: Config
    plant: Plant | None = None
    plant_file: Path | None = None
    controllers: tuple[Controller, ...] = ()
    stores: tuple[str, ...] = ()
    running: int | None = None
    plant_status: PlantFileStatus = field(default_factory=PlantFileStatus)


async def look(patient: Patient, probe: Probe, within_s: float = LOOK_S) -> Facts:
    """The facts, `within_s` and about a second later."""
    config, plant = patient.config, patient.plant
    place = place_of(config, plant, patient.plant_file, patient.running)
    known = list(plant.controllers.values()) if plant is not None else []
    controllers, addresses, local, (shared, there), erp, queue = await asyncio.gather(
        _each(known, plant, probe, within_s),
        _each(patient.controllers, plant, probe, within_s),
        asyncio.to_thread(local_facts, place),
        shared_facts(config, patient.stores, within_s),
        erp_facts(plant.erp if plant is not None else NO_ERP, config, within_s),
        asyncio.to_thread(queue_of, config.folder),
    )
    return Facts(
        now=datetime.now(UTC),
        controllers=controllers,
        addresses=addresses,
        local=replace(local, versions=replace(local.versions, schema=shared.schema)),
        shared=shared,
        plant_file=replace(patient.plant_status, published=there.published, fault=there.fault),
        erp=replace(
            erp, waiting=queue.waiting, oldest_at=queue.oldest_at, stuck=queue.stuck, last_at=queue.confirmed_at
        )
        if queue is not None and erp.adapter != "none"
        else erp,
    )


async def _each(
    controllers: Sequence[Controller], plant: Plant | None, probe: Probe, within_s: float
) -> tuple[ControllerFacts, ...]:
    tags = plant.tags if plant is not None else ()
    looks = (probe(one, [tag for tag in tags if tag.controller == one.id], within_s) for one in controllers)
    return tuple(await asyncio.gather(*looks))


async def shared_facts(config: Config, stores: Sequence[str], within_s: float) -> tuple[SharedFacts, PlantFileStatus]:
    """The log that was joined, else the first of the addresses that were named; and the plant file it has for all."""
    url = config.store or next(iter(stores), "")
    if not url:
        return SharedFacts(), PlantFileStatus()
    try:
        address = station_address(url, config.station) if config.store else read_url(url)
        return await _examined(config, address, within_s)
    except (KnownError, TimeoutError) as error:
        reason = str(error) or f"it has not answered within {within_s:.0f} s"
        return SharedFacts(joined=True, up=False, reason=reason, wanted=REVISION), PlantFileStatus()


async def _examined(config: Config, address: Address, within_s: float) -> tuple[SharedFacts, PlantFileStatus]:
    secret = await asyncio.to_thread(stored_secret, config.folder, SECRET) if config.store else None
    found = await examine(address, config.station, secret, within_s)
    facts = SharedFacts(
        joined=True,
        name=str(address),
        up=True,
        schema=found.schema,
        wanted=REVISION,
        timeline=found.timeline,
        sent=found.last_seq if config.store else None,
        offset_s=found.offset_s,
        standbys=found.standbys,
        lag_s=found.lag_s,
        pair="," in address.parameters.get("host", ""),
        rights=_rights(found, address, joined=bool(config.store)),
    )
    if not config.store:
        return facts, PlantFileStatus()
    return facts, PlantFileStatus(published=found.plant_file, fault=found.plant_fault)


def _rights(found: Examined, address: Address, *, joined: bool) -> tuple[str, ...]:
    """Who may not do what they have to. An administrator who only looks need not send."""
    station = () if found.may_send or not joined else (NO_RIGHT.format(address),)
    return (*station, *(NO_ROLE.format(person) for person in found.without_role))


async def erp_facts(link: ErpLink, config: Config, within_s: float) -> ErpFacts:
    """Whether the ERP answers and takes the sign-in, and how far its clock is off."""
    if link.adapter == "none":
        return ErpFacts(adapter="none")
    try:
        door = open_erp(link, partial(stored_secret, config.folder))
    except KnownError as error:
        return ErpFacts(adapter=link.adapter, up=False, reason=str(error))
    try:
        async with asyncio.timeout(within_s):
            info = await door.probe()
        return ErpFacts(adapter=link.adapter, up=True, clock_s=info.clock_skew_s)
    except (KnownError, TimeoutError) as error:
        reason = str(error) or f"it has not answered within {within_s:.0f} s"
        return ErpFacts(adapter=link.adapter, up=False, reason=reason)
    finally:
        with suppress(KnownError, TimeoutError):
            async with asyncio.timeout(1.0):
                await door.aclose()
