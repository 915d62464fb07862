"""What an ERP's B2MML messages say: schedules, materials and lots as the port's nouns, answers as verdicts. Pure.

Each message is read by itself; which of several counts is app.erp.b2mml.standing's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from types import MappingProxyType
from xml.etree.ElementTree import Element

from app.domain.erp import Component, Lot, Product, ProductionOrder
from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp import wire
from app.erp.b2mml.xml import read, text

VERBS = ("Sync", "Show", "Process", "Acknowledge", "Confirm", "Change", "Get", "Respond", "Cancel")
CONSUMED = frozenset({"Consumed", "Material Consumed", "Consumable"})
PRODUCED = frozenset({"Produced", "Material Produced", "Yield Produced"})
ORDER_STATES: Mapping[str, str] = MappingProxyType(
    {"Completed": "done", "Closed": "done", "Cancelled": "done", "Aborted": "done", "Running": "running"}
)
"""The port's state of an order by its RequestState; any other one is planned."""
LOT_STATES: Mapping[str, str] = MappingProxyType({"Restricted": "hold", "UnRestricted": "released"})

ASKS = "ActionRequired"
"""The ChangeStatus Code by which an ERP asks before it takes a message.

Description is its question, ReasonCode what the answer goes by. B2MML has no word for it; it goes with an actionCode of
Rejected, so that nobody takes it for a yes.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the ERP said to one of our messages. `document`: what it calls its own.

    `token`: it asks something before it takes the message; `changed`: it took it otherwise than it was sent.
    """

    bodid: str
    accepted: bool
    words: str
    document: str
    token: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the ERP: what it is about, who is named in it, and when it was made by the ERP's clock."""

    name: str
    verb: str
    noun: str
    bodid: str
    digest: str
    created_at: datetime
    deletes: bool
    rows: tuple[Element, ...]
    verdicts: tuple[Verdict, ...]


def opened(body: bytes) -> Message:
    """The message; raises ErpProtocolError for anything that is none."""
    root = read(body)
    if not root.tag.isidentifier() or root.find("DataArea") is None:
        raise ErpProtocolError("The message is none of B2MML V0700.")
    verb = "Confirm" if root.tag == "ConfirmBOD" else next((v for v in VERBS if root.tag.startswith(v)), "")
    noun = root.tag.removeprefix(verb)
    codes = {each.get("actionCode", "") for each in root.iterfind(f"DataArea/{verb}/ActionCriteria/ActionExpression")}
    return Message(
        name=root.tag,
        verb=verb,
        noun=noun,
        bodid=text(root, "ApplicationArea/BODID").strip(),
        digest=sha256(body).hexdigest(),
        created_at=instant(text(root, "ApplicationArea/CreationDateTime"), "CreationDateTime"),
        deletes=verb == "Cancel" or "Delete" in codes,
        rows=tuple(root.iterfind(f"DataArea/{noun}")),
        verdicts=tuple(verdicts(root, verb, noun)) if verb in ("Confirm", "Acknowledge", "Respond") else (),
    )


def verdicts(root: Element, verb: str, noun: str) -> list[Verdict]:
    """What is said to which of our messages; no word of acceptance is no acceptance."""
    said = root.find(f"DataArea/{verb}")
    if said is None:
        return []
    codes = [each.get("actionCode", "") for each in said.iterfind("ResponseCriteria/ResponseExpression")]
    accepted = bool(codes) and all(code in ("Accepted", "Modified", "Add", "Change", "Replaced") for code in codes)
    words = [each.text or "" for each in root.iter() if each.tag in ("Description", "Reason", "Note") and each.text]
    token = asked(said)
    if not accepted and "Rejected" not in codes:
        words.insert(0, "The ERP's answer says neither accepted nor rejected.")
    areas = [*said.iterfind("OriginalApplicationArea"), *root.iterfind("DataArea/BOD/OriginalApplicationArea")]
    named = dict.fromkeys(bodid for area in areas if (bodid := text(area, "BODID").strip()))
    document = text(root, f"DataArea/{noun}/ID") or text(root, "ApplicationArea/BODID")
    return [
        Verdict(
            bodid=bodid,
            accepted=accepted,
            words=safe(" ".join(words)),
            document=safe(document, 300),
            token="" if accepted else token,
            changed=accepted and "Modified" in codes,
        )
        for bodid in named
    ]


def asked(said: Element) -> str:
    """What the answer to the ERP's question goes by; empty where it asks nothing."""
    for status in said.iterfind("ResponseCriteria/ChangeStatus"):
        if text(status, "Code").strip() == ASKS:
            return safe(text(status, "ReasonCode").strip(), 60) or ASKS
    return ""


def product_of(row: Element) -> Product:
    """A MaterialDefinition; its unit is its property BaseUnitOfMeasure, or the unit of any of its values."""
    unit = ""
    for each in row.iterfind("MaterialDefinitionProperty"):
        if text(each, "ID") in ("BaseUnitOfMeasure", "UnitOfMeasure"):
            unit = text(each, "Value/ValueString") or text(each, "Value/UnitOfMeasure")
        unit = unit or text(each, "Value/UnitOfMeasure")
    code = named(row)
    return Product(code=code, name=safe(text(row, "Description") or code), unit=unit)


def lot_of(row: Element) -> Lot:
    """A MaterialLot; a disposition that says neither free nor blocked stays as it reads."""
    disposed = row.find("Disposition")
    word = (disposed.text or "") if disposed is not None else text(row, "Status")
    other = disposed.get("OtherValue", "") if disposed is not None and word == "Other" else ""
    parts = [quantity_of(each) for each in row.iterfind("Quantity")]
    return Lot(
        number=named(row),
        product=text(row, "MaterialDefinitionID"),
        quantity=sum((amount for amount, _ in parts), Decimal(0)),
        unit=next((unit for _, unit in parts if unit), ""),
        status=LOT_STATES.get(word, (other or word or "unknown").lower()),
        location=safe(text(row, "StorageLocation/Location")),
    )


def order_of(row: Element) -> ProductionOrder:
    """An OperationsRequest: what is to be made is the requirement whose use is Produced."""
    number = named(row)
    made, taken = Decimal(0), list[tuple[str, Decimal, str]]()
    product, unit = "", ""
    for need in row.iterfind("SegmentRequirement/MaterialRequirement"):
        use, (amount, measure) = text(need, "MaterialUse"), first_quantity(need)
        if use in PRODUCED:
            product, made, unit = text(need, "MaterialDefinitionID"), made + amount, measure
        elif use in CONSUMED:
            taken.append((text(need, "MaterialDefinitionID"), amount, measure))
    if not product or made <= 0:
        raise ErpProtocolError(f"Order {safe(number, 60)} does not say what is to be made, and how much.")
    start = text(row, "StartTime") or text(row, "SegmentRequirement/EarliestStartTime")
    due = text(row, "EndTime") or text(row, "SegmentRequirement/LatestEndTime")
    good, scrap = posted(row)
    return ProductionOrder(
        number=number,
        product=product,
        product_name=safe(text(row, "Description") or product),
        line=line_of(row),
        quantity=made,
        unit=unit,
        due_at=instant(due, f"the end of order {number}"),
        start_at=instant(start, f"the start of order {number}"),
        state=ORDER_STATES.get(text(row, "RequestState"), "planned"),
        good=good,
        scrap=scrap,
        components=tuple(Component(product=p, quantity=amount / made, unit=u) for p, amount, u in taken if p),
        version=text(row, "Version"),
    )


def posted(row: Element) -> tuple[Decimal, Decimal]:
    """Good and scrap that the ERP has for an order, where it says so in a RequestedSegmentResponse."""
    good = scrap = Decimal(0)
    for each in row.iterfind("RequestedSegmentResponse/MaterialActual"):
        use = each.find("MaterialUse")
        if use is not None and use.text in PRODUCED:
            good += first_quantity(each)[0]
        elif use is not None and use.get("OtherValue", "") == "Scrap":
            scrap += first_quantity(each)[0]
    return good, scrap


def line_of(row: Element) -> str:
    """The lowest equipment that the order's scope names, else the first equipment that it requires."""
    scope, found = row.find("HierarchyScope"), ""
    while scope is not None:
        found, scope = text(scope, "EquipmentID") or found, scope.find("HierarchyScopeChild")
    return found or text(row, "SegmentRequirement/EquipmentRequirement/EquipmentID")


def first_quantity(row: Element) -> tuple[Decimal, str]:
    """The first quantity, nought where there is none."""
    found = row.find("Quantity")
    return quantity_of(found) if found is not None else (Decimal(0), "")


def quantity_of(row: Element) -> tuple[Decimal, str]:
    """A quantity and its unit; raises ErpProtocolError for one that can't be."""
    written = text(row, "QuantityString").strip()
    try:
        return wire.quantity(Decimal(written)), text(row, "UnitOfMeasure")
    except InvalidOperation as error:
        raise ErpProtocolError(f"{safe(written, 40)!r} is no quantity.") from error


def instant(written: str, what: str) -> datetime:
    """An instant with its zone; raises ErpProtocolError for a day that is none, and for a time without a zone."""
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise ErpProtocolError(f"{safe(what)} is no time: {safe(written, 40)!r}.") from error
    if at.tzinfo is None or at.year < 1970:
        raise ErpProtocolError(f"{safe(what)} has no time zone, or lies before 1970: {safe(written, 40)}.")
    return at


def named(row: Element) -> str:
    """The identifier of a noun."""
    found = text(row, "ID")
    if not found.strip() or len(found) > 300:
        raise ErpProtocolError(f"A {row.tag} has no identifier, or one of more than 300 characters.")
    return found
