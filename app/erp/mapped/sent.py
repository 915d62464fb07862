"""A command as rows of text under the port's own names, as a mapped ERP gets it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from app.domain.erp import ConfirmProduction, ConsumeMaterial, ErpCommand
from app.erp.codec import KINDS
from app.erp.lots import lot_text
from app.erp.mapped.fields import ANSWER, ASKED, COMMANDS, KEY


def values_of(command: ErpCommand, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """A command as rows of text under the port's names: one row, or one for each component.

    Each has the answer to the ERP's question.
    """
    asked, answer = next(iter(answers.items()), ("", ""))
    plain = {KEY: command.key, "actor": command.actor, "occurred_at": written(command.occurred_at)}
    plain |= {ANSWER: answer, ASKED: asked}
    if isinstance(command, ConsumeMaterial):
        return [
            {
                **plain,
                "row": str(n),
                "order": command.order,
                "product": taken.product,
                "lot": lot_text(taken.lot),
                "quantity": f"{taken.quantity:f}",
                "unit": taken.unit,
            }
            for n, taken in enumerate(command.consumptions, 1)
        ]
    for name in COMMANDS[KINDS[type(command)]].fields:
        if name not in plain:
            value = run_s(command) if name == "run_s" else getattr(command, name)
            plain[name] = cell(value) if name != "lot" else lot_text(str(value))
    return [plain]


def run_s(command: ErpCommand) -> float:
    """The seconds worked, which only a confirmation has."""
    return command.run.total_seconds() if isinstance(command, ConfirmProduction) else 0.0


def cell(value: object) -> str:
    """A value as text: quantities without an exponent, times in UTC."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return written(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def written(at: datetime) -> str:
    """An instant in UTC, which it says."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
