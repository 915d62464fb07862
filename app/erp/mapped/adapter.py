"""An ERP that is reached by tables or JSON as the plant file maps them: configured, not coded.

By files a command is a CSV in the outbox and the ERP answers with a receipt in the inbox; by REST it is a POST with an
Idempotency-Key, and asked after by that key. Reads are CSV files of the inbox, or JSON lists.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from app.domain.erp import (
    Capability,
    ConsumeMaterial,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    Outcome,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    StockLevel,
)
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.domain.text import safe
from app.erp.changes import latest, since
from app.erp.codec import KINDS, digest
from app.erp.files import fault_of, outgoing, read_plain, sync_folder, write_durably
from app.erp.loose import Fields, parsed, records
from app.erp.lots import without_lookalikes
from app.erp.mapped import table
from app.erp.mapped.fields import ASKED, CHANGED_AT, CHANGES, COMMANDS, READS, SINCE, Value, mapping_of
from app.erp.mapped.nouns import Settings, demand_of, level_of, lot_of, order_of, product_of
from app.erp.mapped.sent import values_of, written
from app.erp.web import Answered, Web, authorization

T = TypeVar("T")
OURS = ".lineside"
MOST_BYTES = 50_000_000
MOST_ATTEMPTS = 100
WAITING = "Handed to the ERP; its receipt has not come yet."
ACCEPTED, REFUSED, ASKS = "accepted", "rejected", "question"

NEEDED: Mapping[Capability, str] = MappingProxyType(
    {
        Capability.LOT_BLOCKS: "set_lot_status",
        Capability.MOVE: "move_order",
        Capability.DOWNTIME: "record_downtime",
    }
)
"""What a mapped ERP can do, and the command that must be mapped for it."""


class Mapped:
    """The port over a mapping. The plant file's dotted settings come as they are written."""

    def __init__(self, secret: Callable[[], str], **settings: Value) -> None:
        self.capabilities = frozenset(needs for needs, kind in NEEDED.items() if mapping_of(settings, kind))
        self._settings = settings
        self._zone = ZoneInfo(str(settings.get("time_zone", "UTC")))
        self._timeout_s = float(settings.get("timeout_s", 20.0))
        self._inbox, self._outbox = Path(str(settings.get("inbox", "."))), Path(str(settings.get("outbox", ".")))
        self._web: Web | None = None
        if "url" in settings:
            certificates, user = str(settings.get("certificates", "")), str(settings.get("user", ""))
            self._web = Web(
                f"{str(settings['url']).rstrip('/')}/",
                timeout_s=self._timeout_s,
                certificates=certificates,
                most_bytes=MOST_BYTES,
                sign_in=lambda: {"Authorization": authorization(user, secret())},
            )
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mapped")
        self._sending = asyncio.Lock()

    async def probe(self) -> ErpInfo:
        """Whether the first mapped read can be read."""
        first = next((name for name in READS if mapping_of(self._settings, name)), None)
        if first is not None:
            await self._rows(first)
        return ErpInfo(product="Mapped ERP", version="REST" if self._web else "CSV")

    async def products(self, cursor: str = "") -> Page[Product]:
        return await self._page("products", cursor, product_of)

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        return await self._page("orders", cursor, order_of)

    async def lots(self, cursor: str = "") -> Page[Lot]:
        page = await self._page("lots", cursor, lot_of)
        return replace(page, rows=without_lookalikes(page.rows))

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        return await self._page("stock", cursor, level_of)

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        return await self._page("demand", cursor, demand_of)

    async def _page(self, name: str, cursor: str, noun: Callable[[Fields, Settings, ZoneInfo], T]) -> Page[T]:
        """A read as nouns: what changed since where that is mapped, else everything."""
        by_change = CHANGES in mapping_of(self._settings, name)
        rows = await self._rows(name, cursor if by_change else "")
        stamps = [row.instant(CHANGED_AT, self._zone) for row in rows] if by_change else []
        found = tuple(noun(row, self._settings, self._zone) for row in rows)
        after = latest(cursor, stamps) if by_change else ""
        return Page(rows=found, cursor=after, complete=not (cursor and by_change))

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Send once by key; by files the receipt comes later."""
        kind = KINDS[type(command)]
        mapping = mapping_of(self._settings, kind)
        if not mapping:
            raise ErpUnsupportedError(f"The plant file maps no {kind} to the ERP.", "It is kept in Lineside only.")
        told = values_of(command, answer)
        rows = [{mapping[name]: cell for name, cell in row.items() if name in mapping} for row in told]
        if self._web is not None:
            return await self._send(command, mapping["to"], rows, answer)
        async with self._sending:
            try:
                return await self._blocking(lambda: self._handed_over(command, mapping, rows, answer))
            except ErpUnavailableError as error:
                raise ErpOutcomeUnknownError(error.message) from error  # find says whether it was dropped

    async def find(self, key: str) -> Receipt | None:
        """The ERP's word on a key; raises ErpRejectedError where it said no."""
        if self._web is not None:
            answered = await self._web.read(f"postings/{quote(key, safe='')}")
            return None if answered.status == 404 and answered.json else self._receipt(answered, key, repeated=True)
        return await self._blocking(lambda: self._last(key))

    async def aclose(self) -> None:
        """Close what is open."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._web is not None:
            await self._web.aclose()

    async def _rows(self, name: str, cursor: str = "") -> list[Fields]:
        """The rows of a read under our own names, with a cursor what changed since; none where it is not mapped."""
        mapping = mapping_of(self._settings, name)
        if not mapping:
            return []
        if self._web is not None:
            answered = await self._web.read(address_of(mapping, cursor).lstrip("/"))
            found = list(records(parsed(checked(answered)), name))
        else:
            body = await self._blocking(lambda: self._read(mapping["from"]))
            try:
                found = [Fields(row, name) for row in table.read(body, str(self._settings.get("encoding", "")))]
            except ErpProtocolError as error:
                raise ErpProtocolError(f"{mapping['from']}: {error.message}", error.todo) from error
        columns = {field: column for field, column in mapping.items() if field in READS[name].fields}
        for row in found:
            if missing := [column for column in columns.values() if column not in row.values]:
                raise ErpProtocolError(f"{mapping['from']} has no {safe(', '.join(missing))}.", "Correct the mapping.")
        return [Fields({field: row.values[column] for field, column in columns.items()}, name) for row in found]

    async def _send(
        self, command: ErpCommand, to: str, rows: list[dict[str, str]], answer: Mapping[str, str]
    ) -> Receipt:
        """Post once; what was refused goes out anew, since a person mended it, and what was asked with its answer."""
        with settled(answer):
            if (found := await self.find(command.key)) is not None:
                return found
        assert self._web is not None
        body = msgspec.json.encode(rows if isinstance(command, ConsumeMaterial) else rows[0])
        headers = {"Idempotency-Key": quote(command.key, safe="")}
        answered = await self._web.ask("POST", to.lstrip("/"), body, headers)
        if answered.status >= 500 and answered.status != 503:
            raise ErpOutcomeUnknownError(f"The ERP failed ({answered.status}).")
        return self._receipt(answered, command.key, repeated=False)

    def _receipt(self, answered: Answered, key: str, repeated: bool) -> Receipt:
        """What the ERP answers to a posting, as a receipt: `key`, `status`, `document`, `message`, `asked`.

        The status is "accepted", "pending", "rejected" or "question".
        """
        if answered.status == 202:
            return Receipt(key=key, outcome=Outcome.ACCEPTED)
        return said(Fields(parsed(checked(answered)), "receipt").values, key, repeated)

    async def _blocking(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except TimeoutError as error:
            raise ErpUnavailableError("The ERP's folders do not answer.") from error
        except OSError as error:
            raise ErpUnavailableError(f"{error.filename}: {error.strerror}.") from error

    def _read(self, name: str) -> bytes:
        if fault := fault_of(name):
            raise ErpProtocolError(f"{safe(name, 80)} {fault}.")
        try:
            return read_plain(self._inbox / name, MOST_BYTES)
        except ErpProtocolError as error:
            raise ErpProtocolError(f"{name} {error.message}") from error

    def _handed_over(
        self, command: ErpCommand, mapping: Mapping[str, str], rows: list[dict[str, str]], answer: Mapping[str, str]
    ) -> Receipt:
        """The receipt of the last attempt; where there is none, it said no or was answered, a table in the outbox."""
        body = digest(command)
        for attempt in range(1, MOST_ATTEMPTS + 1):
            named = attempt_of(command.key, attempt)
            with settled(answer):
                if (found := self._found(named, body)) is not None:
                    return replace(found, key=command.key)
                head = [mapping[name] for name in COMMANDS[KINDS[type(command)]].fields if name in mapping]
                sent = [{**row, mapping["key"]: named} for row in rows]
                self._drop(named, mapping["to"], table.write(head, [[row[c] for c in head] for row in sent]), body)
                return Receipt(key=command.key, outcome=Outcome.ACCEPTED, message=WAITING)
        raise ErpProtocolError(f"The ERP refused {MOST_ATTEMPTS} tables for one posting.")

    def _last(self, key: str) -> Receipt | None:
        """The receipt of the last attempt that was handed over; raises what it said where it said no, or asked."""
        refused: ErpError | None = None
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                found = self._found(attempt_of(key, attempt))
            except (ErpRejectedError, ErpActionRequiredError) as error:
                refused = error
                continue
            if found is not None:
                return replace(found, key=key)
            break
        if refused is not None:
            raise refused
        return None

    def _drop(self, named: str, to: str, body: bytes, digested: str) -> None:
        """Draft, note, and the draft renamed into the outbox.

        A note without its draft means: it lay in the outbox. Whatever ends between two steps leaves it undropped.
        """
        name = outgoing(to, named).removesuffix(".xml") + ".csv"
        if fault := fault_of(name):
            raise ErpProtocolError(f"{safe(name, 80)} {fault}.")
        draft, note = self._outbox / OURS / f"draft-{name}", self._note(named)
        draft.parent.mkdir(exist_ok=True)  # never the outbox itself: it may be a share that is not mounted
        write_durably(draft, body)
        write_durably(note, f"{draft.name}\n{digested}".encode())
        draft.replace(self._outbox / name)
        sync_folder(self._outbox)

    def _note(self, named: str) -> Path:
        return self._outbox / OURS / outgoing("sent", named)

    def _found(self, named: str, digested: str = "") -> Receipt | None:
        """What came of one attempt; None where it was never handed over."""
        note = self._note(named)
        if not note.is_file():
            return None
        draft, _, known = note.read_text(encoding="utf-8").partition("\n")
        if digested and known != digested:
            raise ErpProtocolError(f"Key {named} already stands for another posting.")
        if (note.parent / draft).exists():
            return None
        receipt = self._inbox / (outgoing("receipt", named).removesuffix(".xml") + ".csv")
        if not receipt.exists():
            return Receipt(key=named, outcome=Outcome.ACCEPTED, message=WAITING)
        rows = table.read(read_plain(receipt, MOST_BYTES))
        return said(rows[0] if len(rows) == 1 else {}, named, repeated=True)


def address_of(mapping: Mapping[str, str], cursor: str) -> str:
    """Where a read lies: what changed since, or everything."""
    asked = since(cursor)
    if asked is None:
        return mapping["from"]
    return mapping[CHANGES].replace(SINCE, quote(written(asked), safe=""))


@contextmanager
def settled(answer: Mapping[str, str]) -> Iterator[None]:
    """Pass over an ERP's no, which a person has seen, and over a question that has its answer now."""
    try:
        yield
    except ErpRejectedError:
        return
    except ErpActionRequiredError as error:
        if error.token not in answer:
            raise


def attempt_of(key: str, attempt: int) -> str:
    """What a posting's n-th attempt is called: the ERP may take one name once."""
    return key if attempt == 1 else f"{key}.{attempt}"


def said(values: Mapping[str, Any], key: str, repeated: bool) -> Receipt:
    """A receipt of the ERP; only the word "accepted" about our key is one."""
    row = Fields(values, "receipt")
    status, words = row.text("status").strip().lower(), row.name("message")
    if row.text("key") != key:
        raise ErpProtocolError("The ERP answered for another posting.")
    if status == ASKS:
        raise ErpActionRequiredError(
            words or "The ERP asks something, and does not say what.", safe(row.text(ASKED), 60) or ASKS
        )
    if status == REFUSED:
        raise ErpRejectedError(words or "The ERP refused it without a word.", REFUSED)
    if status == "pending":
        return Receipt(key=key, outcome=Outcome.ACCEPTED, message=words)
    if status != ACCEPTED:
        raise ErpProtocolError(f"The ERP's receipt says neither accepted nor rejected: {safe(status, 40)!r}.")
    outcome = Outcome.ALREADY_APPLIED if repeated else Outcome.APPLIED
    return Receipt(key=key, outcome=outcome, refs={"document": row.name("document")}, message=words)


def checked(answered: Answered) -> Answered:
    """An answer that may hold rows or a receipt; raises the error that its status stands for."""
    if answered.status in (401, 403):
        raise ErpAuthError("The ERP refuses our sign-in.", "Check the user and `lineside secret set`.")
    if answered.status in (429, 503):
        raise ErpUnavailableError("The ERP is busy.", answered.retry_after_s)
    if answered.status in (409, 412):
        raise ErpConflictError("It changed in the ERP meanwhile.")
    if answered.status not in (200, 201, 400, 422, 428):
        raise ErpProtocolError(f"The ERP has no such address ({answered.status}).")
    return answered
