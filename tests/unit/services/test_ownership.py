"""I5 as a property: whatever people, detectors and clocks do, every open case has one owner and a clock that runs.

A refused command changes nothing; the log always folds to what stands.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import commands as c
from app.domain.case import ExceptionCase
from app.domain.errors import KnownError
from app.domain.events import Disposition, HeldUnits
from app.domain.finding import Phase
from app.domain.lifecycles import CaseState, TaskState
from app.readmodel import model as m
from app.store.rebuild import rebuild
from app.store.verify import verify
from tests.plants import PEOPLE
from tests.unit.services.floor import Floor, finding, floor

KINDS = ("breakdown", "unplanned_stop", "starved", "rate_loss", "alarm_burst")
SPOTS = ("L1.filler", "L1.packer", "L2.labeller")
LATER = st.integers(-5, 900)
PICK = st.integers(0, 5)

VERBS: dict[str, Any] = {
    "raise": lambda d, n, s: c.RecordFinding(finding=finding(KINDS[n % 5], SPOTS[s % 3], at=d.clock.now())),
    "clear": lambda d, n, s: c.RecordFinding(
        finding=finding(KINDS[n % 5], SPOTS[s % 3], at=d.clock.now(), phase=Phase.CLEARED)
    ),
    "report": lambda d, n, s: c.ReportException(what=str(n), text="Smells burnt", machine=SPOTS[s % 3]),
    "acknowledge": lambda d, n, s: c.AcknowledgeCase(case_id=_case(d, n)),
    "own": lambda d, n, s: c.OwnCase(case_id=_case(d, n)),
    "accept": lambda d, n, s: c.AcceptTask(**_task(d, n, s), promised_at=_later(d, s * 60)),
    "decline": lambda d, n, s: c.DeclineTask(**_task(d, n, s), reason="busy"),
    "promise": lambda d, n, s: c.PromiseTask(**_task(d, n, s), promised_at=_later(d, s * 60)),
    "reassign": lambda d, n, s: c.ReassignTask(**_task(d, n, s), to_person=["nobody", *PEOPLE][n * 2], reason="x"),
    "finish": lambda d, n, s: c.FinishTask(**_task(d, n, s)),
    "shelve": lambda d, n, s: c.ShelveCase(case_id=_case(d, n), until=_later(d, s * 600), reason="later"),
    "unshelve": lambda d, n, s: c.UnshelveCase(case_id=_case(d, n)),
    "resolve": lambda d, n, s: c.ResolveCase(case_id=_case(d, n), cause="jam", fix="cleared"),
    "close": lambda d, n, s: c.CloseCase(case_id=_case(d, n)),
    "reopen": lambda d, n, s: c.ReopenCase(case_id=_case(d, n), reason="again"),
    "hold": lambda d, n, s: c.PlaceHold(units=(HeldUnits(lot="4480-A"),), reason_code="x", reason="doubt"),
    "review": lambda d, n, s: c.ReviewHold(hold_id=_hold(d, n)),
    "dispose": lambda d, n, s: c.DisposeHold(hold_id=_hold(d, n), disposition=Disposition.RELEASE),
    "release": lambda d, n, s: c.ReleaseHold(hold_id=_hold(d, n), seen_version=s),
    "confirm": lambda d, n, s: c.ConfirmOrder(order=f"WO-{n}", good=Decimal(s), scrap=Decimal(0), lot="4480-A"),
    "draft": lambda d, n, s: c.DraftHandover(),
}
"""What may happen next, from two small numbers. Much of it is refused, as it should be."""

MACHINES_OWN = ("raise", "clear")
FLOOR = ("raise", "raise", "clear", "report", "own", "accept", "accept", "decline", "reassign", "resolve", "reopen")
STEP = st.tuples(
    st.sampled_from([*FLOOR, *sorted(VERBS)]), st.sampled_from([*PEOPLE, "okafor", "weiss"]), PICK, PICK, LATER
)


def _case(desk: Floor, number: int) -> str:
    cases = desk.cases
    return cases[number % len(cases)].id if cases else "none"


def _task(desk: Floor, number: int, second: int) -> dict[str, str]:
    case = m.case(desk.bus.model, _case(desk, number))
    if case is None:
        return {"case_id": "none", "task_id": "none"}
    return {"case_id": case.id, "task_id": case.tasks[second % len(case.tasks)].id}


def _hold(desk: Floor, number: int) -> str:
    holds = m.all_holds(desk.bus.model)
    return holds[number % len(holds)].id if holds else "none"


def _later(desk: Floor, seconds: float) -> Any:
    return desk.clock.now() + timedelta(seconds=seconds)


def _owned(case: ExceptionCase) -> None:
    """One owner, a person of the plant; until somebody accepted, a clock that leads to the shift lead."""
    assert case.owner in PEOPLE
    assert case.accountable in PEOPLE
    primary = case.primary
    assert primary is not None
    assert sum(t.primary and t.active for t in case.tasks) <= 1
    if not case.accepted:
        assert primary.state is TaskState.OFFERED
        assert primary.people
        assert set(primary.people) <= set(PEOPLE)
        assert primary.accept_by is not None
        assert case.owner == case.accountable
    assert all(task.owner in PEOPLE for task in case.tasks if task.state is TaskState.ACCEPTED)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, min_size=5, max_size=40))
def test_every_open_case_has_one_owner_and_a_clock(steps: list[tuple[str, str, int, int, int]]) -> None:
    with floor() as desk:
        for verb, person, number, second, seconds in steps:
            command = VERBS[verb](desk, number, second)
            head, told = desk.journal.head(), len(desk.told)
            try:
                desk.send(command, "" if verb in MACHINES_OWN else person)
            except KnownError:
                assert desk.journal.head() == head
                assert len(desk.told) == told
            desk.tick(max(0, seconds))
            for case in m.open_cases(desk.bus.model):
                _owned(case)
        _folds_to_what_stands(desk)


def _folds_to_what_stands(desk: Floor) -> None:
    operations = desk.journal.read()
    folded, bad = rebuild(operations)
    assert bad == ()
    assert verify(operations).ok
    assert folded.seq == desk.bus.model.seq
    for kind in ("case", "hold", "order", "posting", "assignment", "handover", "check"):
        assert {r.id: r for r in folded.every(kind)} == {r.id: r for r in desk.bus.model.every(kind)}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(SPOTS))
def test_a_case_that_everybody_ignores_ends_at_a_shift_lead(kind: str, spot: str) -> None:
    with floor() as desk:
        case = desk.opened(kind, spot)
        for _ in range(12):
            desk.tick(120)
        left = desk.case(case.id)
        assert left.state is CaseState.IN_PROGRESS
        assert left.owner == "okafor"
        assert all(task.state is TaskState.ACCEPTED for task in left.tasks)
