"""Checks of lines, machines and their tags: complete, in the right line, bands the right way round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.domain.packml import MachineState
from app.domain.plant import Signal
from app.plant.address import ExpandedTag
from app.plant.checks.facts import Facts
from app.plant.faults import At, Misfit, did_you_mean

SEVERAL = frozenset({Signal.PROCESS, Signal.BUFFER, Signal.MATERIAL})
"""Signals that several tags of a machine may have."""
STATES = {state.text: state for state in MachineState}


def tags_of(facts: Facts) -> dict[At, list[ExpandedTag]]:
    """The tags of every machine whose type is sound, by the machine's place."""
    grouped: dict[At, list[ExpandedTag]] = {}
    for tag in facts.expansion.tags:
        grouped.setdefault(tag.machine_at, []).append(tag)
    return grouped


def placeholders_are_known(facts: Facts) -> Iterator[Misfit]:
    """Every word in braces stands for something."""
    yield from facts.expansion.misfits


def every_line_has_machines(facts: Facts) -> Iterator[Misfit]:
    """A line without machines shows nothing."""
    used = {row.line for row in facts.draft.file.machine}
    for at, row in facts.draft.each("line", facts.draft.file.line):
        if row.id not in used:
            yield Misfit(
                at=at, message="no machine belongs to the line.", todo="Add a [[machine]], or remove the line."
            )


def output_and_feed_are_of_the_line(facts: Facts) -> Iterator[Misfit]:
    """A line counts at its own machines."""
    lines = {row.id: row.line for row in facts.draft.file.machine}
    for at, row in facts.draft.each("line", facts.draft.file.line):
        for key, name in (("output", row.output), ("feed", row.feed)):
            if name is not None and lines.get(name, row.id) != row.id:
                message = f'"{name}" stands in the line {lines[name]}.'
                yield Misfit(at=(*at, key), message=message, todo="Name a machine of this line.")


def every_machine_has_a_state(facts: Facts) -> Iterator[Misfit]:
    """Without a state nothing can be told of a machine; replayed alarms come without."""
    if facts.draft.file.site.replayed:
        return
    grouped = tags_of(facts)
    for at, row in facts.draft.each("machine", facts.draft.file.machine):
        if row.type not in facts.expansion.models:
            continue
        if all(tag.spec.get("signal") is not Signal.STATE for tag in grouped.get(at, ())):
            todo = 'Give its type a tag with signal = "state".'
            yield Misfit(at=at, message="no tag tells the machine's state.", todo=todo)


def a_signal_has_one_tag(facts: Facts) -> Iterator[Misfit]:
    """Of two states, counters or rates nobody would know which one counts."""
    for tags in tags_of(facts).values():
        counted = Counter(tag.spec.get("signal") for tag in tags)
        first: dict[Signal, ExpandedTag] = {}
        for tag in tags:
            signal = tag.spec.get("signal")
            if signal in first and counted[signal] > 1 and signal not in SEVERAL:
                yield Misfit(
                    at=tag.spec.place("signal"),
                    message=f'a machine has one tag with signal = "{signal}", and it is'
                    f' "{first[signal].spec.get("name")}" already',
                    todo='Give one of them another signal, such as "process".',
                    first=first[signal].spec.at,
                )
            first.setdefault(signal, tag)


def bands_are_the_right_way_round(facts: Facts) -> Iterator[Misfit]:
    """`low` lies below `high`."""
    for tag in facts.expansion.tags:
        low, high = tag.spec.get("low"), tag.spec.get("high")
        if low is not None and high is not None and low > high:
            last = tag.spec.at
            at = tag.spec.place("low" if tag.spec.place("low")[:-1] == last else "high")
            message = f"low is {low:g} and high is {high:g}: low must not lie above high."
            yield Misfit(at=at, message=message, todo="Swap or correct them.")


def scales_are_not_zero(facts: Facts) -> Iterator[Misfit]:
    """A scale of 0 would make every value the same."""
    for tag in facts.expansion.tags:
        if tag.spec.get("scale") == 0:
            yield Misfit(at=tag.spec.place("scale"), message="scale is 0.", todo="Leave it out, or give the factor.")


def state_maps_lead_to_packml(facts: Facts) -> Iterator[Misfit]:
    """A map translates whole numbers to PackML states."""
    for name, rows in facts.draft.file.state_map.items():
        for number, state in rows.items():
            at = ("state_map", name, number)
            if not number.lstrip("-").isdecimal() or len(number) > 10:
                yield Misfit(at=at, message=f'"{number}" is no whole number.', todo='Write "3" = "Execute".')
            if state not in STATES:
                todo = did_you_mean(state, list(STATES), f"Use one of {', '.join(STATES)}.")
                yield Misfit(at=at, message=f'"{state}" is no PackML state.', todo=todo)


def stop_reasons_are_numbers(facts: Facts) -> Iterator[Misfit]:
    """The controller says a stop reason as a number."""
    for number in facts.draft.file.reasons:
        if not number.isdecimal() or len(number) > 10:
            at = ("reasons", number)
            yield Misfit(at=at, message=f'"{number}" is no whole number.', todo='Write "1201" = "Gripper vacuum lost".')


def hold_reasons_have_short_codes(facts: Facts) -> Iterator[Misfit]:
    """Codes of hold reasons are ids."""
    for code in facts.draft.file.hold_reasons:
        if not code or len(code) > 64 or not all(sign.isalnum() or sign in "_.-" for sign in code):
            at = ("hold_reasons", code)
            yield Misfit(
                at=at, message=f'"{code}" is no short name.', todo='Write it like foreign_body = "Foreign body".'
            )
