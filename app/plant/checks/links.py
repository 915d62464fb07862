"""Checks of what Lineside connects to: controllers, their tags' addresses, the ERP; no secret in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.domain.plant import ErpLink
from app.plant.address import ExpandedTag
from app.plant.checks.facts import Facts
from app.plant.faults import At, Misfit, did_you_mean
from app.plant.schema import ControllerRow

CREDENTIALS = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*://[^/?#\s]*@")
SECRET = re.compile(r"password|passwd|passphrase|secret", re.IGNORECASE)
NAMES_A_SECRET = "secret"
"""The setting that says under which name a password is stored; it is not one itself."""
QUOTED = re.compile(r"""^(?:The key |ERP setting )?["']([^"']+)["']""")

ALARM_SOURCE = "source."
"""Settings that start so name the machine from which alarms of that source come: source.Filler = "L1.filler"."""


def every_controller_is_used(facts: Facts) -> Iterator[Misfit]:
    """A connection that nobody needs is a slip in the machines' rows."""
    used = {row.controller for row in facts.draft.file.machine}
    for at, row in facts.draft.each("controller", facts.draft.file.controller):
        if row.id not in used:
            todo = "Name it in the machines it serves, or remove it."
            yield Misfit(at=at, message="no machine uses the controller.", todo=todo)


def shared_history_is_kept(facts: Facts) -> Iterator[Misfit]:
    """What is sent on is what is kept."""
    history = facts.draft.file.history
    if history.shared and not history.most_mb:
        todo = "Give most_mb some room, or take shared out."
        yield Misfit(at=("history", "shared"), message="no history is kept that could be shared.", todo=todo)


def protocols_are_known(facts: Facts) -> Iterator[Misfit]:
    """There is a driver for every controller."""
    for at, row in facts.draft.each("controller", facts.draft.file.controller):
        if row.protocol not in facts.address_checks:
            todo = did_you_mean(row.protocol, list(facts.address_checks))
            yield Misfit(at=(*at, "protocol"), message=f'there is no driver for "{row.protocol}".', todo=todo)


def no_secret_is_written_down(facts: Facts) -> Iterator[Misfit]:
    """Passwords are kept by the operating system's keyring, never in a file that is copied around."""
    for at, settings in _settings(facts):
        for key, value in settings.items():
            if isinstance(value, str) and CREDENTIALS.match(value):
                message = "the address holds a user or a password."
                todo = 'Remove it: the name goes into "user", the password into the keyring.'
                yield Misfit(at=(*at, key), message=message, todo=todo)
            elif SECRET.search(key) and key != NAMES_A_SECRET:
                message = f'"{key}" is a secret.'
                yield Misfit(at=(*at, key), message=message, todo="Remove it and use the keyring.")


def controllers_settings_fit_their_driver(facts: Facts) -> Iterator[Misfit]:
    """The driver itself says what is wrong with its settings."""
    for at, row in facts.draft.each("controller", facts.draft.file.controller):
        checks = facts.address_checks.get(row.protocol)
        if checks is not None:
            yield from _said((*at, "settings"), row.settings, checks.check_settings(row.settings))


def alarm_sources_are_machines(facts: Facts) -> Iterator[Misfit]:
    """What a controller calls the source of its alarms is a machine of this file."""
    for at, row in facts.draft.each("controller", facts.draft.file.controller):
        for key, name in row.settings.items():
            if key.startswith(ALARM_SOURCE) and isinstance(name, str) and not facts.draft.knows("machine", name):
                todo = did_you_mean(name, sorted(facts.draft.ids["machine"]))
                yield Misfit(at=(*at, "settings", key), message=f'"{name}" is no machine.', todo=todo)


def the_erp_fits_its_adapter(facts: Facts) -> Iterator[Misfit]:
    """The adapter exists and is content with its settings; not judged where no adapter is known."""
    row = facts.draft.file.erp
    link = ErpLink(adapter=row.adapter, settings=row.settings)
    yield from _said(("erp", "settings"), row.settings, facts.erp_check(link))


def every_tag_has_a_sound_address(facts: Facts) -> Iterator[Misfit]:
    """The driver itself says what is wrong with an address; a fault of a type is said once."""
    controllers = {row.id: row for row in facts.draft.file.controller}
    said: set[tuple[At, str]] = set()
    for tag in facts.expansion.tags:
        controller = controllers.get(tag.machine.controller)
        at = tag.spec.place("address")
        if controller is None:
            continue
        for message in _address_faults(facts, tag, controller):
            if (at, message) not in said:
                said.add((at, message))
                yield Misfit(at=at, message=f"{message}", todo=f"(Machine {tag.machine.id}.)")


def _address_faults(facts: Facts, tag: ExpandedTag, controller: ControllerRow) -> Iterable[str]:
    if not tag.address:
        return ["the tag has no address: add address = { … }."]
    checks = facts.address_checks.get(controller.protocol)
    return checks.check_address(tag.address, controller.settings) if checks else ()


def no_address_is_read_twice(facts: Facts) -> Iterator[Misfit]:
    """Two tags at one place of a controller are a slip; two machines that share several are one slip."""
    first: dict[tuple[str, frozenset[Any]], ExpandedTag] = {}
    shared: dict[tuple[str, str], list[tuple[ExpandedTag, ExpandedTag]]] = {}
    for tag in facts.expansion.tags:
        if tag.address:
            spot = (tag.machine.controller, frozenset(tag.address.items()))
            other = first.setdefault(spot, tag)
            if other is not tag:
                shared.setdefault((tag.machine.id, other.machine.id), []).append((tag, other))
    for pairs in shared.values():
        tag, other = pairs[0]
        if len(pairs) > 1 and tag.machine_at != other.machine_at:
            yield Misfit(
                at=tag.machine_at,
                message=f"{len(pairs)} tags have the addresses of {other.machine.id}",
                todo="Check root, base and controller of the two.",
                first=other.machine_at,
            )
            continue
        yield from (_twice(tag, other) for tag, other in pairs)


def no_value_begins_within_another(facts: Facts) -> Iterator[Misfit]:
    """A value that begins within the registers of another one is a slip of an address or a type."""
    said: set[tuple[At, At]] = set()
    last: tuple[tuple[str, str, int, int], ExpandedTag] | None = None
    for span, tag in sorted(_spans(facts), key=lambda found: found[0]):
        if last is not None and last[0][:2] == span[:2] and last[0][2] < span[2] < last[0][3]:
            at, first = tag.spec.place("address"), last[1].spec.place("address")
            if (at, first) not in said:
                said.add((at, first))
                message = f"{tag.id} begins within the registers of {last[1].id}"
                yield Misfit(at=at, message=message, todo="Correct the address or the type of one.", first=first)
        if last is None or last[0][:2] != span[:2] or span[3] >= last[0][3]:
            last = (span, tag)


def _spans(facts: Facts) -> Iterator[tuple[tuple[str, str, int, int], ExpandedTag]]:
    """What each tag takes alone: its controller, where there, the first register and the one after the last."""
    controllers = {row.id: row for row in facts.draft.file.controller}
    for tag in facts.expansion.tags:
        controller = controllers.get(tag.machine.controller)
        checks = facts.address_checks.get(controller.protocol) if controller is not None else None
        if controller is not None and checks is not None and tag.address:
            span = checks.span(tag.address, controller.settings)
            if span is not None:
                yield (controller.id, *span), tag


def _twice(tag: ExpandedTag, other: ExpandedTag) -> Misfit:
    return Misfit(
        at=tag.spec.place("address"),
        message=f"{tag.id} has the address of {other.id}",
        todo="Correct one of them.",
        first=other.spec.place("address"),
    )


def _settings(facts: Facts) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for at, row in facts.draft.each("controller", facts.draft.file.controller):
        yield (*at, "settings"), row.settings
    yield ("erp", "settings"), facts.draft.file.erp.settings


def _said(at: At, settings: Mapping[str, Any], sentences: Iterable[str]) -> Iterator[Misfit]:
    """A driver's sentences as misfits, at the key that they quote; a secret is said elsewhere already."""
    for sentence in sentences:
        quoted = QUOTED.match(sentence)
        key = quoted[1] if quoted and quoted[1] in settings else None
        value = settings[key] if key else ""
        if isinstance(value, str) and (CREDENTIALS.match(value) or (key and SECRET.search(key))):
            continue
        yield Misfit(at=(*at, key) if key else at, message=sentence, todo="")
