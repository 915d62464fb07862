"""Odoo's questions: a button may answer 200 with a window instead of doing anything. Each is put to a person.

Pure. A table with a row per window that Lineside can answer; any other one is shown and answered in Odoo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.domain.erp_errors import ErpActionRequiredError
from app.domain.text import safe

Context = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wizard:
    """A window: what it asks, and for each answer the context with which the button is pressed again."""

    question: str
    answers: Mapping[str, Callable[[int], Context]]


WIZARDS: Mapping[str, Wizard] = MappingProxyType(
    {
        "mrp.consumption.warning": Wizard(
            question="Odoo: another quantity was consumed than planned. Finish all the same? (yes)",
            answers={"yes": lambda _: {"skip_consumption": True}},
        ),
        "mrp.production.backorder": Wizard(
            question="Odoo: less was made than ordered. Order the rest later, or close the order? (later, close)",
            answers={
                "later": lambda number: {"skip_backorder": True, "mo_ids_to_backorder": [number]},
                "close": lambda _: {"skip_backorder": True},
            },
        ),
        "stock.backorder.confirmation": Wizard(
            question="Odoo: less is moved than was planned. Move only this? (yes)",
            answers={"yes": lambda _: {"skip_backorder": True}},
        ),
    }
)


def window_of(result: Any) -> str:
    """The model of the window that a button answered with, "" where it opened none."""
    if isinstance(result, Mapping) and str(result.get("type", "")).startswith("ir.actions"):
        return str(result.get("res_model") or "a window")
    return ""


def answered(window: str, answers: Mapping[str, str], number: int) -> Context:
    """The context of a person's answer; raises ErpActionRequiredError with the question where there is none."""
    wizard = WIZARDS.get(window)
    if wizard is None:
        raise ErpActionRequiredError(f"Odoo asks something that is answered there: {safe(window, 80)}.", window)
    make = wizard.answers.get(answers.get(window, "").strip().lower())
    if make is None:
        raise ErpActionRequiredError(wizard.question, window)
    return make(number)
