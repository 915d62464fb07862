"""What a server makes of monitored items is read back: refusals one by one, shorter queues, slower sampling."""

import asyncio
from typing import cast

import pytest
from asyncua import ua
from asyncua.ua.uaerrors import BadTooManyOperations

from drivers.opcua.items import FIRST_HANDLE, Monitored, Monitoring, monitor
from drivers.opcua.session import Session

WATCH = Monitoring(sampling_ms=100.0, queue=300)
BAD = ua.StatusCode(ua.StatusCodes.BadNodeIdUnknown)


class Server:
    """Stands for the session: grants what it is told to."""

    def __init__(self, *grants: tuple[ua.StatusCode, float, int], most: int = 1_000) -> None:
        self._grants = grants
        self._most = most
        self.handles: list[int] = []

    @property
    def services(self) -> "Server":
        """Itself."""
        return self

    async def create_monitored_items(
        self, params: ua.CreateMonitoredItemsParameters
    ) -> list[ua.MonitoredItemCreateResult]:
        """The grants in the order of the requests."""
        if len(params.ItemsToCreate) > self._most:
            raise BadTooManyOperations
        first = len(self.handles)
        self.handles += [item.RequestedParameters.ClientHandle for item in params.ItemsToCreate]
        return [
            ua.MonitoredItemCreateResult(status, 1, sampling_ms, queue)
            for status, sampling_ms, queue in self._grants[first : len(self.handles)]
        ]


def watched(server: Server, count: int) -> Monitored:
    """Monitor so many items."""
    nodes = {place: ua.NodeId(place, 2) for place in range(count)}
    return asyncio.run(monitor(cast("Session", server), 1, nodes, WATCH))


def test_what_was_asked_for_and_granted_is_not_worth_a_word() -> None:
    assert watched(Server((ua.StatusCode(), 100.0, 300), (ua.StatusCode(), 50.0, 500)), 2).lessened == 0


def test_a_shorter_queue_and_slower_sampling_are_told_with_the_worst() -> None:
    granted = watched(
        Server((ua.StatusCode(), 100.0, 1), (ua.StatusCode(), 250.0, 300), (ua.StatusCode(), 100.0, 300)), 3
    )
    assert (granted.lessened, granted.queue, granted.sampling_ms) == (2, 1, 250.0)
    assert granted.refused == {}


def test_a_refused_item_is_told_and_its_grants_do_not_count() -> None:
    granted = watched(Server((ua.StatusCode(), 100.0, 300), (BAD, 0.0, 0)), 2)
    assert granted.refused == {1: "BadNodeIdUnknown"}
    assert granted.lessened == 0


@pytest.mark.parametrize("most", [1, 2, 1_000])
def test_items_keep_their_places_whatever_the_server_takes_at_once(most: int) -> None:
    server = Server(*[(ua.StatusCode(), 100.0, 300)] * 4, (BAD, 0.0, 0), most=most)
    assert list(watched(server, 5).refused) == [4]
    assert server.handles == [FIRST_HANDLE + place for place in range(5)]
