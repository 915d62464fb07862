"""Which node each tag is on this server now, and the monitored items on them, each one's status looked at.

Owns the table handle → tag of one subscription. Must not know how notifications travel.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from asyncua import ua
from asyncua.ua.uaerrors import (
    BadEncodingLimitsExceeded,
    BadRequestTooLarge,
    BadResponseTooLarge,
    BadTooManyOperations,
)

from app.domain.plant import Tag
from drivers.opcua.address import UaAddress
from drivers.opcua.session import Session, standard

A_CALL = 500
"""Items a request at first; halved as often as the server says that they are too many."""
TOO_MANY = (BadTooManyOperations, BadRequestTooLarge, BadResponseTooLarge, BadEncodingLimitsExceeded)
Request = TypeVar("Request")
Result = TypeVar("Result")

FIRST_HANDLE = 16
STATE_HANDLE = 1
CLOCK_HANDLE = 2
EVENT_HANDLE = 3


DOWNWARDS: tuple[Any, Any] = (False, True)
"""Browse forward, also along subtypes of the reference (asyncua's own defaults say backward)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A tag and its address."""

    tag: Tag
    spot: UaAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A tag that this server has no value for, and why."""

    tag: Tag
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring:
    """How an item is watched. `sampling_ms` -1 means the publishing interval."""

    sampling_ms: float
    queue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """What the server made of it: each refused item by its position, with its words, and the items that it granted

    less than was asked for (a shorter queue or slower sampling), with the worst of both.
    """

    refused: dict[int, str]
    lessened: int = 0
    queue: int = 0
    sampling_ms: float = 0.0


async def resolve(session: Session, items: Sequence[Item]) -> tuple[dict[int, ua.NodeId], list[Refusal]]:
    """The node of each item by its position, and the items that have none on this server."""
    nodes: dict[int, ua.NodeId] = {}
    refused: list[Refusal] = []
    paths: dict[int, ua.BrowsePath] = {}
    for place, item in enumerate(items):
        node = session.node_id(item.spot.node)
        path = None if node is None or not item.spot.path else _browse_path(session, node, item.spot)
        if node is None or (item.spot.path and path is None):
            refused.append(Refusal(tag=item.tag, reason="the server does not have its namespace"))
        elif path is not None:
            paths[place] = path
        else:
            nodes[place] = node
    for place, found in await _translate(session, paths):
        if isinstance(found, ua.NodeId):
            nodes[place] = found
        else:
            refused.append(Refusal(tag=items[place].tag, reason=f"its path was not found ({found})"))
    return nodes, refused


def _browse_path(session: Session, start: ua.NodeId, spot: UaAddress) -> ua.BrowsePath | None:
    elements = []
    for step in spot.path:
        index = session.namespace(step.uri)
        if index is None:
            return None
        element = ua.RelativePathElement()
        element.ReferenceTypeId = standard(ua.ObjectIds.HierarchicalReferences)
        element.IsInverse, element.IncludeSubtypes = DOWNWARDS
        element.TargetName = ua.QualifiedName(step.name, index)
        elements.append(element)
    return ua.BrowsePath(StartingNode=start, RelativePath=ua.RelativePath(Elements=elements))


async def _translate(session: Session, paths: dict[int, ua.BrowsePath]) -> list[tuple[int, ua.NodeId | str]]:
    results = await in_calls(list(paths.values()), session.services.translate_browsepaths_to_nodeids)
    found: list[tuple[int, ua.NodeId | str]] = []
    for place, result in zip(paths, results, strict=True):
        good = result.StatusCode.is_good() and len(result.Targets) > 0
        found.append((place, _local(result.Targets[0].TargetId) if good else result.StatusCode.name))
    return found


def _local(target: ua.ExpandedNodeId) -> ua.NodeId:
    return ua.NodeId(target.Identifier, target.NamespaceIndex, target.NodeIdType)


async def monitor(session: Session, subscription: int, nodes: Mapping[int, ua.NodeId], watch: Monitoring) -> Monitored:
    """Create the items on the subscription. The item at position n has the handle FIRST_HANDLE + n."""
    requests = [item_request(FIRST_HANDLE + place, node, watch) for place, node in nodes.items()]
    results = await in_calls(requests, lambda part: create(session, subscription, part))
    good = [result for result in results if result.StatusCode.is_good()]
    less = [result for result in good if _lessened(result, watch)]
    return Monitored(
        refused={
            place: result.StatusCode.name
            for place, result in zip(nodes, results, strict=True)
            if not result.StatusCode.is_good()
        },
        lessened=len(less),
        queue=min((int(result.RevisedQueueSize) for result in less), default=watch.queue),
        sampling_ms=max((float(result.RevisedSamplingInterval) for result in less), default=watch.sampling_ms),
    )


def _lessened(result: ua.MonitoredItemCreateResult, watch: Monitoring) -> bool:
    slower = watch.sampling_ms > 0 and result.RevisedSamplingInterval > watch.sampling_ms
    return bool(slower or result.RevisedQueueSize < watch.queue)


async def create(
    session: Session, subscription: int, requests: list[ua.MonitoredItemCreateRequest]
) -> list[ua.MonitoredItemCreateResult]:
    """Create monitored items; the results in the order of the requests."""
    params = ua.CreateMonitoredItemsParameters()
    params.SubscriptionId = ua.IntegerId(subscription)
    params.TimestampsToReturn = ua.TimestampsToReturn.Both
    params.ItemsToCreate = requests
    return await session.services.create_monitored_items(params)


def item_request(handle: int, node: ua.NodeId, watch: Monitoring) -> ua.MonitoredItemCreateRequest:
    """A request to watch a node's value; a full queue drops the oldest."""
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor.NodeId = node
    request.ItemToMonitor.AttributeId = ua.AttributeIds.Value
    request.MonitoringMode = ua.MonitoringMode.Reporting
    request.RequestedParameters.ClientHandle = ua.IntegerId(handle)
    request.RequestedParameters.SamplingInterval = watch.sampling_ms
    request.RequestedParameters.QueueSize = ua.Counter(watch.queue)
    request.RequestedParameters.DiscardOldest = True
    return request


async def in_calls(requests: list[Request], call: Callable[[list[Request]], Awaitable[list[Result]]]) -> list[Result]:
    """The results of all requests, in as many calls as the server's limits ask for."""
    results: list[Result] = []
    size = A_CALL
    while len(results) < len(requests):
        part = requests[len(results) : len(results) + size]
        try:
            results += await call(part)
        except TOO_MANY:
            if len(part) == 1:
                raise
            size = len(part) // 2
    return results
