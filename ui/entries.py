"""What the palette finds: places, cases, holds, lots, orders, people, postings, proposals, views, actions. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.text import safe
from app.readmodel.model import all_cases, all_holds, open_postings, open_proposals
from ui.actions import ACTIONS
from ui.acts.cases import case_of
from ui.decisions import about_words, open_for, step_words
from ui.desk import Desk
from ui.fuzzy import score
from ui.proposals import STATES, title
from ui.roles import works_as
from ui.shell import id_of, kind_of
from ui.text import t

MOST = 60
CLOSED_CASES = 200
"""So many of the newest closed cases can still be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to find. `go` is a ref, or `act` an action's id. `rank` breaks ties, the smaller the better."""

    id: str
    text: str
    detail: str
    kind: str
    key: str = ""
    go: str = ""
    act: str = ""
    steer: str = ""
    rank: int = 5
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A view or a window's own action as the palette lists it."""

    id: str
    text: str
    key: str


def gather(desk: Desk, views: Iterable[Named], steering: Iterable[Named], selected: str) -> list[Entry]:
    """Everything that can be found now; actions only where they apply to what is selected."""
    return [
        *actions(desk, selected),
        *(Entry(id=f"view:{v.id}", text=v.text, detail=t("view"), kind="view", key=v.key, go=v.id) for v in views),
        *(
            Entry(id=f"steer:{s.id}", text=t(s.text).capitalize(), detail=t("window"), kind="window", key=s.key,
                  steer=s.id)
            for s in steering
        ),
        *places(desk),
        *cases(desk),
        *decisions(desk),
        *things(desk),
        *proposals(desk),
    ]  # fmt: skip


def actions(desk: Desk, selected: str) -> Iterator[Entry]:
    """What can be done to the selected thing now."""
    for row in ACTIONS:
        if row.applies(desk, selected):
            on = t("on {thing}", thing=said(desk, selected)) if row.kinds else t("action")
            yield Entry(
                id=f"act:{row.id}", text=t(row.text).capitalize(), detail=on, kind="action", key=row.key,
                act=row.id, rank=2,
            )  # fmt: skip


def said(desk: Desk, ref: str) -> str:
    """What a person calls the thing: its case's title, its machine's name, else its number."""
    case = case_of(desk, ref)
    if case is not None:
        return safe(case.title)
    return desk.plant.label(id_of(ref)) if kind_of(ref) == "machine" else safe(id_of(ref), 60)


def places(desk: Desk) -> Iterator[Entry]:
    """Lines, machines and controllers."""
    plant = desk.plant
    for line in plant.lines.values():
        yield Entry(id=f"line/{line.id}", text=line.name, detail=t("line"), kind="line", go=f"line/{line.id}", rank=3)
    for machine in plant.machines.values():
        ref = f"machine/{machine.id}"
        detail = t("machine, {line}", line=plant.lines[machine.line].name)
        yield Entry(id=ref, text=plant.label(machine.id), detail=detail, kind="machine", go=ref, rank=3)
    for controller in plant.controllers.values():
        ref = f"controller/{controller.id}"
        machines = plant.controller_machines(controller.id)
        names = safe(", ".join(plant.label(machine.id) for machine in machines), 80)
        detail = t("controller, {protocol} · {machines}", protocol=controller.protocol, machines=names)
        target = f"machine/{machines[0].id}" if machines else "overview"
        yield Entry(id=ref, text=safe(controller.name), detail=detail, kind="controller", go=target, rank=7)


def cases(desk: Desk) -> Iterator[Entry]:
    """Every open case, and the newest closed ones."""
    rows = all_cases(desk.view)
    closed = [case for case in rows if case.resolved][-CLOSED_CASES:]
    for case in (*(case for case in rows if not case.resolved), *closed):
        state = case.state.value.replace("_", " ")
        detail = " · ".join(p for p in (t("case"), t(state), safe(case.first_out), safe(case.order)) if p)
        ref = f"case/{case.id}"
        yield Entry(
            id=ref, text=safe(case.title), detail=detail, kind="case", go=ref, rank=6 if case.resolved else 1,
            priority=0 if case.resolved else case.priority,
        )  # fmt: skip


def decisions(desk: Desk) -> Iterator[Entry]:
    """Steps that were not taken and wait for somebody's decision."""
    for act in open_for(desk):
        text = t("Not taken: {step}", step=step_words(act.step))
        detail = " · ".join(words for words in (about_words(act.step, desk.view), safe(act.step.reason, 100)) if words)
        yield Entry(id=act.ref, text=text, detail=detail, kind="refusal", go=act.ref, rank=1)


def things(desk: Desk) -> Iterator[Entry]:
    """Lots, holds, orders, people and postings that are not confirmed."""
    for lot in desk.reference.lots.values():
        ref, text = f"lot/{lot.number}", t("Lot {number}", number=safe(lot.number, 40))
        yield Entry(id=ref, text=text, detail=safe(lot.product, 60), kind="lot", go=ref)
    for hold in all_holds(desk.view):
        ref, lots = f"hold/{hold.id}", safe(", ".join(hold.lots), 60)
        detail = t("hold · {reason}", reason=safe(hold.reason))
        yield Entry(id=ref, text=t("Hold on {lots}", lots=lots), detail=detail, kind="hold", go=ref, rank=4)
    for order in desk.reference.orders.values():
        ref, name = f"order/{order.number}", safe(order.product_name, 60)
        detail = t("order, {line} · {product}", line=order.line, product=name)
        yield Entry(id=ref, text=safe(order.number, 40), detail=detail, kind="order", go=ref, rank=4)
    for person in desk.plant.people.values():
        ref = f"person/{person.id}"
        yield Entry(id=ref, text=person.name, detail=works_as(person), kind="person", go=ref)
    for posting in open_postings(desk.view):
        ref, state = f"posting/{posting.id}", posting.state.value
        detail = t("posting · {state} · {words}", state=state, words=safe(posting.words, 80))
        yield Entry(id=ref, text=safe(posting.subject, 80), detail=detail, kind="posting", go=ref)


def proposals(desk: Desk) -> Iterator[Entry]:
    """Changes that are proposed or on their way."""
    names = {code: product.name for code, product in desk.reference.products.items()}
    for row in open_proposals(desk.view):
        ref, state = f"proposal/{row.id}", t(STATES[row.state])
        text = title(row.change, row.evidence, desk.plant, names)
        detail = t("proposal · {state}", state=state)
        yield Entry(id=ref, text=text, detail=detail, kind="proposal", go=ref, rank=4)


def find(entries: Sequence[Entry], query: str) -> list[Entry]:
    """The best fits, best first, at most MOST; without a query what is nearest to hand."""
    scored = ((best, entry) for entry in entries if (best := fit(entry, query)) is not None)
    ordered = sorted(scored, key=lambda pair: (-pair[0], pair[1].rank, pair[1].priority or 9))
    return [entry for _, entry in ordered[:MOST]]


def fit(entry: Entry, query: str) -> int | None:
    """How well an entry fits: its own name counts twice as much as what stands beside it."""
    own = score(query, entry.text)
    if own is not None:
        return own * 2
    return score(query, f"{entry.text} {entry.detail}")
