"""The table of checks: one row each, run in this order. A new check is a new row here."""

from __future__ import annotations

from collections.abc import Iterator

from app.plant.checks import commands, interlocks, links, machines, people, references, routing
from app.plant.checks.facts import Check, Facts
from app.plant.faults import Misfit

CHECKS: tuple[Check, ...] = (
    Check(name="needed tables", run=references.nothing_needed_is_missing),
    Check(name="ids once", run=references.every_id_is_there_once),
    Check(name="references", run=references.every_reference_leads_somewhere),
    Check(name="rules' machines", run=references.rules_name_machines_or_lines),
    Check(name="kinds", run=references.kinds_are_known),
    Check(name="type circles", run=references.no_type_extends_itself),
    Check(name="tag names", run=references.tag_names_are_there_once),
    Check(name="prefixes", run=references.prefixes_are_usable),
    Check(name="placeholders", run=machines.placeholders_are_known),
    Check(name="lines' machines", run=machines.every_line_has_machines, needs=("machine",)),
    Check(name="output and feed", run=machines.output_and_feed_are_of_the_line),
    Check(name="state tags", run=machines.every_machine_has_a_state),
    Check(name="one tag a signal", run=machines.a_signal_has_one_tag),
    Check(name="bands", run=machines.bands_are_the_right_way_round),
    Check(name="scales", run=machines.scales_are_not_zero),
    Check(name="state maps", run=machines.state_maps_lead_to_packml),
    Check(name="stop reasons", run=machines.stop_reasons_are_numbers),
    Check(name="hold reasons", run=machines.hold_reasons_have_short_codes),
    Check(name="protocols", run=links.protocols_are_known),
    Check(name="controllers' use", run=links.every_controller_is_used, needs=("machine",)),
    Check(name="secrets", run=links.no_secret_is_written_down),
    Check(name="driver settings", run=links.controllers_settings_fit_their_driver),
    Check(name="alarm sources", run=links.alarm_sources_are_machines),
    Check(name="ERP adapter", run=links.the_erp_fits_its_adapter, needs=("erp",)),
    Check(name="shared history", run=links.shared_history_is_kept, needs=("history",)),
    Check(name="addresses", run=links.every_tag_has_a_sound_address),
    Check(name="addresses once", run=links.no_address_is_read_twice),
    Check(name="overlaps", run=links.no_value_begins_within_another),
    Check(name="commands' placeholders", run=commands.placeholders_are_known),
    Check(name="commands' values", run=commands.a_value_is_fixed_or_has_a_range),
    Check(name="commands' states", run=commands.states_are_packml),
    Check(name="commands' controllers", run=commands.who_is_written_to_says_what_it_is),
    Check(name="commands' addresses", run=commands.every_command_has_a_sound_address),
    Check(name="read-backs", run=commands.read_backs_can_be_read),
    Check(name="commands' people", run=commands.somebody_may_ask, needs=("person",)),
    Check(name="interlocks", run=interlocks.interlocks_are_commands_of_their_machine),
    Check(name="time zone", run=people.the_time_zone_is_known, needs=("site",)),
    Check(name="password hashes", run=people.password_hashes_are_argon2id),
    Check(name="shift leads", run=people.every_shift_has_a_lead, needs=("person",)),
    Check(name="week", run=people.shifts_cover_the_week, needs=("shift",)),
    Check(name="skills", run=people.needed_skills_exist, needs=("person",)),
    Check(name="parameters", run=routing.parameters_fit_their_kind),
    Check(name="one rule a machine", run=routing.one_rule_holds_for_a_machine),
    Check(name="functions", run=routing.somebody_has_every_function, needs=("person",)),
    Check(name="owners", run=routing.nothing_is_ever_unowned, needs=("route", "rule", "line", "machine")),
)


def misfits(facts: Facts) -> Iterator[Misfit]:
    """What the checks find; those that need a table which is not whole yet are left for the next run."""
    for check in CHECKS:
        if not facts.draft.faulty.intersection(check.needs):
            yield from check.run(facts)
