"""What the running program knows of itself, as facts to judge: out of its status and its postings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.checks.facts import ControllerFacts, ErpFacts, Facts, PartFacts, SharedFacts
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.domain.status import ControllerStatus, Health, StationStatus

UP = {Health.UP: True, Health.DEGRADED: True, Health.DOWN: False, Health.STARTING: None}
SECURABLE = frozenset({"opcua"})


def live_facts(plant: Plant, status: StationStatus, postings: Sequence[Posting], seq: int, now: datetime) -> Facts:
    """The facts as they stand. `seq` is the last operation that is folded."""
    local = status.local
    journal = local.journal
    if local.at is not None:
        local = replace(local, journal=replace(journal, operations=max(seq, journal.operations or 0)))
    return Facts(
        now=now,
        controllers=tuple(controller_facts(plant, one) for one in status.controllers.values()),
        shared=_shared(status),
        erp=_erp(plant, status, postings),
        local=local,
        parts=_parts(status),
        plant_file=status.plant_file,
        stored=status.store.reason or "the disk refuses" if status.store.health is Health.DOWN else "",
    )


def controller_facts(plant: Plant, status: ControllerStatus) -> ControllerFacts:
    """One controller's. Its driver watches that an open link brings something, and calls it lost otherwise."""
    machines = plant.controller_machines(status.id)
    return ControllerFacts(
        id=status.id,
        name=plant.label(machines[0].id) if len(machines) == 1 else status.name or status.id,
        up=UP[status.health],
        reason=status.reason,
        since=status.since,
        secured=status.secure,
        securable=status.protocol in SECURABLE,
        clock_s=status.clock_s,
        silent=tuple(f"Unit {unit.unit}" for unit in status.silent_units),
    )


def _shared(status: StationStatus) -> SharedFacts:
    shared = status.shared
    return SharedFacts(
        joined=shared.joined,
        up=UP[shared.health],
        reason=shared.reason,
        since=shared.since,
        waiting=shared.waiting,
        oldest_at=shared.oldest_at,
        synced_at=shared.synced_at,
        offset_s=shared.offset_s if shared.health is Health.UP else None,
    )


def _erp(plant: Plant, status: StationStatus, postings: Sequence[Posting]) -> ErpFacts:
    waiting = [p for p in postings if not p.closed and not p.stuck]
    return ErpFacts(
        adapter=plant.erp.adapter,
        up=UP[status.erp.health],
        reason=status.erp.reason,
        since=status.erp.since,
        last_at=status.erp.last_at,
        waiting=len(waiting),
        oldest_at=min((p.queued_at for p in waiting), default=None),
        stuck=sum(1 for p in postings if p.stuck),
    )


def _parts(status: StationStatus) -> tuple[PartFacts, ...]:
    acquisition, history, upload = status.acquisition, status.history, status.upload
    lost = f"{history.dropped:,} samples never reached the disk." if history.dropped else ""
    return (
        PartFacts(id="acquisition", title="Acquisition", up=UP[acquisition.health], reason=acquisition.reason,
                  since=acquisition.since),
        PartFacts(id="history", title="History", up=UP[history.health], reason=history.reason, poor=lost,
                  since=history.since),
        PartFacts(id="upload", title="History sent on", up=UP[upload.health], reason=upload.reason,
                  poor="It is behind." if upload.health is Health.DEGRADED else "", since=upload.since),
    )  # fmt: skip
