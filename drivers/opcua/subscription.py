"""The publish path of one subscription: requests outstanding, messages in order and none missing, silence noticed.

Owns the subscription on the server, sequence numbers, acknowledgements and republishing. Must not know tags.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from asyncua import ua
from asyncua.ua.uaerrors import (
    BadMessageNotAvailable,
    BadNotImplemented,
    BadServiceUnsupported,
    BadTimeout,
    BadTooManyPublishRequests,
)

from drivers.opcua.columns import UnreadableError
from drivers.opcua.session import SESSION_S, Session, faults_as_loss
from drivers.opcua.wire import Message, read_publish, read_republish
from drivers.session import SILENCE_S, CutError, GoneError, LostError, Silence, first_of

OUTSTANDING = 2
"""Publish requests under way: while one answer is handled, the server already has the next request."""
MOST_OUTSTANDING = 8
"""So many once the server says that more messages wait: it then sends some in one turn of its own."""
KEEP_ALIVE_S = 0.5
SLOW_KEEP_ALIVE_S = 0.8
"""Above this a loss could not be seen within 3 s by keep-alives alone."""
A_PUBLISH = 50_000
"""Notifications a message at most, so that what piled up during a cut comes in messages of a few MB."""
CALM_S = 1.0
"""Before asking again where the server said that it has too many publish requests."""
LAST_SEQUENCE = 2**32 - 1
"""Then follows 1 (OPC 10000-4 7.26)."""
MOST_MISSING = 10_000
NOT_KEPT = (BadMessageNotAvailable, BadServiceUnsupported, BadNotImplemented)


class Listener(Protocol):
    """Who is told what comes. `message` before `alive`: a word on time is told when its content was taken.

    `sent_s` is the server's clock when it sent the word, where it told.
    """

    def message(self, message: Message) -> None: ...
    def alive(self, sent_s: float | None) -> None: ...
    def missing(self, messages: int) -> None: ...


def following(sequence: int) -> int:
    """The sequence number after one."""
    return 1 if sequence >= LAST_SEQUENCE else sequence + 1


def missing_before(sequence: int, wanted: int) -> int:
    """How many messages lie between the wanted number and one that came; 0 for one that was there before."""
    distance = (sequence - wanted) % LAST_SEQUENCE
    return distance if distance < LAST_SEQUENCE // 2 else 0


class Subscription:
    """One subscription from its creation to its end; it may live through several connections of its session."""

    def __init__(self, session: Session, listener: Listener) -> None:
        self._session = session
        self._listener = listener
        self._acks: list[int] = []
        self._wanted = 0
        """The sequence number that comes next; 0 before the first message."""
        self._wider = asyncio.Semaphore(OUTSTANDING)
        self._silence = Silence()
        self._spoke = False
        self.id = 0
        self.keep_alive_s = 0.0
        self.publishing_s = 0.0
        self.held_s = 0.0
        """How long the server keeps it without a word from us."""

    async def create(self, publishing_ms: float) -> None:
        """Create it on the server. Raises LostError. The server's revised times go into the watchdog."""
        request = ua.CreateSubscriptionRequest()
        params = request.Parameters
        params.RequestedPublishingInterval = publishing_ms
        params.RequestedMaxKeepAliveCount = ua.Counter(max(1, round(KEEP_ALIVE_S * 1000 / publishing_ms)))
        params.RequestedLifetimeCount = ua.Counter(max(10, round(SESSION_S * 1000 / publishing_ms)))
        params.MaxNotificationsPerPublish = ua.Counter(A_PUBLISH)
        params.PublishingEnabled = True
        with faults_as_loss("subscribing"):
            answer = await self._session.send(request, ua.CreateSubscriptionResponse)
        self.id = answer.Parameters.SubscriptionId
        self.publishing_s = answer.Parameters.RevisedPublishingInterval / 1000
        self.keep_alive_s = self.publishing_s * answer.Parameters.RevisedMaxKeepAliveCount
        self.held_s = self.publishing_s * answer.Parameters.RevisedLifetimeCount
        self._silence.limit_s = max(SILENCE_S, 3 * min(self.keep_alive_s, SLOW_KEEP_ALIVE_S))

    @property
    def slow(self) -> bool:
        """Whether the server's keep-alives are too rare, so that a ticking value has to be watched too."""
        return self.keep_alive_s > SLOW_KEEP_ALIVE_S

    async def run(self) -> None:
        """Take publish responses until the connection is cut (CutError) or the subscription over (LostError).

        A connection on which nothing ever came is over too: what was taken up on it does not live.
        """
        self._silence.heard()
        self._spoke = False
        arrived: asyncio.Queue[bytes] = asyncio.Queue()
        self._wider = asyncio.Semaphore(OUTSTANDING)
        asking = (self._ask_for_ever(arrived) for _ in range(MOST_OUTSTANDING))
        await first_of(self._watch_silence(), self._take_for_ever(arrived), *asking)

    async def _watch_silence(self) -> None:
        try:
            await self._silence.watch()
        except LostError as error:
            kind = CutError if self._spoke else GoneError
            raise kind(error.message) from error

    async def _ask_for_ever(self, arrived: asyncio.Queue[bytes]) -> None:
        """Keep one request at the server, once that is wanted: the next is sent before the answer is looked at."""
        await self._wider.acquire()
        while True:
            request = ua.PublishRequest()
            request.Parameters.SubscriptionAcknowledgements = self._acknowledgements()
            with faults_as_loss("waiting for values"):
                try:
                    arrived.put_nowait(await self._session.exchange(request, patient=True))
                except BadTimeout:
                    continue
                except BadTooManyPublishRequests:
                    await asyncio.sleep(CALM_S)

    def _acknowledgements(self) -> list[ua.SubscriptionAcknowledgement]:
        taken, self._acks = self._acks, []
        return [
            ua.SubscriptionAcknowledgement(SubscriptionId=ua.IntegerId(self.id), SequenceNumber=ua.Counter(sequence))
            for sequence in taken
        ]

    async def _take_for_ever(self, arrived: asyncio.Queue[bytes]) -> None:
        while True:
            body = await arrived.get()
            self._silence.heard()
            self._spoke = True
            with faults_as_loss("waiting for values"):
                try:
                    published = read_publish(body)
                except UnreadableError:  # its number is missed by the next one, and asked for again
                    continue
            if published.subscription != self.id:
                raise LostError("The server publishes for another subscription.")
            if published.more:
                self._wider.release()
            await self._take(published.message)
            self._listener.alive(published.sent_s)

    async def _take(self, message: Message) -> None:
        """Hand on what comes before the message, then the message. A keep-alive has the number of the next."""
        for earlier in await self._missed(message.sequence):
            self._hand_on(earlier)
        if not message.keep_alive:
            self._hand_on(message)
        elif not self._wanted:
            self._wanted = message.sequence

    async def _missed(self, sequence: int) -> list[Message]:
        """The messages before a number that did not come, fetched again: also all that a cut swallowed."""
        missing = missing_before(sequence, self._wanted) if self._wanted else 0
        if not missing:
            return []
        found: list[Message] = []
        if missing <= MOST_MISSING:
            for _ in range(missing):
                message = await self._republished(self._wanted)
                found += [message] if message is not None else []
                self._wanted = following(self._wanted)
        if len(found) < missing:
            self._listener.missing(missing - len(found))
        self._wanted = sequence
        return found

    def _hand_on(self, message: Message) -> None:
        """What is acknowledged was taken before: until then the server keeps it."""
        self._listener.message(message)
        self._acks.append(message.sequence)
        self._wanted = following(message.sequence)

    async def _republished(self, sequence: int) -> Message | None:
        """A message again; None if the server does not have it."""
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = ua.IntegerId(self.id)
        request.Parameters.RetransmitSequenceNumber = ua.Counter(sequence)
        with faults_as_loss("asking again for what was missed"):
            try:
                message = read_republish(await self._session.exchange(request))
            except (*NOT_KEPT, UnreadableError):
                return None
        return message if message.sequence == sequence and not message.keep_alive else None
