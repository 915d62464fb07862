"""Messages in order, none missing: gaps are fetched again, what cannot be is told, nothing is acknowledged before."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary
from asyncua.ua.uaerrors import BadMessageNotAvailable, BadNoSubscription, BadTooManyPublishRequests

from drivers.opcua.session import Session
from drivers.opcua.subscription import (
    LAST_SEQUENCE,
    MOST_OUTSTANDING,
    OUTSTANDING,
    Subscription,
    following,
    missing_before,
)
from drivers.opcua.wire import Message
from drivers.session import GoneError, LostError

ID = 5
Answer = bytes | Exception


def note(number: int) -> ua.NotificationMessage:
    """A message with one change."""
    change = ua.MonitoredItemNotification(16, ua.DataValue(ua.Variant(float(number))))
    return ua.NotificationMessage(number, NotificationData=[ua.DataChangeNotification([change])])


def publish(message: ua.NotificationMessage, subscription: int = ID, *, more: bool = False) -> bytes:
    """The publish response with it."""
    result = ua.PublishResult(subscription, MoreNotifications=more, NotificationMessage=message)
    return struct_to_binary(ua.PublishResponse(Parameters=result))


def data(number: int) -> bytes:
    """A message with a change."""
    return publish(note(number))


def keep_alive(following_number: int) -> bytes:
    """A message with nothing."""
    return publish(ua.NotificationMessage(following_number, NotificationData=[]))


class Server:
    """Stands for the session: publish requests wait for `answers`, republish requests are served from `kept`."""

    def __init__(self, kept: tuple[int, ...] = ()) -> None:
        self.answers: asyncio.Queue[Answer] = asyncio.Queue()
        self.kept = kept
        self.asked: list[int] = []
        self.acknowledged: list[list[int]] = []

    async def exchange(self, request: Any, *, patient: bool = False) -> bytes:
        """Answer one request."""
        if isinstance(request, ua.RepublishRequest):
            return self._republish(request.Parameters.RetransmitSequenceNumber)
        assert patient
        acks = request.Parameters.SubscriptionAcknowledgements
        self.acknowledged.append([ack.SequenceNumber for ack in acks])
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _republish(self, number: int) -> bytes:
        self.asked.append(number)
        if number not in self.kept:
            raise BadMessageNotAvailable
        return struct_to_binary(ua.RepublishResponse(NotificationMessage=note(number)))


class Heard:
    """Keeps what the subscription tells, in order."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def message(self, message: Message) -> None:
        """A message."""
        self.told.append(message.sequence)

    def alive(self, sent_s: float | None) -> None:
        """A word."""
        self.told.append("alive")

    def missing(self, messages: int) -> None:
        """A loss."""
        self.told.append(f"{messages} missing")


@asynccontextmanager
async def running(server: Server, heard: Heard) -> AsyncIterator[asyncio.Task[None]]:
    """A subscription that takes what the server answers."""
    subscription = Subscription(cast("Session", server), heard)
    subscription.id = ID
    task = asyncio.create_task(subscription.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, LostError):
            await task


async def until(what: Callable[[], object]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(10):
        while not what():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def after(server: Server, *answers: Answer) -> list[object]:
    """What is told after these answers."""
    heard = Heard()
    async with running(server, heard):
        words = 0
        for answer in answers:
            server.answers.put_nowait(answer)
            words += isinstance(answer, bytes) and answer != b"nonsense"
            await until(lambda words=words: server.answers.empty() and heard.told.count("alive") == words)  # type: ignore[misc]
    return heard.told


async def test_two_requests_are_out_and_the_next_is_sent_before_the_answer_is_looked_at() -> None:
    server, outstanding = Server(), []

    class Looking(Heard):
        def message(self, message: Message) -> None:
            outstanding.append(len(server.acknowledged) - message.sequence)
            super().message(message)

    heard = Looking()
    async with running(server, heard):
        await until(lambda: len(server.acknowledged) == OUTSTANDING)
        for number in (1, 2, 3):
            server.answers.put_nowait(data(number))
            await until(lambda number=number: heard.told.count("alive") == number)  # type: ignore[misc]
    assert outstanding == [OUTSTANDING] * 3


async def test_more_requests_are_sent_while_more_messages_wait_up_to_a_bound() -> None:
    server, heard = Server(), Heard()
    async with running(server, heard):
        for number in range(1, 20):
            server.answers.put_nowait(publish(note(number), more=True))
        await until(lambda: heard.told.count("alive") == 19)
        await until(lambda: len(server.acknowledged) == 19 + MOST_OUTSTANDING)
        await asyncio.sleep(0.05)
        assert len(server.acknowledged) == 19 + MOST_OUTSTANDING


async def test_each_message_is_acknowledged_once_after_it_was_taken() -> None:
    server = Server()
    told = await after(server, *(data(number) for number in (1, 2, 3, 4)), keep_alive(5), keep_alive(5))
    assert [one for one in told if one != "alive"] == [1, 2, 3, 4]
    assert sorted(number for acks in server.acknowledged for number in acks) == [1, 2, 3, 4]
    assert server.asked == []


async def test_messages_that_did_not_come_are_fetched_and_handed_on_first() -> None:
    server = Server(kept=(2, 3))
    assert await after(server, data(1), data(4)) == [1, "alive", 2, 3, 4, "alive"]


async def test_a_keep_alive_tells_that_messages_are_missing() -> None:
    assert await after(Server(kept=(2,)), data(1), keep_alive(3)) == [1, "alive", 2, "alive"]


async def test_what_the_server_no_longer_has_is_told_as_missing() -> None:
    told = await after(Server(kept=(3,)), data(1), data(5))
    assert told == [1, "alive", "2 missing", 3, 5, "alive"]


async def test_a_gap_beyond_reason_is_told_and_not_asked_for() -> None:
    server = Server()
    assert await after(server, data(1), data(2_000_000)) == [1, "alive", "1999998 missing", 2_000_000, "alive"]
    assert server.asked == []


async def test_an_unreadable_answer_is_fetched_again() -> None:
    assert await after(Server(kept=(2,)), data(1), b"nonsense", data(3)) == [1, "alive", 2, 3, "alive"]


async def test_numbers_that_begin_anew_do_not_silence_the_values() -> None:
    assert await after(Server(), data(9), data(1), data(2)) == [9, "alive", 1, "alive", 2, "alive"]


async def test_another_subscriptions_message_ends_it() -> None:
    server = Server()
    async with running(server, Heard()) as task:
        server.answers.put_nowait(publish(note(1), ID + 1))
        with pytest.raises(LostError, match="another subscription"):
            await task


async def test_a_server_without_the_subscription_ends_it_for_good() -> None:
    server = Server()
    async with running(server, Heard()) as task:
        server.answers.put_nowait(BadNoSubscription())
        with pytest.raises(GoneError):
            await task


async def test_a_server_with_too_many_requests_is_asked_less() -> None:
    assert await after(Server(), BadTooManyPublishRequests(), data(1), data(2)) == [1, "alive", 2, "alive"]


def test_numbers_wrap_to_one() -> None:
    assert following(LAST_SEQUENCE) == 1
    assert missing_before(2, LAST_SEQUENCE) == 2
    assert missing_before(5, 5) == 0
    assert missing_before(4, 5) == 0
