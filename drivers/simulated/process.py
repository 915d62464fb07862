"""Process values of the machines: nominal values, limits, noise, and the drift that announces a fault.

Owns the eight measured values of every kind of machine and how they wander. Must not know states or
protocols: it is told whether the machine works and how strained each value is.
"""

import random
from dataclasses import dataclass, replace
from typing import Final

from drivers.simulated.catalog import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSignal:
    """One measured value: working and idle level, noise (standard deviation), normal range, worse side."""

    name: str
    label: str
    node: str
    unit: str
    nominal: float
    idle: float
    noise: float
    low: float
    high: float
    worse: int = 1
    """+1: a fault drives it over `high`; -1: under `low`."""


def _signal(
    name: str,
    label: str,
    unit: str,
    levels: tuple[float, float, float],
    limits: tuple[float, float],
    worse: int = 1,
) -> ProcessSignal:
    nominal, idle, noise = levels
    node = "".join(part.capitalize() for part in name.split("_"))
    return ProcessSignal(
        name=name,
        label=label,
        node=f"Process.{node}",
        unit=unit,
        nominal=nominal,
        idle=idle,
        noise=noise,
        low=limits[0],
        high=limits[1],
        worse=worse,
    )


PROCESS: Final[dict[Kind, tuple[ProcessSignal, ...]]] = {
    Kind.DEPALLETISER: (
        _signal("gripper_vacuum", "Gripper vacuum", "mbar", (620.0, 600.0, 6.0), (540.0, 700.0), -1),
        _signal("sweep_current", "Sweep drive current", "A", (4.2, 0.4, 0.12), (0.2, 6.0)),
        _signal("layer_count", "Layers on pallet", "layers", (6.0, 6.0, 0.0), (0.0, 12.0)),
        _signal("lift_position", "Lift position", "mm", (1450.0, 1450.0, 4.0), (150.0, 2400.0)),
        _signal("conveyor_speed", "Outfeed conveyor", "m/min", (28.0, 0.0, 0.3), (0.0, 36.0)),
        _signal("air_pressure", "Air pressure", "bar", (6.1, 6.2, 0.04), (5.4, 6.8), -1),
        _signal("motor_temperature", "Lift motor temperature", "°C", (52.0, 46.0, 0.3), (10.0, 80.0)),
        _signal("vibration", "Vibration", "mm/s", (1.8, 0.2, 0.1), (0.0, 4.5)),
    ),
    Kind.FILLER: (
        _signal("torque_block_3", "Torque valve block 3", "Nm", (41.0, 2.0, 0.8), (0.0, 55.0)),
        _signal("bowl_pressure", "Bowl pressure", "bar", (2.20, 2.10, 0.02), (1.90, 2.60), -1),
        _signal("fill_volume", "Fill volume", "ml", (500.0, 500.0, 0.6), (495.0, 505.0), -1),
        _signal("product_temperature", "Product temperature", "°C", (8.0, 8.4, 0.1), (4.0, 12.0)),
        _signal("bowl_level", "Bowl level", "%", (62.0, 64.0, 0.8), (45.0, 80.0)),
        _signal("drive_current", "Main drive current", "A", (18.5, 1.2, 0.4), (0.0, 28.0)),
        _signal("drive_temperature", "Main drive temperature", "°C", (58.0, 50.0, 0.3), (10.0, 85.0)),
        _signal("vibration", "Vibration", "mm/s", (2.1, 0.2, 0.1), (0.0, 4.5)),
    ),
    Kind.CAPPER: (
        _signal("closing_torque", "Closing torque", "Nm", (1.45, 0.0, 0.02), (1.20, 1.70), -1),
        _signal("chute_pressure", "Cap chute pressure", "mbar", (180.0, 175.0, 3.0), (140.0, 230.0)),
        _signal("head_height", "Head height", "mm", (212.0, 212.0, 0.2), (209.0, 215.0)),
        _signal("sorter_current", "Sorter current", "A", (2.6, 0.3, 0.08), (0.0, 4.0)),
        _signal("drive_current", "Main drive current", "A", (9.2, 0.8, 0.2), (0.0, 14.0)),
        _signal("air_pressure", "Air pressure", "bar", (6.0, 6.1, 0.04), (5.4, 6.8), -1),
        _signal("motor_temperature", "Motor temperature", "°C", (49.0, 44.0, 0.3), (10.0, 80.0)),
        _signal("vibration", "Vibration", "mm/s", (1.6, 0.2, 0.1), (0.0, 4.5)),
    ),
    Kind.LABELLER: (
        _signal("web_tension", "Web tension", "N", (34.0, 20.0, 0.5), (12.0, 44.0)),
        _signal("label_position", "Label position", "mm", (0.0, 0.0, 0.12), (-1.5, 1.5)),
        _signal(
            "glue_roller_temperature",
            "Glue roller temperature",
            "°C",
            (142.0, 138.0, 0.5),
            (130.0, 155.0),
            -1,
        ),
        _signal("reel_diameter", "Reel diameter", "mm", (380.0, 380.0, 0.5), (90.0, 620.0)),
        _signal("drive_current", "Main drive current", "A", (7.4, 0.7, 0.2), (0.0, 12.0)),
        _signal("transfer_vacuum", "Transfer vacuum", "mbar", (480.0, 470.0, 5.0), (400.0, 560.0), -1),
        _signal("motor_temperature", "Motor temperature", "°C", (47.0, 42.0, 0.3), (10.0, 80.0)),
        _signal("vibration", "Vibration", "mm/s", (1.4, 0.2, 0.1), (0.0, 4.5)),
    ),
    Kind.CASE_PACKER: (
        _signal("glue_temperature", "Glue temperature", "°C", (168.0, 166.0, 0.5), (155.0, 180.0), -1),
        _signal("gripper_vacuum", "Gripper vacuum", "mbar", (560.0, 540.0, 6.0), (480.0, 640.0), -1),
        _signal("belt_current", "Compression belt current", "A", (3.8, 0.4, 0.1), (0.0, 5.5)),
        _signal("glue_pressure", "Glue pressure", "bar", (4.4, 4.3, 0.05), (3.6, 5.2), -1),
        _signal("magazine_level", "Carton magazine", "%", (70.0, 70.0, 0.4), (10.0, 100.0), -1),
        _signal("air_pressure", "Air pressure", "bar", (6.0, 6.1, 0.04), (5.4, 6.8), -1),
        _signal("motor_temperature", "Motor temperature", "°C", (51.0, 45.0, 0.3), (10.0, 80.0)),
        _signal("vibration", "Vibration", "mm/s", (1.9, 0.2, 0.1), (0.0, 4.5)),
    ),
    Kind.PALLETISER: (
        _signal("lift_following_error", "Lift following error", "mm", (0.4, 0.0, 0.04), (0.0, 2.0)),
        _signal("lift_position", "Lift position", "mm", (900.0, 900.0, 3.0), (100.0, 2100.0)),
        _signal("load", "Load on pallet", "kg", (420.0, 420.0, 2.0), (0.0, 900.0)),
        _signal("pusher_current", "Pusher current", "A", (5.1, 0.5, 0.15), (0.0, 8.0)),
        _signal("drive_current", "Lift drive current", "A", (11.0, 1.0, 0.3), (0.0, 17.0)),
        _signal("air_pressure", "Air pressure", "bar", (6.1, 6.2, 0.04), (5.4, 6.8), -1),
        _signal("motor_temperature", "Lift motor temperature", "°C", (55.0, 48.0, 0.3), (10.0, 80.0)),
        _signal("vibration", "Vibration", "mm/s", (2.0, 0.2, 0.1), (0.0, 4.5)),
    ),
}


def signals_of(kind: Kind, bottle_ml: int) -> tuple[ProcessSignal, ...]:
    """The measured values of one machine; the fill volume and its limits follow the bottle."""
    scale = bottle_ml / 500.0
    return tuple(
        replace(
            signal,
            nominal=signal.nominal * scale,
            idle=signal.idle * scale,
            low=signal.low * scale,
            high=signal.high * scale,
        )
        if signal.name == "fill_volume"
        else signal
        for signal in PROCESS[kind]
    )


_FOLLOW_S: Final = 1.5
_OVERSHOOT: Final = 1.15


class ProcessValues:
    """The measured values of one machine, wandering about their level and driven off it by strain."""

    def __init__(self, signals: tuple[ProcessSignal, ...], rng: random.Random) -> None:
        self.values = {signal.name: signal.nominal for signal in signals}
        self.strain: dict[str, float] = {}
        """Name → 0 (none) to 1 (just past its limit)."""
        self._signals = signals
        self._level = dict(self.values)
        self._rng = rng

    def step(self, dt_s: float, effort: float) -> None:
        """Move every value on by `dt_s`; `effort` is the machine's speed over nominal, 0 when it stands."""
        follow = min(1.0, dt_s / _FOLLOW_S)
        for signal in self._signals:
            target = self._target(signal, effort)
            level = self._level[signal.name] + (target - self._level[signal.name]) * follow
            self._level[signal.name] = level
            self.values[signal.name] = round(level + signal.noise * self._rng.gauss(0.0, 1.0), 3)

    def _target(self, signal: ProcessSignal, effort: float) -> float:
        level = signal.idle + (signal.nominal - signal.idle) * min(1.0, effort)
        strain = self.strain.get(signal.name, 0.0)
        if not strain:
            return level
        limit = signal.high if signal.worse > 0 else signal.low
        return level + (signal.nominal + (limit - signal.nominal) * _OVERSHOOT - level) * strain
