"""The OPC UA driver: a fresh session per attempt, one subscription, samples and alarms to the sink.

Owns the order of steps of a connection. Must not know how values are decoded or how a session is made.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from asyncua import ua

from app.domain.plant import Controller, Tag
from app.ports import DriverSink
from drivers.fields import int_of, with_prefix
from drivers.opcua import alarms
from drivers.opcua.address import NAMESPACE_PREFIX, SOURCE_PREFIX, UA_URI, parse_address
from drivers.opcua.decode import add, overflowed
from drivers.opcua.items import (
    CLOCK_HANDLE,
    FIRST_HANDLE,
    STATE_HANDLE,
    Item,
    Monitoring,
    Refusal,
    create,
    item_request,
    monitor,
    resolve,
)
from drivers.opcua.session import Session, faults_as_loss, quiet_library, standard
from drivers.opcua.subscription import Subscription
from drivers.samples import NOTHING, Batch
from drivers.session import LinkBook, LostError, RareLog, first_of, keep_at_it

PUBLISHING_MS = 250.0
QUEUE = 10
CLOCK_MS = 500.0
SHUTDOWN = 4
"""ServerState: the server says itself that it goes away."""


class OpcUaDriver:
    """One OPC UA server, subscribed until cancelled."""

    def __init__(self, controller: Controller, tags: Sequence[Tag], sink: DriverSink) -> None:
        self.controller = controller
        self._sink = sink
        self._items = [Item(tag=tag, spot=parse_address(tag.address, controller.settings)) for tag in tags]
        self._log = RareLog(controller.id)

    async def run(self) -> None:
        """Connect, subscribe, reconnect, until cancelled. Never raises for the network's faults."""
        quiet_library()
        book = LinkBook(self.controller.id, self._sink)
        await keep_at_it(book, self._log, lambda: self._connection(book))

    async def _connection(self, book: LinkBook) -> None:
        session = Session(self.controller)
        try:
            await session.open()
            await _Feed(self.controller, self._items, session, book, self._sink, self._log).run()
        finally:
            await session.close()


class _Feed:
    """What flows over one session: its items, its values, its alarms."""

    def __init__(
        self,
        controller: Controller,
        items: Sequence[Item],
        session: Session,
        book: LinkBook,
        sink: DriverSink,
        log: RareLog,
    ) -> None:
        self._controller = controller
        self._items = items
        self._session = session
        self._book = book
        self._sink = sink
        self._log = log
        self._subscription = Subscription(session, self._on_publish, self._on_unreadable)
        self._refresh_wanted = asyncio.Event()
        self._note = "" if controller.identity else f"identity not checked: {session.application_uri}"
        self._source = alarms.AlarmSource(
            controller=controller.id,
            machines=with_prefix(controller.settings, SOURCE_PREFIX),
            uri_of=session.uri,
        )

    async def run(self) -> None:
        """Subscribe and hand on what comes until the session is lost; raises what ended it."""
        settings = self._controller.settings
        publishing_ms = float(settings.get("publishing_ms", PUBLISHING_MS))
        await self._subscription.create(publishing_ms)
        with faults_as_loss("subscribing"):
            await self._watch_server()
            await self._watch_tags(
                Monitoring(
                    sampling_ms=float(settings.get("sampling_ms", publishing_ms)),
                    queue=int_of(settings, "queue", QUEUE),
                )
            )
            if settings.get("alarms", False):
                await self._watch_alarms()
        await first_of(self._subscription.run(), self._session.renew_for_ever(), self._refresh_when_wanted())

    async def _watch_server(self) -> None:
        watch = Monitoring(sampling_ms=CLOCK_MS, queue=1)
        requests = [item_request(STATE_HANDLE, standard(ua.ObjectIds.Server_ServerStatus_State), watch)]
        if self._subscription.slow:
            clock = standard(ua.ObjectIds.Server_ServerStatus_CurrentTime)
            requests.append(item_request(CLOCK_HANDLE, clock, watch))
        await create(self._session, self._subscription.id, requests)

    async def _watch_tags(self, watch: Monitoring) -> None:
        nodes, refused = await resolve(self._session, self._items)
        denied = await monitor(self._session, self._subscription.id, nodes, watch)
        refused += [Refusal(tag=self._items[place].tag, reason=why) for place, why in denied.items()]
        if not refused:
            return
        now_s = time.time()
        batch = Batch(now_s)
        for refusal in refused:
            batch.number(refusal.tag, NOTHING, now_s)
        self._sink.samples(batch.samples())
        named = "; ".join(f"{refusal.tag.id}: {refusal.reason}" for refusal in refused[:3])
        self._log.say(f"refused {named}", f"{len(refused)} of {len(self._items)} tags have no value: {named}")

    async def _watch_alarms(self) -> None:
        refused = await alarms.subscribe(self._session, self._subscription.id, self._own_namespace())
        if refused:
            self._log.say("alarms", f"The server gives no alarms: {refused}")
            return
        self._refresh_wanted.set()

    def _own_namespace(self) -> int:
        """The index of the namespace in which the maker's own event fields lie: that of the tags."""
        uris = [uri for item in self._items for uri in item.spot.uris()]
        uris += with_prefix(self._controller.settings, NAMESPACE_PREFIX).values()
        found = (self._session.namespace(uri) for uri in uris if uri != UA_URI)
        return next((index for index in found if index is not None), 0)

    async def _refresh_when_wanted(self) -> None:
        while True:
            await self._refresh_wanted.wait()
            self._refresh_wanted.clear()
            with faults_as_loss("refreshing alarms"):
                refused = await alarms.refresh(self._session, self._subscription.id)
            if refused:
                self._log.note(f"The server does not repeat its active alarms: {refused}")

    def _on_publish(self, message: ua.NotificationMessage) -> None:
        received_s = time.time()
        self._book.heard(received_s, self._note)
        batch = Batch(received_s)
        for data in message.NotificationData or ():
            if isinstance(data, ua.DataChangeNotification):
                self._take_values(batch, data.MonitoredItems, received_s)
            elif isinstance(data, ua.EventNotificationList):
                self._take_events(data.Events, received_s)
            elif isinstance(data, ua.StatusChangeNotification):
                raise LostError(f"The server ended the subscription: {data.Status.name}.")
        if len(batch):
            self._sink.samples(batch.samples())

    def _take_values(self, batch: Batch, values: list[ua.MonitoredItemNotification], received_s: float) -> None:
        dropped = 0
        for value in values:
            place = value.ClientHandle - FIRST_HANDLE
            if 0 <= place < len(self._items):
                item = self._items[place]
                add(batch, item.tag, item.spot.index, value.Value, received_s)
                dropped += overflowed(value.Value.StatusCode)
            elif value.ClientHandle == STATE_HANDLE:
                self._check_state(value.Value)
        if dropped:
            self._log.say("overflow", f"The server's queue was full: values of {dropped} tags were lost.")

    def _check_state(self, value: ua.DataValue) -> None:
        if value.Value is not None and value.Value.Value == SHUTDOWN:
            raise LostError("The server is shutting down.")

    def _take_events(self, events: list[ua.EventFieldList], received_s: float) -> None:
        for event in events:
            fields = alarms.named_fields(event.EventFields)
            if alarms.asks_for_refresh(fields):
                self._refresh_wanted.set()
            elif alarms.is_alarm(fields):
                self._sink.alarm(alarms.alarm_event(fields, self._source, received_s))

    def _on_unreadable(self) -> None:
        self._log.say("unreadable", "A notification of the server could not be read; its values are lost.")
