"""For which machines a rule holds: of several rules of a kind the one that names the machine most closely.

Owns that order: the machine itself, then its line, then "*". Must not know what a rule raises.
"""

from __future__ import annotations

from app.plant.draft import Draft
from app.plant.schema import PlantFile, RuleRow

ALL = "*"


def machines_of(file: PlantFile, rule: RuleRow) -> frozenset[str]:
    """The machines for which the rule holds: those that no other rule of its kind names more closely."""
    rivals = [other for other in file.rule if other.kind == rule.kind and other is not rule]
    return frozenset(
        machine.id
        for machine in file.machine
        if (own := _closeness(rule, machine.id, machine.line))
        and all(_closeness(other, machine.id, machine.line) < own for other in rivals)
    )


def covered(draft: Draft, kind: str) -> frozenset[str]:
    """The machines that any rule of a kind holds for."""
    rules = [rule for rule in draft.file.rule if rule.kind == kind]
    return frozenset(
        machine.id
        for machine in draft.file.machine
        if any(_closeness(rule, machine.id, machine.line) for rule in rules)
    )


def _closeness(rule: RuleRow, machine: str, line: str) -> int:
    """3: names the machine, 2: its line, 1: all, 0: not at all."""
    return 3 if machine in rule.machines else 2 if line in rule.machines else 1 if ALL in rule.machines else 0
