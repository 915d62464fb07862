"""Adding nodes to an asyncua server with every id and attribute chosen by us.

Owns the plain service calls behind the address spaces of the simulated servers. Must not know PackML or machines.
"""

from dataclasses import dataclass
from typing import Any

from asyncua import Server, ua

HAS_COMPONENT = 47


def numeric(identifier: int, index: int = 0) -> ua.NodeId:
    """A numeric NodeId, by default in OPC UA's own namespace."""
    return ua.NodeId(ua.Int32(identifier), ua.Int16(index))


def named(identifier: str, index: int) -> ua.NodeId:
    """A NodeId with a string for identifier."""
    return ua.NodeId(ua.String(identifier), ua.Int16(index))


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Adds nodes by service call, so that every id is ours to choose."""

    server: Server

    async def add(
        self,
        node: ua.NodeId,
        name: ua.QualifiedName,
        parent: ua.NodeId,
        attributes: Any,
        reference: ua.NodeId | int = HAS_COMPONENT,
        type_definition: ua.NodeId | int | None = None,
    ) -> ua.NodeId:
        """Add one node; `attributes` is an asyncua `...Attributes` object and decides the node class."""
        attributes.DisplayName = ua.LocalizedText(name.Name)
        attributes.Description = ua.LocalizedText("")
        attributes.WriteMask = 0
        attributes.UserWriteMask = 0
        item = ua.AddNodesItem()
        item.RequestedNewNodeId = node
        item.BrowseName = name
        item.ParentNodeId = parent
        item.ReferenceTypeId = node_id(reference)
        item.NodeClass = _CLASSES[type(attributes)]
        item.NodeAttributes = attributes
        if type_definition is not None:
            item.TypeDefinition = node_id(type_definition)
        results = await self.server.iserver.isession.add_nodes([item])
        results[0].StatusCode.check()
        return node

    async def refer(self, source: ua.NodeId, target: ua.NodeId, reference: int) -> None:
        """Add a reference and its inverse."""
        for start, end, forward in ((source, target, True), (target, source, False)):
            item = ua.AddReferencesItem()
            item.SourceNodeId = start
            item.TargetNodeId = end
            item.ReferenceTypeId = numeric(reference)
            item.IsForward = forward
            await self.server.iserver.isession.add_references([item])


_CLASSES = {
    ua.ObjectAttributes: ua.NodeClass.Object,
    ua.VariableAttributes: ua.NodeClass.Variable,
    ua.MethodAttributes: ua.NodeClass.Method,
    ua.ObjectTypeAttributes: ua.NodeClass.ObjectType,
    ua.ReferenceTypeAttributes: ua.NodeClass.ReferenceType,
    ua.DataTypeAttributes: ua.NodeClass.DataType,
}


def node_id(value: ua.NodeId | int) -> ua.NodeId:
    """A NodeId as it is, or a number as a NodeId of OPC UA's own namespace."""
    return value if isinstance(value, ua.NodeId) else numeric(value)


def object_attributes() -> ua.ObjectAttributes:
    """Attributes of an object that gives no events itself."""
    attributes = ua.ObjectAttributes()
    attributes.EventNotifier = 0
    return attributes


def variable_attributes(value: ua.Variant, data_type: ua.NodeId, array: bool = False) -> ua.VariableAttributes:
    """Attributes of a variable that clients may read."""
    attributes = ua.VariableAttributes()
    attributes.Value = value
    attributes.DataType = data_type
    attributes.ValueRank = ua.ValueRank.OneDimension if array else ua.ValueRank.Scalar
    if array:
        attributes.ArrayDimensions = [0]
    attributes.AccessLevel = ua.AccessLevel.CurrentRead.mask
    attributes.UserAccessLevel = ua.AccessLevel.CurrentRead.mask
    attributes.MinimumSamplingInterval = 0.0
    attributes.Historizing = False
    return attributes


def method_attributes() -> ua.MethodAttributes:
    """Attributes of a method that everyone may call."""
    attributes = ua.MethodAttributes()
    attributes.Executable = True
    attributes.UserExecutable = True
    return attributes
