"""The plan's rows of the ERP's bad input (26 to 35), and the tests that hold each.

As in rows.py: a test is `file::name` below tests/; `but` says what of a row no test does, and why.
tests/architecture/test_fault_rows.py looks that every row and every test is there.
"""

from tests.faults.rows import Row

B2MML, ODOO, SAP = "contract/test_erp_b2mml.py", "contract/test_erp_odoo.py", "contract/test_erp_sap.py"
ERPNEXT, MAPPED, TWINS = "contract/test_erp_erpnext.py", "contract/test_erp_mapped.py", "contract/test_erp.py"
DEMO = "unit/erp/test_demo_adapter.py"
NO_SENSE = "test_no_read_believes_an_answer_that_makes_no_sense"

INPUTS: tuple[Row, ...] = (
    Row(
        number=26,
        title="invalid JSON, a web page with 200, a gzip bomb, a huge body",
        tests=(
            f"{DEMO}::test_an_answer_beyond_the_agreement_is_a_fault_of_the_protocol",
            f"{DEMO}::test_a_posting_without_a_whole_answer_is_unknown_and_a_read_is_not",
            *(f"{file}::{NO_SENSE}" for file in (ODOO, SAP, ERPNEXT, TWINS)),
            f"{MAPPED}::test_by_rest_no_answer_is_believed_that_is_not_about_the_posting",
            f"{B2MML}::test_by_http_another_posts_answer_or_a_web_page_is_not_believed",
        ),
        but="Size and time limits are those of app/erp/web.py, which all adapters share: tested on the demo's.",
    ),
    Row(
        number=27,
        title="XML entity bomb, external entity",
        tests=(
            f"{B2MML}::test_a_message_that_makes_no_sense_is_named_and_takes_nothing_along",
            f"{B2MML}::test_by_http_reads_come_as_show_messages",
        ),
    ),
    Row(
        number=28,
        title="a lot that a spreadsheet would calculate",
        tests=(
            f"{MAPPED}::test_a_lot_is_never_a_formula_in_a_table_and_comes_back_as_it_was",
            f"{MAPPED}::test_a_number_below_nought_stays_a_number",
            f"{B2MML}::test_what_b2mml_has_no_message_for_is_kept_in_lineside",
        ),
        but="xlsx: no ERP adapter writes or reads one.",
    ),
    Row(
        number=29,
        title="a lot with quotes, comment signs, wildcards and templates",
        tests=(
            f"{ODOO}::test_lot_numbers_stay_as_they_are_written",
            f"{TWINS}::test_lot_numbers_stay_as_they_are_written",
            f"{MAPPED}::test_a_lot_is_never_a_formula_in_a_table_and_comes_back_as_it_was",
            f"{B2MML}::test_every_message_is_valid_by_the_schemas",
        ),
        but="No adapter searches by a pattern: lots are asked for by equality only.",
    ),
    Row(
        number=30,
        title="a long lot, leading zeros, 1E5, spaces, two ways of writing",
        tests=(
            f"{ODOO}::test_lot_numbers_stay_as_they_are_written",
            f"{ERPNEXT}::test_reads_are_the_ports_nouns",
            f"{B2MML}::test_orders_materials_lots_and_stock_come_from_the_inbox",
            f"{B2MML}::test_lots_that_could_be_taken_for_one_another_are_reported",
            f"{SAP}::{NO_SENSE}",
        ),
        but="Lots that differ only in small and capital letters are two lots.",
    ),
    Row(
        number=31,
        title="one lot twice, unknown material, quantities that can't be",
        tests=(
            "unit/erp/test_lots.py::test_one_number_for_two_products_is_reported",
            f"{ODOO}::test_what_odoo_can_not_book_is_refused_before_anything_is_done",
            f"{ERPNEXT}::{NO_SENSE}",
            f"{MAPPED}::test_a_table_that_makes_no_sense_is_refused_with_its_row",
            f"{TWINS}::test_tenths_are_added_as_tenths",
        ),
    ),
    Row(
        number=32,
        title="days that are none, times without zone, in the gap, twice",
        tests=(
            f"{ERPNEXT}::test_a_time_that_can_not_be_is_refused",
            f"{ERPNEXT}::test_in_the_hour_that_comes_twice_the_earlier_one_is_meant",
            f"{SAP}::test_a_date_that_can_not_be_is_refused",
            f"{SAP}::test_times_are_those_of_the_plants_clock_also_when_it_changes",
            f"{B2MML}::test_a_message_that_makes_no_sense_is_named_and_takes_nothing_along",
        ),
    ),
    Row(
        number=33,
        title="a message twice, out of order, release before hold",
        tests=(
            f"{B2MML}::test_a_message_twice_counts_once_and_an_older_one_never_undoes_a_newer_one",
            f"{B2MML}::test_what_the_erp_deletes_or_no_longer_shows_is_gone",
            f"{ERPNEXT}::test_a_batch_that_somebody_changed_is_a_conflict",
        ),
    ),
    Row(
        number=34,
        title="CSV with BOM, separators, CRLF in quotes, CP1252, empty, 2 GB",
        tests=(
            f"{MAPPED}::test_orders_are_read_as_they_are_mapped",
            f"{MAPPED}::test_a_table_that_makes_no_sense_is_refused_with_its_row",
            f"{MAPPED}::test_an_encoding_that_the_plant_file_names_is_read",
            f"{MAPPED}::test_a_huge_file_a_link_and_a_pipe_are_refused_unread",
        ),
    ),
    Row(
        number=35,
        title="a file's name that leads elsewhere, devices, links",
        tests=(
            f"{B2MML}::test_a_file_with_an_odd_name_is_refused_by_name",
            f"{B2MML}::test_links_and_pipes_in_the_inbox_are_refused_and_never_followed",
            f"{B2MML}::test_a_posting_of_any_key_stays_in_the_outbox_folder",
            f"{MAPPED}::test_a_file_name_that_leads_elsewhere_is_refused",
        ),
    ),
)
