"""The interlock of a hold: a request to a controller in the same commit, which may fail and never keeps the hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import KnownError, RefusedError
from app.domain.plant import Machine
from app.domain.text import safe
from app.readmodel.interlocks import kept_by_others
from app.services.allowance import permitted
from app.services.context import Context
from app.services.queries import the_hold

Check = Callable[[c.Interlock, str, Context], None]
"""Raises RefusedError where this hold may not send this command."""

LONGEST_NAME = 80


def placed(interlocks: tuple[c.Interlock, ...], hold_id: str, ctx: Context) -> Iterator[e.Event]:
    """What was confirmed together with placing the hold."""
    for interlock in interlocks:
        yield from _requested(interlock, hold_id, ctx, may_keep)


def released(interlocks: tuple[c.Interlock, ...], hold_id: str, ctx: Context) -> Iterator[e.Event]:
    """What was confirmed together with releasing it."""
    for interlock in interlocks:
        yield from _requested(interlock, hold_id, ctx, may_undo)


def _requested(interlock: c.Interlock, hold_id: str, ctx: Context, may: Check) -> Iterator[e.Event]:
    """The request; what does not fit is on record at once as not sent, beside the hold that stands all the same."""
    why = _refusal(interlock, hold_id, ctx, may)
    allowed = ctx.plant.commands.get(interlock.command_id)
    asked = e.ControlRequested(
        control_id=ctx.new_id(),
        station=ctx.station,
        controller=allowed.controller if allowed else "",
        machine=allowed.machine if allowed else None,
        what=allowed.name if allowed else safe(interlock.command_id, LONGEST_NAME),
        command=interlock.command_id,
        value=allowed.value if allowed else None,
        seen=interlock.seen_state,
        hold=hold_id,
    )
    yield asked
    if why:
        yield e.ControlFailed(control_id=asked.control_id, words=why)


def _refusal(interlock: c.Interlock, hold_id: str, ctx: Context, may: Check) -> str:
    try:
        may(interlock, hold_id, ctx)
        permitted(interlock.command_id, interlock.seen_state, None, ctx)
    except KnownError as error:
        return str(error)
    return ""


def may_keep(interlock: c.Interlock, hold_id: str, ctx: Context) -> None:
    """The plant file names the command as a machine's interlock."""
    _machine(interlock.command_id, ctx, lambda machine: machine.hold_command)


def may_undo(interlock: c.Interlock, hold_id: str, ctx: Context) -> None:
    """The plant file names it for the release, and no other hold keeps the machine."""
    machine = _machine(interlock.command_id, ctx, lambda machine: machine.release_command)
    others = kept_by_others(ctx.view, machine, hold_id)
    if others:
        label, lots = ctx.plant.label(machine.id), ", ".join(safe(lot, 40) for lot in others[0].lots)
        raise RefusedError(f"{label} is kept by another hold, on {lots}.", "It is freed with the last of them.")


def _machine(command_id: str, ctx: Context, named: Callable[[Machine], str]) -> Machine:
    found = next(
        (machine for machine in ctx.plant.machines.values() if command_id and named(machine) == command_id), None
    )
    if found is None:
        raise RefusedError("The plant file names no such interlock.", "Nothing was sent.")
    return found


def check_again(command: c.RequestControl, ctx: Context) -> None:
    """A request made later for a hold: its interlock while it is open, else the undoing. Raises KnownError."""
    hold = the_hold(ctx, command.hold_id)
    interlock = c.Interlock(command_id=command.command_id, seen_state=command.seen_state)
    (may_undo if hold.closed else may_keep)(interlock, hold.id, ctx)
