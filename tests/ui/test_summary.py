"""What the banner and the status bar say, over the night of the pictures."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain import events as e
from app.domain.alarm import Alarm
from app.domain.lifecycles import AlarmState
from app.domain.status import Health, HistoryStatus, PartStatus, StationStatus, UnitStatus, UploadStatus
from app.readmodel.model import View, all_postings
from tests.ui.desk import NOW, FakeDesk, night_desk
from ui.headline import Banner
from ui.summary import (
    Frame,
    Part,
    Tally,
    acquisition,
    cases_of,
    controllers,
    erp,
    history,
    parts,
    sent_on,
    store,
    tally_of,
    with_alarms,
)  # fmt: skip
from ui.text import Formats

BERLIN = Formats("Europe/Berlin")


def banner(view: View, raised: Iterable[Alarm], now: datetime, person: str) -> Banner:
    return with_alarms(cases_of(view), raised, now, person)


def alarms(count: int) -> list[Alarm]:
    return [
        Alarm(
            key=f"a{n}", controller="C-L2", machine=None, code=str(n), message="", severity=500,
            state=AlarmState.UNACKNOWLEDGED, raised_at=NOW - timedelta(seconds=20 * n), changed_at=NOW,
        )
        for n in range(count)
    ]  # fmt: skip


def bar(desk: FakeDesk) -> dict[str, Part]:
    found = parts(desk.plant, desk.status, tally_of(all_postings(desk.view), desk.now()), 54, desk.now(), BERLIN)
    return {part.id: part for part in found}


def test_the_banner_counts_open_cases_by_priority_and_names_the_top_unacknowledged() -> None:
    desk = night_desk()
    state = banner(desk.view, desk.alarms, desk.now(), "M. Okafor")
    assert state.counts == (1, 2, 3, 1)
    assert state.top is not None
    assert (state.top.ref, state.top.priority, state.waiting) == ("case/c3", 3, 1)


def test_a_shelved_case_is_not_counted_and_not_on_top() -> None:
    desk = night_desk()
    desk.record(e.CaseShelved(case_id="c3", until=NOW + timedelta(hours=1), reason="roll on its way"))
    state = banner(desk.view, (), desk.now(), "")
    assert (state.counts[2], state.shelved) == (2, 1)
    assert state.top is not None
    assert state.top.ref == "case/c6"


def test_more_than_ten_alarms_in_ten_minutes_are_said_to_be_a_flood() -> None:
    desk = FakeDesk()
    calm, flood = (banner(desk.view, alarms(n), NOW, "") for n in (10, 11))
    assert (calm.flood, calm.alarms) == (False, "10 of 10 alarms in 10 min")
    assert (flood.flood, flood.alarms) == (True, "Alarm flood: 11 in 10 min")


def test_old_alarms_do_not_count() -> None:
    old = [replace(a, raised_at=NOW - timedelta(minutes=11)) for a in alarms(12)]
    assert banner(FakeDesk().view, old, NOW, "").alarms == "0 of 10 alarms in 10 min"


def test_the_lost_controller_is_named_by_its_machine() -> None:
    part = bar(night_desk())["controllers"]
    assert (part.head, part.text) == ("Controllers 7 of 8", "L3 Labeller lost since 02:14:07")
    assert part.priority == 4
    assert "10.20.3.14:502 no answer" in part.tip


def test_a_silent_unit_of_a_gateway_that_answers_is_named_with_its_time() -> None:
    desk = FakeDesk()
    first = next(iter(desk.status.controllers.values()))
    units = tuple(
        UnitStatus(unit=number, up=number != 7, since=NOW, errors=4, reason="No answer came in time.")
        for number in (1, 7)
    )
    gateway = replace(first, name="Gateway 2", units=units)
    desk.status = replace(desk.status, controllers={**desk.status.controllers, gateway.id: gateway})
    part = bar(desk)["controllers"]
    assert (part.head, part.priority) == ("Controllers 8 of 8", 4)
    assert part.text == "unit 7 of Gateway 2 not answering since 02:14:31"
    assert part.tip.endswith("No answer came in time.")
    lost = replace(gateway, health=Health.DOWN, since=NOW)
    desk.status = replace(desk.status, controllers={**desk.status.controllers, gateway.id: lost})
    assert "unit 7" not in bar(desk)["controllers"].text


def test_the_parts_of_a_station_that_is_well_are_grey() -> None:
    desk = FakeDesk()
    assert all(part.priority == 0 for part in bar(desk).values())
    assert bar(desk)["controllers"].head == "Controllers 8 of 8"


def test_a_restart_of_acquisition_is_said_for_ten_minutes() -> None:
    part = PartStatus(health=Health.UP, since=NOW - timedelta(minutes=3), restarts=2)
    assert acquisition(part, NOW, BERLIN).text == "restarted 02:11:31, 2 times"
    assert acquisition(part, NOW + timedelta(minutes=8), BERLIN).text == "running"


def test_a_disk_that_refuses_is_said_first_of_all() -> None:
    part = store(PartStatus(health=Health.DOWN, reason="The disk is full."), 7, NOW, BERLIN)
    assert (part.head, part.text, part.priority) == ("Not stored", "The disk is full.", 1)


def test_what_is_stored_here_is_told_by_its_number_and_age() -> None:
    part = PartStatus(health=Health.UP, last_at=NOW - timedelta(seconds=0.3))
    assert store(part, 12345, NOW, BERLIN).text == "no. 12,345 · 0.3 s ago"


def test_the_erp_tells_its_lag_and_what_waits_and_what_is_parked() -> None:
    part = bar(night_desk())["erp"]
    assert part.text == "posted 10 min ago · lag p95 1 min 50 s · 1 waiting · 1 parked"
    assert part.priority == 3


def test_a_plant_without_an_erp_says_so_and_warns_of_nothing() -> None:
    desk = FakeDesk()
    down = replace(desk.status, erp=PartStatus(health=Health.DOWN, since=NOW))
    found = {part.id: part for part in parts(desk.plant, down, Tally(), 0, NOW, BERLIN)}
    assert desk.plant.erp.adapter == "none"
    assert (found["erp"].text, found["erp"].priority) == ("none in the plant file", 0)


def test_an_erp_that_does_not_answer_says_since_when_and_still_what_waits() -> None:
    down = PartStatus(health=Health.DOWN, since=NOW - timedelta(minutes=2), reason="connection refused")
    part = erp(down, tally_of(all_postings(night_desk().view), NOW), NOW, BERLIN)
    assert part.text.startswith("no answer since 02:12:31 · ")
    assert part.text.endswith("1 waiting · 1 parked")


def test_before_anything_is_known_the_parts_say_what_they_wait_for() -> None:
    desk = FakeDesk()
    desk.status = StationStatus()
    found = bar(desk)
    assert [found[i].text for i in ("controllers", "acquisition", "store", "erp")] == [
        "connecting", "starting", "opening", "connecting",
    ]  # fmt: skip
    assert controllers(desk.plant, desk.status, BERLIN).head == "Controllers 0 of 8"


def test_history_tells_its_room_and_since_when_it_goes_back() -> None:
    status = HistoryStatus(health=Health.UP, size=212_400_000, most=2_000_000_000, begins_at=NOW - timedelta(days=8))
    (part,) = history(status, BERLIN)
    assert (part.head, part.text, part.priority, part.tip) == ("History", "212 MB of 2.0 GB, since 14 Nov", 0, "")
    (part,) = history(replace(status, evicted_until=NOW - timedelta(days=8)), BERLIN)
    assert part.tip == "History until 14 Nov 02:14 was removed: it may take 2.0 GB."


def test_history_that_is_not_written_or_lost_samples_says_so() -> None:
    bad = HistoryStatus(health=Health.DOWN, reason="The disk is full.", since=NOW, most=1)
    (part,) = history(bad, BERLIN)
    assert (part.text, part.priority, part.tip) == ("not written since 02:14:31", 3, "The disk is full.")
    (part,) = history(HistoryStatus(health=Health.DEGRADED, dropped=1200, most=500_000_000), BERLIN)
    assert (part.text, part.priority) == ("0 MB of 500 MB · 1,200 samples lost", 4)


def test_what_is_sent_on_says_how_far_behind_it_is_and_why_it_stands() -> None:
    status = UploadStatus(health=Health.UP, controllers=("C-L1", "C-L2"), until_at=NOW - timedelta(seconds=4))
    (part,) = sent_on(status, NOW, BERLIN)
    assert (part.head, part.text, part.priority, part.tip) == ("History sent on", "2 controllers", 0, "")
    late = replace(status, health=Health.DEGRADED, until_at=NOW - timedelta(minutes=12), gaps=2)
    (part,) = sent_on(late, NOW, BERLIN)
    assert (part.text, part.priority) == ("12 min behind", 4)
    assert part.tip == "2 gaps: samples that no station had any more."
    (part,) = sent_on(replace(status, health=Health.DOWN, since=NOW, reason="The door is shut."), NOW, BERLIN)
    assert (part.text, part.priority, part.tip) == ("not since 02:14:31", 3, "The door is shut.")
    assert sent_on(UploadStatus(), NOW, BERLIN) == ()


def test_where_no_history_is_kept_nothing_is_said_of_it() -> None:
    assert history(HistoryStatus(), BERLIN) == ()


def test_the_frame_follows_the_log() -> None:
    desk, frame = night_desk(), Frame()
    frame.look(desk.view, desk.now())
    assert frame.top == "case/c3"
    desk.record(e.CaseAcknowledged(case_id="c3"), person="okafor")
    assert frame.top == "case/c3"
    frame.look(desk.view, desk.now())
    assert frame.top == "case/c6"
    assert frame.banner((), desk.now(), "") == banner(desk.view, (), desk.now(), "")
