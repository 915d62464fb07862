"""The plan's rows of the shared store and of journals (faults 30 to 55), and the tests that hold each.

As in rows.py: a test is `file::name` below tests/; `but` says what of a row no test does, and why.
tests/architecture/test_fault_rows.py looks that every row and every test is there.
"""

from tests.faults.rows import Row

FAILOVER = "system/test_failover.py"
SHARED = "system/test_shared_faults.py"
STATIONS = "system/test_shared_stations.py"
PLANTWIDE = "system/test_plantwide.py"
POSTGRES = "contract/test_postgres_faults.py"
LOGS = "contract/test_shared_logs.py"
CONVERGENCE = "unit/sync/test_convergence.py"
JOURNALS = "contract/test_journals.py"
KILL = "system/test_journal_kill.py"
POWER = "system/test_journal_power.py"
RESTORED = "system/test_restored_station.py"

STORE: tuple[Row, ...] = (
    Row(
        number=30,
        title="primary killed with -9, standby promoted",
        tests=(
            f"{FAILOVER}::test_a_killed_primary_costs_seconds_and_nothing_that_was_shared",
            f"{FAILOVER}::test_a_primary_that_hangs_is_replaced_and_does_not_come_back_as_a_second_one",
            f"{POSTGRES}::test_a_killed_server_has_everything_that_it_answered_when_it_is_back",
        ),
    ),
    Row(
        number=31,
        title="asynchronous standby cut off, then promoted",
        tests=(
            f"{FAILOVER}::test_what_an_asynchronous_failover_lost_is_sent_again_by_the_stations",
            f"{FAILOVER}::test_a_release_whose_signature_a_failover_lost_frees_nothing_and_somebody_decides",
        ),
    ),
    Row(
        number=32,
        title="synchronous standby gone",
        tests=(
            f"{FAILOVER}::test_without_its_standby_nothing_is_called_shared_until_somebody_degrades",
            f"{POSTGRES}::test_a_commit_that_the_standby_did_not_confirm_is_not_yet_safe",
        ),
    ),
    Row(
        number=33,
        title="commit unknown",
        tests=(
            f"{SHARED}::test_a_commit_whose_answer_was_lost_makes_one_row",
            f"{POSTGRES}::test_an_answer_that_was_lost_after_the_commit_is_unknown_and_sending_again_makes_one_of_it",
            f"{POSTGRES}::test_a_request_that_never_came_is_unknown_and_sending_again_makes_one_of_it",
        ),
    ),
    Row(
        number=34,
        title="server stopped, line half open or a black hole",
        tests=(
            f"{SHARED}::test_a_server_that_stands_still_is_noticed_while_people_work_on",
            f"{SHARED}::test_a_line_that_swallows_everything_is_noticed_while_people_work_on",
            f"{SHARED}::test_an_idle_station_notices_a_dead_line_too",
            f"{POSTGRES}::test_a_frozen_server_is_given_up_on_within_the_calls_time",
        ),
        but="By a proxy, which acknowledges what it swallows: harder than a cable, where TCP's own bounds help too.",
    ),
    Row(
        number=35,
        title="too many clients",
        tests=(
            f"{SHARED}::test_a_server_that_lets_nobody_in_or_takes_no_writes_is_away_until_it_does_again",
            f"{POSTGRES}::test_too_many_clients_is_a_thing_that_passes",
        ),
        but="There is no pool to exhaust: a station has two connections.",
    ),
    Row(
        number=36,
        title="a writer that leaves its transaction open",
        tests=(
            f"{SHARED}::test_somebody_who_leaves_a_transaction_open_is_thrown_out_and_the_others_go_on",
            f"{POSTGRES}::test_who_holds_the_head_for_long_makes_others_wait_and_not_lose",
        ),
        but="60 s are not waited for: the login's own limit of 5 s ends it.",
    ),
    Row(
        number=37,
        title="listener cut off, 1,000 changes in the gap",
        tests=(
            f"{SHARED}::test_a_listener_that_is_cut_off_misses_none_of_a_thousand_changes",
            f"{POSTGRES}::test_a_listener_that_was_thrown_out_says_so_and_listens_again",
        ),
    ),
    Row(
        number=38,
        title="eight writers at once",
        tests=(f"{LOGS}::test_a_reader_misses_nothing_of_eight_stations_that_write_at_once",),
    ),
    Row(
        number=39,
        title="deadlock, serialization failure, lock timeout",
        tests=(f"{SHARED}::test_a_step_that_lost_against_another_one_is_tried_again_and_stands_once",),
        but="Raised by a trigger: one lock, taken first, leaves an append nothing to deadlock with.",
    ),
    Row(
        number=40,
        title="schema newer or older than the program",
        tests=(
            f"{SHARED}::test_a_log_of_another_schema_is_read_and_keeps_waiting_what_is_done_here",
            f"{POSTGRES}::test_a_log_of_another_schema_is_read_and_not_written",
        ),
    ),
    Row(
        number=41,
        title="server's disk full, or read-only",
        tests=(
            f"{SHARED}::test_a_full_disk_of_the_server_loses_nothing",
            f"{SHARED}::test_a_server_that_lets_nobody_in_or_takes_no_writes_is_away_until_it_does_again",
            f"{POSTGRES}::test_a_server_that_takes_no_writes_is_down_not_refusing",
        ),
    ),
    Row(
        number=42,
        title="restored from an older backup",
        tests=(f"{FAILOVER}::test_a_log_restored_from_an_older_backup_gets_from_the_stations_what_it_lacks",),
        but="People and stations let in after the backup are not healed: IT lets them in again.",
    ),
    Row(
        number=43,
        title="workstation killed with -9 while operating",
        tests=(
            f"{KILL}::test_killed_fifty_times_it_loses_nothing_that_it_acknowledged",
            f"{PLANTWIDE}::test_a_station_started_again_shows_what_it_showed",
            f"{CONVERGENCE}::test_every_station_comes_to_show_the_same_and_nothing_is_lost",
        ),
        but="200 kills of stations on the shared store are make bench-sync.",
    ),
    Row(
        number=44,
        title="workstation loses power",
        tests=(
            f"{JOURNALS}::test_it_is_durable_by_its_settings",
            f"{POWER}::test_a_power_cut_loses_nothing_that_was_acknowledged",
            f"{POWER}::test_a_disk_that_lies_about_its_syncs_is_found_out",
        ),
        but="The disk is played from the process's own file calls; no machine is cut from its supply.",
    ),
    Row(
        number=45,
        title="journal's disk full",
        tests=(
            f"{KILL}::test_a_full_disk_is_refused_loudly_and_works_again_with_room",
            f"{KILL}::test_a_small_disk_that_fills_keeps_what_it_has",
        ),
    ),
    Row(
        number=46,
        title="journal's file gone while open",
        tests=(f"{JOURNALS}::test_a_file_that_went_away_while_open_is_noticed_with_the_next_append",),
        but="Permissions are looked at when a file is opened: one that is open goes on.",
    ),
    Row(
        number=47,
        title="journal's tail cut off, a byte flipped, an old copy put back",
        tests=(
            f"{JOURNALS}::test_a_lost_tail_is_not_hidden_by_what_is_written_after_it",
            f"{JOURNALS}::test_a_byte_changed_in_the_file_names_its_operation",
            f"{KILL}::test_verify_names_a_removed_tail_by_the_mark",
            f"{STATIONS}::test_a_station_whose_journal_was_lost_sends_nothing_and_says_what_to_do",
            f"{LOGS}::test_another_journal_under_the_same_name_is_refused",
            f"{RESTORED}::test_a_lost_disk_comes_back_from_a_backup_and_the_plants_log_and_goes_on",
            f"{RESTORED}::test_without_a_backup_the_plants_log_alone_brings_everything_back",
        ),
    ),
    Row(
        number=48,
        title="two instances on one station",
        tests=(
            f"{KILL}::test_a_second_instance_is_refused_while_the_first_lives",
            f"{JOURNALS}::test_a_second_one_on_the_folder_is_refused_and_may_go_on_after",
        ),
    ),
    Row(
        number=49,
        title="20,000 operations of 10 stations after hours alone",
        tests=(f"{CONVERGENCE}::test_every_station_comes_to_show_the_same_and_nothing_is_lost",),
        but="The size is make bench-sync's; the order and the outcome are a property over every interleaving.",
    ),
    Row(
        number=50,
        title="one station holds a lot offline, another releases its older hold",
        tests=(
            f"{PLANTWIDE}::test_a_hold_placed_offline_outlives_the_release_of_another",
            f"{CONVERGENCE}::test_what_frees_is_shown_only_once_the_log_has_it",
        ),
    ),
    Row(
        number=51,
        title="station destroyed before it shared a hold",
        tests=(
            f"{STATIONS}::test_a_station_that_was_destroyed_is_named_with_how_far_it_had_shared",
            f"{STATIONS}::test_a_station_whose_journal_was_lost_sends_nothing_and_says_what_to_do",
        ),
        but="Nobody can know of a hold that no other disk has: the station said 'stored here', and paper is the way.",
    ),
    Row(
        number=52,
        title="twenty stations reassign one task",
        tests=(
            f"{LOGS}::test_of_twenty_reassignments_at_once_one_wins_and_nineteen_are_told_who",
            f"{PLANTWIDE}::test_whoever_comes_second_is_told_who_was_first_and_decides",
        ),
    ),
    Row(
        number=53,
        title="one signal on fifty stations",
        tests=(
            f"{LOGS}::test_a_machine_event_that_fifty_stations_saw_opens_one_case_and_keeps_fifty_observations",
            f"{PLANTWIDE}::test_one_event_of_a_machine_is_one_case_however_many_saw_it",
        ),
    ),
    Row(
        number=54,
        title="half the stations cut off",
        tests=(f"{STATIONS}::test_both_halves_of_a_plant_work_on_and_become_one_again",),
    ),
    Row(
        number=55,
        title="a station's clock two hours off",
        tests=(f"{STATIONS}::test_a_station_whose_clock_is_wrong_changes_no_order_and_may_not_sign",),
        but="Daylight saving changes nothing: all instants are UTC.",
    ),
)
