"""What a running station gives to who measures it: put together on the core's loop, where all of it may be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from app.bootstrap.core import Core
from app.domain.plant import Plant
from app.readmodel.metrics import Seen


def nothing() -> Mapping[float, float]:
    """Of a station without a screen."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the core does not know itself: when the controller at a place was heard, errors, how late the screen is."""

    plant: Plant
    heard_s: Callable[[int], float]
    errors: Callable[[], int]
    lateness_s: Callable[[], Mapping[float, float]] = nothing
    version: str = ""


def seer(core: Core, around: Around) -> Callable[[], Seen]:
    """Makes what is seen now; call it on the core's loop."""
    me = psutil.Process()

    def see() -> Seen:
        memory = {"lineside": float(me.memory_info().rss)}
        if core.pulse is not None:
            memory["acquisition"] = core.pulse.rss_mb * 2**20
        return Seen(
            now=datetime.now(UTC),
            plant=around.plant,
            status=core.station.status,
            view=core.bus.model,
            operations=core.bus.model.seq,
            errors=around.errors(),
            memory=memory,
            heard_s={name: around.heard_s(place) for place, name in enumerate(around.plant.controllers)},
            lateness_s=around.lateness_s(),
            version=around.version,
        )

    return see
