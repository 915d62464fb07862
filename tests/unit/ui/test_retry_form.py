"""What a person is asked before a posting goes out again."""

from dataclasses import replace
from datetime import UTC, datetime

from app.domain.lifecycles import PostingState
from app.domain.posting import DIFFERS, Posting
from ui.acts.station import retry_form

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
POSTING = Posting(
    id="p", version=3, seq=1, state=PostingState.PARKED, command_kind="confirm_production", command={},
    lane="order/WO-1", subject="WO-1: 10 good", cause="", occurred_at=AT, queued_at=AT, words="Post to period 12?",
)  # fmt: skip


def test_the_erps_question_is_shown_and_needs_an_answer() -> None:
    form = retry_form(replace(POSTING, token="period"))
    assert (form.title, form.facts) == ("The ERP asks about WO-1: 10 good", ("Post to period 12?",))
    assert [(field.id, field.required) for field in form.fields] == [("answer", True)]


def test_a_document_that_differs_is_taken_by_a_persons_word_alone() -> None:
    form = retry_form(replace(POSTING, token=DIFFERS, words="good 99 in place of 100"))
    assert (form.title, form.confirm) == ("WO-1: 10 good stands otherwise in the ERP", "Take it as it stands")
    assert (form.facts, form.fields) == (("good 99 in place of 100",), ())


def test_a_refusal_is_only_sent_again() -> None:
    form = retry_form(replace(POSTING, state=PostingState.REJECTED))
    assert (form.fields, form.confirm) == ((), "Send again")
