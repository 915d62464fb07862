"""The copy of the plant's log is no truth: what is wrong with it is put aside, and the journal stays whole."""

from pathlib import Path

import pytest

from app.store.shared_copy import FILE
from app.store.sqlite import SqliteJournal


@pytest.mark.expects_error_log
def test_a_copy_that_can_not_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to look like a page of one " * 40)
    journal = SqliteJournal(tmp_path)
    assert journal.shared.shared_head()[0] == 0
    assert (tmp_path / FILE).with_suffix(".bad").is_file()
    journal.close()
