from datetime import UTC, datetime, timedelta

import pytest

from app.domain.case import ExceptionCase
from app.domain.lifecycles import CaseState
from app.domain.similar import guidance, key_person, likeness, same_trouble, similar

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def make(
    case_id: str,
    first_out: str = "Torque limit valve block 3",
    *,
    days: int = 0,
    kind: str = "breakdown",
    machine: str = "L2.filler",
    state: CaseState = CaseState.RESOLVED,
    fix: str = "",
    by: str = "weiss",
    replayed: bool = False,
) -> ExceptionCase:
    at = NOW - timedelta(days=days)
    ended = state in (CaseState.RESOLVED, CaseState.CLOSED)
    return ExceptionCase(
        id=case_id,
        version=1,
        state=state,
        kind=kind,
        priority=1,
        title="L2 Filler aborted",
        first_out=first_out,
        machine=machine,
        line="L2",
        controller="C-L2",
        order="",
        lot="",
        rule="",
        rule_version=1,
        values={},
        occurrence=case_id,
        happened_at=at,
        opened_at=at,
        accountable="okafor",
        replayed=replayed,
        fix=fix,
        resolved_by=by if ended else "",
        resolved_at=at if ended else None,
    )


NEW = make("new", state=CaseState.OPEN)


def test_the_likest_come_first_and_of_equal_ones_the_newest() -> None:
    past = [
        make("old", days=140),
        make("other-block", "Torque limit valve block 2", days=2),
        make("young", days=30),
        make("oldest", days=300),
    ]
    assert [c.id for c in similar(NEW, past)] == ["young", "old", "oldest"]
    assert [c.id for c in similar(NEW, past, limit=9)][-1] == "other-block"


@pytest.mark.parametrize(
    "stranger",
    [
        make("x", kind="rate_loss"),
        make("x", machine="L1.filler"),
        make("x", "Bowl level low"),
        make("x", state=CaseState.IN_PROGRESS),
        make("x", replayed=True),
        make("new"),
    ],
    ids=["another kind", "another machine", "another reason", "not resolved", "replayed", "itself"],
)
def test_a_stranger_is_not_similar(stranger: ExceptionCase) -> None:
    assert same_trouble(NEW, [stranger]) == []


def test_a_closed_case_is_remembered_as_well_as_a_resolved_one() -> None:
    assert len(same_trouble(NEW, [make("a"), make("b", state=CaseState.CLOSED)])) == 2


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("", "", 1.0), ("a b", "A, b!", 1.0), ("a", "b", 0.0), ("a b c", "a b d", 0.5), ("a", "", 0.0)],
)
def test_likeness_is_the_share_of_common_words(one: str, other: str, share: float) -> None:
    assert likeness(one, other) == share


def test_guidance_is_the_fix_that_was_noted_most_often_in_its_newest_words() -> None:
    cases = [make("a", fix="flush"), make("b", fix="Replace  seal kit"), make("c", fix="replace seal kit"), make("d")]
    found = guidance(cases)
    assert found is not None
    assert (found.fix, found.times, found.of) == ("replace seal kit", 2, 4)
    assert guidance([make("a")]) is None


def test_the_key_person_is_who_closed_most() -> None:
    cases = [make("a"), make("b"), make("c", by="kaya"), make("d", state=CaseState.OPEN)]
    share = key_person(cases)
    assert share is not None
    assert (share.person, share.closed, share.of) == ("weiss", 2, 3)
    assert key_person([]) is None
