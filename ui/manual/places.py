"""Where the manual speaks of a screen or of a form: a row for each view and each group of actions. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ui.manual.book import FIRST

VIEW_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "overview": "operator.md#overview",
        "line": "operator.md#line",
        "machine": "operator.md#machine",
        "cases": "operator.md#cases",
        "queue": "operator.md#now-the-queue",
        "trends": "operator.md#trends",
        "holds": "quality.md#holds",
        "work": "shift-lead.md#work",
        "handover": "shift-lead.md#handover",
        "proposals": "improving.md#proposals",
        "browse": "controllers.md#browse",
        "health": "operations.md#is-all-well",
    }
)
"""View id → page#section."""

ACTION_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "case": "operator.md#keys-on-a-case",
        "hold": "quality.md#holds",
        "check": "quality.md#quality-checks",
        "order": "shift-lead.md#move-an-order-or-a-person",
        "person": "shift-lead.md#move-an-order-or-a-person",
        "assignment": "shift-lead.md#move-an-order-or-a-person",
        "machine": "operator.md#ask-something-of-a-machine",
        "alarm": "operator.md#alarms-of-the-controller",
        "control": "operator.md#ask-something-of-a-machine",
        "handover": "shift-lead.md#handover",
        "item": "shift-lead.md#handover",
        "proposal": "improving.md#decide",
        "posting": "shift-lead.md#the-erp",
        "report": "operator.md#report-something",
        "refusal": "shift-lead.md#steps-that-were-not-taken",
        "sign_in": "operator.md#sign-in",
        "sign_out": "operator.md#sign-in",
        "open": "operator.md#now-the-queue",
    }
)
"""The part of an action's id before its dot → page#section."""

GUIDE_PLACE = "install.md#the-first-start"


def place_of(view: str, action: str = "") -> str:
    """Where the manual speaks of the form of an action, else of a view; its first page where it does not."""
    return ACTION_PLACES.get(action.partition(".")[0]) or VIEW_PLACES.get(view) or FIRST
