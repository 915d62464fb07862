"""An ERP that speaks B2MML, for tests: by folders and by HTTP. It books a message once by its BODID, and says so."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import fromstring

from tests.contract.rigs.erp_peer import Peer, Reply, Request

NS = {"b": "http://www.mesa.org/xml/B2MML"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMED = 'xmlns="http://www.mesa.org/xml/B2MML"'
ROOT = f'{NAMED} releaseID="7.0"'


def bodid_of(body: bytes) -> str:
    found = fromstring(body).findtext("b:ApplicationArea/b:BODID", namespaces=NS)
    assert found
    return found


def confirm_bod(
    bodid: str, code: str = "Accepted", words: str = "", at: str = "2026-11-22T06:00:00Z", asks: str = ""
) -> bytes:
    """The ERP's ConfirmBOD on one of our messages; `asks`: what the answer to its question goes by."""
    question = (
        f"<ChangeStatus><Code>ActionRequired</Code><Description>{words}</Description>"
        f"<ReasonCode>{asks}</ReasonCode></ChangeStatus>"
    )
    words = "" if asks else words
    note = f"<Description>{words}</Description>" if words else ""
    return (
        f"{HEAD}<ConfirmBOD {NAMED}><ApplicationArea><CreationDateTime>{at}</CreationDateTime>"
        f"<BODID>DOC-{bodid}-{code}</BODID></ApplicationArea><DataArea><Confirm><OriginalApplicationArea>"
        f"<CreationDateTime>{at}</CreationDateTime><BODID>{bodid}</BODID></OriginalApplicationArea><ResponseCriteria>"
        f'<ResponseExpression actionCode="{code}"/>{question if asks else ""}</ResponseCriteria></Confirm>'
        f"<BOD>{note}</BOD></DataArea></ConfirmBOD>"
    ).encode()


def acknowledge(bodid: str, document: str) -> bytes:
    """The ERP's AcknowledgeMaterialLot on a change of a lot."""
    at = "2026-11-22T06:00:00Z"
    return (
        f"{HEAD}<AcknowledgeMaterialLot {ROOT}>"
        f"<ApplicationArea><CreationDateTime>{at}</CreationDateTime><BODID>A-{bodid}"
        f"</BODID></ApplicationArea><DataArea><Acknowledge><OriginalApplicationArea><CreationDateTime>{at}"
        f"</CreationDateTime><BODID>{bodid}</BODID></OriginalApplicationArea><ResponseCriteria>"
        '<ResponseExpression actionCode="Accepted"/></ResponseCriteria></Acknowledge>'
        f"<MaterialLot><ID>{document}</ID></MaterialLot></DataArea></AcknowledgeMaterialLot>"
    ).encode()


def lots(bodid: str, at: str, *rows: str, verb: str = "Sync", code: str = "Change") -> bytes:
    """A message about lots; each row is the inside of a MaterialLot."""
    action = f'<ActionCriteria><ActionExpression actionCode="{code}"/></ActionCriteria>' if verb == "Sync" else ""
    inside = "".join(f"<MaterialLot>{row}</MaterialLot>" for row in rows)
    return envelope(f"{verb}MaterialLot", bodid, at, f"<{verb}>{action}</{verb}>{inside}")


def lot(number: str, disposition: str, product: str = "CAP-28", quantity: str = "5") -> str:
    return (
        f"<ID>{number}</ID><MaterialDefinitionID>{product}</MaterialDefinitionID><Disposition>{disposition}</Disposition>"
        "<StorageLocation><Location>Store</Location><LocationType>Operational Location</LocationType></StorageLocation>"
        f"<Quantity><QuantityString>{quantity}</QuantityString><UnitOfMeasure>EA</UnitOfMeasure></Quantity>"
    )


def materials(bodid: str, at: str, *codes: str) -> bytes:
    rows = "".join(
        f"<MaterialDefinition><ID>{code}</ID><Description>Name of {code}</Description><MaterialDefinitionProperty><ID>"
        "BaseUnitOfMeasure</ID><Value><ValueString>EA</ValueString></Value></MaterialDefinitionProperty>"
        "</MaterialDefinition>"
        for code in codes
    )
    return envelope("ShowMaterialDefinition", bodid, at, f"<Show/>{rows}")


def schedule(bodid: str, at: str, order: str = "WO-1", start: str = "2026-11-22T06:00:00+01:00", quantity: str = "100",
             state: str = "Released") -> bytes:  # fmt: skip
    need = (
        "<MaterialRequirement><ID>{}</ID><MaterialDefinitionID>{}</MaterialDefinitionID><MaterialUse>{}</MaterialUse>"
        "<Quantity><QuantityString>{}</QuantityString><UnitOfMeasure>EA</UnitOfMeasure></Quantity></MaterialRequirement>"
    )
    return envelope(
        "SyncOperationsSchedule", bodid, at,
        '<Sync><ActionCriteria><ActionExpression actionCode="Add"/></ActionCriteria></Sync><OperationsSchedule>'
        f"<ID>S-1</ID><OperationsRequest><ID>{order}</ID><Description>Still water</Description><StartTime>{start}"
        "</StartTime><EndTime>2026-11-22T14:00:00+01:00</EndTime><HierarchyScope><EquipmentID>PLANT</EquipmentID>"
        "<EquipmentElementLevel>Site</EquipmentElementLevel><HierarchyScopeChild><EquipmentID>L1</EquipmentID>"
        "<EquipmentElementLevel>ProductionLine</EquipmentElementLevel></HierarchyScopeChild></HierarchyScope>"
        f"<RequestState>{state}</RequestState><SegmentRequirement><ID>10</ID><ProcessSegmentID>FILL</ProcessSegmentID>"
        "<OperationsDefinitionID>D</OperationsDefinitionID><OperationsSegmentID>FILL</OperationsSegmentID>"
        f"{need.format(1, 'W-050', 'Produced', quantity)}{need.format(2, 'CAP-28', 'Consumed', '250')}"
        "</SegmentRequirement></OperationsRequest></OperationsSchedule>",
    )  # fmt: skip


def envelope(name: str, bodid: str, at: str, inside: str) -> bytes:
    return (
        f"{HEAD}<{name} {ROOT}><ApplicationArea><CreationDateTime>{at}</CreationDateTime><BODID>{bodid}</BODID>"
        f"</ApplicationArea><DataArea>{inside}</DataArea></{name}>"
    ).encode()


@dataclass
class FolderErp:
    """Takes what lies in the outbox, books each BODID once and drops its receipts into the inbox."""

    outbox: Path
    inbox: Path
    booked: list[str] = field(default_factory=list)
    refuses: str = ""

    def waiting(self) -> list[Path]:
        return sorted(self.outbox.glob("*.xml"))

    def take(self, receipts: bool = True) -> list[bytes]:
        """Empty the outbox; the messages that were there."""
        taken = []
        for path in self.waiting():
            body = path.read_bytes()
            path.unlink()
            taken.append(body)
            self.booked.append(bodid_of(body))
            if receipts:
                self.receipt(bodid_of(body))
        return taken

    def receipt(self, bodid: str) -> None:
        body = confirm_bod(bodid, "Rejected", self.refuses) if self.refuses else confirm_bod(bodid)
        self.drop(f"receipt-{bodid}.xml", body)

    def drop(self, name: str, body: bytes) -> Path:
        path = self.inbox / name
        path.write_bytes(body)
        return path


class WebErp(Peer):
    """Books each BODID once; `late`: receipts come only when they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.booked: list[str] = []
        self.late = False
        self.refuses = ""
        self.shows: dict[str, bytes] = {}

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer word":
            return Reply(status=401)
        if request.method == "POST":
            bodid = bodid_of(request.body)
            if bodid not in self.booked:
                self.booked.append(bodid)
            return Reply(status=202) if self.late else self._word(bodid)
        if "noun" in request.query:
            shown = self.shows.get(request.query["noun"])
            return Reply(body=shown, kind="application/xml") if shown else Reply(status=404)
        bodid = request.query["bodid"]
        return self._word(bodid) if bodid in self.booked else Reply(status=404)

    def _word(self, bodid: str) -> Reply:
        body = confirm_bod(bodid, "Rejected", self.refuses) if self.refuses else confirm_bod(bodid)
        return Reply(status=422 if self.refuses else 200, body=body, kind="application/xml")
