"""Builds the PackML types in an asyncua server, with the NodeIds and names of the official nodeset.

Owns turning the rows of packml_nodes.py into nodes. Must not know machines or instances.
"""

from asyncua import Server, ua

from drivers.simulated import packml_nodes as nodes
from drivers.simulated.ua_nodes import Builder, method_attributes, numeric, object_attributes, variable_attributes

_ORGANIZES = 35
_HAS_ENCODING = 38
_HAS_SUBTYPE = 45
_HAS_PROPERTY = 46
_FROM_STATE = 51
_TO_STATE = 52
_HAS_CAUSE = 53


async def build_types(server: Server) -> int:
    """Build the PackML types; returns the index of their namespace. Call once a server."""
    index = await server.register_namespace(nodes.URI)
    types = _Types(Builder(server=server), index)
    await types.build()
    await server.load_data_type_definitions()
    return index


class _Types:
    def __init__(self, builder: Builder, index: int) -> None:
        self._builder = builder
        self._index = index

    async def build(self) -> None:
        for build in (
            self._reference_types,
            self._data_types,
            self._object_types,
            self._states,
            self._methods,
            self._transitions,
            self._members,
            self._parts,
        ):
            await build()
        await self._builder.add(
            self._id(nodes.PACKML_OBJECTS),
            self._name("PackMLObjects"),
            numeric(85),
            object_attributes(),
            reference=_ORGANIZES,
            type_definition=61,
        )

    def _id(self, identifier: int) -> ua.NodeId:
        return numeric(identifier, self._index)

    def _name(self, name: str) -> ua.QualifiedName:
        return ua.QualifiedName(name, self._index)

    async def _reference_types(self) -> None:
        for identifier, name in nodes.REFERENCE_TYPES.items():
            attributes = ua.ReferenceTypeAttributes()
            attributes.IsAbstract = False
            attributes.Symmetric = False
            await self._builder.add(
                self._id(identifier), self._name(name), numeric(47), attributes, reference=_HAS_SUBTYPE
            )

    async def _data_types(self) -> None:
        for identifier, (name, base, encoding) in nodes.DATA_TYPES.items():
            attributes = ua.DataTypeAttributes()
            attributes.IsAbstract = False
            await self._builder.add(
                self._id(identifier), self._name(name), numeric(base), attributes, reference=_HAS_SUBTYPE
            )
            if encoding:
                await self._builder.add(
                    self._id(encoding),
                    ua.QualifiedName("Default Binary", 0),
                    self._id(identifier),
                    object_attributes(),
                    reference=_HAS_ENCODING,
                    type_definition=76,
                )
            definition = self._structure(identifier, encoding) if encoding else _enumeration()
            node = self._builder.server.get_node(self._id(identifier))
            await node.write_data_type_definition(definition)

    def _structure(self, identifier: int, encoding: int) -> ua.StructureDefinition:
        definition = ua.StructureDefinition()
        definition.BaseDataType = numeric(22)
        definition.StructureType = ua.StructureType.Structure
        definition.DefaultEncodingId = self._id(encoding)
        definition.Fields = [
            ua.StructureField(Name=name, DataType=numeric(data_type), ValueRank=-1, IsOptional=False)
            for name, data_type in nodes.STRUCTURES[identifier]
        ]
        return definition

    async def _object_types(self) -> None:
        for identifier, (name, base) in nodes.OBJECT_TYPES.items():
            attributes = ua.ObjectTypeAttributes()
            attributes.IsAbstract = False
            await self._builder.add(
                self._id(identifier), self._name(name), numeric(base), attributes, reference=_HAS_SUBTYPE
            )

    async def _states(self) -> None:
        for state in nodes.STATES:
            await self._builder.add(
                self._id(state.id),
                self._name(state.name),
                self._id(state.owner),
                object_attributes(),
                type_definition=2307,
            )
            await self._number(state.number_id, "StateNumber", state.id, state.number)

    async def _transitions(self) -> None:
        names = {state.id: state.name for state in nodes.STATES}
        for row in nodes.TRANSITIONS:
            await self._builder.add(
                self._id(row.id),
                self._name(f"{names[row.source]}To{names[row.target]}"),
                self._id(row.owner),
                object_attributes(),
                type_definition=2310,
            )
            # The nodeset gives transitions no number; the node's id is unique in its state machine, as wanted.
            await self._number(row.number_id, "TransitionNumber", row.id, row.id)
            await self._builder.refer(self._id(row.id), self._id(row.source), _FROM_STATE)
            await self._builder.refer(self._id(row.id), self._id(row.target), _TO_STATE)
            if row.cause:
                await self._builder.refer(self._id(row.id), self._id(row.cause), _HAS_CAUSE)

    async def _number(self, identifier: int, name: str, owner: int, number: int) -> None:
        await self._builder.add(
            self._id(identifier),
            ua.QualifiedName(name, 0),
            self._id(owner),
            variable_attributes(ua.Variant(number, ua.VariantType.UInt32), numeric(7)),
            reference=_HAS_PROPERTY,
            type_definition=68,
        )

    async def _methods(self) -> None:
        for identifier, (command, owner) in nodes.METHODS.items():
            await self._builder.add(
                self._id(identifier), self._name(command.value), self._id(owner), method_attributes()
            )

    async def _members(self) -> None:
        for row in nodes.MEMBERS:
            data_type = self._id(row.data_type) if row.own_type else numeric(row.data_type)
            empty = ua.Variant(None, ua.VariantType.Null)
            await self._builder.add(
                self._id(row.id),
                self._name(row.name),
                self._id(row.owner),
                variable_attributes(empty, data_type, row.array),
                reference=self._id(row.reference) if row.own_reference else row.reference,
                type_definition=row.type_definition,
            )

    async def _parts(self) -> None:
        for identifier, (name, owner, type_definition) in nodes.PARTS.items():
            await self._builder.add(
                self._id(identifier),
                self._name(name),
                self._id(owner),
                object_attributes(),
                type_definition=self._id(type_definition),
            )


def _enumeration() -> ua.EnumDefinition:
    definition = ua.EnumDefinition()
    definition.Fields = [
        ua.EnumField(Name=name, DisplayName=ua.LocalizedText(name), Value=value)
        for value, name in enumerate(nodes.MODES)
    ]
    return definition
