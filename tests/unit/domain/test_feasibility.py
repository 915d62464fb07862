"""What a reassignment breaks, sentence by sentence."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from string import Formatter

import pytest

from app.domain.case import ExceptionCase, Task
from app.domain.consequence import CONSEQUENCES, Consequence, Severity
from app.domain.erp import CustomerOrderLine, ProductionOrder, Reference
from app.domain.events import HeldUnits, Subject, Why
from app.domain.feasibility import MOVES, Situation, move_order, move_person
from app.domain.hold import Hold
from app.domain.lifecycles import AssignmentState, CaseState, HoldState, TaskState
from app.domain.people import Function, Person, Role
from app.domain.plant import Line, Machine, Plant, Shift
from app.domain.work import Assignment, LotCount, OrderProgress

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)  # 02:00 in Berlin
RATES = {"L1": 480.0, "L2": 600.0, "L3": 300.0}


def person(person_id: str, name: str, line: str = "", *skills: str) -> Person:
    lines = frozenset({line}) if line else frozenset[str]()
    return Person(id=person_id, name=name, roles=frozenset({Role.OPERATOR}), lines=lines, skills=frozenset(skills))


PEOPLE = (
    person("okafor", "Mary Okafor"),
    person("silva", "Rui Silva", "L1", "filling"),
    person("kaya", "Deniz Kaya", "L2", "filling"),
    person("weiss", "Jan Weiss", "L3", "carton"),
    person("lindqvist", "Sven Lindqvist", "L1", "filling"),
)
NIGHT = Shift(
    id="night",
    name="Night",
    start=time(22),
    end=time(6),
    days=frozenset(range(7)),
    people=("okafor", "silva", "kaya", "weiss"),
)
SKILLS = {"L1": frozenset({"filling"}), "L2": frozenset({"filling"}), "L3": frozenset({"filling", "carton"})}


def machine(line: str) -> Machine:
    return Machine(id=f"{line}.filler", name="Filler", line=line, controller="C", position=0, nominal_rate=RATES[line])


PLANT = Plant(
    id="nord",
    name="Plant Nord",
    zone="Europe/Berlin",
    controllers={},
    lines={
        i: Line(id=i, name=f"Line {i[1]}", area="P", machines=(f"{i}.filler",), output="", feed="", skills=SKILLS[i])
        for i in RATES
    },
    machines={f"{i}.filler": machine(i) for i in RATES},
    tags=(),
    people={p.id: p for p in PEOPLE},
    shifts=(NIGHT,),
    rules=(),
    routes=(),
    reasons={},
)


def order(
    number: str, line: str, quantity: int, due_min: float, start_min: float = 0, product: str = "W"
) -> ProductionOrder:
    return ProductionOrder(
        number=number,
        product=product,
        product_name={"W": "Still water", "L": "Lemon"}[product],
        line=line,
        quantity=Decimal(quantity),
        unit="u",
        due_at=NOW + timedelta(minutes=due_min),
        start_at=NOW + timedelta(minutes=start_min),
        state="open",
        good=Decimal(0),
        scrap=Decimal(0),
    )


ORDERS = (
    order("WO-1", "L1", 48_000, 110),  # 100 min of work
    order("WO-2", "L1", 24_000, 200, start_min=120),  # 50 min
    order("WO-3", "L2", 36_000, 90, product="L"),  # 60 min
    order("WO-4", "L2", 18_000, 100, start_min=60, product="L"),  # 30 min
)


def situation(**more: object) -> Situation:
    base = Situation(plant=PLANT, reference=Reference(orders={o.number: o for o in ORDERS}), at=NOW)
    return replace(base, **more)  # type: ignore[arg-type]


def counted(number: str, line: str, good: int, *lots: str) -> dict[str, OrderProgress]:
    rows = tuple(
        LotCount(lot=lot, good=Decimal(good), scrap=Decimal(0), first=1, last=good, from_at=NOW, to_at=NOW)
        for lot in lots
    )
    row = OrderProgress(id=number, version=1, line=line, counted_good=Decimal(good), counted_at=NOW, lots=rows)
    return {number: row}


def case(**more: object) -> ExceptionCase:
    base = ExceptionCase(
        id="c1",
        version=1,
        state=CaseState.OPEN,
        kind="breakdown",
        priority=1,
        title="L2 Filler aborted",
        first_out="",
        machine="L2.filler",
        line="L2",
        controller=None,
        order="",
        lot="",
        rule="r",
        rule_version=1,
        values={},
        occurrence="o",
        happened_at=NOW - timedelta(minutes=10),
        opened_at=NOW,
        accountable="okafor",
    )
    return replace(base, **more)  # type: ignore[arg-type]


def assignment(subject: Subject, subject_id: str, to_line: str, state: AssignmentState) -> Assignment:
    return Assignment(
        id="a1",
        version=1,
        state=state,
        subject=subject,
        subject_id=subject_id,
        from_line="L1",
        to_line=to_line,
        reason="",
        breaks=(),
        case_id="",
        proposed_by="okafor",
        proposed_at=NOW,
    )


def found(consequences: tuple[Consequence, ...], kind: str) -> list[str]:
    return [c.text for c in consequences if c.kind == kind]


def test_an_order_that_fits_says_when_it_ends_and_whom_it_delays() -> None:
    got = move_order(situation(), "WO-2", "L2")
    assert found(got, "moved_on_time") == ["WO-2 ends about 04:10 on Line 2, 70 min before it is due (05:20)."]
    assert not [c for c in got if c.severity < Severity.NOTE]


def test_an_order_pushed_back_past_its_due_time_is_named_with_its_minutes() -> None:
    urgent = replace(ORDERS[1], start_at=NOW + timedelta(minutes=30))
    ref = Reference(orders={**{o.number: o for o in ORDERS}, "WO-2": urgent})
    got = move_order(situation(reference=ref), "WO-2", "L2")
    assert found(got, "later_late") == ["WO-4 ends 40 min later, about 04:10: 30 min after it is due (03:40)."]
    late = next(c for c in got if c.kind == "later_late")
    assert late.minutes == pytest.approx(30)
    assert late.ref == "order/WO-4"


def test_what_runs_on_the_target_line_is_not_pushed_back() -> None:
    early = replace(ORDERS[1], start_at=NOW - timedelta(minutes=30))
    ref = Reference(orders={**{o.number: o for o in ORDERS}, "WO-2": early})
    got = move_order(situation(reference=ref, progress=counted("WO-3", "L2", 100)), "WO-2", "L2")
    assert not [c for c in got if c.ref == "order/WO-3"]


def test_a_slower_line_makes_the_order_late_and_says_how_much_longer_it_takes() -> None:
    got = move_order(situation(), "WO-1", "L3")
    assert found(got, "moved_late") == ["WO-1 ends about 04:40 on Line 3: 50 min after it is due (03:50)."]
    assert found(got, "slower") == ["Line 3 is slower: 60 min more for what is left."]


def test_customers_who_wait_longer_are_named_with_their_minutes() -> None:
    demand = (
        CustomerOrderLine(
            number="SO-1",
            customer="Nordmarkt",
            product="W",
            quantity=Decimal(6000),
            unit="u",
            due_at=NOW + timedelta(minutes=120),
            order="WO-1",
        ),
    )
    ref = Reference(orders={o.number: o for o in ORDERS}, demand=demand)
    got = move_order(situation(reference=ref), "WO-1", "L3")
    assert found(got, "customer_late") == ["Nordmarkt waits for 6,000 W, due 04:00: 40 min late."]
    assert not found(move_order(situation(reference=ref), "WO-2", "L2"), "customer_late")


def test_a_customer_line_without_an_order_is_served_by_its_product() -> None:
    line = CustomerOrderLine(number="SO-2", customer="Kiosk AG", product="W", quantity=Decimal(1), unit="u", due_at=NOW)
    ref = Reference(orders={o.number: o for o in ORDERS}, demand=(line,))
    assert found(move_order(situation(reference=ref), "WO-1", "L3"), "customer_late")


def test_a_line_with_an_open_breakdown_is_down_and_says_since_when() -> None:
    got = move_order(situation(cases=(case(),)), "WO-2", "L2")
    assert got[0].text == "Line 2 is down since 01:50: L2 Filler aborted."
    assert got[0].severity is Severity.GRAVE


@pytest.mark.parametrize(
    "over", [case(state=CaseState.RESOLVED), case(cleared_at=NOW), case(kind="rate_loss"), case(line="L1")]
)
def test_a_breakdown_that_is_over_or_elsewhere_does_not_count(over: ExceptionCase) -> None:
    assert not found(move_order(situation(cases=(over,)), "WO-2", "L2"), "line_down")


def hold(state: HoldState) -> Hold:
    return Hold(
        id="h1",
        version=1,
        state=state,
        units=(HeldUnits(lot="4471-B", quantity=Decimal(1152)),),
        reason_code="underfill",
        reason="underfill",
        case_id="",
        machine=None,
        line=None,
        from_at=None,
        to_at=None,
        placed_by="brandt",
        placed_at=NOW,
    )


def test_a_held_lot_of_the_order_is_named_until_its_hold_is_closed() -> None:
    made = counted("WO-1", "L1", 6000, "4471-A", "4471-B")
    got = move_order(situation(progress=made, holds=(hold(HoldState.UNDER_REVIEW),)), "WO-1", "L2")
    assert found(got, "lots_held") == ["On hold of this order: 4471-B, 1,152 units, underfill."]
    free = move_order(situation(progress=made, holds=(hold(HoldState.CLOSED),)), "WO-1", "L2")
    assert not found(free, "lots_held")


def test_a_skill_that_nobody_on_shift_has_at_the_target_line_is_named() -> None:
    got = move_order(situation(), "WO-2", "L3")
    assert found(got, "line_lacks_skill") == ["Nobody on shift at Line 3 has the skill filling."]
    assert not found(move_order(situation(), "WO-2", "L2"), "line_lacks_skill")


def test_moving_the_running_order_says_what_is_left_and_an_emptied_line_stands_idle() -> None:
    only = Reference(orders={"WO-1": ORDERS[0]})
    got = move_order(situation(reference=only, progress=counted("WO-1", "L1", 31_240)), "WO-1", "L2")
    assert found(got, "running") == ["WO-1 is running on Line 1: 31,240 made, 16,760 left to move."]
    assert found(got, "left_idle") == ["Line 1 is left without an order."]


def test_another_product_means_a_changeover() -> None:
    got = move_order(situation(), "WO-2", "L2")
    assert found(got, "changeover") == ["Line 2 changes over from Lemon to Still water."]


def test_a_move_to_where_it_is_or_of_what_is_finished_or_under_way_is_grave() -> None:
    assert found(move_order(situation(), "WO-1", "L1"), "same_line") == ["WO-1 is already on Line 1."]
    final = {"WO-1": replace(counted("WO-1", "L1", 10)["WO-1"], final=True)}
    assert found(move_order(situation(progress=final), "WO-1", "L2"), "finished")
    offered = (assignment(Subject.ORDER, "WO-1", "L3", AssignmentState.OFFERED),)
    assert found(move_order(situation(assignments=offered), "WO-1", "L2"), "on_its_way") == [
        "WO-1 is already on its way to Line 3 (offered)."
    ]


def test_a_moved_order_is_judged_from_the_line_it_is_on_now() -> None:
    active = (assignment(Subject.ORDER, "WO-1", "L2", AssignmentState.ACTIVE),)
    got = move_order(situation(assignments=active), "WO-1", "L2")
    assert found(got, "same_line") == ["WO-1 is already on Line 2."]
    assert not found(got, "on_its_way")


def test_what_is_unknown_breaks_nothing() -> None:
    assert move_order(situation(), "WO-9", "L1") == ()
    assert move_order(situation(), "WO-1", "L9") == ()
    assert move_person(situation(), "nobody", "L1") == ()


# --- people ---------------------------------------------------------------------------------------------------------


def test_a_person_without_any_skill_of_the_line_is_said_so() -> None:
    got = move_person(situation(), "weiss", "L1")
    assert found(got, "no_skill") == ["Jan Weiss has none of the skills that Line 1 needs: filling."]
    assert found(got, "not_his_line") == ["Jan Weiss is not named for Line 1 in the plant file."]


def test_a_missing_skill_counts_only_where_nobody_else_at_the_line_has_it() -> None:
    assert not found(move_person(situation(), "silva", "L3"), "lacks_skill")
    away = (assignment(Subject.PERSON, "weiss", "L2", AssignmentState.ACTIVE),)
    got = move_person(situation(assignments=away), "silva", "L3")
    assert found(got, "lacks_skill") == ["Rui Silva lacks the skill carton, and nobody else at Line 3 has it."]


def test_the_line_that_is_left_alone_and_without_a_skill_is_named() -> None:
    got = move_person(situation(), "silva", "L2")
    assert found(got, "line_alone") == ["Line 1 is left without anybody on it."]
    assert found(got, "skill_lost") == ["Line 1 is left without anybody who has the skill filling."]


def test_a_person_who_is_not_on_shift_is_said_so_and_leaves_nothing_behind() -> None:
    got = move_person(situation(), "lindqvist", "L2")
    assert found(got, "off_shift") == ["Sven Lindqvist is not on shift now."]
    assert not found(got, "line_alone")


def test_accepted_tasks_elsewhere_are_named() -> None:
    task = Task(
        id="t1",
        function=Function.MAINTENANCE,
        state=TaskState.ACCEPTED,
        people=("weiss",),
        accept_by=NOW,
        offered_at=NOW,
        why=Why(route="r", version=1, shift="night"),
        primary=True,
        owner="weiss",
    )
    busy = situation(cases=(case(tasks=(task,)),))
    assert found(move_person(busy, "weiss", "L1"), "open_task") == [
        "Jan Weiss has accepted and not finished: L2 Filler aborted."
    ]
    assert not found(move_person(busy, "weiss", "L2"), "open_task")
    assert not found(move_person(busy, "silva", "L3"), "open_task")


# --- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", list(Subject))
def test_every_subject_has_its_judge(subject: Subject) -> None:
    assert subject in MOVES


def test_every_template_can_be_filled_and_the_worst_comes_first() -> None:
    for row in CONSEQUENCES.values():
        names = {name for _, name, _, _ in Formatter().parse(row.template) if name}
        text = Consequence(kind=row.id, values=dict.fromkeys(names, "x")).text
        assert text.endswith(".")
    got = move_order(situation(cases=(case(),)), "WO-1", "L2")
    assert [c.severity for c in got] == sorted(c.severity for c in got)
