"""From columns of data changes to samples: the table of a subscription's items, by handle, in arrays. Pure.

Gives for every change exactly what `decode.add` would: numbers at once, the rest (texts, array elements, what asyncua
had to read) through `decode.add` itself. Must not know bytes or connections.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.packml import MachineState
from app.domain.reading import Quality
from app.domain.text import safe
from app.ports import Samples
from drivers.opcua.columns import Columns
from drivers.opcua.decode import OVERFLOW, QUALITIES, SEVERITY_SHIFT, add
from drivers.opcua.items import FIRST_HANDLE, Item
from drivers.samples import AHEAD_S, EARLIEST_S, Batch

QUALITY_OF = np.array(QUALITIES, dtype=np.uint8)
GOOD, UNCERTAIN, BAD = np.uint8(Quality.GOOD), np.uint8(Quality.UNCERTAIN), np.uint8(Quality.BAD)
EXACT = 2**53
"""State numbers beyond it are not whole in float64: such a map is read item by item."""

Floats = NDArray[np.float64]
Qualities = NDArray[np.uint8]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """What a notification gave. `dropped` counts the items whose server queue overflowed; `others` are the positions

    of changes that belong to no tag (the server's state and clock, or nobody).
    """

    samples: Samples
    dropped: int
    others: tuple[int, ...]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """Samples in the making: `places` in the table, `positions` in the notification.

    `stated` is what server and clock make of the quality, `qualities` what it is as a number.
    """

    places: Places
    positions: Places
    values: Floats
    qualities: Qualities
    stated: Qualities
    source_s: Floats
    statuses: NDArray[np.uint32]
    texts: dict[int, str]

    def dropped(self) -> int:
        """How many items lost values in the server's queue."""
        full = self.statuses & OVERFLOW == OVERFLOW
        return len(np.unique(self.places[full])) if full.any() else 0


class ItemTable:
    """The items of one subscription; the item at position n has the handle FIRST_HANDLE + n."""

    def __init__(self, items: Sequence[Item]) -> None:
        tags = [item.tag for item in items]
        maps = [tag.state_map for tag in tags]
        self._items = items
        self._tags = np.array([tag.index for tag in tags], dtype=np.int32)
        self._scales = np.array([tag.scale for tag in tags], dtype=np.float64)
        self._offsets = np.array([tag.offset for tag in tags], dtype=np.float64)
        self._singly = np.array([_singly(item) for item in items], dtype=np.bool_)
        self._plain_text = np.array([_is_plain_text(item) for item in items], dtype=np.bool_)
        self._map_of = np.full(len(items), -1, dtype=np.int64)
        self._maps: list[tuple[Floats, Floats]] = []
        for place, state_map in enumerate(maps):
            if state_map is not None:
                self._map_of[place] = len(self._maps)
                self._maps.append(_columns_of(state_map))

    def take(self, columns: Columns, received_s: float) -> Taken:
        """Make samples of data changes, in their order."""
        places = columns.handles.astype(np.int64) - FIRST_HANDLE
        known = (places >= 0) & (places < len(self._items))
        positions = np.flatnonzero(known)
        draft = self._draft(columns, places[positions], positions, received_s)
        self._one_by_one(draft, columns, received_s)
        samples = Samples(
            tags=self._tags[draft.places],
            values=draft.values,
            qualities=draft.qualities,
            source_s=draft.source_s,
            received_s=received_s,
            texts=draft.texts,
        )
        others = tuple(np.flatnonzero(~known).tolist()) if len(positions) < len(known) else ()
        return Taken(samples=samples, dropped=draft.dropped(), others=others)

    def _draft(self, columns: Columns, places: Places, positions: Places, received_s: float) -> _Draft:
        """Every sample as if all were numbers."""
        statuses = columns.statuses[positions]
        qualities = QUALITY_OF[statuses >> SEVERITY_SHIFT & 3]
        source_s = columns.times_s[positions]
        wrong_clock = ~((source_s >= EARLIEST_S) & (source_s <= received_s + AHEAD_S))
        source_s[wrong_clock] = received_s
        qualities[wrong_clock] = np.maximum(qualities[wrong_clock], UNCERTAIN)
        stated = qualities.copy()
        values = self._engineering(columns.raws[positions], places)
        bad = ~np.isfinite(values) | (qualities == BAD)
        values[bad] = np.nan
        qualities[bad] = BAD
        return _Draft(
            places=places,
            positions=positions,
            values=values,
            qualities=qualities,
            stated=stated,
            source_s=source_s,
            statuses=statuses,
            texts={},
        )

    def _one_by_one(self, draft: _Draft, columns: Columns, received_s: float) -> None:
        """Do those again that are no plain numbers."""
        singly = self._singly[draft.places]
        if columns.foreign:
            singly |= np.isin(draft.positions, np.fromiter(columns.foreign, np.int64))
        if columns.texts:
            self._texts(draft, columns, singly)
        if not singly.any():
            return
        at = np.flatnonzero(singly)
        batch = Batch(received_s)
        for number in at.tolist():
            item, value = self._items[draft.places[number]], columns.value(int(draft.positions[number]))
            add(batch, item.tag, item.spot.index, value, received_s, item.spot.part)
            draft.statuses[number] = int(value.StatusCode.value) if value.StatusCode is not None else 0
        done = batch.samples()
        draft.values[at], draft.qualities[at], draft.source_s[at] = done.values, done.qualities, done.source_s
        draft.texts.update({int(at[number]): text for number, text in done.texts.items()})

    def _texts(self, draft: _Draft, columns: Columns, singly: NDArray[np.bool_]) -> None:
        """Take the texts of tags that are texts, which then are done; for all other tags a text is a bad number."""
        at = np.fromiter(columns.texts, np.int64)
        if len(draft.positions) < len(columns):
            at = np.flatnonzero(np.isin(draft.positions, at))
        of_text = at[self._plain_text[draft.places[at]]]
        singly[of_text] = False
        usable = of_text[draft.stated[of_text] != BAD]
        draft.qualities[usable] = draft.stated[usable]
        for number, position in zip(usable.tolist(), draft.positions[usable].tolist(), strict=True):
            draft.texts[number] = safe(columns.texts[position])

    def _engineering(self, raws: Floats, places: Places) -> Floats:
        """As `samples.engineering`; NaN is bad."""
        with np.errstate(over="ignore", invalid="ignore"):
            values: Floats = raws * self._scales[places] + self._offsets[places] + 0.0
        maps = self._map_of[places]
        mapped = np.flatnonzero(maps >= 0)
        for number in np.unique(maps[mapped]).tolist() if len(mapped) else ():
            at = mapped[maps[mapped] == number]
            values[at] = _states(raws[at], *self._maps[number])
        return values


def _singly(item: Item) -> bool:
    """Whether its values are never taken as columns: a text's digits are exact, an array has many values."""
    state_map = item.tag.state_map or {}
    structured = item.spot.index is not None or bool(item.spot.part)
    return item.tag.is_text or structured or any(abs(key) >= EXACT for key in state_map)


def _is_plain_text(item: Item) -> bool:
    """Whether it is a text as a whole."""
    return item.tag.is_text and item.spot.index is None and not item.spot.part


def _columns_of(state_map: Mapping[int, MachineState]) -> tuple[Floats, Floats]:
    keys = sorted(state_map)
    states = [float(state_map[key]) for key in keys]
    return np.array(keys, dtype=np.float64), np.array(states, dtype=np.float64)


def _states(raws: Floats, keys: Floats, states: Floats) -> Floats:
    """The state of each number; UNDEFINED if the map does not have it, NaN if it is none."""
    found = np.full(len(raws), float(MachineState.UNDEFINED))
    if len(keys):
        at = np.minimum(np.searchsorted(keys, raws), len(keys) - 1)
        hit = keys[at] == raws
        found[hit] = states[at[hit]]
    found[~np.isfinite(raws)] = np.nan
    return found
