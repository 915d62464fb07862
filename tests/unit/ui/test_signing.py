"""Electronic signatures: what is shown is what is hashed, a failure keeps the answers, the hold shows who signed."""

from dataclasses import replace

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.people import Person, Role
from app.domain.signing import Sign, fingerprint
from app.domain.status import Health, SharedPlant, SharedStatus
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


# --- a second person ------------------------------------------------------------------------------------------------

SECOND = {"person": "moreau", "password": "hers"}


def two_person_desk(*others: Role) -> FakeDesk:
    """The plant wants two for a disposition; beside Ana Brandt it has people of these roles, Lea Moreau first."""
    desk = quality_desk(demo=False)
    names = zip(("moreau", "osei"), ("Lea Moreau", "Kofi Osei"), others, strict=False)
    alone = {
        key: one for key, one in desk.plant.people.items() if key == "brandt" or Role.QUALITY_LEAD not in one.roles
    }
    more = {key: Person(id=key, name=name, roles=frozenset({role})) for key, name, role in names}
    desk.plant = replace(desk.plant, people={**alone, **more})
    plant = SharedPlant(second_person=frozenset({"HoldDispositioned"}))
    desk.join(SharedStatus(joined=True, health=Health.UP, plant=plant))
    return desk


def test_where_the_plant_wants_two_each_signs_with_a_password_of_their_own() -> None:
    desk = two_person_desk(Role.QUALITY_LEAD)
    shell = FakeShell(REWORK, {"password": "word"}, SECOND)
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    first, second = desk.asked
    assert isinstance(first, Sign)
    assert isinstance(second, Sign)
    assert [(asked.person, asked.password) for asked in (first, second)] == [("brandt", "word"), ("moreau", "hers")]
    assert (second.kind, second.stream) == (first.kind, first.stream)
    (sent,) = desk.sent
    assert isinstance(sent, c.DisposeHold)
    assert sent.signature is not None
    assert sent.second is not None
    assert (sent.signature.name, sent.second.name) == ("Ana Brandt", "Lea Moreau")
    assert sent.second.shown == fingerprint("\n".join(shell.forms[2].document))


def test_the_second_person_sees_all_that_the_first_one_signed_and_that_they_did() -> None:
    shell = FakeShell(REWORK, {"password": "word"}, None)
    BY_ID["hold.dispose"].run(two_person_desk(Role.QUALITY_LEAD), "hold/h1", shell)
    _, first, second = shell.forms
    assert "A second person signs after you." in first.text
    assert second.document[: len(first.document)] == first.document
    assert "Signed by Ana Brandt" in first.document[-1]


def test_the_second_person_is_somebody_else_whose_role_allows_it() -> None:
    shell = FakeShell(REWORK, {"password": "word"}, None)
    BY_ID["hold.dispose"].run(two_person_desk(Role.QUALITY_LEAD, Role.OPERATOR), "hold/h1", shell)
    who = next(field for field in shell.forms[2].fields if field.kind is FieldKind.PERSON)
    assert [choice.value for choice in who.choices] == ["moreau"]


def test_where_nobody_else_may_sign_it_is_said_before_anybody_does() -> None:
    desk, shell = two_person_desk(), FakeShell(REWORK, {"password": "word"})
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    assert (desk.asked, desk.sent, len(shell.forms)) == ([], [], 1)
    assert "nobody else's role allows it" in shell.said[-1][0]


def test_a_second_person_who_cancels_ends_it_and_nothing_is_sent() -> None:
    desk = two_person_desk(Role.QUALITY_LEAD)
    BY_ID["hold.dispose"].run(desk, "hold/h1", FakeShell(REWORK, {"password": "word"}, None))
    assert (len(desk.asked), desk.sent) == (1, [])


def test_a_wrong_password_of_the_second_asks_the_second_again_and_keeps_who_it_is() -> None:
    desk = two_person_desk(Role.QUALITY_LEAD)
    desk.refused_people = {"moreau"}
    shell = FakeShell(REWORK, {"password": "word"}, SECOND, None)
    BY_ID["hold.dispose"].run(desk, "hold/h1", shell)
    again = shell.forms[3]
    assert again.fault == "Name and password do not fit."
    values = {field.id: field.value for field in again.fields}
    assert (values["person"], values["password"], again.begin) == ("moreau", "", "password")
    assert [asked.person for asked in desk.asked] == ["brandt", "moreau"], "the first signature stands"
    assert not desk.sent


def test_a_step_that_the_plant_wants_no_second_person_for_is_signed_by_one() -> None:
    desk = two_person_desk(Role.QUALITY_LEAD)
    desk.join(replace(desk.status.shared, plant=SharedPlant(second_person=frozenset({"HoldReleased"}))))
    BY_ID["hold.dispose"].run(desk, "hold/h1", FakeShell(REWORK, {"password": "word"}))
    (sent,) = desk.sent
    assert isinstance(sent, c.DisposeHold)
    assert sent.second is None


def test_a_release_carries_both_signatures_where_the_plant_wants_two() -> None:
    desk = two_person_desk(Role.QUALITY_LEAD)
    desk.join(replace(desk.status.shared, plant=SharedPlant(second_person=frozenset({"HoldReleased"}))))
    desk.record(e.HoldPlaced(hold_id="h7", units=(), reason_code="seal", reason="loose caps"), person="brandt")
    desk.record(e.HoldReviewStarted(hold_id="h7"), person="brandt")
    desk.record(e.HoldDispositioned(hold_id="h7", disposition=e.Disposition.USE_AS_IS), person="brandt")
    shell = FakeShell({"note": "samples are good"}, {"password": "word"}, SECOND)
    BY_ID["hold.release"].run(desk, "hold/h7", shell)
    (sent,) = desk.sent
    assert isinstance(sent, c.ReleaseHold)
    assert sent.signature is not None
    assert sent.second is not None
    assert (sent.signature.person, sent.second.person) == ("brandt", "moreau")
