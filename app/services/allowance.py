"""Whether a person may ask for a command of the plant file now: allow-list, role, range, state seen, rate (I9)."""

from __future__ import annotations

from datetime import timedelta

from app.domain import commands as c
from app.domain.control import check_state, checked_value
from app.domain.errors import RefusedError
from app.domain.packml import MachineState
from app.domain.permissions import ALLOWED
from app.domain.plant import AllowedCommand
from app.readmodel import model as m
from app.services.context import Context


def permitted(
    command_id: str, seen_state: int, chosen: float | None, ctx: Context
) -> tuple[AllowedCommand, float | None]:
    """The command and the value to send, once allow-list, role, range, state and rate fit. Raises RefusedError."""
    allowed = ctx.plant.commands.get(command_id)
    if allowed is None:
        raise RefusedError("The plant file allows no such command.", "Controllers are read only but for its commands.")
    if not allowed.roles & ctx.actor.roles:
        wanted = ", ".join(sorted(role.value.replace("_", " ") for role in allowed.roles))
        raise RefusedError(f'{ctx.actor.name} may not ask for "{allowed.name}".', f"It is for {wanted} to do.")
    if not ALLOWED[c.RequestControl] & ctx.actor.roles:
        raise RefusedError(f"{ctx.actor.name} may ask nothing of a machine.", "Let a person of the line do it.")
    value = checked_value(chosen, allowed)
    check_state(MachineState.of(seen_state), allowed, ctx.plant.label(allowed.machine))
    _not_too_soon(ctx, allowed)
    return allowed, value


def _not_too_soon(ctx: Context, allowed: AllowedCommand) -> None:
    """One request at a time for a machine, and the same one only after its interval."""
    for row in m.recent_controls(ctx.view, ctx.now - timedelta(seconds=allowed.min_interval_s)):
        if row.machine != allowed.machine or not row.command:
            continue
        if row.under_way:
            raise RefusedError(f'"{row.what}" is under way.', "Wait until it is known what became of it.")
        left = row.requested_at + timedelta(seconds=allowed.min_interval_s) - ctx.now
        if row.command == allowed.id and left > timedelta(0):
            again = f"Ask again in {max(1, round(left.total_seconds()))} s."
            raise RefusedError(f'"{row.what}" was asked for a moment ago.', again)
