"""How acts of several workstations come together in one log: what can collide, and what always stands. Pure.

A strict event needs the strand (`Event.strand`) as its actor saw it; an additive one is a fact that nothing can undo,
so the log takes it whatever happened meanwhile, and it moves no strand's tip.
"""

from __future__ import annotations

from app.domain import events as e

ADDITIVE: frozenset[type[e.Event]] = frozenset(
    {
        e.MemberAdded,
        e.ConditionCleared,
        e.ConditionReturned,
        e.ImpactAssessed,
        e.NoteAdded,
        e.QualityCheckRecorded,
        e.RunsRecorded,
        e.SignedIn,
        e.SignedOut,
        e.RefusalSettled,
        e.GapRecorded,
    }
)
"""What a machine or a person saw or said. Its fold must bear being told twice."""

CONFIRM_FIRST: frozenset[type[e.Event]] = frozenset({e.HoldReleased, e.AssignmentAccepted})
"""What a joined station shows only once the shared log has taken it: everything that frees or hands over (I3)."""


def strict(kind: type[e.Event]) -> bool:
    """Whether the log takes an event of this kind only on top of what its actor saw."""
    return kind not in ADDITIVE


def tip_of(event: e.Event) -> str | None:
    """The strand whose tip the event becomes; None where it moves none."""
    return None if type(event) in ADDITIVE else event.strand
