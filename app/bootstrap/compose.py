"""Puts a station together from its plant and configuration: the one place that names the real stores and ERPs."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from app.acquisition.launch import Launch
from app.acquisition.messages import Message
from app.acquisition.supervisor import Supervisor
from app.bootstrap.core import Core
from app.bootstrap.local import place_of
from app.bootstrap.parts import Acquirer, Parts
from app.bootstrap.plant_side import take
from app.bootstrap.seen import Around, nothing, seer
from app.clock import SystemClock, TimeOrderedIds
from app.config import Config
from app.domain.erp import Capability
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.erp.registry import open_erp
from app.plant.running import RunningFile
from app.ports import PlantFiles, Reports, SharedHistory, SharedLog
from app.secrets import stored_secret
from app.store.sqlite import SqliteJournal

log = logging.getLogger("lineside.compose")


__all__ = ["Around", "nothing", "open_metrics", "station_parts", "take_published"]


class Metrics(Protocol):
    """The figures that are served."""

    @property
    def port(self) -> int: ...
    def close(self) -> None: ...


def station_parts(
    plant: Plant,
    config: Config,
    acquisition: Sequence[str],
    *,
    ahead: subprocess.Popen[bytes] | None = None,
    count_period_s: float = 60.0,
    reference_period_s: float = 20.0,
    plant_file: RunningFile | None = None,
    source: Path | None = None,
) -> Parts:
    """The parts of a real station. `acquisition` is the command of the acquisition process, `source` the plant's file.

    `ahead` is an acquisition process that was started already. `plant_file` is where the plant came from; None: it is
    nobody's business (a demo, a test).

    Raises KnownError where the journal is in use or can't be opened, or the ERP's settings are wrong.
    """

    def acquirer(
        listen: Callable[[Message], None],
        changed: Callable[[bool, int], None],
        counters: Callable[[], Mapping[str, float]],
    ) -> Acquirer:
        def launch() -> Launch:
            return Launch(
                plant=plant,
                board=str(config.board),
                count_period_s=count_period_s,
                counters=dict(counters()),
                station=config.station,
            )

        return Supervisor(acquisition, launch, listen, changed, ahead=ahead)

    erp = open_erp(plant.erp, partial(stored_secret, config.folder))
    store = SqliteJournal(config.folder)
    return Parts(
        plant=replace(plant, erp=replace(plant.erp, lacks=frozenset(Capability) - erp.capabilities)),
        folder=config.folder,
        store=store,
        erp=erp,
        clock=SystemClock(),
        ids=TimeOrderedIds(),
        station=config.station,
        acquirer=acquirer,
        reference_period_s=reference_period_s,
        shared=open_shared(config),
        reports=open_reports(config),
        history=open_history(plant, config),
        history_folder=config.history,
        place=place_of(config, plant, source, os.getpid()),
        plant_file=plant_file,
        plant_files=open_plant_files(config) if plant_file is not None else None,
    )


def open_metrics(port: int, core: Core, around: Around) -> Metrics | None:
    """The figures for Prometheus at a port; None for port 0, and where it is taken: that is said and stops nobody.

    Call it on the core's loop. Nothing of it is loaded for port 0.
    """
    if not port:
        return None
    module = importlib.import_module("app.bootstrap.metrics")
    try:
        metrics: Metrics = module.Metrics(port, seer(core, around), asyncio.get_running_loop())
    except KnownError as error:
        log.warning("%s", error)
        return None
    return metrics


def open_shared(config: Config) -> SharedLog | None:
    """The plant's log that the station has joined; None where it is on its own. Nothing is connected yet.

    Raises KnownError for a URL that is none.
    """
    if not config.store:
        return None
    log: SharedLog = importlib.import_module("app.bootstrap.postgres").postgres_log(config)
    return log


def open_reports(config: Config) -> Reports | None:
    """The tables for reports beside the plant's log, which the station with the duties keeps."""
    if not config.store:
        return None
    reports: Reports = importlib.import_module("app.bootstrap.postgres").postgres_reports(config)
    return reports


def open_plant_files(config: Config) -> PlantFiles | None:
    """The plant files that are published for all stations, where a plant was joined."""
    if not config.store:
        return None
    files: PlantFiles = importlib.import_module("app.bootstrap.postgres").postgres_plant_files(config)
    return files


def fetch_published(config: Config) -> None:
    """`take_published`, for a start that has no loop yet."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # psycopg's own needs it on Windows
        runner.run(take_published(config))


async def take_published(config: Config) -> None:
    """Fetch the published plant file into the data folder, if there is one. Raises as its store does."""
    files = open_plant_files(config)
    if files is not None:
        await take(files, config.folder)


def open_history(plant: Plant, config: Config) -> SharedHistory | None:
    """The plant's history of samples, where the plant file asks for it and a plant was joined."""
    if not config.store or not plant.history.shared or not plant.history.most_mb:
        return None
    history: SharedHistory = importlib.import_module("app.bootstrap.postgres").postgres_history(config)
    return history
