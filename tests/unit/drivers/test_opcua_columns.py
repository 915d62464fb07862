"""What is decoded from the bytes is what asyncua's decoder and `decode.add` make of them, for every notification."""

import itertools
import math
import struct
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.packml import MachineState
from app.domain.plant import Signal, Tag
from app.ports import Samples
from drivers.opcua.address import parse_address
from drivers.opcua.columns import HAS_SERVER, HAS_SOURCE_PICO, STEPS, Columns, UnreadableError, read_columns
from drivers.opcua.decode import OVERFLOW, add
from drivers.opcua.items import FIRST_HANDLE, Item
from drivers.opcua.table import ItemTable, Taken
from drivers.opcua.wire import Published, read_publish
from drivers.samples import Batch

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOW_S = NOW.timestamp()
ROWS: tuple[tuple[Signal, dict[str, Any], dict[str, Any]], ...] = (
    (Signal.PROCESS, {}, {}),
    (Signal.RATE, {"scale": 0.1, "offset": -3.0}, {}),
    (Signal.STATE, {"state_map": {6: MachineState.EXECUTE, -1: MachineState.ABORTED}}, {}),
    (Signal.STATE, {"state_map": {}}, {}),
    (Signal.STATE, {"state_map": {2**60: MachineState.HELD}}, {}),
    (Signal.LOT, {}, {}),
    (Signal.PROCESS, {"scale": 2.0}, {"index": 1}),
)
ITEMS = [
    Item(
        tag=Tag(index=40 - place, id=f"t{place}", name="t", machine="m", controller="c", signal=signal, **more),
        spot=parse_address({"node": f"nsu=urn:x;i={place}", **address}, {}),
    )
    for place, (signal, more, address) in enumerate(ROWS)
]
KIND = ua.VariantType

NUMBERS = {
    KIND.Boolean: st.booleans(),
    KIND.SByte: st.integers(-(2**7), 2**7 - 1),
    KIND.Byte: st.integers(0, 2**8 - 1),
    KIND.Int16: st.integers(-(2**15), 2**15 - 1),
    KIND.UInt16: st.integers(0, 2**16 - 1),
    KIND.Int32: st.integers(-(2**31), 2**31 - 1) | st.sampled_from([6, -1, 0]),
    KIND.UInt32: st.integers(0, 2**32 - 1),
    KIND.Int64: st.integers(-(2**63), 2**63 - 1) | st.just(2**60),
    KIND.UInt64: st.integers(0, 2**64 - 1),
    KIND.Float: st.floats(width=32),
    KIND.Double: st.floats() | st.sampled_from([6.0, 6.5, -0.0]),
}
OTHERS = {
    KIND.Null: st.none(),
    KIND.String: st.none() | st.text(max_size=8),
    KIND.ByteString: st.none() | st.binary(max_size=8),
    KIND.DateTime: st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1700 < at.year < 9000),
    KIND.Guid: st.uuids().map(lambda found: uuid.UUID(int=found.int)),
    KIND.LocalizedText: st.text(max_size=8).map(ua.LocalizedText),
    KIND.NodeId: st.integers(0, 2**32 - 1).map(lambda number: ua.NodeId(number, 3)),
    KIND.StatusCode: st.integers(0, 2**32 - 1).map(ua.StatusCode),
    KIND.ExtensionObject: st.just(ua.EUInformation("http://x", 1, ua.LocalizedText("m"), ua.LocalizedText("metre"))),
}


def variants() -> st.SearchStrategy[ua.Variant]:
    """Scalars and arrays of every type."""
    scalars = [value.map(lambda raw, kind=kind: ua.Variant(raw, kind)) for kind, value in (NUMBERS | OTHERS).items()]
    arrays = [
        st.lists(value, max_size=3).map(lambda raw, kind=kind: ua.Variant(raw, kind, is_array=True))
        for kind, value in NUMBERS.items()
    ]
    matrix = ua.Variant([[1.0, 2.0], [3.0, 4.0]], KIND.Double, [2, 2])
    return st.one_of(*scalars, *arrays, st.just(matrix))


times = st.none() | st.sampled_from([NOW, NOW - timedelta(seconds=1)]) | st.datetimes(timezones=st.just(UTC))
statuses = st.none() | st.sampled_from([0, 0x480, 0x4090_0000, 0x808C_0000, 0xC000_0000]).map(ua.StatusCode)


@st.composite
def data_values(draw: st.DrawFn) -> ua.DataValue:
    """Any DataValue that asyncua writes as the standard says: it puts picoseconds behind both times."""
    server = draw(times)
    return ua.DataValue(
        draw(st.none() | variants()),
        StatusCode=draw(statuses),
        SourceTimestamp=draw(times),
        ServerTimestamp=server,
        SourcePicoseconds=draw(st.none() | st.integers(0, 9_999)) if server is None else None,
        ServerPicoseconds=draw(st.none() | st.integers(0, 9_999)) if server is not None else None,
    )


handles = st.integers(FIRST_HANDLE, FIRST_HANDLE + len(ITEMS) - 1) | st.sampled_from([0, 1, 2, 99])
items = st.builds(ua.MonitoredItemNotification, handles, data_values())
doubles = st.lists(NUMBERS[KIND.Double], min_size=1, max_size=30).map(
    lambda raws: [notification(raw, KIND.Double, place % len(ITEMS)) for place, raw in enumerate(raws)]
)
same = st.lists(doubles | st.lists(items, max_size=2), max_size=4).map(
    lambda parts: list(itertools.chain.from_iterable(parts))
)
"""Runs of one layout with others between."""


def notification(raw: Any, kind: ua.VariantType, place: int, **more: Any) -> ua.MonitoredItemNotification:
    """A change of the item at a place of ITEMS."""
    value = ua.DataValue(ua.Variant(raw, kind), **{"SourceTimestamp": NOW, "ServerTimestamp": NOW, **more})
    return ua.MonitoredItemNotification(FIRST_HANDLE + place, value)


def encoded(*lists: list[ua.MonitoredItemNotification], diagnostics: int = 0) -> bytes:
    """A publish response with a data change notification a list."""
    response = ua.PublishResponse()
    response.Parameters.SubscriptionId = 7
    response.Parameters.AvailableSequenceNumbers = [3, 4]
    response.Parameters.NotificationMessage.SequenceNumber = 3
    response.Parameters.NotificationMessage.NotificationData = [
        ua.DataChangeNotification(found, [ua.DiagnosticInfo(SymbolicId=1)] * diagnostics) for found in lists
    ]
    return struct_to_binary(response)


def by_asyncua(body: bytes) -> list[list[ua.MonitoredItemNotification]]:
    """The data changes as asyncua's decoder has them."""
    response = struct_from_binary(ua.PublishResponse, Buffer(body))
    return [data.MonitoredItems for data in response.Parameters.NotificationMessage.NotificationData]


def expected(changes: list[ua.MonitoredItemNotification]) -> tuple[Samples, int, list[int]]:
    """What `decode.add` makes of them, one by one."""
    batch, dropped, others = Batch(NOW_S), set(), []
    for position, change in enumerate(changes):
        place = change.ClientHandle - FIRST_HANDLE
        if 0 <= place < len(ITEMS):
            add(batch, ITEMS[place].tag, ITEMS[place].spot.index, change.Value, NOW_S)
            status = change.Value.StatusCode
            if status is not None and status.value & OVERFLOW == OVERFLOW:
                dropped.add(place)
        else:
            others.append(position)
    return batch.samples(), len(dropped), others


def taken(published: Published) -> list[Taken]:
    """The samples of each of a message's data changes."""
    assert published.message.unreadable == 0
    return [ItemTable(ITEMS).take(note, NOW_S) for note in published.message.notes if isinstance(note, Columns)]


def assert_same(found: Taken, changes: list[ua.MonitoredItemNotification]) -> None:
    """Bit for bit, also in order."""
    wanted, dropped, others = expected(changes)
    np.testing.assert_array_equal(found.samples.tags, wanted.tags)
    np.testing.assert_array_equal(found.samples.values, wanted.values)
    np.testing.assert_array_equal(np.signbit(found.samples.values), np.signbit(wanted.values))
    np.testing.assert_array_equal(found.samples.qualities, wanted.qualities)
    np.testing.assert_array_equal(found.samples.source_s, wanted.source_s)
    assert found.samples.texts == wanted.texts
    assert (found.dropped, list(found.others)) == (dropped, others)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(items, max_size=12) | same, max_size=3), st.integers(0, 2))
def test_any_notification_gives_what_asyncua_gives(lists: list[Any], diagnostics: int) -> None:
    body = encoded(*lists, diagnostics=diagnostics)
    published = read_publish(body)
    assert (published.subscription, published.message.sequence) == (7, 3)
    assert published.message.keep_alive is (not lists)
    for found, changes in zip(taken(published), by_asyncua(body), strict=True):
        assert_same(found, changes)


@settings(max_examples=100, deadline=None)
@given(st.lists(items, min_size=1, max_size=6) | same.filter(bool), st.data())
def test_damaged_bytes_are_told_or_read_as_asyncua_reads_them(changes: list[Any], data: st.DataObject) -> None:
    body = bytearray(encoded(changes))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(40, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(body[: data.draw(st.integers(40, len(body)) | st.just(len(body)))])
    try:
        published = read_publish(damaged)
    except (UnreadableError, ua.UaStatusCodeError):
        return
    if published.message.unreadable or not published.message.notes:
        return
    try:
        wanted = by_asyncua(damaged)
    except (ua.UaError, struct.error, ValueError, LookupError, TypeError, AttributeError):
        return
    for note, same_note in zip(published.message.notes, wanted, strict=True):
        if isinstance(note, Columns) and not any(misread_by_asyncua(change.Value) for change in same_note):
            assert_same(ItemTable(ITEMS).take(note, NOW_S), same_note)


def misread_by_asyncua(value: ua.DataValue) -> bool:
    """asyncua 2.1 takes both times before both picoseconds; the standard has each behind its time."""
    return value.SourcePicoseconds is not None and value.ServerTimestamp is not None


def test_picoseconds_lie_behind_their_time_as_the_standard_says() -> None:
    ticks = ua.datetime_to_win_epoch(NOW)
    mask = 0b11_1101
    assert mask & HAS_SOURCE_PICO
    assert mask & HAS_SERVER
    change = struct.pack("<IBBdqHqH", FIRST_HANDLE, mask, 11, 1.5, ticks, 7, ticks + 10_000_000, 8)
    mould = encoded([notification(1.5, KIND.Double, 0)])
    plain = struct_to_binary(notification(1.5, KIND.Double, 0))
    body = bytearray(mould.replace(plain, change))
    at = body.index(change) - 8
    body[at : at + 4] = struct.pack("<i", 4 + len(change) + 4)
    sample = taken(read_publish(bytes(body)))[0].samples
    assert (sample.values[0], sample.source_s[0]) == (1.5, NOW_S)


LONG = {KIND.Double: 1.5, KIND.Int32: 6, KIND.Float: 0.5, KIND.UInt32: 6, KIND.String: "lot 7", KIND.ByteString: b"x"}
long_runs = st.lists(st.tuples(st.sampled_from(list(LONG)), st.integers(1, 2 * STEPS + 2)), min_size=1, max_size=5)
"""Longer than what is read item by item; three of the kinds have items of one size."""


@settings(max_examples=40, deadline=None)
@given(long_runs, st.sampled_from([{}, {"ServerTimestamp": None}, {"StatusCode": ua.StatusCode(0x4090_0000)}]))
def test_long_runs_with_others_between_give_what_asyncua_gives(runs: list[Any], more: dict[str, Any]) -> None:
    changes = [
        notification(LONG[kind], kind, place % len(ITEMS), **more) for kind, count in runs for place in range(count)
    ]
    body = encoded(changes)
    (found,) = taken(read_publish(body))
    assert_same(found, by_asyncua(body)[0])


@pytest.mark.parametrize("behind", [0, 1, 7])
def test_the_last_item_may_have_no_value_and_end_with_its_notification(behind: int) -> None:
    number, nothing = struct_to_binary(notification(1, KIND.Int32, 0)), struct.pack("<IB", FIRST_HANDLE + 1, 0)
    items = number + nothing + number + nothing
    columns, stop = read_columns(items + bytes(behind + 1), 0, 4, len(items))
    assert stop == len(items)
    np.testing.assert_array_equal(columns.raws, [1.0, math.nan, 1.0, math.nan])
    with pytest.raises(UnreadableError):
        read_columns(items + bytes(behind + 1), 0, 4, len(items) - 1)


@given(st.integers(2, 24))
def test_a_long_run_that_is_cut_off_is_unreadable(missing: int) -> None:
    items = b"".join(struct_to_binary(notification(n, KIND.Int32, 0)) for n in range(STEPS * 3)) + bytes(6)
    with pytest.raises(UnreadableError):
        read_columns(items, 0, STEPS * 3 + 1, len(items) - missing)
    with pytest.raises(UnreadableError):
        read_columns(items[: -6 - missing], 0, STEPS * 3, len(items) - 6 - missing)


@pytest.mark.parametrize("count", [1, 5_000])
def test_many_items_of_one_layout_are_read_at_once(count: int) -> None:
    columns = read_publish(encoded([notification(float(n), KIND.Double, 0) for n in range(count)])).message.notes[0]
    assert isinstance(columns, Columns)
    assert columns.raws.tolist() == [float(n) for n in range(count)]
    assert not columns.foreign


def test_a_count_that_cannot_be_is_unreadable_and_the_other_notifications_stay() -> None:
    good, broken = [notification(1.0, KIND.Double, 0)], [notification(2, KIND.Int64, 0)]
    body = encoded(broken, good)
    for count in (2, 0, -2, 2**31 - 1):
        at = body.index(struct.pack("<iI", 1, FIRST_HANDLE))
        damaged = body[:at] + struct.pack("<i", count) + body[at + 4 :]
        message = read_publish(damaged).message
        assert message.unreadable == 1
        assert [len(note) for note in message.notes if isinstance(note, Columns)] == [1]


def test_an_answer_of_another_kind_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read_publish(struct_to_binary(ua.ReadResponse()))
    with pytest.raises(UnreadableError):
        read_publish(b"")


def test_a_refusal_is_raised_as_such() -> None:
    response = ua.PublishResponse()
    response.ResponseHeader.ServiceResult = ua.StatusCode(ua.StatusCodes.BadNoSubscription)
    with pytest.raises(ua.UaStatusCodeError):
        read_publish(struct_to_binary(response))


def test_infinity_by_scaling_is_bad() -> None:
    found = taken(read_publish(encoded([notification(1e308, KIND.Double, 1), notification(math.inf, KIND.Float, 1)])))
    assert found[0].samples.qualities.tolist() == [0, 2]
