"""The handover: drafted from what stands, signed, accepted item by item by somebody else, then frozen."""

from datetime import datetime, timedelta
from decimal import Decimal

from app.domain import commands as c
from app.domain import events as e
from app.domain.handover import Handover
from app.domain.lifecycles import HandoverState
from app.readmodel import model as m
from tests.plants import NIGHT
from tests.unit.services.floor import Floor


def handover(desk: Floor) -> Handover:
    rows = m.all_handovers(desk.bus.model)
    assert len(rows) == 1
    return rows[0]


def busy(desk: Floor) -> None:
    """Something of everything that a handover must name."""
    desk.opened()
    shelved = desk.opened("rate_loss", "L1.labeller")
    until = desk.clock.now() + timedelta(hours=9)
    desk.send(c.ShelveCase(case_id=shelved.id, until=until, reason="New belt tomorrow"), "okafor")
    promised = desk.opened("breakdown", "L2.filler")
    task = desk.primary(promised.id)
    promise = c.AcceptTask(case_id=promised.id, task_id=task.id, promised_at=desk.clock.now() + timedelta(minutes=1))
    desk.send(promise, "weiss")
    units = (e.HeldUnits(lot="4480-A", quantity=Decimal(6000)),)
    desk.send(c.PlaceHold(units=units, reason_code="fill", reason="Fill volume low"), "silva")
    move = c.ProposeAssignment(subject=e.Subject.ORDER, subject_id="WO-1", to_line="L2", reason="L1 is down")
    desk.send(move, "okafor")
    desk.tick(61)


def test_a_draft_names_everything_that_stands_open(desk: Floor) -> None:
    busy(desk)
    desk.send(c.DraftHandover(), "okafor")
    kinds = [item.kind for item in handover(desk).items]
    assert set(kinds) == {
        e.ItemKind.CASE, e.ItemKind.SHELVED, e.ItemKind.PROMISE, e.ItemKind.HOLD, e.ItemKind.POSTING,
        e.ItemKind.ASSIGNMENT, e.ItemKind.NOTE,
    }  # fmt: skip
    assert [item.priority for item in handover(desk).items[:-1]] == sorted(
        i.priority for i in handover(desk).items[:-1]
    )
    assert len({item.item_id for item in handover(desk).items}) == len(kinds)
    assert (handover(desk).shift, handover(desk).next_shift) == ("Day", "Night")


def test_a_draft_follows_what_happens_until_it_is_signed(desk: Floor) -> None:
    desk.send(c.DraftHandover(), "okafor")
    before = len(handover(desk).items)
    assert desk.send(c.DraftHandover(), "okafor").opids == ()
    desk.opened()
    desk.send(c.DraftHandover(), "okafor")
    assert len(handover(desk).items) == before + 1
    desk.send(c.SignHandover(handover_id=handover(desk).id, note="Quiet night"), "okafor")
    desk.opened("breakdown", "L2.filler")
    desk.refused(c.DraftHandover(), "okafor")
    assert len(handover(desk).items) == before + 1


def test_a_handover_is_accepted_item_by_item_by_somebody_else(desk: Floor) -> None:
    busy(desk)
    desk.send(c.DraftHandover(), "okafor")
    row = handover(desk)
    accept = [c.AcceptHandoverItem(handover_id=row.id, item_id=item.item_id) for item in row.items]
    desk.refused(accept[0], "lindqvist")
    desk.send(c.SignHandover(handover_id=row.id), "okafor")
    desk.refused(accept[0], "okafor")
    desk.refused(c.AcceptHandoverItem(handover_id=row.id, item_id="no such"), "lindqvist")
    desk.refused(c.SignHandover(handover_id=row.id), "lindqvist")
    for command in accept[:-1]:
        desk.send(command, "lindqvist")
    assert handover(desk).state is HandoverState.SIGNED
    assert len(handover(desk).open_items) == 1
    desk.refused(accept[0], "lindqvist")
    desk.send(accept[-1], "lindqvist")
    assert handover(desk).closed
    assert {a.by for a in handover(desk).accepted.values()} == {"lindqvist"}
    desk.refused(accept[0], "lindqvist")
    desk.refused(c.SignHandover(handover_id=row.id), "okafor")


def test_the_clock_drafts_it_once_before_the_shift_ends(desk: Floor) -> None:
    desk.clock.at = datetime(2026, 11, 22, 20, 29, 59, tzinfo=NIGHT.tzinfo)
    desk.tick()
    assert m.all_handovers(desk.bus.model) == []
    desk.tick(1)
    desk.tick(1)
    assert handover(desk).shift == "Day"
    desk.clock.at = NIGHT
    desk.tick()
    assert handover(desk).shift == "Day"


def test_the_night_shift_that_spans_midnight_has_one_handover(desk: Floor) -> None:
    desk.clock.at = NIGHT
    desk.send(c.DraftHandover(), "lindqvist")
    desk.clock.move(3600)
    desk.opened()
    desk.send(c.DraftHandover(), "lindqvist")
    assert handover(desk).shift == "Night"
    assert handover(desk).next_shift == "Day"
