"""What can be asked of controllers: commands of the plant file, acts on alarms, and ending what stayed unknown. No Qt.

A ref of an alarm is "alarm/" and its key; of a request "control/<id>".
"""

from __future__ import annotations

from collections.abc import Callable

from app.domain import commands as c
from app.domain.alarm import Alarm
from app.domain.control import Control, read_back_tag, set_point
from app.domain.errors import RefusedError
from app.domain.events import AlarmAct
from app.domain.lifecycle import words
from app.domain.lifecycles import ALARM, CONTROL, AlarmState, AlarmTrigger, ControlTrigger
from app.domain.packml import MachineState
from app.domain.plant import AllowedCommand, Signal
from app.readmodel import model
from ui.acts import pick
from ui.acts.row import Row
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Choice, Field, FieldKind, Form
from ui.models.controls import asked_words
from ui.models.signals import value_text
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import DASH, t

SHELVES_MIN = ("15", "60", "480")
ALARMS = frozenset({"alarm"})

# --- commands of a machine --------------------------------------------------------------------------------------------


def offered(desk: Desk, ref: str) -> tuple[AllowedCommand, ...]:
    """The commands of the machine that this person's roles allow."""
    roles = desk.person.roles if desk.person else frozenset()
    found = desk.plant.commands_of(id_of(ref)) if kind_of(ref) == "machine" else ()
    return tuple(command for command in found if command.roles & roles)


def state_of(desk: Desk, machine: str) -> MachineState:
    """The state that stands on the screen; UNDEFINED while it is stale or not told."""
    tag = desk.plant.tag(machine, Signal.STATE)
    reading = desk.values.reading(tag.index) if tag else None
    if reading is None or reading.stale(desk.now().timestamp()):
        return MachineState.UNDEFINED
    return MachineState.of(reading.number)


def ask_command(desk: Desk, ref: str, shell: Shell) -> None:
    """Choose among what is permitted in the machine's present state, then confirm."""
    machine, state = id_of(ref), state_of(desk, id_of(ref))
    label = desk.plant.label(machine)
    if state is MachineState.UNDEFINED:
        shell.say(t("{machine}: its state is not known now, so nothing can be asked of it.", machine=label), bad=True)
        return
    fitting = [command for command in offered(desk, ref) if state in command.states]
    if not fitting:
        words = t("{machine}: nothing may be asked of it while it is in {state}.", machine=label, state=t(state.text))
        shell.say(words, bad=True)
        return
    choices = tuple(Choice(value=row.id, label=row.name, detail=target_text(row)) for row in fitting)
    field = Field(id="command", label=t("Command"), kind=FieldKind.CHOICE, choices=choices, value=choices[0].value)
    form = Form(title=t("What to ask of {machine}", machine=label), fields=(field,), confirm=t("Go on"))

    def chosen(answers: Answers | None) -> None:
        if answers is not None:
            confirm_command(desk, shell, desk.plant.commands[answers["command"]], state)

    shell.ask(form, chosen)


def confirm_command(desk: Desk, shell: Shell, command: AllowedCommand, state: MachineState, hold_id: str = "") -> None:
    """Show what will be written where, and send it only when a person confirms. Cancel is the default.

    `hold_id`: it is the interlock of this hold.
    """
    form = Form(
        title=t("{command}? {machine}", command=command.name, machine=desk.plant.label(command.machine)),
        text=t("It goes to the controller at once. It is sent once and then read back."),
        facts=facts(desk, command, state),
        fields=(_value_field(command),) if command.chosen else (),
        confirm=command.name,
        danger=True,
    )

    def done(answers: Answers | None) -> None:
        if answers is None:
            return
        try:
            value = set_point(answers["value"], command) if command.chosen else None
        except RefusedError as error:
            shell.say(str(error), bad=True)
            return
        asked = c.RequestControl(command_id=command.id, seen_state=int(state), value=value, hold_id=hold_id)
        send(desk, shell, asked, t("Asked for: {command}.", command=command.name))

    shell.ask(form, done)


def _value_field(command: AllowedCommand) -> Field:
    hint = f"{command.low:,.12g} – {command.high:,.12g}"
    return Field(id="value", label=t("New value"), unit=command.unit, hint=hint)


def facts(desk: Desk, command: AllowedCommand, state: MachineState) -> tuple[str, ...]:
    """What a person must know before confirming: the machine's state, the place, the present and the new value."""
    controller = desk.plant.controllers[command.controller]
    rows = [
        t("The machine is in {state}.", state=t(state.text)),
        t("Writes to {controller}: {target}", controller=controller.name, target=target_text(command)),
        t("Now: {value}", value=present(desk, command)),
    ]
    if command.value is not None and not command.chosen:
        rows.append(t("New: {value} {unit}", value=f"{command.value:,.12g}", unit=command.unit).strip())
    return tuple(rows)


def present(desk: Desk, command: AllowedCommand) -> str:
    """ "PackML state Execute": the tag that is read back, as it stands."""
    tag = read_back_tag(desk.plant, command)
    if tag is None or tag.index < 0:
        return DASH
    reading = desk.values.reading(tag.index)
    shown = DASH if reading.stale(desk.now().timestamp()) else value_text(tag, reading)
    return f"{tag.name} {shown} {tag.unit}".strip()


def target_text(command: AllowedCommand) -> str:
    """Where it goes, in the words of the protocol."""
    address = command.address
    named = address.get("method") or address.get("node")
    return str(named) if named else f"{address.get('table', '')} {address.get('address', '')}".strip()


# --- acts on an alarm -------------------------------------------------------------------------------------------------


def alarm_of(desk: Desk, ref: str) -> Alarm | None:
    """The alarm that a ref names."""
    key = id_of(ref) if kind_of(ref) == "alarm" else ""
    return next((alarm for alarm in desk.alarms if alarm.key == key), None) if key else None


def act_on(desk: Desk, shell: Shell, alarm: Alarm, act: AlarmAct, comment: str = "", minutes: int = 0) -> None:
    """Ask the controller for it, as the alarm stands on the screen."""
    command = c.RequestAlarmAct(
        controller=alarm.controller,
        alarm=alarm.key.partition("/")[2],
        event_id=alarm.event_id,
        act=act,
        machine=alarm.machine,
        code=alarm.code,
        comment=comment,
        minutes=minutes,
    )
    send(desk, shell, command, t("Asked of the controller: {act} {code}.", act=t(words(act)), code=alarm.code).strip())


def acting(act: AlarmAct, title: str, confirm: str) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` that asks for a comment, and for minutes where the alarm is shelved."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        alarm = alarm_of(desk, ref)
        if alarm is None:
            return
        fields = [pick.minutes(t("For how long"), SHELVES_MIN, desk)] if act is AlarmAct.SHELVE else []
        if act not in WORDLESS:
            fields.append(Field(id="comment", label=t("Comment"), required=act is AlarmAct.COMMENT))
        form = Form(title=t(title, code=alarm.code), text=alarm.message, fields=tuple(fields), confirm=t(confirm))

        def done(answers: Answers | None) -> None:
            if answers is not None:
                act_on(desk, shell, alarm, act, answers.get("comment", ""), int(answers.get("minutes") or 0))

        shell.ask(form, done)

    return run


WORDLESS = frozenset({AlarmAct.SHELVE, AlarmAct.SHELVE_ONCE, AlarmAct.UNSHELVE})
"""Acts that carry no comment to the controller."""


def may_act(fits: Callable[[Alarm], bool]) -> Callable[[Desk, str], bool]:
    """Whether the alarm's controller takes acts and the alarm stands so that this one is possible."""

    def asked(desk: Desk, ref: str) -> bool:
        alarm = alarm_of(desk, ref)
        controller = desk.plant.controllers.get(alarm.controller) if alarm else None
        return alarm is not None and controller is not None and controller.alarm_acts and fits(alarm)

    return asked


def alarm_row(name: str, text: str, key: str, act: AlarmAct, fits: Callable[[Alarm], bool], title: str) -> Row:
    """A row over alarms."""
    return Row(
        id=f"alarm.{name}",
        text=text,
        key=key,
        kinds=ALARMS,
        commands=(c.RequestAlarmAct,),
        may=may_act(fits),
        run=acting(act, title, text.capitalize()),
    )


# --- what stayed unknown ----------------------------------------------------------------------------------------------


def control_of(desk: Desk, ref: str) -> Control | None:
    """The request that a ref names."""
    return model.control(desk.view, id_of(ref)) if kind_of(ref) == "control" else None


def may_settle(desk: Desk, ref: str) -> bool:
    """Whether the request stayed unknown."""
    row = control_of(desk, ref)
    return row is not None and CONTROL.may(row.state, ControlTrigger.SETTLE)


def settle(desk: Desk, ref: str, shell: Shell) -> None:
    """Somebody looked at the machine, and says how it stands."""
    row = control_of(desk, ref)
    if row is None:
        return
    form = Form(
        title=t("How does it stand? {what}", what=asked_words(desk, row)),
        text=row.words,
        fields=(Field(id="note", label=t("What you saw"), hint=t("one sentence")),),
        confirm=t("Put on record"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, c.SettleControl(control_id=row.id, note=answers["note"]), t("Put on record."))

    shell.ask(form, done)


def unacknowledged(alarm: Alarm) -> bool:
    """Whether the controller waits for an acknowledgement."""
    return ALARM.may(alarm.state, AlarmTrigger.ACKNOWLEDGE)


def unconfirmed(alarm: Alarm) -> bool:
    """Whether the controller waits for a confirmation, which comes after the acknowledgement."""
    return alarm.unconfirmed and not unacknowledged(alarm)


def may_shelve(alarm: Alarm) -> bool:
    """Whether it can be put on a shelf; an earlier occurrence has none of its own."""
    return ALARM.may(alarm.state, AlarmTrigger.SHELVE) and not alarm.earlier


ROWS = (
    Row(
        id="machine.command",
        text="command",
        key="X",
        kinds=frozenset({"machine"}),
        commands=(c.RequestControl,),
        may=lambda desk, ref: bool(offered(desk, ref)),
        run=ask_command,
        danger=True,
    ),
    alarm_row("acknowledge", "acknowledge at the controller", "A", AlarmAct.ACKNOWLEDGE, unacknowledged,
              "Acknowledge {code} at the controller"),
    alarm_row("confirm", "confirm at the controller", "Shift+A", AlarmAct.CONFIRM, unconfirmed,
              "Confirm {code} at the controller"),
    alarm_row("comment", "comment at the controller", "N", AlarmAct.COMMENT, lambda alarm: True,
              "Comment on {code} at the controller"),
    alarm_row("shelve", "shelve at the controller", "S", AlarmAct.SHELVE, may_shelve,
              "Shelve {code} at the controller"),
    alarm_row("shelve_once", "shelve at the controller until it clears", "Shift+S", AlarmAct.SHELVE_ONCE, may_shelve,
              "Shelve {code} at the controller until it clears"),
    alarm_row("unshelve", "take off the controller's shelf", "U", AlarmAct.UNSHELVE,
              lambda alarm: alarm.state is AlarmState.SHELVED, "Take {code} off the controller's shelf"),
    Row(
        id="control.settle",
        text="say how it stands",
        key="E",
        kinds=frozenset({"control"}),
        commands=(c.SettleControl,),
        may=may_settle,
        run=settle,
    ),
)  # fmt: skip
