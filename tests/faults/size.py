"""How much a run of the fault campaigns does: nightly, or short enough for the tests. One row each in SIZES."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Counts and times (seconds) of the campaigns. `links`: how many of each protocol suffer side by side."""

    seed: int
    opcua_links: int
    modbus_links: int
    cuts: int
    cut_s: tuple[float, float]
    restarts: int
    down_s: tuple[float, float]
    frozen_s: tuple[float, float]
    reconnects: int
    warm_up: int
    device_restarts: int
    late_answers: int


SIZES = {
    "nightly": Size(
        seed=20_261, opcua_links=5, modbus_links=2, cuts=50, cut_s=(1.0, 40.0), restarts=20, down_s=(0.5, 8.0),
        frozen_s=(3.0, 30.0), reconnects=200, warm_up=40, device_restarts=200, late_answers=200,
    ),
    "short": Size(
        seed=7, opcua_links=1, modbus_links=1, cuts=2, cut_s=(1.0, 4.0), restarts=2, down_s=(0.2, 1.0),
        frozen_s=(2.5, 3.5), reconnects=10, warm_up=4, device_restarts=6, late_answers=10,
    ),
}  # fmt: skip


def shares(total: int, links: int) -> list[int]:
    """`total` spread over the links as evenly as can be."""
    return [total // links + (place < total % links) for place in range(links)]
