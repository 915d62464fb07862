"""Who may do what: every command is somebody's or the program's own."""

import pytest

from app.domain import commands as c
from app.domain.errors import RefusedError
from app.domain.people import Role
from app.domain.permissions import ALLOWED, allowed
from app.services.tables import COMMAND_HANDLERS
from tests.unit.services.floor import Floor, floor

PROGRAMS_OWN = {
    c.RecordFinding,
    c.CompleteCapsule,
    c.RecordCount,
    c.RecordGap,
    c.ExpireTask,
    c.BreakPromise,
    c.RecordPosting,
    c.RecordControl,
    c.RecordRuns,
    c.ProposeChange,
    c.OfferProposal,
    c.WithdrawProposal,
    c.RecordExport,
    c.RecordEffect,
    c.CloseProposal,
}


def written() -> set[type[c.Command]]:
    """The commands of the module that are nobody's base."""
    every = {cls for cls in vars(c).values() if isinstance(cls, type) and issubclass(cls, c.Command)}
    return {cls for cls in every if not any(cls in other.__mro__[1:] for other in every)}


def test_every_command_has_a_handler() -> None:
    assert set(COMMAND_HANDLERS) == written()


def test_every_command_is_somebodys_or_the_programs_own() -> None:
    assert set(ALLOWED) | PROGRAMS_OWN == set(COMMAND_HANDLERS)
    assert not set(ALLOWED) & PROGRAMS_OWN


@pytest.mark.parametrize("command", PROGRAMS_OWN, ids=lambda cls: cls.__name__)
def test_nobody_sends_what_is_the_programs_own(command: type[c.Command]) -> None:
    assert not allowed(command, frozenset(Role))


@pytest.mark.parametrize("command", ALLOWED, ids=lambda cls: cls.__name__)
def test_a_viewer_changes_nothing(command: type[c.Command]) -> None:
    signs = {c.SignIn, c.SignOut}
    assert allowed(command, frozenset({Role.VIEWER})) is (command in signs)
    assert ALLOWED[command]


@pytest.mark.parametrize(
    ("command", "may", "may_not"),
    [
        (c.ReleaseHold, {Role.QUALITY_LEAD}, set(Role) - {Role.QUALITY_LEAD}),
        (c.PlaceHold, {Role.OPERATOR, Role.SHIFT_LEAD, Role.QUALITY_LEAD}, {Role.MAINTENANCE, Role.ADMIN}),
        (c.ConfirmOrder, {Role.SHIFT_LEAD}, {Role.OPERATOR, Role.QUALITY_LEAD}),
        (c.ReassignTask, {Role.SHIFT_LEAD}, {Role.OPERATOR, Role.MAINTENANCE}),
        (c.RequestAlarmAct, {Role.OPERATOR, Role.SHIFT_LEAD}, {Role.MAINTENANCE, Role.PLANNER, Role.VIEWER}),
        (c.SignHandover, {Role.SHIFT_LEAD}, {Role.OPERATOR}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_rows_that_matter_most(command: type[c.Command], may: set[Role], may_not: set[Role]) -> None:
    assert all(allowed(command, frozenset({role})) for role in may)
    assert not any(allowed(command, frozenset({role})) for role in may_not)


def test_a_role_that_is_missing_is_said_before_anything_is_looked_at() -> None:
    with floor() as desk:
        assert isinstance(_refused(desk), RefusedError)


def _refused(desk: Floor) -> Exception:
    return desk.refused(c.ReleaseHold(hold_id="none", seen_version=1), "silva")
