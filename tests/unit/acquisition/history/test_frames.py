"""The growing file: whole frames are given, torn ends are not, rot between whole frames costs its frame only."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.acquisition.history.frames import FRAME, frame, frames, head, read_head
from app.acquisition.history.rows import Rows


def rows(count: int, first: int = 0) -> Rows:
    number = np.arange(first, first + count)
    return Rows(
        places=number.astype(np.uint32),
        times_us=number * 1_000,
        values=number / 3,
        qualities=np.zeros(count, np.uint8),
    )


THREE = [frame(rows(5), 1), frame(rows(0), 2), frame(rows(9, 5), 3)]


def test_rows_come_back_as_they_went() -> None:
    found = list(frames(b"".join(THREE)))
    assert [one.written_us for one in found] == [1, 2, 3]
    assert found[2].rows.places.tolist() == list(range(5, 14))
    np.testing.assert_array_equal(found[2].rows.values, np.arange(5, 14) / 3)


@given(st.integers(0, len(b"".join(THREE))))
def test_a_file_cut_anywhere_has_the_frames_before_the_cut(cut: int) -> None:
    ends = np.cumsum([len(one) for one in THREE])
    found = list(frames(b"".join(THREE)[:cut]))
    assert len(found) == int((ends <= cut).sum())
    assert (found[-1].end if found else 0) == max([0, *ends[ends <= cut].tolist()])


@given(st.integers(0, len(THREE[0]) - 1 - FRAME.size))
def test_a_rotten_byte_between_whole_frames_costs_its_frame_only(place: int) -> None:
    data = bytearray(b"".join(THREE))
    data[FRAME.size + place] ^= 0x40
    assert [one.written_us for one in frames(bytes(data))] == [2, 3]


def test_zeros_behind_the_last_frame_are_a_torn_end() -> None:
    data = b"".join(THREE)
    assert list(frames(data + bytes(4096)))[-1].end == len(data)


@given(st.integers(0, 200))
def test_a_head_that_is_not_whole_is_none(cut: int) -> None:
    whole = head(["L1.filler.speed", "Abfüller – Druck"])
    assert read_head(whole) == (("L1.filler.speed", "Abfüller – Druck"), len(whole))
    if cut < len(whole):
        assert read_head(whole[:cut]) is None
