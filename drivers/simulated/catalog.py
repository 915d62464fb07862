"""What stands in the plant: lines, machines, nominal speeds, buffers, materials and work orders.

Owns the facts that the physics, the servers, the plant file and the tests share. Must not know how any of it
moves or how it is read. Speeds are machine units a minute (bottles, cases, layers).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The machines of a line, in the order the product passes them."""

    DEPALLETISER = "depalletiser"
    FILLER = "filler"
    CAPPER = "capper"
    LABELLER = "labeller"
    CASE_PACKER = "case_packer"
    PALLETISER = "palletiser"


BOTTLES_PER_CASE: Final = 12
CASES_PER_LAYER: Final = 5
LOT_SIZE: Final = 6_000
"""Bottles at the filler after which a new lot begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSpec:
    """What is the same for all machines of one kind."""

    kind: Kind
    label: str
    node: str
    """Name of the machine's object in the OPC UA address space."""
    number: int
    """Position in the line and Modbus device number, 1 to 6."""
    unit: str
    takes_per_unit: int
    """Units of the machine before it that one unit of this machine consumes."""
    base_reject: float
    material: str
    material_code: str
    material_unit: str
    material_full: int
    material_per_unit: float
    """0 for the filler: it uses what the bottle holds."""


KINDS: Final[dict[Kind, KindSpec]] = {
    spec.kind: spec
    for spec in (
        KindSpec(
            kind=Kind.DEPALLETISER,
            label="Depalletiser",
            node="Depalletiser",
            number=1,
            unit="bottle",
            takes_per_unit=1,
            base_reject=0.0005,
            material="bottles",
            material_code="BOT",
            material_unit="pcs",
            material_full=19_200,
            material_per_unit=1.0,
        ),
        KindSpec(
            kind=Kind.FILLER,
            label="Filler",
            node="Filler",
            number=2,
            unit="bottle",
            takes_per_unit=1,
            base_reject=0.003,
            material="product",
            material_code="PRD",
            material_unit="l",
            material_full=30_000,
            material_per_unit=0.0,
        ),
        KindSpec(
            kind=Kind.CAPPER,
            label="Capper",
            node="Capper",
            number=3,
            unit="bottle",
            takes_per_unit=1,
            base_reject=0.004,
            material="caps",
            material_code="CAP-28",
            material_unit="pcs",
            material_full=24_000,
            material_per_unit=1.0,
        ),
        KindSpec(
            kind=Kind.LABELLER,
            label="Labeller",
            node="Labeller",
            number=4,
            unit="bottle",
            takes_per_unit=1,
            base_reject=0.004,
            material="labels",
            material_code="LAB",
            material_unit="pcs",
            material_full=16_000,
            material_per_unit=1.0,
        ),
        KindSpec(
            kind=Kind.CASE_PACKER,
            label="Case packer",
            node="CasePacker",
            number=5,
            unit="case",
            takes_per_unit=BOTTLES_PER_CASE,
            base_reject=0.001,
            material="cartons",
            material_code="CTN-12",
            material_unit="pcs",
            material_full=1_500,
            material_per_unit=1.0,
        ),
        KindSpec(
            kind=Kind.PALLETISER,
            label="Palletiser",
            node="Palletiser",
            number=6,
            unit="layer",
            takes_per_unit=CASES_PER_LAYER,
            base_reject=0.0,
            material="slip_sheets",
            material_code="SLP-80",
            material_unit="pcs",
            material_full=400,
            material_per_unit=1.0,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """One work order: quantity in bottles; `lot` is the first lot it is filled under."""

    order: str
    item: str
    item_text: str
    quantity: int
    lot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSpec:
    """One line: bottles a minute, cases a minute, layers a minute; seconds of flow that each buffer holds."""

    line: str
    protocol: str
    bottles_per_min: int
    cases_per_min: int
    layers_per_min: int
    bottle_ml: int
    buffers_s: tuple[float, float, float, float, float]
    orders: tuple[WorkOrder, ...]

    @property
    def namespace(self) -> str:
        """URI of the line's own OPC UA namespace."""
        return f"urn:lineside:demo:{self.line.lower()}"

    def material_per_unit(self, kind: Kind) -> float:
        """How much material one unit of a machine uses, in the material's unit."""
        return KINDS[kind].material_per_unit or self.bottle_ml / 1000.0

    def nominal(self, kind: Kind) -> float:
        """Nominal speed of a machine in its own units a minute."""
        if kind is Kind.CASE_PACKER:
            return float(self.cases_per_min)
        if kind is Kind.PALLETISER:
            return float(self.layers_per_min)
        return float(self.bottles_per_min)


_L1_ORDERS: Final = (
    WorkOrder(order="WO-10482", item="W-050", item_text="Still water 0.5 l", quantity=48_000, lot="4480-A"),
    WorkOrder(order="WO-10483", item="W-050", item_text="Still water 0.5 l", quantity=24_000, lot=""),
)
_L2_ORDERS: Final = (
    WorkOrder(order="WO-10479", item="L-033", item_text="Lemon 0.33 l", quantity=36_000, lot="4471-B"),
    WorkOrder(order="WO-10480", item="L-033", item_text="Lemon 0.33 l", quantity=18_000, lot=""),
)
_L3_ORDERS: Final = (
    WorkOrder(order="WO-10491", item="A-100", item_text="Apple 1.0 l", quantity=20_000, lot="4466-A"),
    WorkOrder(order="WO-10492", item="A-100", item_text="Apple 1.0 l", quantity=12_000, lot=""),
)

LINES: Final[dict[str, LineSpec]] = {
    spec.line: spec
    for spec in (
        LineSpec(
            line="L1",
            protocol="opcua",
            bottles_per_min=480,
            cases_per_min=40,
            layers_per_min=8,
            bottle_ml=500,
            buffers_s=(20.0, 6.0, 25.0, 25.0, 30.0),
            orders=_L1_ORDERS,
        ),
        LineSpec(
            line="L2",
            protocol="opcua",
            bottles_per_min=600,
            cases_per_min=50,
            layers_per_min=10,
            bottle_ml=330,
            buffers_s=(20.0, 6.0, 40.0, 25.0, 30.0),
            orders=_L2_ORDERS,
        ),
        LineSpec(
            line="L3",
            protocol="modbus",
            bottles_per_min=300,
            cases_per_min=25,
            layers_per_min=5,
            bottle_ml=1000,
            buffers_s=(20.0, 6.0, 25.0, 25.0, 36.0),
            orders=_L3_ORDERS,
        ),
    )
}


def machine_id(line: str, kind: Kind) -> str:
    """The machine's id in the plant, e.g. `L2.filler`."""
    return f"{line}.{kind.value}"
