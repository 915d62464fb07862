"""Electronic signatures: what is shown is what is hashed, a failure keeps the answers, the hold shows who signed."""

from dataclasses import replace

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.signing import Sign, fingerprint
from app.domain.status import SharedStatus
from tests.ui.desk import FakeDesk, night_desk
from tests.ui.shell import FakeShell
from ui.actions import BY_ID
from ui.desk import Answer
from ui.forms import FieldKind, Form
from ui.text import Formats
from ui.views.holds.detail import detail_of

REWORK = {"disposition": "rework", "note": "relabel"}


def quality_desk(*, demo: bool) -> FakeDesk:
    desk = night_desk()
    desk.plant = replace(desk.plant, demo=demo)
    desk.person = desk.plant.people["brandt"]
    return desk


def secret(form: Form) -> list[bool]:
    """Whether each secret field of a form is needed."""
    return [field.required for field in form.fields if field.kind is FieldKind.SECRET]


def test_what_stands_in_the_form_is_what_is_hashed() -> None:
    desk, shell = quality_desk(demo=False), FakeShell(REWORK, {"password": "word"})
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    (asked,) = desk.asked
    assert isinstance(asked, Sign)
    assert (asked.person, asked.password, asked.kind, asked.stream) == (
        "brandt",
        "word",
        "HoldDispositioned",
        "hold/h1",
    )
    document = shell.forms[1].document
    assert asked.shown == "\n".join(document)
    for said in ("Hold h1, version", "4471-B", "Decided: rework", "Why: relabel", "Signed by Ana Brandt"):
        assert any(said in line for line in document), said
    (sent,) = desk.sent
    assert isinstance(sent, c.DisposeHold)
    assert sent.signature is not None
    assert (sent.signature.shown, sent.signature.name) == (fingerprint(asked.shown), "Ana Brandt")
    assert sent.signature.meaning == asked.meaning


@pytest.mark.parametrize(
    ("demo", "joined", "needed"),
    [(True, False, []), (True, True, [False]), (False, False, [True]), (False, True, [True])],
)
def test_a_password_is_asked_for_but_not_in_a_demo_on_its_own(demo: bool, joined: bool, needed: list[bool]) -> None:
    desk, shell = quality_desk(demo=demo), FakeShell(REWORK)
    if joined:
        desk.join()
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    assert secret(shell.forms[1]) == needed


def test_a_wrong_password_asks_again_with_the_other_answers_kept() -> None:
    desk = quality_desk(demo=False)
    desk.answer = Answer(ok=False, message="Name and password do not fit.", todo="The shift lead can help.")
    meaning = "Decided with quality management, recorded by me"
    shell = FakeShell(REWORK, {"meaning": meaning, "password": "wrong"}, None)
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    again = shell.forms[2]
    assert again.fault == "Name and password do not fit. The shift lead can help."
    assert {field.id: field.value for field in again.fields} == {"meaning": meaning, "password": ""}
    assert again.begin == "password"
    assert again.document == shell.forms[1].document
    assert not desk.sent


def test_cancelling_the_signature_sends_nothing() -> None:
    desk, shell = quality_desk(demo=False), FakeShell(REWORK, None)
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    assert (desk.asked, desk.sent) == ([], [])


def test_a_station_whose_clock_is_wrong_says_so_before_anything_is_filled_in() -> None:
    desk, shell = quality_desk(demo=False), FakeShell(REWORK)
    desk.join(SharedStatus(joined=True, offset_s=-75.0))
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    assert shell.forms[1].fault == "This station's clock is off by -75 s: nothing can be signed."


def test_scrap_is_said_to_be_written_off_where_it_is_signed() -> None:
    shell = FakeShell({"disposition": "scrap", "note": "underfilled"})
    BY_ID["hold.dispose"].run(quality_desk(demo=False), "hold/h1", shell)
    assert "written off" in shell.forms[1].text
    assert shell.forms[1].danger


def test_the_hold_shows_who_signed_what_when_and_what_it_meant() -> None:
    desk, shell = quality_desk(demo=True), FakeShell(REWORK, {})
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    (sent,) = desk.sent
    assert isinstance(sent, c.DisposeHold)
    event = e.HoldDispositioned(hold_id="h1", disposition=sent.disposition, note=sent.note, signature=sent.signature)
    desk.record(event, person="brandt")
    hold = next(row for row in desk.model.live("hold") if row.id == "h1")
    detail = detail_of(hold, desk, Formats("Europe/Berlin"), lambda _ref: ())  # type: ignore[arg-type]
    (line,) = detail.signatures
    assert line.text == "Disposition signed by Ana Brandt"
    assert "“I decide this and answer for it”" in line.detail
    assert "signed Ana Brandt 02:14:31" in detail.timeline[-1].detail


def test_who_was_not_first_is_told_so_and_shown_what_stands() -> None:
    desk, shell = quality_desk(demo=True), FakeShell({"note": "samples"})
    desk.answer = Answer(
        ok=False, message="Somebody was first. What stands is …", todo="Look at what stands now.", outrun=True
    )
    desk.record(e.HoldPlaced(hold_id="h7", units=(), reason_code="seal", reason="loose caps"))
    BY_ID["hold.review"].run(desk, "hold/h7", shell)
    assert shell.gone == ["hold/h7"]
    assert shell.said == [("Somebody was first. What stands is … Look at what stands now.", True)]
