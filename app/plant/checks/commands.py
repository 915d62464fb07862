"""Checks of the allow-list of commands: values, states, addresses, what is read back, who may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.domain.commands import RequestControl
from app.domain.packml import MachineState
from app.domain.permissions import ALLOWED
from app.domain.plant import TEXT_SIGNALS, Address
from app.plant.checks.facts import AddressChecks, Facts
from app.plant.commands import ExpandedCommand
from app.plant.faults import At, Misfit, did_you_mean

STATES = {state.text: state for state in MachineState if state is not MachineState.UNDEFINED}


def placeholders_are_known(facts: Facts) -> Iterator[Misfit]:
    """Every word in braces of a command's addresses stands for something."""
    if "namespaces" in facts.draft.faulty:
        return
    known = [*facts.draft.file.namespaces, "root", "n"]
    for command in facts.commands:
        for at, name in command.unknown:
            todo = did_you_mean(name, known, f"Use {{{'}, {'.join(known)}}}, or add it to [namespaces].")
            yield Misfit(at=at, message=f'nothing is known as "{{{name}}}".', todo=todo)


def a_value_is_fixed_or_has_a_range(facts: Facts) -> Iterator[Misfit]:
    """A value is written in the file or chosen between two bounds, never both and never without bounds."""
    for at, row in facts.draft.each("command", facts.draft.file.command):
        if (row.low is None) is not (row.high is None):
            missing = "low" if row.low is None else "high"
            yield Misfit(at=at, message=f'a range needs both ends: "{missing}" is missing.', todo=f"Add {missing} = ….")
        elif row.low is not None and row.high is not None:
            if row.value is not None:
                message = "the value is fixed and has a range."
                yield Misfit(at=(*at, "value"), message=message, todo="Remove value, or low and high.")
            if row.low >= row.high:
                message = f"low is {row.low:g} and high is {row.high:g}: low must lie below high."
                yield Misfit(at=(*at, "low"), message=message, todo="Swap or correct them.")
        if row.scale == 0:
            yield Misfit(at=(*at, "scale"), message="scale is 0.", todo="Leave it out, or give the factor.")


def states_are_packml(facts: Facts) -> Iterator[Misfit]:
    """A command is permitted in states that the standard knows."""
    for at, row in facts.draft.each("command", facts.draft.file.command):
        for index, name in enumerate(row.states):
            if name not in STATES:
                todo = did_you_mean(name, list(STATES), f"Use one of {', '.join(STATES)}.")
                yield Misfit(at=(*at, "states", index), message=f'"{name}" is no PackML state.', todo=todo)


def who_is_written_to_says_what_it_is(facts: Facts) -> Iterator[Misfit]:
    """A wrong machine at an address is a wrong value while reading, and a wrong movement while writing."""
    commanded = {command.machine.controller for command in facts.commands}
    for at, row in facts.draft.each("controller", facts.draft.file.controller):
        if row.id in commanded and not row.identity:
            todo = "Add identity: a command goes only to a controller that says who it is."
            yield Misfit(at=at, message="its machines have commands, but it has no identity.", todo=todo)


def every_command_has_a_sound_address(facts: Facts) -> Iterator[Misfit]:
    """The driver itself says what is wrong with an address to write."""
    for command in facts.commands:
        valued = command.row.value is not None or command.row.low is not None
        yield from _said(
            facts,
            command,
            (*command.at, "address"),
            lambda checks, settings, c=command, v=valued: checks.check_command(c.address, settings, v),  # type: ignore[misc]
        )


def read_backs_can_be_read(facts: Facts) -> Iterator[Misfit]:
    """What is read back is a number at one place, and what it should become is known."""
    for command in facts.commands:
        row, at = command.row.read_back, (*command.at, "read_back")
        if row is None:
            continue
        if (row.tag is None) is (not row.address):
            message = "it is read back either at a tag or at an address."
            yield Misfit(at=at, message=message, todo='Give one of them, such as tag = "state".')
        elif row.tag is not None and command.read_tag is None and command.machine.type in facts.expansion.models:
            prefix = f"{command.machine.id}."
            names = [tag.id.removeprefix(prefix) for tag in facts.expansion.tags if tag.machine is command.machine]
            message = f'the machine {command.machine.id} has no tag "{row.tag}".'
            yield Misfit(at=(*at, "tag"), message=message, todo=did_you_mean(row.tag, names))
        elif command.read_tag is not None and command.read_tag.spec.get("signal") in TEXT_SIGNALS:
            yield Misfit(at=(*at, "tag"), message=f'"{row.tag}" carries a text.', todo="Read a number back.")
        elif row.address:
            yield from _said(
                facts,
                command,
                (*at, "address"),
                lambda checks, settings, c=command: checks.check_address(c.read_address, settings),  # type: ignore[misc]
            )
        if row.value is None and command.row.value is None and command.row.low is None:
            message = "the command sends no value, so what is read back must be told."
            yield Misfit(at=at, message=message, todo="Add value = ….")


def _said(
    facts: Facts, command: ExpandedCommand, at: At, ask: Callable[[AddressChecks, Address], list[str]]
) -> Iterator[Misfit]:
    """What the driver of the command's controller says; nothing where that is told elsewhere."""
    controller = next((row for row in facts.draft.file.controller if row.id == command.machine.controller), None)
    checks = facts.address_checks.get(controller.protocol) if controller else None
    if checks is None or controller is None or command.unknown:
        return
    for sentence in ask(checks, controller.settings):
        yield Misfit(at=at, message=sentence, todo=f"(Machine {command.machine.id}.)")


def somebody_may_ask(facts: Facts) -> Iterator[Misfit]:
    """A command that nobody's role allows is a slip in its roles."""
    held = {role for row in facts.draft.file.person for role in row.roles} & ALLOWED[RequestControl]
    for at, row in facts.draft.each("command", facts.draft.file.command):
        if not held.intersection(row.roles):
            message = "nobody of the plant has a role that may ask for it."
            todo = f"Add one of {', '.join(sorted(held))}."
            yield Misfit(at=(*at, "roles"), message=message, todo=todo)
