"""The state of a PackML machine from its three state machines, one inside the other (OPC 30050 6.3). Pure.

Owns which of them speaks: Cleared gives the word to the next one, and so does Running. A machine whose state is told
by one number has a plain tag for it. Must not know connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from asyncua import ua

from app.domain.packml import MachineState
from app.domain.reading import Quality
from app.ports import Samples
from drivers.opcua.decode import quality_of, seconds
from drivers.opcua.items import FIRST_HANDLE, Item
from drivers.opcua.standards import CLEARED, RUNNING, STATES
from drivers.samples import BAD, Batch, plausible_s

GROUPS = (CLEARED, RUNNING, None)
"""By level: the state behind which the next level tells."""

Told = list[int | None]
"""By level the identifier of its current state's node; None where it tells none, as a state machine at rest does."""


def combined(told: Told) -> MachineState | None:
    """The machine's state; None while what is told does not fit together: the rest is on its way."""
    for identifier, group in zip(told, GROUPS, strict=True):
        if identifier is None:
            return None
        if identifier != group:
            return STATES.get(identifier, MachineState.UNDEFINED)
    return None


class MachineStates:
    """The machines of a controller whose state lies in state machines. `items` are to be watched from `first` on."""

    def __init__(self, machines: Sequence[Item], first: int) -> None:
        self.first = first
        self.items = [
            Item(tag=machine.tag, spot=replace(machine.spot, path=level, levels=()))
            for machine in machines
            for level in machine.spot.levels
        ]
        self._tags = [machine.tag for machine in machines]
        self._told: list[Told] = [[None] * len(GROUPS) for _ in machines]
        self._moved: dict[int, float | None] = {}

    def take(self, handle: int, value: ua.DataValue) -> None:
        """One change; a handle of somebody else's is nobody's business here."""
        place = handle - FIRST_HANDLE - self.first
        if not 0 <= place < len(self.items):
            return
        machine, level = divmod(place, len(GROUPS))
        node = value.Value.Value if value.Value is not None else None
        good = quality_of(value.StatusCode) <= Quality.UNCERTAIN and isinstance(node, ua.NodeId) and not node.is_null()
        identifier = node.Identifier if good and isinstance(node, ua.NodeId) else None
        self._told[machine][level] = (identifier if isinstance(identifier, int) else 0) if good else None
        self._moved[machine] = seconds(value.SourceTimestamp or value.ServerTimestamp)

    def samples(self, received_s: float) -> Samples | None:
        """The states that changed since the last call: one sample a machine, whatever changed in between."""
        if not self._moved:
            return None
        batch = Batch(received_s)
        for machine, at_s in self._moved.items():
            state = combined(self._told[machine])
            source_s, own_clock = plausible_s(at_s, received_s)
            if state is not None:
                quality = Quality.GOOD if own_clock else Quality.UNCERTAIN
                batch.number(self._tags[machine], (float(state), quality), source_s)
            elif self._told[machine][0] is None:
                batch.number(self._tags[machine], BAD, source_s)
        self._moved.clear()
        return batch.samples() if len(batch) else None
