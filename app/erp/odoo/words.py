"""What Odoo calls things in which version: models and fields were renamed. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Names of one version. `done`: the field of a move line that says what was moved; `picked`: it must be ticked."""

    lot_model: str
    done: str
    picked: bool
    lot: str
    lots_are_many: bool
    start: str
    finish: str


def words_of(version: int) -> Words:
    """The names of a version from 14 on."""
    return Words(
        lot_model="stock.production.lot" if version < 16 else "stock.lot",
        done="qty_done" if version < 17 else "quantity",
        picked=version >= 17,
        lot="lot_producing_id" if version < 19 else "lot_producing_ids",
        lots_are_many=version >= 19,
        start="date_planned_start" if version < 17 else "date_start",
        finish="date_planned_finished" if version < 17 else "date_finished",
    )
