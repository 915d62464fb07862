"""Postings as B2MML V0700 messages (OperationsPerformance, MaterialLot, WorkAlert). Pure.

The same command under the same identifier is the same bytes, whenever and wherever they are made. The Business To
Manufacturing Markup Language (B2MML) is used courtesy of MESA International.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from app.domain.erp import ConfirmProduction, ConsumeMaterial, ErpCommand, RecordDowntime, SetLotStatus
from app.domain.erp_errors import ErpUnsupportedError
from app.erp.b2mml.xml import NAMESPACE, write
from app.erp.lots import lot_text

RELEASE = "7.0"
ANSWERED = "Answered"
"""The ChangeStatus Code that says: this is a person's answer to the ERP's question of ReasonCode."""
NO_ANSWERS: Mapping[str, str] = MappingProxyType({})
DISPOSITIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"hold": ("Restricted", ""), "released": ("UnRestricted", ""), "scrapped": ("Other", "Scrapped")}
)
"""A lot's status as Disposition and its OtherValue: B2MML has no word for scrap."""


def message(command: ErpCommand, bodid: str, sender: str, answers: Mapping[str, str] = NO_ANSWERS) -> tuple[str, bytes]:
    """The message's name and bytes; `answers` to what the ERP asked, by what each goes by.

    Raises ErpUnsupportedError where B2MML has no message for a command.
    """
    row = MESSAGES.get(type(command))
    if row is None:
        raise ErpUnsupportedError("There is no B2MML message for this.", "It is kept in Lineside only.")
    verb, noun, fill = row
    root = Element(f"{verb}{noun}", {"xmlns": NAMESPACE, "releaseID": RELEASE})
    area = SubElement(root, "ApplicationArea")
    put(SubElement(area, "Sender"), LogicalID="Lineside", ComponentID=sender, ConfirmationCode="Always")
    put(area, CreationDateTime=moment(command.occurred_at), BODID=bodid)
    data = SubElement(root, "DataArea")
    doing = SubElement(data, verb, {ANSWER_WANTED[verb]: "Always"})
    fill(command, doing, SubElement(data, noun))
    for token, answer in answers.items():
        said = SubElement(SubElement(doing, "ActionCriteria"), "ChangeStatus")
        put(said, Code=ANSWERED, ReasonCode=token, Reason=answer)
    return f"{verb}{noun}", write(root)


def confirmation(command: ConfirmProduction, _: Element, noun: Element) -> None:
    """Good and scrap units of an order, with the time worked."""
    state = "Completed" if command.final else "Running"
    segment = performance(command, command.order, command.run, state, noun)
    data = SubElement(segment, "SegmentData")
    put(data, ID="ActualRunTime")
    put(SubElement(data, "Value"), ValueString=duration(command.run), DataType="duration")
    person(command, segment)
    made = (("Produced", "", command.good), ("Other", "Scrap", command.scrap))
    for use, other, quantity in made:
        if quantity or use == "Produced":
            material(segment, use, other, "", command.lot, quantity, command.unit)


def consumption(command: ConsumeMaterial, _: Element, noun: Element) -> None:
    """Components taken for an order, each with its lot."""
    segment = performance(command, command.order, timedelta(0), "Running", noun)
    person(command, segment)
    for taken in command.consumptions:
        material(segment, "Consumed", "", taken.product, taken.lot, taken.quantity, taken.unit)


def performance(command: ErpCommand, order: str, run: timedelta, state: str, noun: Element) -> Element:
    """The frame of what happened to an order; its one segment response is for the caller to fill."""
    began, ended = moment(command.occurred_at - run), moment(command.occurred_at)
    put(noun, ID=command.key, StartTime=began, Endtime=ended, OperationsType="Production", PerformanceState=state)
    response = SubElement(noun, "OperationsResponse")
    put(response, ID=command.key, StartTime=began, EndTime=ended, OperationsType="Production")
    put(response, OperationsRequestID=order, ResponseState=state)
    segment = SubElement(response, "SegmentResponse")
    put(segment, ID=command.key, ActualStartTime=began, ActualEndTime=ended, SegmentState=state)
    return segment


def person(command: ErpCommand, segment: Element) -> None:
    """Who confirmed it."""
    put(SubElement(segment, "PersonnelActual"), ID="1", PersonID=command.actor)


def material(segment: Element, use: str, other: str, product: str, lot: str, quantity: Decimal, unit: str) -> None:
    """One material that was made or taken."""
    actual = SubElement(segment, "MaterialActual")
    put(actual, ID=str(len(segment.findall("MaterialActual"))))
    put(actual, MaterialDefinitionID=product, MaterialLotID=lot_text(lot))
    SubElement(actual, "MaterialUse", {"OtherValue": other} if other else {}).text = use
    amount(actual, quantity, unit)


def disposition(command: SetLotStatus, doing: Element, noun: Element) -> None:
    """A lot that is blocked, freed or scrapped, and why."""
    change = SubElement(doing, "ActionCriteria")
    SubElement(change, "ActionExpression", {"actionCode": "Change"}).text = "MaterialLot/Disposition"
    put(SubElement(change, "ChangeStatus"), EffectiveDateTime=moment(command.occurred_at), Reason=command.reason)
    put(noun, ID=lot_text(command.lot), Description=command.reason, MaterialDefinitionID=command.product)
    put(noun, Status=command.status)
    value, other = DISPOSITIONS[command.status]
    SubElement(noun, "Disposition", {"OtherValue": other} if other else {}).text = value
    if command.quantity is not None:
        put(SubElement(noun, "Quantity"), QuantityString=f"{command.quantity:f}")


def downtime(command: RecordDowntime, _: Element, noun: Element) -> None:
    """A stop of a machine that is over."""
    began, ended = moment(command.start_at), moment(command.end_at)
    put(noun, ID=command.key, EffectiveStartDate=began, EffectiveEndDate=ended, MessageText=command.reason)
    put(SubElement(noun, "HierarchyScope"), EquipmentID=command.machine, EquipmentElementLevel="WorkUnit")
    put(noun, TimeStamp=began, Category="Downtime")
    for name, value, kind in (
        ("Duration", duration(command.end_at - command.start_at), "duration"),
        ("ReportedBy", command.actor, "string"),
    ):
        told = SubElement(noun, "WorkAlertProperty")
        put(told, ID=name)
        put(SubElement(told, "Value"), ValueString=value, DataType=kind)


ANSWER_WANTED: Mapping[str, str] = MappingProxyType({"Process": "acknowledgeCode", "Change": "responseCode"})
"""The attribute by which each verb asks for an answer."""

MESSAGES: Mapping[type[ErpCommand], tuple[str, str, Callable[[Any, Element, Element], None]]] = MappingProxyType(
    {
        ConfirmProduction: ("Process", "OperationsPerformance", confirmation),
        ConsumeMaterial: ("Process", "OperationsPerformance", consumption),
        SetLotStatus: ("Change", "MaterialLot", disposition),
        RecordDowntime: ("Process", "WorkAlert", downtime),
    }
)
"""Every command that B2MML can carry: verb, noun and what fills the noun."""


def put(parent: Element, **texts: str) -> None:
    """Children with these texts, in this order; none for an empty text."""
    for name, text in texts.items():
        if text:
            SubElement(parent, name).text = text


def amount(parent: Element, quantity: Decimal, unit: str) -> None:
    """A quantity in its unit, never in an exponent."""
    put(SubElement(parent, "Quantity"), QuantityString=f"{quantity:f}", UnitOfMeasure=unit)


def moment(at: datetime) -> str:
    """An instant in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(length: timedelta) -> str:
    """A duration of ISO 8601 in seconds."""
    seconds = Decimal(length // timedelta(milliseconds=1)) / 1000
    return f"PT{seconds:f}S" if seconds >= 0 else f"-PT{-seconds:f}S"
