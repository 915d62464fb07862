"""The three truths of an order and its lots: counted on the floor, confirmed in Lineside, posted in the ERP. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from app.domain.erp import ProductionOrder
from app.domain.lifecycles import PostingState
from app.domain.posting import Posting
from app.domain.text import safe
from app.domain.work import ZERO, OrderProgress
from ui.text import DASH, duration, t

CONFIRM = "confirm_production"
"""The postings that carry units, by their name in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Good units as each of the three knows them. `oldest_at`: since when the oldest unit is not in the ERP."""

    floor: Decimal
    confirmed: Decimal
    posted: Decimal
    oldest_at: datetime | None = None

    @property
    def missing(self) -> Decimal:
        """Counted on the floor and not in the ERP; never negative."""
        return max(ZERO, self.floor - self.posted)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTruth:
    """The truths of one lot; `document`: the ERP's last one for it."""

    lot: str
    truth: Truth
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpWord:
    """How an order's postings stand: one word, the ERP's own words or document, and how bad it is (0: well)."""

    text: str
    detail: str = ""
    priority: int = 0


STATE_WORDS: Mapping[PostingState, tuple[str, int]] = {
    PostingState.PENDING: ("waiting", 0),
    PostingState.SENT: ("being sent", 0),
    PostingState.UNKNOWN: ("answer lost", 4),
    PostingState.CONFIRMED: ("posted", 0),
    PostingState.PARKED: ("parked", 3),
    PostingState.REJECTED: ("refused", 3),
}
"""What a posting's state is called on the floor, and its priority; 0 is normal."""

_ORDER = (
    PostingState.REJECTED,
    PostingState.PARKED,
    PostingState.UNKNOWN,
    PostingState.SENT,
    PostingState.PENDING,
)
"""The state that is said of an order with several postings: the first of these that any has."""


def postings_by_order(postings: Sequence[Posting]) -> dict[str, list[Posting]]:
    """The postings of every order's lane, in queue order."""
    found: dict[str, list[Posting]] = {}
    for posting in postings:
        kind, _, number = posting.lane.partition("/")
        if kind == "order":
            found.setdefault(number, []).append(posting)
    return found


def order_truth(order: ProductionOrder, progress: OrderProgress | None, postings: Sequence[Posting]) -> Truth:
    """The truths of an order; what it had in the ERP before Lineside counted is taken as counted."""
    posted = max(order.good, _units(p for p in postings if p.closed))
    confirmed = max(progress.confirmed_good if progress else ZERO, posted)
    floor = max(progress.counted_good if progress else ZERO, confirmed)
    return Truth(floor=floor, confirmed=confirmed, posted=posted, oldest_at=oldest_unposted(progress, postings))


def oldest_unposted(progress: OrderProgress | None, postings: Sequence[Posting]) -> datetime | None:
    """Since when something of the order waits for the ERP: the oldest posting that is out, else uncounted units."""
    waiting = [p.occurred_at for p in postings if not p.closed]
    if progress is not None and progress.unconfirmed_good > 0:
        first = progress.lots[0].from_at if progress.lots else progress.counted_at
        since = progress.confirmed_at or first
        waiting += [since] if since else []
    return min(waiting, default=None)


def lot_truths(progress: OrderProgress | None, postings: Sequence[Posting]) -> tuple[LotTruth, ...]:
    """The truths of every lot of an order, in the order they ran."""
    rows = []
    for lot in progress.lots if progress else ():
        mine = [p for p in postings if p.command_kind == CONFIRM and p.command.get("lot") == lot.lot]
        confirmed, done = _units(mine), [p for p in mine if p.closed]
        waiting = [p.occurred_at for p in mine if not p.closed]
        waiting += [max((p.occurred_at for p in mine), default=lot.from_at)] if lot.good > confirmed else []
        oldest_at = min(waiting, default=None)
        truth = Truth(floor=lot.good, confirmed=confirmed, posted=_units(done), oldest_at=oldest_at)
        rows.append(LotTruth(lot=lot.lot, truth=truth, document=document(done[-1]) if done else ""))
    return tuple(rows)


def erp_has_less(order: ProductionOrder, postings: Sequence[Posting], as_of: datetime | None) -> Decimal:
    """How many good units the ERP, read after the last confirmation, has less than was confirmed to it.

    Nought where it has them all, was not read since, or does not count what was made (its figure is nought).
    """
    done = [p for p in postings if p.command_kind == CONFIRM and p.closed and p.confirmed_at is not None]
    last_at = max((p.confirmed_at for p in done if p.confirmed_at), default=None)
    if last_at is None or as_of is None or as_of <= last_at or not order.good:
        return ZERO
    return max(ZERO, _units(done) - order.good)


def erp_word(postings: Sequence[Posting], at: datetime) -> ErpWord:
    """How the order stands with the ERP: its worst open posting, else the last document."""
    for state in _ORDER:
        rows = [p for p in postings if p.state is state]
        if rows:
            word, priority = STATE_WORDS[state]
            since = duration((at - min(p.occurred_at for p in rows)).total_seconds())
            return ErpWord(text=t(word), detail=safe(rows[0].words, 200) or since, priority=priority)
    done = [p for p in postings if p.closed]
    if not done:
        return ErpWord(text=DASH)
    return ErpWord(text=t("posted"), detail=document(done[-1]))


def document(posting: Posting) -> str:
    """The ERP's document numbers of a posting, as the ERP wrote them."""
    first = posting.refs.get("document", "")
    return safe(first or ", ".join(posting.refs.values()), 80)


def _units(postings: Iterable[Posting]) -> Decimal:
    """Good units that these postings carry."""
    return sum((_decimal(p.command.get("good")) for p in postings if p.command_kind == CONFIRM), ZERO)


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return ZERO
