"""The publish path of one subscription: requests outstanding, notifications handed on whole, silence noticed.

Owns subscription, acknowledgements and the wait for publish responses. Must not know tags; decoding is asyncua's
for now and may be replaced here alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from asyncua import ua
from asyncua.ua.uaerrors import BadTimeout, BadTooManyPublishRequests, UaStructParsingError

from drivers.opcua.session import SESSION_S, Session, faults_as_loss
from drivers.session import SILENCE_S, LostError, Silence, first_of

OUTSTANDING = 2
"""Publish requests under way: while one answer is handled, the server already has the next request."""
KEEP_ALIVE_S = 0.5
SLOW_KEEP_ALIVE_S = 0.8
"""Above this a loss could not be seen within 3 s by keep-alives alone."""

OnPublish = Callable[[ua.NotificationMessage], None]


class Subscription:
    """One subscription from its creation to the loss of its connection."""

    def __init__(self, session: Session, on_publish: OnPublish, on_unreadable: Callable[[], None]) -> None:
        self._session = session
        self._on_publish = on_publish
        self._on_unreadable = on_unreadable
        self._acks: list[ua.SubscriptionAcknowledgement] = []
        self._silence = Silence()
        self.id = 0
        self.keep_alive_s = 0.0

    async def create(self, publishing_ms: float) -> None:
        """Create it on the server. Raises LostError. The server's revised times go into the watchdog."""
        request = ua.CreateSubscriptionRequest()
        params = request.Parameters
        params.RequestedPublishingInterval = publishing_ms
        params.RequestedMaxKeepAliveCount = ua.Counter(max(1, round(KEEP_ALIVE_S * 1000 / publishing_ms)))
        params.RequestedLifetimeCount = ua.Counter(max(10, round(SESSION_S * 1000 / publishing_ms)))
        params.MaxNotificationsPerPublish = ua.Counter(0)
        params.PublishingEnabled = True
        with faults_as_loss("subscribing"):
            answer = await self._session.send(request, ua.CreateSubscriptionResponse)
        self.id = answer.Parameters.SubscriptionId
        self.keep_alive_s = (
            answer.Parameters.RevisedPublishingInterval / 1000 * answer.Parameters.RevisedMaxKeepAliveCount
        )
        self._silence.limit_s = max(SILENCE_S, 3 * min(self.keep_alive_s, SLOW_KEEP_ALIVE_S))

    @property
    def slow(self) -> bool:
        """Whether the server's keep-alives are too rare, so that a ticking value has to be watched too."""
        return self.keep_alive_s > SLOW_KEEP_ALIVE_S

    async def run(self) -> None:
        """Take publish responses until the subscription is lost; raises LostError."""
        self._silence.heard()
        await first_of(self._silence.watch(), *(self._publish_for_ever() for _ in range(OUTSTANDING)))

    async def _publish_for_ever(self) -> None:
        while True:
            acks, self._acks = self._acks, []
            with faults_as_loss("waiting for values"):
                try:
                    answer = await self._session.services.publish(acks)
                except BadTimeout:
                    continue
                except BadTooManyPublishRequests:
                    await asyncio.get_running_loop().create_future()  # the other one goes on
                    continue
                except UaStructParsingError:
                    self._on_unreadable()
                    continue
            self._take(answer.Parameters)

    def _take(self, result: ua.PublishResult) -> None:
        if result.SubscriptionId != self.id:
            raise LostError("The server publishes for another subscription.")
        self._silence.heard()
        message = result.NotificationMessage
        if message.NotificationData:
            self._acks.append(
                ua.SubscriptionAcknowledgement(
                    SubscriptionId=result.SubscriptionId, SequenceNumber=message.SequenceNumber
                )
            )
        self._on_publish(message)
