"""Requests to controllers: refused here unless allow-list, role, range, rate and the state seen all fit (I9)."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import commands as c
from app.domain import events as e
from app.domain.control import LONGEST_SHELF_MIN, Control
from app.domain.errors import NotFoundError, RefusedError
from app.domain.lifecycle import words
from app.domain.lifecycles import CONTROL, ControlTrigger
from app.domain.text import safe
from app.readmodel import model as m
from app.services import interlocks
from app.services.allowance import permitted
from app.services.context import Context
from app.services.queries import AGAIN, LONGEST_NOTE, remark, sentence

LONGEST_KEY = 4096
"""Characters of a condition's key as a controller may make them."""


def request_control(command: c.RequestControl, ctx: Context) -> Iterator[e.Event]:
    """Ask for a command of the plant file. What is refused here was never sent, and leaves no trace in a controller."""
    if command.hold_id:
        interlocks.check_again(command, ctx)
    allowed, value = permitted(command.command_id, command.seen_state, command.value, ctx)
    yield e.ControlRequested(
        control_id=ctx.new_id(),
        station=ctx.station,
        controller=allowed.controller,
        machine=allowed.machine,
        what=allowed.name,
        command=allowed.id,
        value=value,
        seen=command.seen_state,
        hold=command.hold_id,
    )


def request_alarm_act(command: c.RequestAlarmAct, ctx: Context) -> Iterator[e.Event]:
    """Ask a controller for an act on one of its alarms: always allowed unless the plant file says no."""
    controller = ctx.plant.controllers.get(command.controller)
    if controller is None:
        raise NotFoundError("There is no such controller.", AGAIN)
    if not controller.alarm_acts:
        raise RefusedError(f"{controller.name} takes no acts on its alarms from here.", "Do it at the machine.")
    if not command.alarm or len(command.alarm) > LONGEST_KEY:
        raise NotFoundError("There is no such alarm.", AGAIN)
    if command.act is e.AlarmAct.SHELVE and not 0 < command.minutes <= LONGEST_SHELF_MIN:
        raise RefusedError("An alarm is shelved for some minutes.", f"Choose 1 to {LONGEST_SHELF_MIN:,}.")
    if any(row.under_way and row.subject == command.alarm for row in m.live_controls(ctx.view)):
        raise RefusedError("Something is already asked of this alarm.", "Wait until it is known what became of it.")
    needs_words = command.act is e.AlarmAct.COMMENT
    yield e.ControlRequested(
        control_id=ctx.new_id(),
        station=ctx.station,
        controller=controller.id,
        machine=command.machine if command.machine in ctx.plant.machines else None,
        what=f"{words(command.act).capitalize()} {safe(command.code, 80)}".strip(),
        act=command.act,
        subject=command.alarm,
        event_id=command.event_id,
        comment=sentence(command.comment, "The comment", LONGEST_NOTE) if needs_words else remark(command.comment),
        minutes=command.minutes if command.act is e.AlarmAct.SHELVE else 0,
    )


def record_control(command: c.RecordControl, ctx: Context) -> Iterator[e.Event]:
    """The control lane's word on one request; the fold refuses what the lifecycle does not allow."""
    the_control(ctx, command.event.control_id)
    yield command.event


def settle_control(command: c.SettleControl, ctx: Context) -> Iterator[e.Event]:
    """Somebody looked: an unknown request ends with what the person saw."""
    row = the_control(ctx, command.control_id)
    CONTROL.step(row.state, ControlTrigger.SETTLE)
    yield e.ControlSettled(control_id=row.id, note=sentence(command.note, "What you saw", LONGEST_NOTE))


def the_control(ctx: Context, control_id: str) -> Control:
    """The request; refuses where there is none."""
    found = m.control(ctx.view, control_id)
    if found is None:
        raise NotFoundError("There is no such request to a controller.", AGAIN)
    return found
