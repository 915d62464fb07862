"""The interlock in placing, following and releasing a hold: shown before it is confirmed, and what became of it."""

from decimal import Decimal

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.packml import MachineState
from app.domain.plant import Signal
from tests.ui.desk import FakeDesk
from tests.ui.shell import FakeShell
from tests.ui.views.interlocked import CLOSE, MACHINE, OPEN, asked_for, guarded_night
from tests.ui.views.night import second_hold
from tests.unit.ui.test_holds_presenter import Rig
from ui.actions import BY_ID
from ui.interlocks import on_placing

SEEN = int(MachineState.EXECUTE)


def released_ready(desk: FakeDesk) -> None:
    """The night's hold, disposed of."""
    desk.record(e.HoldDispositioned(hold_id="h1", disposition=e.Disposition.USE_AS_IS), person="brandt")


def test_the_interlock_is_shown_with_place_value_and_state_and_goes_with_the_hold() -> None:
    rig = Rig(guarded_night())
    rig.reasoned("case/c1")
    (row,) = rig.view.panel.interlocks
    assert row.title == "L2 Labeller: Close the pallet gate"
    for words in ("in Execute", "nsu=urn:l2;s=Labeller.Gate", "Now:", "New: 1"):
        assert words in row.detail
    assert rig.view.panel.button.endswith("and write to L2 Labeller")
    assert any(effect.who == "L2 Labeller" for effect in rig.view.panel.effects)
    assert not any("nothing is written" in effect.what for effect in rig.view.panel.effects)
    rig.placer.confirm()
    assert rig.placed.interlocks == (c.Interlock(command_id=CLOSE.id, seen_state=SEEN),)


def test_an_interlock_that_is_left_is_not_written() -> None:
    rig = Rig(guarded_night())
    rig.reasoned("case/c1")
    rig.placer.choose_interlock(CLOSE.id, False)
    assert not rig.view.panel.interlocks[0].chosen
    assert "write" not in rig.view.panel.button
    assert any("nothing is written" in effect.what for effect in rig.view.panel.effects)
    rig.placer.confirm()
    assert rig.placed.interlocks == ()


@pytest.mark.parametrize(
    ("state", "person", "why"),
    [(MachineState.ABORTED, "brandt", "in Aborted"), (MachineState.EXECUTE, "nobody", "ask for")],
)
def test_what_may_not_be_written_now_says_why_and_does_not_keep_the_hold_back(
    state: MachineState, person: str, why: str
) -> None:
    desk = guarded_night(state)
    rig = Rig(desk)
    if person == "nobody":
        desk.person = desk.plant.people["berger"]
    rig.reasoned("case/c1")
    assert why in rig.view.panel.interlocks[0].why_not
    assert rig.view.panel.ready
    rig.placer.confirm()
    assert rig.placed.interlocks == ()


def test_a_machine_whose_state_is_not_known_is_written_nothing() -> None:
    desk = guarded_night()
    tag = desk.plant.tag(MACHINE, Signal.STATE)
    assert tag is not None
    del desk.values.rows[tag.index]
    rig = Rig(desk)
    rig.reasoned("case/c1")
    assert "unknown state" in rig.view.panel.interlocks[0].why_not


def test_a_lot_elsewhere_offers_no_interlock_of_this_machine() -> None:
    desk = guarded_night()
    units = (e.HeldUnits(lot="9999-Z", product="", quantity=Decimal(5)),)
    assert on_placing(desk, units, None) == ()
    assert on_placing(desk, (), MACHINE) == ()
    assert on_placing(desk, units, MACHINE) == (CLOSE,)


@pytest.mark.parametrize(
    ("event", "words", "bad"),
    [
        (e.ControlConfirmed, "Close the pallet gate: done", False),
        (e.ControlRefused, "refused, nothing happened", True),
        (e.ControlUnknown, "UNKNOWN whether it happened", True),
    ],
)
def test_what_became_of_it_stands_on_the_hold(event: type[e.ControlAnswered], words: str, bad: bool) -> None:
    rig = Rig(guarded_night())
    assert rig.view.shown.interlocks == ()
    asked_for(rig.desk, "h1", CLOSE, event)
    rig.presenter.refresh()
    (line,) = rig.view.shown.interlocks
    assert words in line.text
    assert line.bad is bad
    assert ("Look at the machine" in line.detail) is (event is e.ControlUnknown)


def test_a_release_asks_whether_it_is_undone_and_shows_where() -> None:
    desk = guarded_night()
    desk.person = desk.plant.people["brandt"]
    asked_for(desk, "h1", CLOSE, e.ControlConfirmed)
    released_ready(desk)
    shell = FakeShell({"note": "Fine.", OPEN.id: "write"}, {})
    BY_ID["hold.release"].run(desk, "hold/h1", shell)
    form, signing = shell.forms
    assert "Goes to the controller: Open the pallet gate" in signing.document
    assert "L2 Labeller: Open the pallet gate" in form.facts
    assert any("New: 0" in fact for fact in form.facts)
    (sent,) = desk.sent
    assert isinstance(sent, c.ReleaseHold)
    assert sent.interlocks == (c.Interlock(command_id=OPEN.id, seen_state=SEEN),)


def test_a_release_that_leaves_it_writes_nothing() -> None:
    desk = guarded_night()
    asked_for(desk, "h1", CLOSE, e.ControlConfirmed)
    released_ready(desk)
    BY_ID["hold.release"].run(desk, "hold/h1", FakeShell({"note": "Fine.", OPEN.id: "leave"}, {}))
    (sent,) = desk.sent
    assert isinstance(sent, c.ReleaseHold)
    assert sent.interlocks == ()


def test_while_another_hold_keeps_the_machine_a_release_does_not_offer_it() -> None:
    desk = guarded_night()
    second_hold(desk)
    for hold_id in ("h1", "h2"):
        asked_for(desk, hold_id, CLOSE, e.ControlConfirmed)
    released_ready(desk)
    shell = FakeShell({"note": "Fine."})
    BY_ID["hold.release"].run(desk, "hold/h1", shell)
    assert [field.id for field in shell.forms[0].fields] == ["note"]


def test_one_that_failed_can_be_asked_for_again_from_the_hold() -> None:
    desk = guarded_night()
    desk.person = desk.plant.people["brandt"]
    action = BY_ID["hold.interlock"]
    asked_for(desk, "h1", CLOSE, e.ControlFailed)
    assert action.applies(desk, "hold/h1")
    shell = FakeShell({})
    action.run(desk, "hold/h1", shell)
    assert shell.forms[-1].danger
    assert desk.sent == [c.RequestControl(command_id=CLOSE.id, seen_state=SEEN, hold_id="h1")]


def test_one_whose_outcome_is_unknown_is_not_asked_for_twice() -> None:
    desk = guarded_night()
    asked_for(desk, "h1", CLOSE, e.ControlUnknown)
    assert not BY_ID["hold.interlock"].applies(desk, "hold/h1")
