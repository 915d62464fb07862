"""The copy of the plant's log is no truth: what is wrong with it is put aside, and the journal stays whole."""

from pathlib import Path

import pytest

from app.domain.errors import StoreError
from app.domain.operation import Operation, Outcome, SharedOperation
from app.store.shared_copy import FILE, MANY
from app.store.sqlite import SqliteJournal
from tests.bench.sync_history import operations


def place_of(op: Operation) -> SharedOperation:
    return SharedOperation(
        operation=op, place=op.seq, outcome=Outcome.APPLIED, reason="", version=op.base_version + 1,
        server_at=op.recorded_at, place_hash=f"{op.seq:064x}",
    )  # fmt: skip


@pytest.mark.expects_error_log
def test_a_copy_that_can_not_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to look like a page of one " * 40)
    journal = SqliteJournal(tmp_path)
    assert journal.shared.shared_head()[0] == 0
    assert (tmp_path / FILE).with_suffix(".bad").is_file()
    journal.close()


def test_very_many_places_are_kept_at_once_in_order_or_none_of_them(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path)
    places = [place_of(op) for op in operations(2 * MANY + 3)]
    journal.shared.take_shared(places)
    assert list(journal.shared.read_shared()) == places
    assert journal.shared.shared_head()[0] == 2 * MANY + 3
    journal.shared.forget_shared(1)
    with pytest.raises(StoreError):
        journal.shared.take_shared([*places[1:], places[0]])
    assert list(journal.shared.read_shared()) == places[:1]
    journal.close()
