"""How bad each thing is and what to do of it, from plain facts; every row of the table judges something."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.checks.check import Check, State, worst, worst_first
from app.domain.checks.facts import (
    ControllerFacts,
    CrashFacts,
    DiskFacts,
    ErpFacts,
    Facts,
    FittingFacts,
    JournalFacts,
    LocalFacts,
    PartFacts,
    SharedFacts,
    VersionFacts,
)
from app.domain.checks.table import CHECKS, GROUPS, judged
from app.domain.plant_file import PlantFileStatus, PlantVersion

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
GB = 1_000_000_000

UP = ControllerFacts(
    id="C-1", name="Filler", up=True, secured=True, securable=True, clock_s=0.2, last_data_at=NOW, silent=()
)
PUBLISHED = PlantVersion(
    version=4,
    sha256="",
    author="it",
    name="B. Kaya",
    comment="",
    program="",
    signed="",
    signature="",
    previous="",
    chained="",
)
JOURNAL = JournalFacts(operations=1000, size=4_000_000, tail=1000, grown_day=1e6)
DISK = DiskFacts(folder="/data", free=80 * GB, total=200 * GB)
LOCAL = LocalFacts(
    at=NOW,
    journal=JOURNAL,
    disk=DISK,
    versions=VersionFacts(lineside="1", python="3.11", qt="6.11.2", docking="5.1.1", system="Debian", plant_file="p"),
    fittings=FittingFacts(fonts=True, keyring=True),
)
SHARED = SharedFacts(
    joined=True,
    name="db",
    up=True,
    schema="0002",
    wanted="0002",
    timeline=1,
    sent=1000,
    offset_s=0.1,
    standbys=1,
    lag_s=0,
)
ERP = ErpFacts(adapter="sap", up=True, last_at=NOW, waiting=0)
WELL = Facts(
    now=NOW,
    controllers=(UP,),
    shared=SHARED,
    erp=ERP,
    local=LOCAL,
    parts=(PartFacts(id="a", title="Acquisition", up=True),),
)


def of(facts: Facts, row: str) -> list[Check]:
    return [check for check in judged(facts) if check.id == row]


def local(**changed: object) -> Facts:
    return replace(WELL, local=replace(LOCAL, **changed))


def shared(**changed: object) -> Facts:
    return replace(WELL, shared=replace(SHARED, **changed))


def erp(**changed: object) -> Facts:
    return replace(WELL, erp=replace(ERP, **changed))


def controller(**changed: object) -> Facts:
    return replace(WELL, controllers=(replace(UP, **changed),))


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_a_station_that_is_well_is_well_in_every_row_that_has_something_to_say() -> None:
    checks = judged(WELL)
    assert worst(checks) is State.OK
    assert {check.group for check in checks} == {group for group, _ in GROUPS}


CASES: tuple[tuple[Facts, str, State, str], ...] = (
    (controller(up=False, reason="no route", since=ago(minutes=4)), "controller.link", State.BAD, "4 min: no route."),
    (controller(up=None), "controller.link", State.UNKNOWN, "not answered yet"),
    (controller(secured=False), "controller.security", State.WARNING, "not secured"),
    (controller(last_data_at=ago(seconds=90)), "controller.data", State.WARNING, "90 s ago"),
    (controller(silent=("Unit 7",)), "controller.units", State.BAD, "Unit 7"),
    (controller(clock_s=-3.0), "clock.controllers", State.WARNING, "3.0 s behind"),
    (controller(clock_s=184.0), "clock.controllers", State.BAD, "3 min ahead"),
    (replace(WELL, parts=(PartFacts(id="a", title="A", up=False, reason="it died"),)), "parts", State.BAD, "it died"),
    (replace(WELL, parts=(PartFacts(id="h", title="H", up=True, poor="9 lost."),)), "parts", State.WARNING, "9 lost."),
    (replace(WELL, stored="disk full"), "journal", State.BAD, "Nothing is stored: disk full."),
    (local(journal=replace(JOURNAL, fault="operation 5 was changed")), "journal", State.BAD, "operation 5"),
    (local(journal=JournalFacts()), "journal", State.UNKNOWN, "none yet"),
    (local(journal=replace(JOURNAL, wal=90_000_000)), "journal.wal", State.WARNING, "90 MB"),
    (local(disk=replace(DISK, free=100_000_000)), "disk", State.BAD, "100 MB free"),
    (local(disk=replace(DISK, free=GB), journal=replace(JOURNAL, grown_day=0.0)), "disk", State.WARNING, "1.0 GB"),
    (local(disk=replace(DISK, free=5 * GB), journal=replace(JOURNAL, grown_day=GB)), "disk", State.BAD, "in 5 days"),
    (local(disk=replace(DISK, free=20 * GB), journal=replace(JOURNAL, grown_day=GB)), "disk", State.WARNING, "20 days"),
    (local(disk=DiskFacts(folder="/data")), "disk", State.UNKNOWN, "not known"),
    (local(fittings=FittingFacts(fonts=False)), "fittings", State.WARNING, "fonts are missing"),
    (local(fittings=FittingFacts(secrets_fault="Others may read it.")), "fittings", State.BAD, "Others may"),
    (local(crashes=CrashFacts(at=(ago(hours=3),), last="Segfault", log="l")), "crashes", State.WARNING, "3 h ago"),
    (local(crashes=CrashFacts(at=(ago(days=9),))), "crashes", State.OK, "has not died"),
    (local(crashes=CrashFacts(careful=True)), "crashes", State.WARNING, "several times in a row"),
    (shared(joined=False), "shared.link", State.OK, "works alone"),
    (shared(up=False, reason="refused"), "shared.link", State.BAD, "away: refused."),
    (shared(up=None), "shared.link", State.UNKNOWN, "not answered yet"),
    (shared(schema="0003"), "shared.schema", State.BAD, "knows up to 0002"),
    (shared(schema="0001"), "shared.schema", State.BAD, "needs 0002"),
    (shared(sent=1200), "shared.place", State.BAD, "the journal here only 1,000"),
    (shared(waiting=12, oldest_at=ago(minutes=4)), "shared.place", State.WARNING, "12 operations are only stored here"),
    (shared(waiting=2, oldest_at=ago(seconds=2)), "shared.place", State.OK, "on their way"),
    (shared(standbys=0, pair=True), "shared.standby", State.WARNING, "one server only"),
    (shared(standbys=0), "shared.standby", State.OK, "is on one server."),
    (shared(lag_s=90.0), "shared.standby", State.WARNING, "90 s behind"),
    (shared(rights=("x may not send.",)), "shared.rights", State.WARNING, "may not send"),
    (erp(up=False, reason="401"), "erp.link", State.BAD, "401"),
    (erp(last_at=ago(minutes=30)), "erp.link", State.WARNING, "30 min ago"),
    (erp(adapter="none"), "erp.link", State.OK, "No ERP"),
    (erp(stuck=2), "erp.backlog", State.WARNING, "2 postings need"),
    (erp(waiting=3, oldest_at=ago(minutes=20)), "erp.backlog", State.WARNING, "3 wait, the oldest for 20 min"),
    (shared(offset_s=5.0), "clock.station", State.WARNING, "5.0 s ahead"),
    (shared(offset_s=-90.0), "clock.station", State.BAD, "Nothing can be signed here"),
    (erp(clock_s=600.0), "clock.station", State.WARNING, "10 min ahead"),
    (
        replace(WELL, plant_file=PlantFileStatus(running=3, published=PUBLISHED)),
        "versions.plant",
        State.WARNING,
        "Version 4",
    ),
    (local(versions=replace(LOCAL.versions, pair_fault="It aborts.")), "versions", State.BAD, "It aborts."),
)


@pytest.mark.parametrize(("facts", "row", "state", "words"), CASES, ids=[f"{c[1]} {c[3]}" for c in CASES])
def test_each_thing_that_is_wrong_is_said_as_bad_as_it_is(facts: Facts, row: str, state: State, words: str) -> None:
    found = [check for check in of(facts, row) if words in check.said]
    assert [check.state for check in found] == [state]
    assert worst(of(facts, row)) is state


def test_every_row_of_the_table_is_tried_and_has_a_group_and_an_id_of_its_own() -> None:
    assert {row for _, row, _, _ in CASES} == {row.id for row in CHECKS}
    assert len({row.id for row in CHECKS}) == len(CHECKS)
    assert {row.group for row in CHECKS} == {group for group, _ in GROUPS}


def test_whatever_is_bad_says_what_to_do_next_in_whole_sentences() -> None:
    for facts, row, state, _ in CASES:
        for check in of(facts, row):
            assert check.said[-1] in ".!", check
            if state is State.BAD and row != "fittings" and check.state is State.BAD:
                assert check.next


def test_the_worst_come_first_and_else_in_their_order() -> None:
    checks = judged(replace(controller(up=False), stored="full"))
    states = [check.state for check in worst_first(checks)]
    assert states == sorted(states, key=[State.BAD, State.WARNING, State.UNKNOWN, State.OK].index)


def test_a_plant_s_log_that_is_away_is_not_said_to_have_everything() -> None:
    assert of(shared(up=False, sent=None), "shared.place") == []
