"""Publish and Republish responses from their bytes: the frame read by asyncua's primitives, data changes as columns.

Owns what a message consists of and which part of it cannot be read. Must not know connections, tags or meaning.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, TypeAlias

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import Primitives, extensionobject_from_binary, nodeid_from_binary, struct_from_binary

from drivers.opcua.columns import Columns, UnreadableError, read_columns
from drivers.opcua.decode import seconds

PUBLISH_RESPONSE = ua.ObjectIds.PublishResponse_Encoding_DefaultBinary
REPUBLISH_RESPONSE = ua.ObjectIds.RepublishResponse_Encoding_DefaultBinary
DATA_CHANGE = ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary
BINARY_BODY = 1
UNREADABLE = (struct.error, ua.UaError, ValueError, LookupError, TypeError, OverflowError)
"""What asyncua's decoder raises for bytes that are no message."""

Note: TypeAlias = Columns | ua.EventNotificationList | ua.StatusChangeNotification


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One NotificationMessage. `unreadable` counts the notifications that could not be read and are not in `notes`.

    `sequence` of a keep-alive is that of the next message.
    """

    sequence: int
    notes: tuple[Note, ...]
    unreadable: int = 0
    keep_alive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A PublishResponse: whose message it is, whether the next waits at the server already, and the server's clock.

    `sent_s` is in seconds since 1970 UTC; None where the server does not tell.
    """

    subscription: int
    message: Message
    more: bool
    sent_s: float | None = None


def read_publish(body: bytes) -> Published:
    """The PublishResponse in `body`. Raises UnreadableError, or UaStatusCodeError for a bad service result."""
    try:
        buffer, sent_s = _after_header(body, PUBLISH_RESPONSE)
        subscription = int(Primitives.UInt32.unpack(buffer))
        available = int(Primitives.Int32.unpack(buffer))
        buffer.skip(4 * max(0, available))
        more = bool(Primitives.Boolean.unpack(buffer))
        return Published(subscription=subscription, message=_message(body, buffer), more=more, sent_s=sent_s)
    except ua.UaStatusCodeError:
        raise
    except UNREADABLE as error:
        raise UnreadableError(f"no publish response: {error}") from error


def read_republish(body: bytes) -> Message:
    """The message in a RepublishResponse. Raises like `read_publish`."""
    try:
        return _message(body, _after_header(body, REPUBLISH_RESPONSE)[0])
    except ua.UaStatusCodeError:
        raise
    except UNREADABLE as error:
        raise UnreadableError(f"no republish response: {error}") from error


def _after_header(body: bytes, wanted: int) -> tuple[Buffer, float | None]:
    """What follows the header, and the server's time in it."""
    buffer = Buffer(body)
    kind = nodeid_from_binary(buffer)
    if kind.NamespaceIndex != 0 or kind.Identifier != wanted:
        raise UnreadableError(f"an answer of type {kind}")
    header: Any = struct_from_binary(ua.ResponseHeader, buffer)
    header.ServiceResult.check()
    return buffer, seconds(header.Timestamp)


def _message(body: bytes, buffer: Buffer) -> Message:
    sequence = int(Primitives.UInt32.unpack(buffer))
    buffer.skip(8)
    count = max(0, int(Primitives.Int32.unpack(buffer)))
    notes: list[Note] = []
    unreadable = 0
    for _ in range(count):
        note = _note(body, buffer)
        if note is None:
            unreadable += 1
        else:
            notes.append(note)
    return Message(sequence=sequence, notes=tuple(notes), unreadable=unreadable, keep_alive=count == 0)


def _note(body: bytes, buffer: Buffer) -> Note | None:
    """The next notification, None if it cannot be read; `buffer` stands behind it then too, by its own length."""
    whole = buffer.copy()
    kind = nodeid_from_binary(buffer)
    encoding = ord(buffer.read(1))
    length = int(Primitives.Int32.unpack(buffer)) if encoding & BINARY_BODY else 0
    if length < 0 or encoding not in (0, BINARY_BODY):
        raise UnreadableError("a notification whose end is not told")
    start = buffer.cur_pos
    buffer.skip(length)
    if kind.NamespaceIndex == 0 and kind.Identifier == DATA_CHANGE and encoding == BINARY_BODY:
        return _data_change(body, start, start + length)
    try:
        note = extensionobject_from_binary(whole)
    except UNREADABLE:
        return None
    return note if isinstance(note, ua.EventNotificationList | ua.StatusChangeNotification) else None


def _data_change(body: bytes, start: int, end: int) -> Columns | None:
    """The data changes between two places; None unless items and diagnostics fill them exactly."""
    try:
        count = int(Primitives.Int32.unpack(Buffer(body, start)))
        columns, stop = read_columns(body, start + 4, max(0, count), end)
        rest = Buffer(body, stop, end - stop)
        for _ in range(int(Primitives.Int32.unpack(rest))):
            struct_from_binary(ua.DiagnosticInfo, rest)
    except UNREADABLE:
        return None
    return columns if rest.cur_pos == end else None
