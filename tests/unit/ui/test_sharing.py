"""What the screens say of the shared store: the status bar's part, what is warned of, whether a lot is free."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain import events as e
from app.domain.status import Health, SharedStatus
from tests.ui.desk import NOW, FakeDesk, at, night_desk
from ui.sharing import holds_doubt, lonely_holds, notices, shared_facts, shared_part, stored_here
from ui.text import Formats

BERLIN = Formats("Europe/Berlin")
UP = SharedStatus(joined=True, health=Health.UP, since=at("21:40"), synced_at=NOW)


def placed(desk: FakeDesk, hold_id: str, seconds_ago: float) -> None:
    units = (e.HeldUnits(lot="4471-C", product="L-033", quantity=Decimal(40)),)
    event = e.HoldPlaced(hold_id=hold_id, units=units, reason_code="seal", reason="loose caps")
    desk.record(event, person="brandt", when=NOW - timedelta(seconds=seconds_ago))


@pytest.mark.parametrize(
    ("status", "head", "text", "priority"),
    [
        (SharedStatus(), "Alone", "no shared store", 0),
        (SharedStatus(joined=True), "Shared", "connecting", 0),
        (
            SharedStatus(joined=True, place=120_000, end=200_000),
            "Shared",
            "reading the plant's log: 120,000 of 200,000",
            0,
        ),
        (UP, "Shared", "up since 21:40", 0),
        (
            replace(
                UP, health=Health.DOWN, since=at("02:13"), reason="No answer.", waiting=3, oldest_at=at("02:13:49")
            ),
            "Shared store away",
            "since 02:13 · 3 stored here, not shared yet (oldest 0:42)",
            3,
        ),
        (replace(UP, offset_s=-3.1), "Shared", "up since 21:40 · clock -3.1 s off", 4),
        (replace(UP, offset_s=75.0), "Shared", "up since 21:40 · clock +75 s off, nothing can be signed", 3),
        (replace(UP, waiting=1, oldest_at=NOW - timedelta(milliseconds=300)), "Shared", "up since 21:40", 0),
    ],
)
def test_the_status_bar_says_how_the_shared_store_stands(
    status: SharedStatus, head: str, text: str, priority: int
) -> None:
    part = shared_part(status, NOW, BERLIN)
    assert (part.head, part.text, part.priority) == (head, text, priority)
    assert part.tip


def test_what_to_do_is_said_while_the_store_is_away() -> None:
    facts = " ".join(shared_facts(replace(UP, health=Health.DOWN, reason="No answer."), NOW, BERLIN))
    assert "Go on working" in facts
    assert "tell plant IT" in facts


def test_nothing_is_marked_while_this_station_works_alone_or_all_is_shared() -> None:
    desk = night_desk()
    desk.only_here = {"case/c1"}
    assert not stored_here(desk)
    desk.only_here = set()
    desk.join()
    assert not stored_here(desk)
    assert notices(desk, BERLIN) == ()


def test_what_is_on_its_way_for_less_than_a_second_is_not_marked_and_then_it_is() -> None:
    desk = night_desk()
    desk.only_here = {"case/c1"}
    desk.join(replace(UP, waiting=1, oldest_at=NOW))
    assert not stored_here(desk)
    desk.pass_time(1.0)
    assert stored_here(desk) == {"case/c1"}


def test_a_hold_that_no_other_station_knows_of_is_warned_of_after_thirty_seconds() -> None:
    desk = night_desk()
    placed(desk, "h9", 20)
    desk.leave_alone(NOW - timedelta(seconds=20), "hold/h9")
    assert not lonely_holds(desk)
    desk.pass_time(11)
    first = notices(desk, BERLIN)[0]
    assert (first.priority, first.ref) == (2, "hold/h9")
    assert "4471-C" in first.text
    assert "Other stations do not know of it: tag the pallets." in first.text


def test_a_shared_hold_whose_review_is_only_stored_here_is_known_to_the_others() -> None:
    desk = night_desk()
    placed(desk, "h9", 600)
    desk.leave_alone(NOW - timedelta(seconds=60), "hold/h9")
    assert stored_here(desk) == {"hold/h9"}
    assert not lonely_holds(desk)


def test_whether_a_lot_is_free_is_not_known_half_a_minute_after_the_last_look_at_the_plants_log() -> None:
    desk = night_desk()
    assert holds_doubt(desk, BERLIN) == ""
    desk.join(replace(UP, synced_at=at("02:13:59")))
    assert holds_doubt(desk, BERLIN) == "hold state unknown since 02:13"
    desk.join(replace(UP, synced_at=NOW - timedelta(seconds=30)))
    assert holds_doubt(desk, BERLIN) == ""
    desk.join(SharedStatus(joined=True))
    assert holds_doubt(desk, BERLIN) == "hold state not known yet"
    desk.join(SharedStatus(joined=True, health=Health.DOWN))
    assert holds_doubt(desk, BERLIN) == "hold state unknown since the start"


def test_a_day_is_named_where_the_time_alone_would_mislead() -> None:
    desk = night_desk()
    desk.join(replace(UP, synced_at=NOW - timedelta(days=2)))
    assert holds_doubt(desk, BERLIN) == "hold state unknown since 20 Nov 02:14"


def test_the_gravest_warning_stands_first() -> None:
    desk = night_desk()
    placed(desk, "h9", 60)
    desk.refuse("HoldReleased", "hold/h1", person="okafor")
    desk.leave_alone(NOW - timedelta(seconds=60), "hold/h9")
    assert [row.priority for row in notices(desk, BERLIN)] == [2, 3, 4]
