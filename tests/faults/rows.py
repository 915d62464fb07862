"""The plan's rows of line controllers (faults 1 to 29, bad input 1 to 21, 50 and 51), and the tests that hold each.

A test is `file::name` below tests/. `campaigns` are modules here, run by `make faults`. `but` says what of a row no
test does, and why. tests/architecture/test_fault_rows.py looks that every row and every test is there.
"""

from dataclasses import dataclass

CUTS = "system/test_opcua_cuts.py"
NETWORK = "system/test_driver_faults.py"
SERVER = "system/test_opcua_server_faults.py"
SECURITY = "system/test_opcua_security.py"
DRIVERS = "contract/test_drivers.py"
NODE = "system/test_node_opcua.py"
ODD = "system/test_opcua_odd_values.py"
DECODE = "unit/drivers/test_opcua_decode.py"
ALARMS = "system/test_alarms.py"
BAD_ALARMS = "system/test_alarm_bad_input.py"
WIRE = "unit/drivers/test_modbus_wire.py"
MODBUS = "unit/drivers/test_modbus_driver.py"
REGISTERS = "unit/drivers/test_modbus_decode.py"
WRITE = "unit/drivers/test_modbus_write.py"
ADDRESS = "unit/drivers/test_modbus_address.py"
TRUST = "unit/drivers/test_trust.py"
SESSIONS = "system/test_opcua_sessions.py"
BROWSE = "unit/drivers/test_browse.py"
TEXT = "unit/domain/test_text.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the plan."""

    number: int
    title: str
    tests: tuple[str, ...]
    campaigns: tuple[str, ...] = ()
    but: str = ""


FAULTS: tuple[Row, ...] = (
    Row(
        number=1,
        title="OPC UA server killed with -9 and started again",
        tests=(
            f"{DRIVERS}::test_a_killed_controller_is_lost_in_time_and_comes_back_by_itself",
            f"{CUTS}::test_a_server_that_restarted_meanwhile_is_taken_as_new_and_the_gap_begins_at_the_last_word",
        ),
        campaigns=("restarts",),
    ),
    Row(
        number=2,
        title="server ends cleanly",
        tests=(f"{SERVER}::test_a_server_that_shuts_down_is_lost_in_its_own_words_and_back_after_its_start",),
        campaigns=("restarts",),
    ),
    Row(
        number=3,
        title="server process stopped",
        tests=(f"{DRIVERS}::test_a_frozen_controller_is_lost_in_time_and_comes_back_by_itself",),
        campaigns=("restarts",),
        but="300 s: beyond the 60 s that a session lives, as in row 4.",
    ),
    Row(
        number=4,
        title="cable cut",
        tests=(
            f"{CUTS}::test_a_cut_loses_no_value_of_an_asyncua_server",
            f"{CUTS}::test_a_cut_loses_no_value_of_a_node_opcua_server",
            f"{CUTS}::test_a_session_that_is_gone_when_the_cut_ends_leaves_a_gap",
            f"{CUTS}::test_cut_after_cut_the_session_lives_on",
            f"{NETWORK}::test_a_pulled_cable_is_seen_in_time_and_values_return",
            f"{NETWORK}::test_a_cable_pulled_for_a_second_never_ends_connected_and_silent",
        ),
        campaigns=("cuts",),
        but="600 s is not waited for: the session is made to live for 3 s and cut for 9.",
    ),
    Row(
        number=5,
        title="one way cut",
        tests=(f"{SERVER}::test_a_cut_of_one_way_is_seen_in_time_and_loses_nothing",),
        campaigns=("cuts",),
    ),
    Row(
        number=6,
        title="TCP reset",
        tests=(
            f"{CUTS}::test_a_reset_connection_loses_no_value",
            f"{NETWORK}::test_a_reset_connection_is_made_again_at_once",
        ),
        campaigns=("reconnects",),
    ),
    Row(
        number=7,
        title="loss and delay",
        tests=(f"{SERVER}::test_a_slow_and_lossy_network_is_no_reason_to_connect_again",),
        but="By a proxy's delays: TCP turns a lost packet into one.",
    ),
    Row(
        number=8,
        title="answers byte by byte",
        tests=(f"{SERVER}::test_an_answer_byte_by_byte_is_silence_and_never_a_link",),
        but="The screen is in another process than the drivers (DESIGN 3) and is not measured here.",
    ),
    Row(
        number=9,
        title="flapping",
        tests=(
            f"{NETWORK}::test_a_flapping_network_leaks_no_task_and_no_handle",
            f"{NETWORK}::test_a_closed_door_is_not_stormed",
        ),
        campaigns=("reconnects",),
    ),
    Row(
        number=10,
        title="namespace order changed by a restart",
        tests=(
            f"{DRIVERS}::test_a_restart_with_other_namespace_indices_shows_no_value_of_another_machine",
            f"{NODE}::test_kill_9_and_restart_with_other_indices_recovers_without_a_foreign_value",
        ),
        campaigns=("restarts",),
    ),
    Row(
        number=11,
        title="namespace missing, node removed",
        tests=(
            f"{SERVER}::test_a_node_that_is_removed_has_no_value_and_the_others_live",
            f"{NODE}::test_values_of_every_kind_arrive_as_they_are",
            f"{DRIVERS}::test_a_tag_that_the_controller_does_not_have_leaves_the_others_live",
        ),
    ),
    Row(
        number=12,
        title="node's type changed",
        tests=(f"{SERVER}::test_a_node_that_became_a_text_has_no_number_and_the_others_live",),
    ),
    Row(
        number=13,
        title="another controller at the address",
        tests=(
            f"{DRIVERS}::test_another_controller_at_the_address_is_refused_and_nothing_of_it_is_accepted",
            f"{DRIVERS}::test_a_refused_controller_is_accepted_once_the_right_one_answers",
            f"{SECURITY}::test_a_server_that_claims_the_identity_with_another_ones_certificate_is_refused",
        ),
    ),
    Row(
        number=14,
        title="server's certificate renewed",
        tests=(
            f"{SECURITY}::test_a_renewed_certificate_is_refused_until_it_is_trusted_then_connects_without_restart",
            "system/test_node_opcua_security.py::test_an_untrusted_server_gets_no_password",
        ),
    ),
    Row(
        number=15,
        title="certificate expires while connected",
        tests=(
            "system/test_opcua_expiry.py::test_a_certificate_that_expires_ends_the_session_at_the_renewal_of_its_channel",
        ),
    ),
    Row(
        number=16,
        title="secure channel renewed often",
        tests=(f"{SERVER}::test_a_secure_channel_that_lives_for_seconds_is_renewed_without_a_loss",),
        campaigns=("cuts", "restarts", "reconnects"),
        but="An hour is not waited for: every server of the campaigns gives a channel 10 s, the test 2.5 s.",
    ),
    Row(
        number=17,
        title="subscription ended by the server",
        tests=(
            f"{SERVER}::test_a_subscription_that_the_server_ended_is_noticed_and_made_anew",
            "unit/drivers/test_opcua_subscription.py::test_a_server_without_the_subscription_ends_it_for_good",
        ),
        campaigns=("reconnects",),
    ),
    Row(
        number=18,
        title="no session free",
        tests=(f"{SESSIONS}::test_a_server_without_a_free_session_is_said_asked_rarely_and_used_once_one_is_free",),
    ),
    Row(
        number=19,
        title="queue of a monitored item overflows",
        tests=(
            f"{CUTS}::test_a_queue_that_overflows_during_a_cut_is_recorded_as_a_loss",
            f"{DECODE}::test_the_overflow_bit_is_seen",
            "unit/drivers/test_opcua_alarms.py::test_a_server_that_lost_events_asks_for_a_refresh",
        ),
        campaigns=("cuts",),
    ),
    Row(
        number=20,
        title="storm of alarms",
        tests=("system/test_alarm_storm.py::test_a_storm_is_one_case_a_machine_with_every_alarm_in_it",),
    ),
    Row(
        number=21,
        title="late start with active alarms",
        tests=(
            f"{ALARMS}::test_a_late_start_shows_every_alarm_that_stands",
            f"{NODE}::test_an_alarm_that_was_active_before_is_told_at_connect",
        ),
    ),
    Row(
        number=22,
        title="another client acknowledges between",
        tests=("system/test_alarm_acts.py::test_who_is_late_is_told_what_another_client_did_and_how_the_alarm_stands",),
    ),
    Row(
        number=23,
        title="controller's clock jumps",
        tests=(f"{ALARMS}::test_a_wrong_clock_is_flagged_and_the_keys_stay",),
    ),
    Row(
        number=24,
        title="Modbus device killed and started again",
        tests=(f"{DRIVERS}::test_a_killed_controller_is_lost_in_time_and_comes_back_by_itself",),
        campaigns=("devices", "restarts"),
    ),
    Row(
        number=25,
        title="Modbus half-open",
        tests=(
            f"{NETWORK}::test_a_pulled_cable_is_seen_in_time_and_values_return",
            f"{MODBUS}::test_a_unit_that_never_answers_does_not_hold_up_the_others",
            "unit/drivers/test_modbus_units.py::test_a_dead_unit_is_told_while_the_others_keep_their_rate",
        ),
        campaigns=("cuts",),
    ),
    Row(
        number=26,
        title="late answers, transaction 0",
        tests=(
            f"{WIRE}::test_a_late_answer_never_becomes_the_answer_to_the_next_request",
            "unit/drivers/test_modbus_late.py::test_an_answer_of_the_connection_before_is_not_taken_for_the_next_ones",
            f"{MODBUS}::test_a_device_that_only_answers_wrongly_is_lost_and_never_alive",
        ),
        campaigns=("late",),
    ),
    Row(
        number=27,
        title="short, of another function or unit, exceptions",
        tests=(
            f"{WIRE}::test_a_wrong_answer_is_refused",
            f"{WIRE}::test_an_exception_is_told_with_its_code",
            f"{MODBUS}::test_one_wrong_group_is_bad_while_the_other_stays_live",
        ),
    ),
    Row(
        number=28,
        title="frame split at every byte",
        tests=(
            f"{WIRE}::test_an_answer_split_at_every_byte_is_read",
            "unit/drivers/test_modbus_late.py::test_an_answer_cut_into_two_connections_is_no_answer",
        ),
    ),
    Row(
        number=29,
        title="write with a late answer",
        tests=(
            f"{WRITE}::test_a_late_answer_is_one_write_and_unknown",
            "system/test_controls.py::test_kill_9_after_sending_leaves_unknown_and_never_a_second_write",
        ),
    ),
)

INPUTS: tuple[Row, ...] = (
    Row(
        number=1,
        title="NaN, infinity, -0.0, 1e308",
        tests=(
            "unit/drivers/test_samples.py::test_what_is_no_number_is_bad",
            "unit/drivers/test_samples.py::test_minus_zero_is_zero",
            f"{DECODE}::test_a_number_is_good",
            f"{DRIVERS}::test_a_value_that_is_no_number_is_never_good",
            f"{ODD}::test_odd_values_are_bad_long_texts_are_cut_and_the_connection_stays",
        ),
    ),
    Row(
        number=2,
        title="bad or uncertain status with a value",
        tests=(
            f"{DECODE}::test_what_is_no_number_is_bad",
            f"{DECODE}::test_an_uncertain_status_keeps_its_value",
            f"{NODE}::test_values_of_every_kind_arrive_as_they_are",
        ),
    ),
    Row(
        number=3,
        title="null, empty array, matrix",
        tests=(
            f"{DECODE}::test_what_is_no_number_is_bad",
            f"{ODD}::test_odd_values_are_bad_long_texts_are_cut_and_the_connection_stays",
        ),
    ),
    Row(
        number=4,
        title="whole numbers beyond 2**53",
        tests=(f"{DECODE}::test_a_text_is_exact_and_safe", f"{NODE}::test_values_of_every_kind_arrive_as_they_are"),
        but="Exact in tags that carry text; a number becomes the nearest float (drivers/DECISIONS.md 5).",
    ),
    Row(
        number=5,
        title="structure of unknown type",
        tests=(
            f"{ODD}::test_odd_values_are_bad_long_texts_are_cut_and_the_connection_stays",
            f"{DECODE}::test_what_is_no_number_is_bad",
        ),
    ),
    Row(
        number=6,
        title="text of 10 MB, bytes",
        tests=(
            f"{ODD}::test_odd_values_are_bad_long_texts_are_cut_and_the_connection_stays",
            f"{DECODE}::test_a_long_text_is_cut",
        ),
        but="Messages up to 16 MB are taken, so 10 MB are cut to 500 characters rather than refused.",
    ),
    Row(
        number=7,
        title="markup in a text",
        tests=(
            f"{NODE}::test_values_of_every_kind_arrive_as_they_are",
            "ui/views/test_cases.py::test_every_label_is_plain_text",
            "ui/views/test_holds.py::test_every_label_is_plain_text_and_every_button_is_big_enough",
        ),
    ),
    Row(
        number=8,
        title="100,000 nested tags in a text",
        tests=(
            f"{TEXT}::test_what_was_cut_is_marked_and_a_megabyte_costs_nothing",
            "ui/views/test_cases.py::test_every_label_is_plain_text",
        ),
    ),
    Row(
        number=9,
        title="hidden characters in a text",
        tests=(
            f"{TEXT}::test_nothing_hidden_is_left",
            f"{ODD}::test_odd_values_are_bad_long_texts_are_cut_and_the_connection_stays",
        ),
    ),
    Row(
        number=10,
        title="impossible times",
        tests=(
            f"{DECODE}::test_an_impossible_time_is_replaced_and_told",
            "unit/drivers/test_samples.py::test_an_impossible_clock_gives_the_received_time",
            f"{BAD_ALARMS}::test_an_impossible_time_is_the_received_one_and_says_so",
        ),
    ),
    Row(
        number=11,
        title="event without its fields",
        tests=(
            f"{BAD_ALARMS}::test_an_event_without_its_fields_has_defaults",
            "unit/drivers/test_opcua_alarms.py::test_severity_is_kept_in_its_bounds",
        ),
    ),
    Row(
        number=12,
        title="event twice, event without an id",
        tests=(
            f"{BAD_ALARMS}::test_an_event_that_comes_twice_is_one_occurrence_and_an_empty_id_has_a_fallback",
            "unit/drivers/test_opcua_alarms.py::test_events_without_an_id_are_told_apart_by_key_and_time",
        ),
    ),
    Row(
        number=13,
        title="branches",
        tests=(
            f"{BAD_ALARMS}::test_a_branch_is_kept_beside_its_condition",
            "unit/drivers/test_opcua_alarms.py::test_a_branch_is_a_condition_of_its_own",
        ),
    ),
    Row(
        number=14,
        title="browsing cycles, 100,000 children, names twice",
        tests=(
            f"{BROWSE}::test_a_cycle_is_walked_once",
            f"{BROWSE}::test_a_hundred_thousand_children_are_cut_and_the_server_gets_the_rest_back",
            f"{BROWSE}::test_duplicate_names_become_tags_of_their_own_with_units_and_without_properties",
            f"{BROWSE}::test_a_walk_can_be_cancelled_and_keeps_what_it_found",
        ),
    ),
    Row(
        number=15,
        title="node ids that are none, by index",
        tests=(
            "unit/drivers/test_opcua_address.py::test_a_wrong_node_is_refused_with_a_sentence",
            "unit/plant/test_faults.py::test_a_fault_is_said_with_its_line_and_what_to_do",
        ),
    ),
    Row(
        number=16,
        title="chunk of 4 GB, garbage in a session",
        tests=(
            f"{ODD}::test_what_is_no_message_amid_a_session_ends_the_connection_and_values_return",
            "unit/drivers/test_opcua_garbage.py::test_what_is_no_opcua_server_is_lost_in_words",
            "unit/drivers/test_opcua_columns.py::test_damaged_bytes_are_told_or_read_as_asyncua_reads_them",
        ),
    ),
    Row(
        number=17,
        title="Modbus answers at fault",
        tests=(
            f"{WIRE}::test_a_wrong_answer_is_refused",
            "unit/drivers/test_modbus_framing.py::test_a_wrong_serial_answer_is_refused",
            f"{MODBUS}::test_one_wrong_group_is_bad_while_the_other_stays_live",
        ),
        campaigns=("late",),
    ),
    Row(
        number=18,
        title="Modbus exceptions",
        tests=(
            f"{WIRE}::test_an_exception_is_told_with_its_code",
            f"{MODBUS}::test_a_busy_device_is_asked_again_later",
            f"{MODBUS}::test_a_gateway_without_its_device_is_lost",
        ),
    ),
    Row(
        number=19,
        title="web server on the Modbus port",
        tests=(f"{WIRE}::test_a_banner_is_told_as_no_modbus_device",),
    ),
    Row(
        number=20,
        title="Modbus addresses at fault, wrong word order",
        tests=(
            f"{ADDRESS}::test_a_wrong_address_is_refused_with_a_sentence",
            f"{ADDRESS}::test_a_wrong_setting_is_refused_with_a_sentence",
            "unit/drivers/test_poll.py::test_overlapping_addresses_are_read_once",
            f"{REGISTERS}::test_a_float_read_with_the_wrong_word_order_is_another_number",
        ),
    ),
    Row(
        number=21,
        title="registers that hold no value",
        tests=(
            f"{REGISTERS}::test_bcd_with_letters_is_no_value",
            f"{REGISTERS}::test_the_no_value_marker_is_the_raw_value",
            f"{MODBUS}::test_the_no_value_marker_is_no_value",
            f"{DRIVERS}::test_a_value_that_is_no_number_is_never_good",
        ),
    ),
    Row(
        number=50,
        title="certificates at fault",
        tests=(
            f"{SECURITY}::test_a_certificate_at_fault_is_refused_though_it_lies_in_the_store",
            f"{SECURITY}::test_a_certificate_signed_with_sha1_is_refused_though_it_lies_in_the_store",
            f"{SECURITY}::test_an_empty_store_trusts_nobody",
            f"{SECURITY}::test_a_revoked_certificate_is_refused_and_a_list_of_another_issuer_says_nothing",
            f"{TRUST}::test_a_chain_in_a_file_is_not_added",
            f"{TRUST}::test_another_certificate_of_the_same_name_uri_and_serial_is_not_trusted",
            f"{TRUST}::test_a_certificate_with_markup_in_its_name_is_shown_as_text",
        ),
    ),
    Row(
        number=51,
        title="endpoints that point elsewhere, None first",
        tests=(
            f"{SECURITY}::test_an_endpoint_that_points_elsewhere_is_not_followed",
            f"{SECURITY}::test_policy_none_listed_first_is_not_taken",
            f"{SECURITY}::test_a_server_without_the_demanded_policy_is_refused_not_weakened",
        ),
    ),
)
