"""The OPC UA driver: one subscription on one session, kept over cuts; samples and alarms to the sink.

Owns the order of steps of a connection, and when a session is taken up again or given up. Must not know how values are
decoded or how a session is made.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence

from asyncua import ua

from app.domain.control import AlarmActing, Result, Writing
from app.domain.plant import Controller, Tag
from app.ports import DriverSink, Link
from drivers.fields import int_of, with_prefix
from drivers.opcua import alarms
from drivers.opcua.address import NAMESPACE_PREFIX, SOURCE_PREFIX, parse_address
from drivers.opcua.clock import ServerClock
from drivers.opcua.columns import Columns
from drivers.opcua.conditions import Conditions
from drivers.opcua.items import (
    CLOCK_HANDLE,
    STATE_HANDLE,
    Item,
    Monitored,
    Monitoring,
    Refusal,
    create,
    item_request,
    monitor,
    resolve,
)
from drivers.opcua.losses import Losses
from drivers.opcua.machine_states import MachineStates
from drivers.opcua.session import Session, faults_as_loss, quiet_library, standard
from drivers.opcua.standards import UA_URI
from drivers.opcua.subscription import Subscription
from drivers.opcua.table import ItemTable
from drivers.opcua.wire import Message
from drivers.opcua.write import Writer
from drivers.samples import NOTHING, Batch
from drivers.session import Backoff, CutError, GoneError, LinkBook, LostError, RareLog, first_of, keep_at_it
from drivers.workstation import Workstation

PUBLISHING_MS = 250.0
HELD_S = 30.0
"""So long a cut the server's queues should bridge."""
LEAST_QUEUE, MOST_QUEUE = 10, 1_000
CLOCK_MS = 500.0
RESUME_EVERY_S = 2.0
REFRESH_EVERY_S = 2.0
"""Alarms are not asked for again sooner: a server that loses events over a refresh would lose them for ever."""
SHUTDOWN = 4
"""ServerState: the server says itself that it goes away."""


class OpcUaDriver:
    """One OPC UA server, subscribed until cancelled."""

    def __init__(
        self, controller: Controller, tags: Sequence[Tag], sink: DriverSink, workstation: Workstation | None = None
    ) -> None:
        self.controller = controller
        self._workstation = workstation
        self._sink = sink
        items = [Item(tag=tag, spot=parse_address(tag.address, controller.settings)) for tag in tags]
        self._items = [item for item in items if not item.spot.levels]
        self._machines = [item for item in items if item.spot.levels]
        self._log = RareLog(controller.id)
        self._conditions = Conditions()
        self._writer = Writer(controller, self._conditions)

    async def write(self, writing: Writing) -> Result:
        """One write or call over the session that is open now."""
        return await self._writer.write(writing)

    async def act(self, acting: AlarmActing) -> Result:
        """One act on an alarm over the session that is open now."""
        return await self._writer.act(acting)

    async def run(self) -> None:
        """Connect, subscribe, reconnect, until cancelled. Never raises for the network's faults."""
        quiet_library()
        book = LinkBook(self.controller.id, self._sink)
        await keep_at_it(book, self._log, lambda: self._connection(book))

    async def _connection(self, book: LinkBook) -> None:
        """One session: from its opening through every cut that it survives to its end."""
        session = Session(self.controller, self._workstation)
        losses = Losses(self.controller.id, self._sink, self._log)
        try:
            await session.open()
            book.secured = session.secured
            self._writer.use(session)
            await _Feed(
                self.controller,
                self._items,
                MachineStates(self._machines, len(self._items)),
                session,
                book,
                self._sink,
                self._log,
                losses,
                self._conditions,
            ).run()
        finally:
            self._writer.use(None)
            losses.end()
            await session.close()


class _Feed:
    """What flows over one session: its items, its values, its alarms."""

    def __init__(
        self,
        controller: Controller,
        items: Sequence[Item],
        states: MachineStates,
        session: Session,
        book: LinkBook,
        sink: DriverSink,
        log: RareLog,
        losses: Losses,
        conditions: Conditions,
    ) -> None:
        self._controller = controller
        self._items = items
        self._states = states
        self._session = session
        self._book = book
        self._sink = sink
        self._log = log
        self._losses = losses
        self._conditions = conditions
        self._table = ItemTable(items)
        self._subscription = Subscription(session, self)
        self._missed = True
        """Whether values are missing since the link was last up; a new session begins with a gap."""
        self._backoff = Backoff(most_s=RESUME_EVERY_S)
        self._heard_s = time.monotonic()
        """When the last publish response came."""
        self._refresh_wanted = asyncio.Event()
        self._clock = ServerClock()
        self._identity_note = "" if controller.identity else f"identity not checked: {session.application_uri}"
        self._source = alarms.AlarmSource(
            controller=controller.id,
            machines=with_prefix(controller.settings, SOURCE_PREFIX),
            uri_of=session.uri,
            conditions=conditions,
            sure_clock=lambda: self._clock.sure,
        )

    @property
    def _note(self) -> str:
        return "; ".join(part for part in (self._identity_note, self._clock.words) if part)

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
                    queue=int_of(settings, "queue", _queue(float(settings.get("sampling_ms", 0)), publishing_ms)),
                )
            )
            if settings.get("alarms", False):
                await self._watch_alarms()
        await self._flow()

    async def _flow(self) -> None:
        """Take what comes; after each cut take up the session again, as long as the server surely holds it."""
        while True:
            try:
                await first_of(self._subscription.run(), self._session.renew_for_ever(), self._refresh_when_wanted())
            except CutError as cut:
                self._say_cut(cut)
            await self._resume()
            if self._controller.settings.get("alarms", False):
                self._refresh_wanted.set()

    async def _resume(self) -> None:
        """Take up session and subscription over a new connection. Raises LostError once they are surely gone."""
        until_s = self._heard_s + min(self._session.held_s, self._subscription.held_s)
        while True:
            await asyncio.sleep(self._backoff.next_s())
            try:
                return await self._session.resume()
            except CutError as cut:
                if time.monotonic() > until_s:
                    raise LostError(cut.message, "It was cut for too long.") from cut
                self._say_cut(cut)

    def _say_cut(self, cut: CutError) -> None:
        self._book.down(Link.LOST, str(cut))
        self._log.say("cut", str(cut))

    async def _watch_server(self) -> None:
        watch = Monitoring(sampling_ms=CLOCK_MS, queue=1)
        requests = [item_request(STATE_HANDLE, standard(ua.ObjectIds.Server_ServerStatus_State), watch)]
        if self._subscription.slow:
            clock = standard(ua.ObjectIds.Server_ServerStatus_CurrentTime)
            requests.append(item_request(CLOCK_HANDLE, clock, watch))
        await create(self._session, self._subscription.id, requests)

    async def _watch_tags(self, watch: Monitoring) -> None:
        watched = [*self._items, *self._states.items]
        nodes, refused = await resolve(self._session, watched)
        granted = await monitor(self._session, self._subscription.id, nodes, watch)
        self._say_granted(watch, granted)
        refused += [Refusal(tag=watched[place].tag, reason=why) for place, why in granted.refused.items()]
        if not refused:
            return
        now_s = time.time()
        batch = Batch(now_s)
        for refusal in refused:
            batch.number(refusal.tag, NOTHING, now_s)
        self._sink.samples(batch.samples())
        named = "; ".join(f"{refusal.tag.id}: {refusal.reason}" for refusal in refused[:3])
        self._log.say(f"refused {named}", f"{len(refused)} of {len(self._items)} tags have no value: {named}")

    def _say_granted(self, watch: Monitoring, granted: Monitored) -> None:
        if granted.lessened:
            self._log.note(
                f"The server grants {granted.lessened} tags less than was asked for: it queues {granted.queue} values "
                f"(asked {watch.queue}) and samples every {granted.sampling_ms:g} ms (asked {watch.sampling_ms:g})."
            )

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
            await asyncio.sleep(REFRESH_EVERY_S)

    # --- what the subscription tells ---

    def message(self, message: Message) -> None:
        """Hand on the content of a message, in its order."""
        received_s = time.time()
        for note in message.notes:
            if isinstance(note, Columns):
                self._take_values(note, received_s)
            elif isinstance(note, ua.EventNotificationList):
                self._take_events(note.Events, received_s)
            else:
                raise GoneError(f"The server ended the subscription: {note.Status.name}.")
        if message.unreadable:
            self._lose(received_s, "A notification of the server could not be read; its values are lost.")

    def alive(self, sent_s: float | None) -> None:
        """A publish response came, and what it held was handed on."""
        now_s, self._heard_s = time.time(), time.monotonic()
        self._backoff.reset()
        if sent_s is not None and self._clock.hear(sent_s, now_s):
            self._book.remark(self._note)
        self._book.clock(self._clock.off_s)
        self._book.heard(now_s, self._note, kept=not self._missed)
        self._missed = False
        self._losses.tell(now_s)

    def missing(self, messages: int) -> None:
        """Messages are lost for good."""
        if self._book.state.link is Link.UP:
            self._lose(time.time(), f"{messages} messages of the server did not come and it has them no more.")
        else:
            self._missed = True

    def _lose(self, now_s: float, reason: str) -> None:
        self._losses.add(self._book.last_data_s or now_s, now_s, reason)

    def _take_values(self, columns: Columns, received_s: float) -> None:
        taken = self._table.take(columns, received_s)
        if len(taken.samples):
            self._sink.samples(taken.samples)
        if taken.dropped:
            self._lose(received_s, f"The server's queue was full: values of {taken.dropped} tags were lost.")
        for position in taken.others:
            handle = int(columns.handles[position])
            if handle == STATE_HANDLE:
                self._check_state(columns.value(position))
            else:
                self._states.take(handle, columns.value(position))
        states = self._states.samples(received_s)
        if states is not None:
            self._sink.samples(states)

    def _check_state(self, value: ua.DataValue) -> None:
        if value.Value is not None and value.Value.Value == SHUTDOWN:
            raise GoneError("The server is shutting down.")

    def _take_events(self, events: list[ua.EventFieldList], received_s: float) -> None:
        for event in events:
            fields = alarms.named_fields(event.EventFields)
            if alarms.asks_for_refresh(fields):
                self._conditions.events_lost()
                self._refresh_wanted.set()
            for told in alarms.told(fields, self._source, received_s):
                self._sink.alarm(told)


def _queue(sampling_ms: float, publishing_ms: float) -> int:
    """Values an item that a server has to keep for a cut of HELD_S; without a period of its own by the other one."""
    period_ms = sampling_ms if sampling_ms > 0 else publishing_ms
    return min(MOST_QUEUE, max(LEAST_QUEUE, math.ceil(HELD_S * 1000 / period_ms)))
