"""Checks of the machines' interlocks: commands of the machine itself, of one value, that are read back."""

from __future__ import annotations

from collections.abc import Iterator

from app.plant.checks.facts import Facts
from app.plant.faults import At, Misfit
from app.plant.schema import CommandRow

KEYS = ("hold_command", "release_command")


def interlocks_are_commands_of_their_machine(facts: Facts) -> Iterator[Misfit]:
    """An interlock needs no further question: what it writes is fixed, and it is known whether it worked."""
    commands = {row.id: row for row in facts.draft.file.command}
    for at, row in facts.draft.each("machine", facts.draft.file.machine):
        for key in KEYS:
            command = commands.get(getattr(row, key) or "")
            if command is not None:
                yield from _unfit((*at, key), row.id, command)
        if row.release_command and not row.hold_command:
            message = "there is a command for the release of a hold and none for the hold."
            yield Misfit(at=(*at, "release_command"), message=message, todo="Add hold_command, or remove this.")
        elif row.release_command and row.release_command == row.hold_command:
            message = "the same command would be sent when a hold is placed and when it is released."
            yield Misfit(at=(*at, "release_command"), message=message, todo="Name the command that undoes it.")


def _unfit(at: At, machine: str, command: CommandRow) -> Iterator[Misfit]:
    if command.machine != machine:
        message = f'"{command.id}" is a command of {command.machine}.'
        yield Misfit(at=at, message=message, todo=f"Name a command of {machine}.")
    if command.low is not None or command.high is not None:
        message = f'the value of "{command.id}" would have to be chosen.'
        yield Misfit(at=at, message=message, todo="Name a command with a fixed value.")
    if command.read_back is None:
        message = f'"{command.id}" is not read back: nobody would know whether the interlock works.'
        yield Misfit(at=at, message=message, todo="Give the command a read_back.")
