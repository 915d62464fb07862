"""The proposals' presenter: open ones first, then what became of the others, and how long changes take. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from app.domain.events import Evidence
from app.domain.lifecycles import ProposalState
from app.domain.proposal import Proposal, may_decide
from app.readmodel import kpi, model
from ui import proposals as words
from ui.actions import BY_ID, applicable
from ui.acts.proposals import names_of
from ui.desk import Desk
from ui.sharing import stored_here
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, duration, t
from ui.views.proposals.rows import Card, Strip

KEPT = timedelta(days=30)
"""How long what has ended is still shown."""

UNDECIDED = (ProposalState.PROPOSED, ProposalState.OFFERED)


class ProposalsView(Protocol):
    """What the presenter sets."""

    def show_cards(self, cards: Sequence[Card]) -> None: ...
    def show_head(self, head: str, figure: str) -> None: ...
    def show_keys(self, keys: Sequence[tuple[str, str, str]]) -> None: ...
    def mark(self, key: str) -> None: ...


class ProposalsPresenter:
    """Selection is a proposal."""

    def __init__(self, view: ProposalsView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._selected = ""
        self._seen: object = None

    @property
    def selected(self) -> str:
        """The ref that keys act on."""
        return self._selected

    def refresh(self) -> None:
        """Show what stands; costs nothing within a minute in which nothing changed."""
        desk = self._desk
        rows = model.all_proposals(desk.view)
        person = desk.person.id if desk.person else ""
        minute = desk.now().replace(second=0, microsecond=0)
        seen = (
            tuple((row.id, row.version) for row in rows), minute, person, self._selected, desk.reference.as_of,
            stored_here(desk),
        )  # fmt: skip
        if seen != self._seen:
            self._seen = seen
            self._show(rows)

    def _show(self, rows: Sequence[Proposal]) -> None:
        since = self._desk.now() - KEPT
        shown = [row for row in rows if not row.closed or row.proposed_at >= since]
        shown.sort(key=lambda row: (_rank(row), not self._mine(row), -row.proposed_at.timestamp()))
        cards = [self._card(row) for row in shown]
        waiting = sum(row.state in UNDECIDED for row in rows)
        changed = [row.days_to_change for row in rows if row.days_to_change is not None]
        head = t("{count} to decide", count=waiting) if waiting else t("Nothing to decide")
        self._view.show_cards(cards)
        self._view.show_head(head, words.days_text(kpi.days_to_change(rows), len(changed)))
        if self._selected not in {card.key for card in cards}:
            self._selected = cards[0].key if cards else ""
            self._view.mark(self._selected)
        self._view.show_keys(self._keys())

    def _mine(self, row: Proposal) -> bool:
        person = self._desk.person
        return row.state in UNDECIDED and person is not None and may_decide(row, person)

    def _card(self, row: Proposal) -> Card:
        desk, plant, formats = self._desk, self._desk.plant, self._formats
        undecided, mine = row.state in UNDECIDED, self._mine(row)
        key = f"proposal/{row.id}"
        age = duration((desk.now() - row.proposed_at).total_seconds() // 60 * 60)
        state = t(words.STATES[row.state])
        return Card(
            key=key,
            title=words.title(row.change, row.evidence, plant, names_of(desk)),
            state=f"{state} · {t('stored here, not shared yet')}" if key in stored_here(desk) else state,
            sureness=words.sureness(row.change, row.evidence, formats),
            facts=words.facts(row.change, row.evidence),
            becoming=words.becoming(row, plant, formats),
            who=words.deciders(row, plant, formats, mine) if undecided else "",
            age=t("for {age}", age=age),
            open=undecided,
            mine=mine,
            ended=row.closed,
            strip=strip_of(row),
        )

    def _keys(self) -> list[tuple[str, str, str]]:
        found = [r for r in applicable(self._desk, self._selected) if r.id != "open"]
        keys = [(r.id, r.key, t(r.text)) for r in found]
        return [*keys, ("open", "Enter", t("open it"))] if self._selected else keys

    # --- acting -----------------------------------------------------------------------------------------------------

    def show(self, ref: str) -> None:
        """Select a proposal; unknown refs do nothing."""
        if kind_of(ref) == "proposal" and model.proposal(self._desk.view, id_of(ref)) is not None:
            self.select(ref)
            self._view.mark(ref)

    def select(self, key: str) -> None:
        """The person selected a card."""
        self._selected = key
        self.refresh()

    def open(self, key: str) -> None:
        """Show the machine or the lot that a card is about."""
        row = model.proposal(self._desk.view, id_of(key))
        if row is not None:
            change = row.change
            self._shell.go(f"lot/{change.lot}" if change.lot else f"machine/{change.machine}")

    def act(self, action_id: str) -> None:
        """A key of the strip was pressed with the mouse."""
        if action_id in BY_ID:
            self._shell.act(action_id, self._selected)
        else:
            self.open(self._selected)


def _rank(row: Proposal) -> int:
    """What somebody must decide, then what is on its way, then what has ended."""
    return 0 if row.state in UNDECIDED else 1 if not row.closed else 2


def strip_of(row: Proposal) -> Strip | None:
    """The evidence to be drawn; None where nothing was measured."""
    found, change = row.evidence, row.change
    if not found.values and found.unit != "%":
        return None
    named = "limit {value}" if found.unit == "%" else "was {value}" if _done(row) else "plan {value}"
    after = row.effect
    return Strip(
        values=found.values,
        low=found.low,
        middle=found.middle,
        high=found.high,
        standard=found.standard,
        unit=found.unit,
        standard_text=t(named, value=words.number(found.standard)),
        middle_text=words.number(found.middle),
        becomes=float(change.becomes) if change.becomes is not None and _done(row) else None,
        after=after.values if after else (),
        after_text=_after(after),
    )


def _done(row: Proposal) -> bool:
    return row.changed_at is not None


def _after(found: Evidence | None) -> str:
    return t("after: {value}", value=words.number(found.middle)) if found else ""
