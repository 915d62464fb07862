"""The exception kinds: one row each, with text, priority, parameters and the functions that get a part.

A detector raises findings of these kinds; a plant file sets their parameters; a new kind is a new row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.people import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that a plant file may set for a kind, with its unit and bounds."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionKind:
    """A row of the table. `title` is filled with the finding's values; priority 1 is the most urgent of four.

    `cleared_by_itself`: a case of it that went away untouched ends by itself. `episodes`: what comes after it cleared
    is another case; else a condition that returns belongs to the case that is still open. `member` is what a further
    occurrence is called in its case; its title where empty.
    """

    id: str
    name: str
    title: str
    priority: int
    functions: tuple[Function, ...]
    parameters: tuple[Parameter, ...] = ()
    detector: str = ""
    cleared_by_itself: bool = False
    episodes: bool = False
    member: str = ""


F = Function
_DELAY = Parameter(name="delay_s", default=0.0, unit="s", low=0, high=3600, help="how long it must last")

_ROWS = (
    ExceptionKind(
        id="breakdown",
        name="Breakdown",
        title="{machine} aborted",
        priority=1,
        functions=(F.MAINTENANCE, F.PLANNING, F.CUSTOMER_SERVICE),
        parameters=(_DELAY,),
        detector="stops",
    ),
    ExceptionKind(
        id="unplanned_stop",
        name="Unplanned stop",
        title="{machine} stopped",
        priority=2,
        functions=(F.PRODUCTION,),
        parameters=(
            Parameter(name="delay_s", default=5, unit="s", low=0, high=3600, help="shorter stops are counted only"),
        ),
        detector="stops",
    ),
    ExceptionKind(
        id="starved",
        name="Starved",
        title="{machine} starved",
        priority=4,
        functions=(F.PRODUCTION,),
        parameters=(
            Parameter(name="delay_s", default=60, unit="s", low=1, high=3600, help="how long without material"),
        ),
        detector="stops",
        cleared_by_itself=True,
    ),
    ExceptionKind(
        id="blocked",
        name="Blocked",
        title="{machine} blocked",
        priority=4,
        functions=(F.PRODUCTION,),
        parameters=(Parameter(name="delay_s", default=60, unit="s", low=1, high=3600, help="how long without space"),),
        detector="stops",
        cleared_by_itself=True,
    ),
    ExceptionKind(
        id="rate_loss",
        name="Rate loss",
        title="{machine} slow: {percent} % of nominal",
        priority=2,
        functions=(F.PRODUCTION,),
        parameters=(
            Parameter(
                name="below_percent",
                default=85,
                unit="%",
                low=10,
                high=99,
                help="of nominal, while executing",
            ),
            Parameter(name="delay_s", default=60, unit="s", low=1, high=3600, help="how long below"),
            Parameter(
                name="clear_percent",
                default=92,
                unit="%",
                low=10,
                high=100,
                help="of nominal, to be well again",
            ),
        ),
        detector="rate",
        cleared_by_itself=True,
    ),
    ExceptionKind(
        id="reject_drift",
        name="Reject rate drift",
        title="{machine} reject rate {before} → {now} %",
        priority=3,
        functions=(F.QUALITY, F.PRODUCTION),
        parameters=(
            Parameter(name="window_units", default=1000, unit="units", low=20, high=1e6, help="units in the window"),
            Parameter(name="above_percent", default=2.0, unit="%", low=0.01, high=100, help="rejects in the window"),
            Parameter(name="sigmas", default=3.0, unit="σ", low=1, high=10, help="distance from the baseline"),
        ),
        detector="rejects",
    ),
    ExceptionKind(
        id="material_low",
        name="Material low",
        title="{machine} {material} low: {left} left",
        priority=3,
        functions=(F.MATERIALS,),
        parameters=(
            Parameter(name="below_minutes", default=10, unit="min", low=0.1, high=600, help="left at present use"),
            Parameter(name="below_percent", default=10, unit="%", low=0, high=100, help="of a full load"),
        ),
        detector="material",
        cleared_by_itself=True,
    ),
    ExceptionKind(
        id="controller_lost",
        name="Controller lost",
        title="{controller} lost",
        priority=4,
        functions=(F.IT, F.MAINTENANCE),
        parameters=(Parameter(name="delay_s", default=3, unit="s", low=1, high=600, help="silence before it counts"),),
        detector="controllers",
        cleared_by_itself=True,
    ),
    ExceptionKind(
        id="alarm_burst",
        name="Alarm burst",
        title="{machine} alarm burst: {alarm}",
        priority=3,
        functions=(F.MAINTENANCE,),
        parameters=(
            Parameter(name="gap_s", default=1800, unit="s", low=1, high=86400, help="silence that ends a burst"),
            Parameter(name="members", default=5, unit="alarms", low=1, high=1000, help="alarms that make a burst"),
        ),
        detector="alarms",
        cleared_by_itself=True,
        episodes=True,
        member="{alarm}",
    ),
    ExceptionKind(
        id="operator_report",
        name="Operator report",
        title="{what}: {machine}",
        priority=3,
        functions=(F.PRODUCTION,),
    ),
    ExceptionKind(
        id="posting_rejected",
        name="ERP refused a posting",
        title="{subject} refused by the ERP",
        priority=3,
        functions=(F.PLANNING,),
    ),
)

EXCEPTION_KINDS: Mapping[str, ExceptionKind] = MappingProxyType({row.id: row for row in _ROWS})

REPORTS: Mapping[str, tuple[str, Function, int]] = MappingProxyType(
    {
        "1": ("Machine fault", Function.MAINTENANCE, 2),
        "2": ("Quality doubt", Function.QUALITY, 2),
        "3": ("Material missing or wrong", Function.MATERIALS, 3),
        "4": ("Safety", Function.PRODUCTION, 1),
        "5": ("Other", Function.PRODUCTION, 3),
    }
)
"""What an operator can report with one more key: text, function, priority."""
